//! Events → a table for paper: one row for each deed, with the states that it led to.
//!
//! A row is a call, a segment (where it ended its way), or whatever else happened. A state stands in the row of what
//! caused it. A cell can be asked for only where what stands before it, and beside it, gives its value away.

use std::collections::BTreeMap;

use crate::event::host::Host;
use crate::event::labels::{self, by, gave};
use crate::event::{
    CallPhase, Cause, Event, Exit, ProcessChange, Segment, SegmentPhase, Socket, Timer, What,
};
use crate::export::worksheet::inferable::Expected;
use crate::tcp::state::is_edge;

/// A run as rows, in the order of what happened.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The rows.
    pub rows: Vec<Row>,
}

/// Something that happened, and what states it led to.
#[derive(Clone, Debug)]
pub struct Row {
    /// What happened.
    pub deed: Deed,
    /// The client's states and the server's that came of it.
    pub states: [Vec<Cell>; 2],
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A program made a call, or got its result.
    Call {
        /// On which host.
        host: Host,
        /// As a program would write it.
        text: String,
        /// What it gave; None while it waits.
        result: Option<Cell>,
        /// Whether this is the result of a call of an earlier row.
        later: bool,
    },
    /// A segment arrived, was lost, or is still on its way.
    Segment(Way),
    /// Many segments crossed the wire that stand out in nothing.
    Passed {
        /// Who sent them.
        from: Host,
        /// How many.
        segments: u32,
        /// Their bytes of data.
        bytes: u64,
    },
    /// Something else.
    Other {
        /// Where.
        host: Host,
        /// A key of the page's words, such as `process.killed`, or a sysctl that was written.
        key: String,
    },
}

/// A segment and what became of it.
#[derive(Clone, Debug)]
pub struct Way {
    /// Who sent it.
    pub from: Host,
    /// Its control bits without PSH, such as `FIN, ACK`.
    pub flags: Cell,
    /// Its sequence number, relative.
    pub seq: Option<Cell>,
    /// Its acknowledgment number, relative.
    pub ack: Option<Cell>,
    /// Its bytes of data.
    pub len: usize,
    /// Whether it was lost.
    pub lost: bool,
    /// Whether it was still on the wire when the run ended.
    pub open: bool,
    /// Whether it was put on the wire from nowhere.
    pub injected: bool,
    /// Whether its sequence numbers were sent before.
    pub again: bool,
    /// The events that it began and ended with, by their `seq`.
    pub span: (u32, u32),
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    State,
    Flags,
    Result,
    Number,
}

/// A value in the table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cell {
    /// What the run showed.
    pub value: String,
    /// As what it may be asked for; None where it cannot be concluded.
    pub asks: Option<Kind>,
    /// The number of its blank, from 1 on, where it is one.
    pub blank: Option<usize>,
}

impl Cell {
    fn new(value: impl Into<String>, asks: Option<Kind>) -> Cell {
        Cell {
            value: value.into(),
            asks,
            blank: None,
        }
    }
}

impl Row {
    fn new(deed: Deed) -> Row {
        Row {
            deed,
            states: [Vec::new(), Vec::new()],
        }
    }

    /// All its cells.
    pub fn cells_mut(&mut self) -> Vec<&mut Cell> {
        let mut cells: Vec<&mut Cell> = match &mut self.deed {
            Deed::Call { result, .. } => result.iter_mut().collect(),
            Deed::Segment(Way {
                flags, seq, ack, ..
            }) => [Some(flags), seq.as_mut(), ack.as_mut()]
                .into_iter()
                .flatten()
                .collect(),
            Deed::Passed { .. } | Deed::Other { .. } => Vec::new(),
        };
        cells.extend(self.states.iter_mut().flatten());
        cells
    }
}

/// Calls that only prepare others: they tell nothing that a sheet asks for.
const PREPARING: [&str; 7] = [
    "socket",
    "bind",
    "epoll_create1",
    "epoll_ctl",
    "fcntl",
    "getsockname",
    "getpeername",
];

