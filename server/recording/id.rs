//! Ids: of recordings, by the beginning of their SHA-256; of live runs, at random.

use rustix::rand::{GetRandomFlags, getrandom};
use sha2::{Digest, Sha256};

/// The digits of ids, 5 bits each. No two of them look alike.
pub(crate) const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The digits of a recording's id: 50 bits.
pub(crate) const ID: usize = 10;

/// The id of a recording: the first bits of its events' SHA-256, as they are when unpacked.
pub(crate) fn id_of<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
        hash.update("\n");
    }
    let hash = hash.finalize();
    let bits = hash[..8]
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let digit = |index: usize| DIGITS[(bits >> (59 - 5 * index) & 31) as usize] as char;
    (0..ID).map(digit).collect()
}

/// A text of so many random digits.
pub(crate) fn random(length: usize) -> String {
    let mut bytes = vec![0; length];
    getrandom(&mut bytes[..], GetRandomFlags::empty()).expect("the kernel has random numbers");
    let digits = bytes.iter().map(|byte| DIGITS[usize::from(byte % 32)]);
    digits.map(char::from).collect()
}

/// The ids of recordings that a text leads to, as `/r/ID`.
pub fn ids_in(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("/r/").skip(1);
    links.filter_map(|rest| {
        let end = rest
            .bytes()
            .position(|byte| !DIGITS.contains(&byte))
            .unwrap_or(rest.len());
        (end == ID).then(|| &rest[..end])
    })
}
