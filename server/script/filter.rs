//! Filters of segments, by control bits, by data, by direction, by numbers.

use std::fmt;

use crate::event::Segment;
use crate::event::host::Host;
use crate::script::vocabulary::BITS;

/// Control bits that must be set, and those that must not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flags {
    /// Must be set.
    pub set: Vec<&'static str>,
    /// Must not be set.
    pub unset: Vec<&'static str>,
}

/// A set of segments.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// By control bits; none for any.
    pub flags: Flags,
    /// Only segments with data.
    pub data: bool,
    /// Only those of this host.
    pub from: Option<Host>,
    /// Only with this sequence number, relative to its direction's SYN.
    pub seq: Option<u32>,
    /// Only with this acknowledgment number, relative to the other direction's SYN.
    pub ack: Option<u32>,
}

impl Flags {
    /// The control bit of that name.
    pub(crate) fn named(name: &str) -> Option<&'static str> {
        BITS.into_iter().find(|bit| *bit == name)
    }

    /// Reads what [`fmt::Display`] writes: `RST`, `FIN,ACK`, `RST,!ACK`.
    pub fn read(text: &str) -> Option<Flags> {
        let mut flags = Flags::default();
        for bit in text.split(',') {
            match bit.strip_prefix('!') {
                Some(bit) => flags.unset.push(Flags::named(bit)?),
                None => flags.set.push(Flags::named(bit)?),
            }
        }
        Some(flags)
    }

    /// Whether a segment's control bits are so.
    pub fn match_bits(&self, bits: &[String]) -> bool {
        let has = |bit: &&str| bits.iter().any(|set| set == bit);
        self.set.iter().all(has) && !self.unset.iter().any(has)
    }

    /// Whether this bit must be set.
    pub fn has(&self, bit: &str) -> bool {
        self.set.contains(&bit)
    }
}

impl Filter {
    /// Whether a segment is meant.
    pub fn matches(&self, segment: &Segment) -> bool {
        self.from.is_none_or(|host| host == segment.from)
            && (!self.data || segment.len > 0)
            && (self.seq.is_none() || self.seq == segment.seq_rel)
            && (self.ack.is_none() || self.ack == segment.ack_rel)
            && self.flags.match_bits(&segment.flags)
    }

    /// Every segment.
    pub fn any() -> Filter {
        Filter {
            flags: Flags::default(),
            data: false,
            from: None,
            seq: None,
            ack: None,
        }
    }

    /// The narrowest filter that means a segment: all of its control bits that scripts name, and its numbers.
    pub fn exactly(segment: &Segment) -> Filter {
        let has = |bit: &&str| segment.flags.iter().any(|set| set == bit);
        let set: Vec<&str> = BITS.into_iter().filter(has).collect();
        Filter {
            data: set.is_empty() && segment.len > 0,
            flags: Flags {
                set,
                unset: Vec::new(),
            },
            from: Some(segment.from),
            seq: segment.seq_rel,
            ack: segment.ack_rel,
        }
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unset = self.unset.iter().map(|bit| format!("!{bit}"));
        let all: Vec<String> = self
            .set
            .iter()
            .map(ToString::to_string)
            .chain(unset)
            .collect();
        f.write_str(&all.join(","))
    }
}

impl fmt::Display for Filter {
    /// As a script writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.data, &self.flags) {
            (true, _) => f.write_str("data")?,
            (false, flags) if *flags == Flags::default() => f.write_str("any")?,
            (false, flags) => flags.fmt(f)?,
        }
        if let Some(host) = self.from {
            write!(f, " from {host}")?;
        }
        for (name, number) in [("seq", self.seq), ("ack", self.ack)] {
            if let Some(number) = number {
                write!(f, " {name} {number}")?;
            }
        }
        Ok(())
    }
}
