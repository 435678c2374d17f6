//! Segments in packetdrill's notation: `P. 1:6(5) ack 1 win 502 <nop,nop,TS val 100 ecr 200>`.

use std::collections::HashMap;

use crate::event::Segment;
use crate::event::host::Host;

/// Each host's first timestamp (RFC 7323). A kernel's timestamps begin anywhere, the script's at [`FIRST_TIMESTAMP`].
#[derive(Default)]
pub(crate) struct TimestampClocks(HashMap<Host, u32>);

const FIRST_TIMESTAMP: u32 = 1000;

impl TimestampClocks {
    /// A segment without its direction; None where its connection's SYN was not seen, or a number does not fit.
    pub(crate) fn write(&mut self, segment: &Segment) -> Option<String> {
        let seq = segment.seq_rel?;
        let end = seq.checked_add(u32::try_from(segment.len).ok()?)?;
        let letters = [
            ("FIN", 'F'),
            ("SYN", 'S'),
            ("RST", 'R'),
            ("PSH", 'P'),
            ("URG", 'U'),
            ("ECE", 'E'),
            ("CWR", 'W'),
        ];
        let letters: String = letters
            .iter()
            .filter(|(bit, _)| segment.has(bit))
            .map(|(_, letter)| *letter)
            .collect();
        let flags = match (letters.as_str(), segment.has("ACK")) {
            ("", false) => "-".to_owned(),
            (letters, true) => format!("{letters}."),
            (letters, false) => letters.to_owned(),
        };
        let ack = match (segment.has("ACK"), segment.ack_rel) {
            (true, ack) => format!(" ack {}", ack?),
            (false, _) => String::new(),
        };
        let options: Option<Vec<String>> = segment
            .options
            .iter()
            .map(|option| self.option(segment, option))
            .collect();
        let options = match options?.join(",") {
            none if none.is_empty() => none,
            options => format!(" <{options}>"),
        };
        let (len, window) = (segment.len, segment.window);
        Some(format!(
            "{flags} {seq}:{end}({len}){ack} win {window}{options}"
        ))
    }

    fn option(&mut self, segment: &Segment, option: &str) -> Option<String> {
        let mut words = option.split(' ');
        match (
            words.next()?,
            words.next(),
            words.next(),
            words.next(),
            words.next(),
        ) {
            ("TS", Some("val"), Some(val), Some("ecr"), Some(ecr)) => {
                let (val, ecr) = (val.parse().ok()?, ecr.parse().ok()?);
                let val = self.since(segment.from, val);
                let ecr = if ecr == 0 {
                    0
                } else {
                    self.since(segment.from.other(), ecr)
                };
                Some(format!("TS val {val} ecr {ecr}"))
            }
            ("sack", ..) => {
                // The edges are absolute; the script's count from the other direction's SYN.
                let base = segment.ack_abs.wrapping_sub(segment.ack_rel?);
                let blocks = option.split(' ').skip(1).map(|block| {
                    let (left, right) = block.split_once('-')?;
                    let relative = |edge: &str| Some(edge.parse::<u32>().ok()?.wrapping_sub(base));
                    Some(format!("{}:{}", relative(left)?, relative(right)?))
                });
                Some(format!(
                    "sack {}",
                    blocks.collect::<Option<Vec<_>>>()?.join(" ")
                ))
            }
            ("nop" | "sackOK", None, ..) => Some(option.to_owned()),
            ("mss" | "wscale", Some(number), None, ..) => {
                number.parse::<u16>().is_ok().then(|| option.to_owned())
            }
            _ => None,
        }
    }

    fn since(&mut self, host: Host, value: u32) -> u32 {
        let first = *self.0.entry(host).or_insert(value);
        value.wrapping_sub(first).wrapping_add(FIRST_TIMESTAMP)
    }
}
