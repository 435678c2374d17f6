//! What the rows above a cell give away: a number or a result is asked for only where it equals what follows from them.

use std::collections::BTreeMap;
use std::net::SocketAddrV4;

use crate::event::{Host, ResetReason, Segment};

/// What can be told so far.
#[derive(Default)]
pub(super) struct Expected {
    /// By source and destination: the next sequence number, and how far has arrived at the other end.
    next: BTreeMap<(SocketAddrV4, SocketAddrV4), u32>,
    arrived: BTreeMap<(SocketAddrV4, SocketAddrV4), u32>,
    hosts: [Seen; 2],
}

/// What a host's programs can know.
#[derive(Default)]
struct Seen {
    /// Received and not yet read, as text; None where that cannot be told from a table any more.
    unread: Unread,
    fin: bool,
    reset: bool,
    shut: bool,
}

struct Unread(Option<String>);

impl Default for Unread {
    fn default() -> Unread {
        Unread(Some(String::new()))
    }
}

/// What of a segment can be asked for.
pub(super) struct Asked {
    pub(super) flags: bool,
    pub(super) seq: bool,
    pub(super) ack: bool,
}

impl Expected {
    /// Not every segment was told: no number follows from the others any more.
    pub(super) fn lose_count(&mut self) {
        self.next.clear();
        self.arrived.clear();
        self.hosts.iter_mut().for_each(|seen| seen.unread.0 = None);
    }

    /// A segment that comes next in the table, and whether it arrived.
    pub(super) fn segment(&mut self, segment: &Segment, arrived: bool) -> Asked {
        let has = |flag: &str| segment.flags.iter().any(|other| other == flag);
        let (there, back) = (
            (segment.source, segment.destination),
            (segment.destination, segment.source),
        );
        let follows =
            |known: Option<&u32>, found: Option<u32>| found.is_some() && known.copied() == found;
        let seq = follows(self.next.get(&there), segment.seq_rel);
        let ack = follows(self.arrived.get(&back), segment.ack_rel);
        // A probe and what is sent again look like something else; why some RSTs are sent is not known.
        let stands_out = has("SYN") || has("FIN") || has("RST") || segment.len == 0;
        let flags = stands_out
            && !segment.retransmission
            && !segment.probe
            && segment.reset != Some(ResetReason::Unknown);
        let takes = segment.len as u32 + u32::from(has("SYN")) + u32::from(has("FIN"));
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
            self.hosts[segment.to as usize].take(segment, has("FIN"), has("RST"));
        }
        Asked { flags, seq, ack }
    }

    /// Whether what a call gave follows from the rows above.
    pub(super) fn result(
        &mut self,
        host: Host,
        call: &str,
        args: &[String],
        (result, errno, data): (Option<i64>, Option<&str>, Option<&str>),
    ) -> bool {
        // Of several connections a row does not say which one it is about.
        let is_one = self.next.len() <= 2;
        let seen = &mut self.hosts[host as usize];
        let follows = seen.result(call, args, (result, errno, data));
        is_one && follows
    }
}

impl Seen {
    fn result(
        &mut self,
        call: &str,
        args: &[String],
        (result, errno, data): (Option<i64>, Option<&str>, Option<&str>),
    ) -> bool {
        let seen = self;
        if let Some(errno) = errno {
            return match errno {
                "ECONNRESET" => call == "recv" && seen.reset,
                "ECONNREFUSED" => call == "connect" && seen.reset,
                "EPIPE" => call == "send" && (seen.reset || seen.shut),
                _ => false,
            };
        }
        match call {
            "shutdown" => {
                seen.shut |= args.get(1).is_some_and(|how| how != "SHUT_RD");
                false // always 0
            }
            "send" => args.get(2).is_some_and(|len| {
                Some(len.as_str()) == result.map(|sent| sent.to_string()).as_deref()
            }),
            "recv" => seen.read(
                result,
                data,
                args.iter().any(|arg| arg.contains("MSG_PEEK")),
            ),
            _ => false,
        }
    }
}

impl Seen {
    fn take(&mut self, segment: &Segment, fin: bool, reset: bool) {
        self.fin |= fin;
        self.reset |= reset;
        let text = segment
            .data
            .as_ref()
            .filter(|data| data.len() == segment.len && !segment.retransmission);
        match (&mut self.unread.0, text) {
            _ if segment.len == 0 => {}
            (Some(unread), Some(text)) => *unread += text,
            (unread, _) => *unread = None,
        }
    }

    fn read(&mut self, result: Option<i64>, data: Option<&str>, peeks: bool) -> bool {
        let Some(unread) = &mut self.unread.0 else {
            return false;
        };
        if result == Some(0) {
            return unread.is_empty() && self.fin;
        }
        let follows = data.is_some_and(|data| data == unread && result == Some(data.len() as i64));
        match (follows, peeks) {
            (true, false) => unread.clear(),
            (false, false) => self.unread.0 = None,
            _ => {}
        }
        follows
    }
}
