//! Ids of recordings, which are the beginning of their SHA-256.

use sha2::{Digest, Sha256};

/// No two of these look alike; in them an id is written.
pub(crate) const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Of how many digits an id is: 50 bits.
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
