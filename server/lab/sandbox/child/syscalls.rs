//! The system calls that an order asks for, each reported when it starts and when it returns.

use crate::lab::sandbox::protocol::Returned;
use crate::lab::sandbox::sys;
use crate::tcp::call::Payload;

/// A text as an argument: its beginning is enough.
pub(crate) fn shown(text: &str) -> String {
    const ENOUGH: usize = 32;
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// What a system call gave, as it is reported.
pub(crate) fn plain(returned: sys::Returned) -> Returned {
    match returned {
        Ok(result) => Returned {
            result,
            ..Returned::default()
        },
        Err(errno) => Returned {
            result: -1,
            errno: Some(errno),
            ..Returned::default()
        },
    }
}

pub(crate) fn bytes(payload: &Payload) -> Vec<u8> {
    match payload {
        Payload::Text(text) => text.clone().into_bytes(),
        Payload::Bytes(count) => {
            const ALPHABET: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
            let mut bytes = ALPHABET.repeat(count.div_ceil(ALPHABET.len()));
            bytes.truncate(*count);
            bytes
        }
    }
}
