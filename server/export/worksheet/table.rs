//! Events → the table of a worksheet.
//!
//! A row is a call, a segment (where it arrived or was lost), or another event. A state stands in the row of its cause. A
//! cell may become a blank only where the cells above and beside it determine its value.

use std::collections::BTreeMap;

use crate::event::host::Host;
use crate::event::labels::{self, by, gave};
use crate::event::{
    CallPhase, Cause, Event, Exit, ProcessChange, Segment, SegmentPhase, Socket, Timer, What,
};
use crate::export::worksheet::inferable::Inferable;
use crate::tcp::state::is_edge;

/// A run as rows, in the order of events.
#[derive(Clone, Debug, Default)]
pub struct WorksheetTable {
    /// The rows.
    pub rows: Vec<WorksheetRow>,
}

/// An event, and the changes of state that it caused.
#[derive(Clone, Debug)]
pub struct WorksheetRow {
    /// The event.
    pub kind: RowKind,
    /// The new states of the client and of the server.
    pub states: [Vec<WorksheetCell>; 2],
}

/// The kinds of rows.
#[derive(Clone, Debug)]
pub enum RowKind {
    /// A program made a call, or its call returned.
    Call {
        /// The host.
        host: Host,
        /// The call in C's notation.
        text: String,
        /// The result; None while the call waits.
        result: Option<WorksheetCell>,
        /// Whether the row is the return of a call that has an earlier row.
        later: bool,
    },
    /// A segment arrived, was lost, or is still on its way.
    Segment(SegmentRow),
    /// Many segments of bulk data crossed the wire.
    Passed {
        /// The sender.
        from: Host,
        /// The number of segments.
        segments: u32,
        /// The bytes of data.
        bytes: u64,
    },
    /// Another event.
    Other {
        /// The host.
        host: Host,
        /// A key of the page's words, such as `process.killed`, or a sysctl that was written.
        key: String,
    },
}

/// A segment from its sending to its end.
#[derive(Clone, Debug)]
pub struct SegmentRow {
    /// The sender.
    pub from: Host,
    /// The control bits without PSH, such as `FIN, ACK`.
    pub flags: WorksheetCell,
    /// The sequence number, relative.
    pub seq: Option<WorksheetCell>,
    /// The acknowledgment number, relative.
    pub ack: Option<WorksheetCell>,
    /// The bytes of data.
    pub len: usize,
    /// Whether the segment was lost.
    pub lost: bool,
    /// Whether the segment was on the wire at the end of the run.
    pub open: bool,
    /// Whether no host has sent the segment.
    pub injected: bool,
    /// Whether the segment is a retransmission.
    pub again: bool,
    /// The `seq` of the events of its sending and of its end.
    pub span: (u32, u32),
}

/// The kinds of blanks.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[allow(missing_docs, reason = "the names say it")]
pub enum BlankKind {
    State,
    Flags,
    Result,
    Number,
}

/// A value in the table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WorksheetCell {
    /// The value in the run.
    pub value: String,
    /// The kind of blank that the cell may become; None where its value cannot be inferred.
    pub asks: Option<BlankKind>,
    /// The number of the blank, from 1 on, where the cell is one.
    pub blank: Option<usize>,
}

impl WorksheetCell {
    fn new(value: impl Into<String>, asks: Option<BlankKind>) -> WorksheetCell {
        WorksheetCell {
            value: value.into(),
            asks,
            blank: None,
        }
    }
}

impl WorksheetRow {
    fn new(kind: RowKind) -> WorksheetRow {
        WorksheetRow {
            kind,
            states: [Vec::new(), Vec::new()],
        }
    }

    /// All cells of the row.
    pub fn cells_mut(&mut self) -> Vec<&mut WorksheetCell> {
        let mut cells: Vec<&mut WorksheetCell> = match &mut self.kind {
            RowKind::Call { result, .. } => result.iter_mut().collect(),
            RowKind::Segment(SegmentRow {
                flags, seq, ack, ..
            }) => [Some(flags), seq.as_mut(), ack.as_mut()]
                .into_iter()
                .flatten()
                .collect(),
            RowKind::Passed { .. } | RowKind::Other { .. } => Vec::new(),
        };
        cells.extend(self.states.iter_mut().flatten());
        cells
    }
}

/// Calls that only prepare others. They have no rows.
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
pub fn table(events: &[Event]) -> WorksheetTable {
    let mut reader = Reader::default();
    for event in events {
        reader.add(event);
    }
    let under_way: Vec<(u32, Segment)> = std::mem::take(&mut reader.sent).into_values().collect();
    for (began, segment) in under_way {
        reader.segment(&segment, segment.phase, began, u32::MAX);
    }
    WorksheetTable { rows: reader.rows }
}

