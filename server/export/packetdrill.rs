//! A run as a script for packetdrill (<https://github.com/google/packetdrill>). One host's kernel is under test: the script
//! makes its program's calls with their results, injects the segments of its peer, and expects the segments of the host.
//!
//! The language is that of packetdrill's `parser.y` and `lexer.l`; tests/export/packetdrill.rs states its facts. An event
//! that the language cannot express becomes a comment, and the head of the script lists the reasons: such a script is for
//! reading.

pub(crate) mod call;
pub(crate) mod segment;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use crate::event::host::Host;
use crate::event::{
    CallPhase, Event, Exit, HostChange, ProcessChange, Segment, SegmentPhase, StepPhase, What,
};
use crate::export::options::ExportInfo;
use crate::export::run_facts::Facts;
use crate::export::text_width::escape_controls;
use call::OpenDescriptors;
use segment::TimestampClocks;

/// Writes the script for a host.
pub(crate) fn script(events: &[Event], info: &ExportInfo, host: Host) -> String {
    let mut writer = Writer::new(events, host);
    for event in events {
        writer.event(event);
    }
    writer.finish(&Facts::of(events), info)
}

/// A reason why packetdrill cannot repeat a run.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Unsupported {
    Processes,
    Threads,
    Kill,
    Host,
    Connections,
    Call,
    Blocked,
    Number,
    Passed,
}

impl Unsupported {
    fn text(self) -> &'static str {
        match self {
            Unsupported::Processes => "other processes call: its script is one process",
            Unsupported::Threads => {
                "calls overlap: it makes one blocking call at a time, and no other meanwhile"
            }
            Unsupported::Kill => "a process ends, is stopped or goes on",
            Unsupported::Host => {
                "something is done to the host: a cable, its power, a sysctl in the midst of the run"
            }
            Unsupported::Connections => "there is more than one connection: it follows one",
            Unsupported::Call => {
                "a call is made that it does not know, or on a descriptor that it does not know any more"
            }
            Unsupported::Blocked => "a call never returns",
            Unsupported::Number => "a segment has numbers that count from no SYN",
            Unsupported::Passed => "many segments passed that are not told one by one",
        }
    }
}

/// A call from its enter to its exit.
struct CallSpan<'a> {
    /// The result, and the time of the return, µs.
    exit: Option<(&'a Exit, u64)>,
    /// Whether a segment arrived or another call began before the call returned.
    waits: bool,
}

struct Writer<'a> {
    host: Host,
    calls: HashMap<u32, CallSpan<'a>>,
    /// The process whose calls the script makes.
    process: Option<i32>,
    /// The ports of the connection that the script follows.
    connection: Option<BTreeSet<u16>>,
    clocks: TimestampClocks,
    descriptors: OpenDescriptors,
    body: String,
    unsupported: BTreeSet<Unsupported>,
    /// The time of the last line, µs.
    t: Option<u64>,
    /// The time of the return of the last call that blocked, µs.
    busy: u64,
    /// The sequence number of each host's SYN on the connection. Another number begins another connection on the same
    /// ports.
    syns: HashMap<Host, u32>,
    again: bool,
    /// Segments that no host has sent. A SYN among them begins no connection.
    injected: HashSet<u32>,
}

