//! A run as Mermaid's `sequenceDiagram`. A segment stands where it arrived or was lost, so that causes stand above their
//! effects. Calls and states are notes beside their hosts.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crate::event::host::Host;
use crate::event::labels::{self, by, called, duration, gave};
use crate::event::{CallPhase, Event, ProcessChange, Segment, SegmentPhase, Socket, What};
use crate::export::run_facts::Facts;
use crate::export::text_width::escape_controls;
use crate::i18n::Language;
use crate::tcp::state::State;

/// The most lines of a diagram. Renderers refuse longer texts (GitHub at 50,000 characters).
const MAX_LINES: usize = 400;

pub(crate) fn diagram(events: &[Event], language: Language) -> String {
    let facts = Facts::of(events);
    let mut diagram = Diagram {
        language,
        lines: Vec::new(),
        calls: HashMap::new(),
        in_flight: Vec::new(),
        sockets: Default::default(),
        arrivals: 0,
        t: 0,
    };
    for event in events {
        diagram.event(event);
    }
    diagram.leave();
    let mut text = "sequenceDiagram\n".to_owned();
    for host in Host::BOTH {
        let address = escape(facts.addresses[host as usize]);
        let _ = writeln!(text, "    participant {host} as {host} {address}");
    }
    for line in diagram.lines.iter().take(MAX_LINES) {
        let _ = writeln!(text, "    {line}");
    }
    if let Some(more) = diagram
        .lines
        .len()
        .checked_sub(MAX_LINES)
        .filter(|more| *more > 0)
    {
        let more = language.say("export.more", &[("count", &more.to_string())]);
        let _ = writeln!(text, "    Note over client,server: {}", escape(&more));
    }
    text
}

struct Diagram {
    language: Language,
    lines: Vec<String>,
    /// Calls that have not returned, by the `seq` of their enters: their lines, and the number of arrivals before them.
    calls: HashMap<u32, (usize, u32)>,
    /// Segments under way, and whether each is held.
    in_flight: Vec<(Segment, bool)>,
    /// The connections of each host, by both ports.
    sockets: [HashSet<(u16, u16)>; 2],
    arrivals: u32,
    t: u64,
}

impl Diagram {
    fn event(&mut self, event: &Event) {
        let idle = event.t.saturating_sub(self.t);
        let is_still = self.in_flight.iter().all(|(_, held)| *held);
        if idle > 1_000_000 && is_still && !self.lines.is_empty() {
            let text = self
                .language
                .say("stage.idle", &[("time", &duration(idle))]);
            self.lines
                .push(format!("Note over client,server: {}", escape(&text)));
        }
        self.t = event.t;
        match &event.what {
            What::Call {
                host,
                actor,
                call,
                args,
                phase: CallPhase::Enter,
                ..
            } => {
                self.calls
                    .insert(event.seq, (self.lines.len(), self.arrivals));
                self.note(
                    *host,
                    &format!("{} ⋯", by(*host, actor, &called(call, args))),
                );
            }
            What::Call {
                host,
                actor,
                call,
                args,
                phase: CallPhase::Exit(exit),
                ..
            } => {
                let Some((line, arrivals)) = self.calls.remove(&exit.enter) else {
                    return;
                };
                let gave = gave(exit);
                let whole = by(*host, actor, &called(call, args));
                // A call that returned at once is one note.
                if arrivals == self.arrivals {
                    self.lines[line] = note(*host, &format!("{whole} = {gave}"));
                } else {
                    self.note(
                        *host,
                        &format!("{} = {gave}", by(*host, actor, &format!("{call}()"))),
                    );
                }
            }
            What::Segment(segment) => self.segment(segment),
            What::Passed {
                from,
                segments,
                bytes,
                ..
            } => {
                let to = from.other();
                let name = escape(&labels::many(*segments, *bytes));
                self.lines.push(format!("{from}->>{to}: {name}"));
                self.arrivals += 1;
            }
            What::State {
                host,
                socket,
                from,
                to,
                observed,
                ..
            } => {
                let of = self.of(*host, socket);
                let change = match from {
                    State::Closed => to.name().to_owned(),
                    from => format!("{} → {}", from.name(), to.name()),
                };
                let inferred = if *observed { "" } else { " (?)" };
                self.note(*host, &format!("{of}{change}{inferred}"));
            }
            What::Gap {
                host,
                socket,
                from,
                to,
            } => {
                let of = self.of(*host, socket);
                let (from, to) = (from.name(), to.name());
                self.note(*host, &format!("{of}{from} → ? → {to}"));
            }
            What::Process {
                host, actor, what, ..
            } if !matches!(what, ProcessChange::Started | ProcessChange::Forked) => {
                let what = self.language.word(labels::process(*what));
                self.note(*host, &format!("{actor}: {what}"));
            }
            What::Host { host, what } => {
                self.note(*host, self.language.word(labels::host(what)));
            }
            _ => {}
        }
    }