/// Makes rows of a run's events.
pub fn table(events: &[Event]) -> Table {
    let mut reader = Reader::default();
    for event in events {
        reader.add(event);
    }
    let under_way: Vec<(u32, Segment)> = std::mem::take(&mut reader.sent).into_values().collect();
    for (began, segment) in under_way {
        reader.segment(&segment, segment.phase, began, u32::MAX);
    }
    Table { rows: reader.rows }
}

#[derive(Default)]
struct Reader {
    rows: Vec<Row>,
    /// The row of a call, by the `seq` of its enter, and of a segment, by its id.
    calls: BTreeMap<u32, usize>,
    segments: BTreeMap<u32, usize>,
    /// What is on the wire: where it began, by id.
    sent: BTreeMap<u32, (u32, Segment)>,
    /// Connections by host, to name them where there are several.
    connections: [Vec<Socket>; 2],
    expected: Expected,
}

impl Reader {
    fn add(&mut self, event: &Event) {
        match &event.what {
            What::Call {
                host,
                actor,
                call,
                args,
                phase,
                ..
            } => {
                let text = by(*host, actor, &called(call, args));
                match phase {
                    CallPhase::Enter if !PREPARING.contains(&call.as_str()) => {
                        self.calls.insert(event.seq, self.rows.len());
                        let deed = Deed::Call {
                            host: *host,
                            text,
                            result: None,
                            later: false,
                        };
                        self.rows.push(Row::new(deed));
                    }
                    CallPhase::Enter => {}
                    CallPhase::Exit(exit) => {
                        let follows = self.expected.result(*host, call, args, exit);
                        let cell = Cell::new(gave(exit), follows.then_some(Kind::Result));
                        self.exit(exit, (*host, text), cell);
                    }
                }
            }
            What::Segment(segment) => match segment.phase {
                SegmentPhase::Sent | SegmentPhase::Injected => {
                    self.sent
                        .insert(segment.id, (event.seq, (**segment).clone()));
                }
                SegmentPhase::Held => {}
                SegmentPhase::Delivered | SegmentPhase::Dropped => {
                    if let Some((began, sent)) = self.sent.remove(&segment.id) {
                        self.segment(&sent, segment.phase, began, event.seq);
                    }
                }
            },
            What::Passed {
                from,
                segments,
                bytes,
                ..
            } => {
                self.expected.lose_count();
                let (from, segments, bytes) = (*from, *segments, *bytes);
                self.rows.push(Row::new(Deed::Passed {
                    from,
                    segments,
                    bytes,
                }));
            }
            What::State {
                host,
                socket,
                from,
                to,
                cause,
                observed,
            } => {
                let (row, is_told) = self.row_of(*host, *cause);
                let text = self.named(*host, socket, to.name());
                let asks = (*observed && is_told && text == to.name() && is_edge(*from, *to))
                    .then_some(Kind::State);
                self.rows[row].states[*host as usize].push(Cell::new(text, asks));
            }
            What::Gap {
                host, socket, to, ..
            } => {
                let text = self.named(*host, socket, to.name());
                let row = self.other(*host, "because.unknown");
                self.rows[row].states[*host as usize].push(Cell::new(format!("? {text}"), None));
            }
            What::Process { host, what, .. } if *what != ProcessChange::Started => {
                self.other(*host, labels::process(*what));
            }
            What::Host { host, what } => {
                self.other(*host, labels::host(what));
            }
            _ => {}
        }
    }

    /// A call's result stands beside the call, but where it slept, at the moment that woke it.
    fn exit(&mut self, exit: &Exit, (host, text): (Host, String), cell: Cell) {
        let Some(&row) = self.calls.get(&exit.enter) else {
            return; // it only prepared
        };
        match &mut self.rows[row].deed {
            Deed::Call { result, .. } if exit.cause.is_none() => *result = Some(cell),
            _ => self.rows.push(Row::new(Deed::Call {
                host,
                text,
                result: Some(cell),
                later: true,
            })),
        }
    }