impl<'a> Writer<'a> {
    fn new(events: &'a [Event], host: Host) -> Writer<'a> {
        Writer {
            host,
            calls: pair(events, host),
            process: None,
            connection: None,
            clocks: TimestampClocks::default(),
            descriptors: OpenDescriptors::default(),
            body: String::new(),
            unsupported: BTreeSet::new(),
            t: None,
            busy: 0,
            syns: HashMap::new(),
            again: false,
            injected: HashSet::new(),
        }
    }

    fn event(&mut self, event: &'a Event) {
        match &event.what {
            What::Step {
                line,
                text,
                phase: StepPhase::Begin,
                ..
            } => {
                let text = escape_controls(text);
                let _ = writeln!(self.body, "\n// {line}: {text}");
            }
            What::Call {
                host,
                actor,
                pid,
                call,
                args,
                phase: CallPhase::Enter,
                ..
            } if *host == self.host => self.call(event, actor, *pid, call, args),
            What::Segment(segment) => {
                if segment.phase == SegmentPhase::Injected {
                    self.injected.insert(segment.id);
                }
                let is_own = segment.from == self.host && segment.phase == SegmentPhase::Sent;
                let arrives = segment.to == self.host && segment.phase == SegmentPhase::Delivered;
                if is_own || arrives {
                    self.segment(event.t, segment);
                }
            }
            What::Passed {
                from,
                segments,
                bytes,
                ..
            } => {
                let text = format!("{segments} segments of the {from} with {bytes} bytes");
                self.comment(Unsupported::Passed, &text);
            }
            What::Process {
                host, actor, what, ..
            } if *host == self.host => match what {
                ProcessChange::Started => {}
                ProcessChange::Forked => {
                    self.comment(Unsupported::Processes, &format!("{actor} is forked"))
                }
                what => self.comment(Unsupported::Kill, &format!("{actor}: {}", changed(*what))),
            },
            What::Host { host, what } if *host == self.host => {
                let text = match what {
                    HostChange::Sysctl { sysctl } => sysctl,
                    HostChange::LinkDown => "its link goes down",
                    HostChange::LinkUp => "its link comes up",
                    HostChange::Crashed => "its power fails",
                    HostChange::Booted => "it starts again",
                };
                self.comment(Unsupported::Host, text);
            }
            What::State {
                host,
                socket,
                from,
                to,
                ..
            } if *host == self.host && socket.peer.port() != 0 => {
                let _ = writeln!(self.body, "//     {} -> {}", from.name(), to.name());
            }
            _ => {}
        }
    }

    fn call(&mut self, event: &Event, actor: &str, pid: i32, call: &str, args: &[String]) {
        let spelled = format!("{actor}: {call}({})", args.join(", "));
        if *self.process.get_or_insert(pid) != pid {
            return self.comment(Unsupported::Processes, &spelled);
        }
        let span = &self.calls[&event.seq];
        let Some((exit, until)) = span.exit else {
            return self.comment(Unsupported::Blocked, &spelled);
        };
        let waits = span.waits;
        if event.t < self.busy {
            return self.comment(Unsupported::Threads, &spelled);
        }
        let Some(text) = self.descriptors.spell(call, args, exit) else {
            return self.comment(Unsupported::Call, &spelled);
        };
        let mut end = String::new();
        if waits {
            self.busy = until;
            // The return of a call counts from the same line as its beginning: the line before.
            let from = self.since(event.t).unwrap_or(event.t);
            end = format!("...{}", seconds(from + (until - event.t)));
        }
        self.line(event.t, &format!("{end} {text}"));
    }

    fn segment(&mut self, t: u64, segment: &Segment) {
        let ports = BTreeSet::from([segment.source.port(), segment.destination.port()]);
        let is_first = self.connection.get_or_insert_with(|| ports.clone()) == &ports;
        if segment.has("SYN") && is_first && !self.injected.contains(&segment.id) {
            let first = self.syns.entry(segment.from).or_insert(segment.seq_abs);
            self.again |= *first != segment.seq_abs;
        }
        let inbound = segment.to == self.host;
        let direction = if inbound { '<' } else { '>' };
        let written = self.clocks.write(segment);
        match written {
            Some(text) if is_first && !self.again => self.line(t, &format!(" {direction} {text}")),
            Some(text) => self.comment(Unsupported::Connections, &format!("{direction} {text}")),
            None => {
                let text = format!("{direction} {}", segment.flags.join(","));
                self.comment(Unsupported::Number, &text);
            }
        }
    }

    /// µs since the last line.
    fn since(&self, t: u64) -> Option<u64> {
        self.t.map(|last| t - last)
    }

    /// Writes a line of the script. The time of the first line is 0; the others count from the line before.
    fn line(&mut self, t: u64, text: &str) {
        let time = match self.since(t) {
            None => "0".into(),
            Some(since) => format!("+{}", seconds(since)),
        };
        self.t = Some(t);
        let _ = writeln!(self.body, "{time}{text}");
    }

    /// Writes an event that packetdrill cannot express as a comment.
    fn comment(&mut self, what: Unsupported, text: &str) {
        self.unsupported.insert(what);
        let _ = writeln!(self.body, "// not said: {}", escape_controls(text));
    }

    fn finish(mut self, facts: &Facts, info: &ExportInfo) -> String {
        let host = self.host;
        let mut head = format!(
            "// {}: the {host} is under test, its peer is injected.\n",
            escape_controls(&info.title)
        );
        let provenance = escape_controls(&facts.provenance());
        let _ = writeln!(head, "// A run of fourwave's: {provenance}");
        if let Some(address) = &info.address {
            let _ = writeln!(head, "// {}", escape_controls(address));
        }
        if self.t.is_none() {
            // A script needs at least one event; this one does nothing.
            self.comment(
                Unsupported::Call,
                "nothing happened at this host that packetdrill could do",
            );
            self.line(0, " `true`");
        }
        if !self.unsupported.is_empty() {
            head += "//\n// packetdrill cannot play this run as it was, and such a script is to be read rather than run:\n";
            for what in &self.unsupported {
                let _ = writeln!(head, "//   - {}", what.text());
            }
        }
        let body = self.body.trim_start_matches('\n');
        format!("{head}\n--tolerance_usecs={TOLERANCE_US}\n\n{body}")
    }
}

/// The tolerance for a segment's time, µs: recorded runs went through a wire in user space.
const TOLERANCE_US: u32 = 50_000;

fn changed(what: ProcessChange) -> &'static str {
    match what {
        ProcessChange::Started => "starts",
        ProcessChange::Forked => "is forked",
        ProcessChange::Stopped => "is stopped",
        ProcessChange::Continued => "goes on",
        ProcessChange::Exited => "exits",
        ProcessChange::Killed => "is killed",
        ProcessChange::Lost => "is ended from outside",
    }
}

/// The calls of a host by the `seq` of their enters.
fn pair(events: &[Event], of: Host) -> HashMap<u32, CallSpan<'_>> {
    let mut calls: HashMap<u32, CallSpan> = HashMap::new();
    let mut open: HashSet<u32> = HashSet::new();
    for event in events {
        match &event.what {
            What::Call {
                host,
                phase: CallPhase::Enter,
                ..
            } if *host == of => {
                // The calls that are open now block.
                for seq in &open {
                    calls.entry(*seq).and_modify(|call| call.waits = true);
                }
                open.insert(event.seq);
                calls.insert(
                    event.seq,
                    CallSpan {
                        exit: None,
                        waits: false,
                    },
                );
            }
            What::Call {
                phase: CallPhase::Exit(exit),
                ..
            } => {
                if let Some(call) = calls.get_mut(&exit.enter) {
                    call.exit = Some((exit, event.t));
                    call.waits |= exit.cause.is_some();
                    open.remove(&exit.enter);
                }
            }
            What::Segment(segment)
                if segment.to == of && segment.phase == SegmentPhase::Delivered =>
            {
                for seq in &open {
                    calls.entry(*seq).and_modify(|call| call.waits = true);
                }
            }
            _ => {}
        }
    }
    calls
}

/// µs as seconds, without zeros at the end and without a point at the end.
fn seconds(us: u64) -> String {
    let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