    fn segment(&mut self, segment: &Segment) {
        let own = self
            .in_flight
            .iter()
            .position(|(other, _)| other.id == segment.id);
        match (segment.phase, own) {
            (SegmentPhase::Sent | SegmentPhase::Injected, _) => {
                self.in_flight.push((segment.clone(), false))
            }
            (SegmentPhase::Held, Some(own)) => self.in_flight[own].1 = true,
            (SegmentPhase::Held, None) => {}
            (SegmentPhase::Delivered | SegmentPhase::Dropped, own) => {
                let forged = own.is_some_and(|own| {
                    self.in_flight.remove(own).0.phase == SegmentPhase::Injected
                });
                let lost = segment.phase == SegmentPhase::Dropped;
                // A segment that no host has sent comes along a dotted line.
                let arrow = match (lost, forged) {
                    (false, false) => "->>",
                    (false, true) => "-->>",
                    (true, false) => "-x",
                    (true, true) => "--x",
                };
                let (from, to) = (segment.from, segment.to);
                self.lines
                    .push(format!("{from}{arrow}{to}: {}", self.name(segment)));
                self.arrivals += 1;
            }
        }
    }

    /// The name of a socket, where its host has or had several connections.
    fn of(&mut self, host: Host, socket: &Socket) -> String {
        let sockets = &mut self.sockets[host as usize];
        if socket.peer.port() != 0 {
            sockets.insert((socket.local.port(), socket.peer.port()));
        }
        match &socket.name {
            Some(name) if sockets.len() > 1 => format!("{name}: "),
            _ => String::new(),
        }
    }

    fn name(&self, segment: &Segment) -> String {
        let several = self.sockets.iter().any(|sockets| sockets.len() > 1);
        escape(&labels::name(segment, several))
    }

    /// Notes for the segments that are on the wire at the end of the run.
    fn leave(&mut self) {
        for (segment, held) in std::mem::take(&mut self.in_flight) {
            let key = if held { "export.held" } else { "export.flying" };
            let text = self.language.say(key, &[("host", segment.from.name())]);
            let line = format!(
                "Note over client,server: {} {}",
                escape(&text),
                self.name(&segment)
            );
            self.lines.push(line);
        }
    }

    fn note(&mut self, host: Host, text: &str) {
        self.lines.push(note(host, text));
    }
}

fn note(host: Host, text: &str) -> String {
    let side = match host {
        Host::Client => "left",
        Host::Server => "right",
    };
    format!("Note {side} of {host}: {}", escape(text))
}

/// A text for one line of a diagram. Mermaid ends a line at `;` and `#`, reads `%%` as a comment or a directive, HTML as
/// HTML and the word `end` as the end of a block. Its documentation tells to write these as entities, `#59;` for `;`.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in escape_controls(text).chars() {
        match c {
            ';' | '#' | '%' | '<' | '>' | '&' | '"' | '\'' | '`' | '\\' | '{' | '}' | '$' | '*'
            | '~' => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    let escaped = without_end(&escaped);
    match escaped.split_once(':') {
        // `wrap:` and `nowrap:` are directives for line breaks.
        Some((word, rest)) if ["wrap", "nowrap"].contains(&word.to_ascii_lowercase().as_str()) => {
            format!("{word}#58;{rest}")
        }
        _ => escaped,
    }
}

/// A text in which the word `end`, in capitals or not, has an entity for its first letter.
fn without_end(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_ascii_alphanumeric() => word.push(c),
            other => {
                if word.eq_ignore_ascii_case("end") {
                    let _ = write!(out, "#{};{}", u32::from(word.as_bytes()[0]), &word[1..]);
                } else {
                    out += &word;
                }
                word.clear();
                out.extend(other);
            }
        }
    }
    out
}