    /// A segment as it was sent or forged, and where its way ended.
    fn segment(&mut self, segment: &Segment, at: SegmentPhase, began: u32, ended: u32) {
        let asked = self
            .expected
            .segment(segment, at == SegmentPhase::Delivered);
        // A forger writes what it likes.
        let injected = segment.phase == SegmentPhase::Injected;
        let is_caused = match segment.cause {
            Some(Cause::Call(seq)) => self.calls.contains_key(&seq),
            Some(Cause::Segment(id)) => self.segments.contains_key(&id),
            _ => false,
        };
        let cell = |value: String, asks: bool, kind: Kind| {
            Cell::new(value, (asks && !injected).then_some(kind))
        };
        let number = |value: Option<u32>, asks: bool| {
            value.map(|value| cell(value.to_string(), asks, Kind::Number))
        };
        let flags: Vec<&str> = segment
            .flags
            .iter()
            .map(String::as_str)
            .filter(|flag| *flag != "PSH")
            .collect();
        self.segments.insert(segment.id, self.rows.len());
        self.rows.push(Row::new(Deed::Segment(Way {
            from: segment.from,
            flags: cell(flags.join(", "), is_caused && asked.flags, Kind::Flags),
            seq: number(segment.seq_rel, asked.seq),
            ack: number(segment.ack_rel, asked.ack),
            len: segment.len,
            lost: at == SegmentPhase::Dropped,
            open: at == segment.phase,
            injected,
            again: segment.retransmission,
            span: (began, ended),
        })));
    }

    /// The row of what caused something, and whether that tells the reader enough.
    fn row_of(&mut self, host: Host, cause: Cause) -> (usize, bool) {
        let known = match cause {
            Cause::Call(seq) => self.calls.get(&seq),
            Cause::Segment(id) => self.segments.get(&id),
            _ => None,
        };
        if let Some(row) = known {
            return (*row, true);
        }
        let key = match cause {
            Cause::Kill => "because.kill",
            Cause::Crash => "because.crash",
            Cause::Destroy => "because.destroy",
            Cause::Timer(Some(Timer::Retransmit)) => "cause.retransmit",
            Cause::Timer(Some(Timer::Keepalive)) => "cause.keepalive",
            Cause::Timer(Some(Timer::TimeWait)) => "cause.time_wait",
            Cause::Timer(Some(Timer::FinWait2)) => "cause.fin_wait_2",
            Cause::Timer(Some(Timer::Probe)) => "cause.probe",
            Cause::Timer(Some(Timer::DelayedAck)) => "cause.delayed_ack",
            Cause::Timer(Some(Timer::Call)) => "cause.call",
            Cause::Timer(None) => "cause.null",
            Cause::Call(_) | Cause::Segment(_) => "because.unknown",
        };
        (self.other(host, key), false)
    }

    /// A row of something else; the last one, where that says the same.
    fn other(&mut self, host: Host, key: &str) -> usize {
        let same = |row: &Row| matches!(&row.deed, Deed::Other { host: at, key: said } if *at == host && said == key);
        if !self.rows.last().is_some_and(same) {
            let key = key.to_owned();
            self.rows.push(Row::new(Deed::Other { host, key }));
        }
        self.rows.len() - 1
    }

    /// A state, with its connection's name where a host has several.
    fn named(&mut self, host: Host, socket: &Socket, state: &str) -> String {
        let is_listener = socket.peer.port() == 0;
        let known = &mut self.connections[host as usize];
        let same = |other: &&Socket| other.local == socket.local && other.peer == socket.peer;
        if !is_listener && !known.iter().any(|other| same(&other)) {
            known.push(socket.clone());
        }
        if is_listener || known.iter().position(|other| same(&other)) == Some(0) {
            return state.to_owned();
        }
        let port = || format!(":{}", socket.peer.port().max(socket.local.port()));
        format!("{}: {state}", socket.name.clone().unwrap_or_else(port))
    }
}

/// A call as everywhere, but for an option with its value: results follow from that.
fn called(call: &str, args: &[String]) -> String {
    match call {
        "setsockopt" => format!("{call}({})", args.join(", ")),
        _ => labels::called(call, args),
    }
}
