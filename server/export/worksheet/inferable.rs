//! The values that follow from the rows above a cell. A number or a result may be blank only where it equals such a value.

use std::collections::BTreeMap;
use std::net::SocketAddrV4;

use crate::event::host::Host;
use crate::event::{Exit, ResetReason, Segment};

/// The values that can be inferred so far.
#[derive(Default)]
pub(crate) struct Inferable {
    /// The next sequence number, by source and destination.
    next: BTreeMap<(SocketAddrV4, SocketAddrV4), u32>,
    /// The sequence number up to which data has arrived, by source and destination.
    arrived: BTreeMap<(SocketAddrV4, SocketAddrV4), u32>,
    hosts: [HostKnowledge; 2],
}

/// The facts that a host's programs can observe.
#[derive(Default)]
struct HostKnowledge {
    /// Received data that was not read yet, as text.
    unread: String,
    /// Whether the unread data no longer follows from the table.
    lost: bool,
    fin: bool,
    reset: bool,
    shut: bool,
}

/// The fields of a segment that can be inferred.
pub(crate) struct InferableFields {
    pub(crate) flags: bool,
    pub(crate) seq: bool,
    pub(crate) ack: bool,
}

impl Inferable {
    /// Notes that segments passed without rows: no number follows from the rows any more.
    pub(crate) fn lose_count(&mut self) {
        self.next.clear();
        self.arrived.clear();
        self.hosts.iter_mut().for_each(|seen| seen.lost = true);
    }

    /// Takes the next segment of the table, and tells which of its fields follow from the rows above.
    pub(crate) fn segment(&mut self, segment: &Segment, arrived: bool) -> InferableFields {
        let (there, back) = (
            (segment.source, segment.destination),
            (segment.destination, segment.source),
        );
        let follows =
            |known: Option<&u32>, found: Option<u32>| found.is_some() && known.copied() == found;
        let seq = follows(self.next.get(&there), segment.seq_rel);
        let ack = follows(self.arrived.get(&back), segment.ack_rel);
        // Probes and retransmissions look like other segments; the reason for some RSTs is not known.
        let [syn, fin, rst] = ["SYN", "FIN", "RST"].map(|bit| segment.has(bit));
        let flags = (syn || fin || rst || segment.len == 0)
            && !segment.retransmission
            && !segment.probe
            && segment.reset != Some(ResetReason::Unknown);
        let takes = segment.len as u32 + u32::from(syn) + u32::from(fin);
        if let Some(end) = segment.seq_rel.map(|seq| seq.wrapping_add(takes)) {
            let next = self.next.entry(there).or_insert(end);
            *next = (*next).max(end);
            // A segment behind a gap is not acknowledged before the gap is filled.
            let so_far = self.arrived.get(&there).copied();
            if arrived && so_far.is_none_or(|so_far| segment.seq_rel <= Some(so_far)) {
                self.arrived.insert(there, so_far.unwrap_or(0).max(end));
            }
        }
        if arrived {
            self.hosts[segment.to as usize].take(segment, fin, rst);
        }
        InferableFields { flags, seq, ack }
    }

    /// Whether the result of a call follows from the rows above.
    pub(crate) fn result(&mut self, host: Host, call: &str, args: &[String], exit: &Exit) -> bool {
        // With several connections a row does not tell its connection.
        let is_one = self.next.len() <= 2;
        self.hosts[host as usize].result(call, args, exit) && is_one
    }
}

impl HostKnowledge {
    fn take(&mut self, segment: &Segment, fin: bool, reset: bool) {
        self.fin |= fin;
        self.reset |= reset;
        match &segment.data {
            _ if segment.len == 0 => {}
            Some(data) if data.len() == segment.len && !segment.retransmission => {
                self.unread += data;
            }
            _ => self.lost = true,
        }
    }

    fn result(&mut self, call: &str, args: &[String], exit: &Exit) -> bool {
        if let Some(errno) = &exit.errno {
            return match errno.as_str() {
                "ECONNRESET" => call == "recv" && self.reset,
                "ECONNREFUSED" => call == "connect" && self.reset,
                "EPIPE" => call == "send" && (self.reset || self.shut),
                _ => false,
            };
        }
        match call {
            "shutdown" => {
                self.shut |= args.get(1).is_some_and(|how| how != "SHUT_RD");
                false // always 0
            }
            "send" => args
                .get(2)
                .is_some_and(|len| *len == exit.result.to_string()),
            "recv" => {
                let peeks = args.iter().any(|arg| arg.contains("MSG_PEEK"));
                self.read(exit.result, exit.data.as_deref(), peeks)
            }
            _ => false,
        }
    }

    fn read(&mut self, result: i64, data: Option<&str>, peeks: bool) -> bool {
        if self.lost {
            return false;
        }
        if result == 0 {
            return self.unread.is_empty() && self.fin;
        }
        let follows = data.is_some_and(|data| data == self.unread && result == data.len() as i64);
        match (follows, peeks) {
            (true, false) => self.unread.clear(),
            (false, false) => self.lost = true,
            _ => {}
        }
        follows
    }
}
