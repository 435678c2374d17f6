//! Bulk: after [`TOLD`] segments, plain segments are counted and told together. No reader follows ten thousand arrows,
//! and an event for each takes longer than moving it.
//!
//! A segment stands out by any bit but ACK and PSH, by numbers that were sent before, or that no data follows (a probe),
//! by a closed window, and wherever the wire has orders or the connection is not ESTABLISHED at both its ends. What is left
//! changes no state (RFC 9293, section 3.10.7.4), only queues; so the tables are read when such segments pause, or
//! [`STRETCH`] after the last reading. Before anything else is told, what passed is (see [`crate::lab::run::timeline`]).

use crate::event::host::Host;
use crate::lab::sandbox::clock::Nanos;

/// So many segments of a run are told one by one.
pub(crate) const TOLD: usize = 2_000;
/// The longest time between two readings, and the pause after which there is one.
const STRETCH: Nanos = 10_000_000;
const PAUSE: Nanos = 200_000;

/// What passes without being told one by one.
#[derive(Default)]
pub(crate) struct Bulk {
    /// Segments that were read and do stand out.
    pub(crate) outstanding: Vec<(Host, Vec<u8>)>,
    /// When the first and the last passed since the tables were read.
    unread: Option<(Nanos, Nanos)>,
    /// By host, without PSH and with it: the `seq` that was the next when such a segment passed last.
    sent: [[Option<u32>; 2]; 2],
}

impl Bulk {
    /// When the tables are to be read because of what passed.
    pub(crate) fn due(&self) -> Option<Nanos> {
        self.unread
            .map(|(first, last)| (first + STRETCH).min(last + PAUSE))
    }

    /// The bits of what passed from a host since event `seq`.
    pub(crate) fn sent(&self, from: Host, since: u32) -> impl Iterator<Item = String> {
        let bits = self.sent[from as usize].iter().zip(["ACK", "PSH,ACK"]);
        bits.filter(move |(seq, _)| seq.is_some_and(|seq| seq >= since))
            .map(|(_, bits)| bits.to_owned())
    }

    /// Takes note of one that passes.
    pub(crate) fn note(&mut self, from: Host, push: bool, at: Nanos, seq: u32) {
        let first = self.unread.map_or(at, |(first, _)| first);
        self.unread = Some((first, at));
        self.sent[from as usize][usize::from(push)] = Some(seq);
    }

    /// The tables are read: nothing has passed since.
    pub(crate) fn read(&mut self) {
        self.unread = None;
    }

    /// Whether every segment was told.
    pub(crate) fn is_unused(&self) -> bool {
        self.sent == [[None; 2]; 2]
    }

    /// Whether the tables were read since the last segment passed.
    pub(crate) fn is_read(&self) -> bool {
        self.unread.is_none()
    }
}