#[derive(Default)]
struct Reader {
    rows: Vec<WorksheetRow>,
    /// The row of each call, by the `seq` of its enter.
    calls: BTreeMap<u32, usize>,
    /// The row of each segment, by its id.
    segments: BTreeMap<u32, usize>,
    /// The segments on the wire with the `seq` of their sending, by id.
    sent: BTreeMap<u32, (u32, Segment)>,
    /// The connections of each host. States have names where there are several.
    connections: [Vec<Socket>; 2],
    inferable: Inferable,
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
                        let kind = RowKind::Call {
                            host: *host,
                            text,
                            result: None,
                            later: false,
                        };
                        self.rows.push(WorksheetRow::new(kind));
                    }
                    CallPhase::Enter => {}
                    CallPhase::Exit(exit) => {
                        let follows = self.inferable.result(*host, call, args, exit);
                        let cell =
                            WorksheetCell::new(gave(exit), follows.then_some(BlankKind::Result));
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
                self.inferable.lose_count();
                let (from, segments, bytes) = (*from, *segments, *bytes);
                self.rows.push(WorksheetRow::new(RowKind::Passed {
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
                    .then_some(BlankKind::State);
                self.rows[row].states[*host as usize].push(WorksheetCell::new(text, asks));
            }
            What::Gap {
                host, socket, to, ..
            } => {
                let text = self.named(*host, socket, to.name());
                let row = self.other(*host, "because.unknown");
                self.rows[row].states[*host as usize]
                    .push(WorksheetCell::new(format!("? {text}"), None));
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

    /// Notes the result of a call: beside the call, or in a row of its own where the call was woken later.
    fn exit(&mut self, exit: &Exit, (host, text): (Host, String), cell: WorksheetCell) {
        let Some(&row) = self.calls.get(&exit.enter) else {
            return; // a preparing call
        };
        match &mut self.rows[row].kind {
            RowKind::Call { result, .. } if exit.cause.is_none() => *result = Some(cell),
            _ => self.rows.push(WorksheetRow::new(RowKind::Call {
                host,
                text,
                result: Some(cell),
                later: true,
            })),
        }
    }

    /// Adds the row of a segment: as it was sent or forged, with its end.
    fn segment(&mut self, segment: &Segment, at: SegmentPhase, began: u32, ended: u32) {
        let asked = self
            .inferable
            .segment(segment, at == SegmentPhase::Delivered);
        // Nothing about a forged segment can be inferred.
        let injected = segment.phase == SegmentPhase::Injected;
        let is_caused = match segment.cause {
            Some(Cause::Call(seq)) => self.calls.contains_key(&seq),
            Some(Cause::Segment(id)) => self.segments.contains_key(&id),
            _ => false,
        };
        let cell = |value: String, asks: bool, kind: BlankKind| {
            WorksheetCell::new(value, (asks && !injected).then_some(kind))
        };
        let number = |value: Option<u32>, asks: bool| {
            value.map(|value| cell(value.to_string(), asks, BlankKind::Number))
        };
        let flags: Vec<&str> = segment
            .flags
            .iter()
            .map(String::as_str)
            .filter(|flag| *flag != "PSH")
            .collect();
        self.segments.insert(segment.id, self.rows.len());
        self.rows
            .push(WorksheetRow::new(RowKind::Segment(SegmentRow {
                from: segment.from,
                flags: cell(flags.join(", "), is_caused && asked.flags, BlankKind::Flags),
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

    /// The row of a cause, and whether the cause determines the new state.
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

    /// The index of a row for another event: the last row where it has the same text, else a new one.
    fn other(&mut self, host: Host, key: &str) -> usize {
        let same = |row: &WorksheetRow| matches!(&row.kind, RowKind::Other { host: at, key: text } if *at == host && text == key);
        if !self.rows.last().is_some_and(same) {
            let key = key.to_owned();
            self.rows
                .push(WorksheetRow::new(RowKind::Other { host, key }));
        }
        self.rows.len() - 1
    }

    /// A state, with the name of its connection where the host has several.
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

/// A call with its important arguments. Options keep their values, since later results follow from them.
fn called(call: &str, args: &[String]) -> String {
    match call {
        "setsockopt" => format!("{call}({})", args.join(", ")),
        _ => labels::called(call, args),
    }
}
