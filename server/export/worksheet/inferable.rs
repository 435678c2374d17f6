//! What the rows above a cell give away: a number or a result is asked for only where it equals what follows from them.

use std::collections::BTreeMap;
use std::net::SocketAddrV4;

use crate::event::host::Host;
use crate::event::{Exit, ResetReason, Segment};

/// What can be told so far.
#[derive(Default)]
pub(crate) struct Expected {
    /// By source and destination: the next sequence number, and how far has arrived at the other end.
    next: BTreeMap<(SocketAddrV4, SocketAddrV4), u32>,
    arrived: BTreeMap<(SocketAddrV4, SocketAddrV4), u32>,
    hosts: [Seen; 2],
}

/// What a host's programs can know.
#[derive(Default)]
struct Seen {
    /// Received and not yet read, as text.
    unread: String,
    /// What is unread cannot be told from a table any more.
    lost: bool,
    fin: bool,
    reset: bool,
    shut: bool,
}

/// What of a segment can be asked for.
pub(crate) struct Asked {
    pub(crate) flags: bool,
    pub(crate) seq: bool,
    pub(crate) ack: bool,
}

impl Expected {
    /// Not every segment was told: no number follows from the others any more.
    pub(crate) fn lose_count(&mut self) {
        self.next.clear();
        self.arrived.clear();
        self.hosts.iter_mut().for_each(|seen| seen.lost = true);
    }

    /// A segment that comes next in the table, and whether it arrived.
    pub(crate) fn segment(&mut self, segment: &Segment, arrived: bool) -> Asked {
        let (there, back) = (
            (segment.source, segment.destination),
            (segment.destination, segment.source),
        );
        let follows =
            |known: Option<&u32>, found: Option<u32>| found.is_some() && known.copied() == found;
        let seq = follows(self.next.get(&there), segment.seq_rel);
        let ack = follows(self.arrived.get(&back), segment.ack_rel);
        // A probe and what is sent again look like something else; why some RSTs are sent is not known.
        let [syn, fin, rst] = ["SYN", "FIN", "RST"].map(|bit| segment.has(bit));
        let flags = (syn || fin || rst || segment.len == 0)
            && !segment.retransmission
            && !segment.probe
            && segment.reset != Some(ResetReason::Unknown);
        let takes = segment.len as u32 + u32::from(syn) + u32::from(fin);
        if let Some(end) = segment.seq_rel.map(|seq| seq.wrapping_add(takes)) {
            let next = self.next.entry(there).or_insert(end);
            *next = (*next).max(end);
            // What leaves a gap is not acknowledged before the gap is filled.
            let so_far = self.arrived.get(&there).copied();
            if arrived && so_far.is_none_or(|so_far| segment.seq_rel <= Some(so_far)) {
                self.arrived.insert(there, so_far.unwrap_or(0).max(end));
            }
        }
        if arrived {
            self.hosts[segment.to as usize].take(segment, fin, rst);
        }
        Asked { flags, seq, ack }
    }

    /// Whether what a call gave follows from the rows above.
    pub(crate) fn result(&mut self, host: Host, call: &str, args: &[String], exit: &Exit) -> bool {
        // Of several connections a row does not say which one it is about.
        let is_one = self.next.len() <= 2;
        self.hosts[host as usize].result(call, args, exit) && is_one
    }
}

impl Seen {
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
