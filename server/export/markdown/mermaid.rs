//! Mermaid's `sequenceDiagram`. A segment is told where it arrived or was lost, so that causes stand above what they
//! caused; calls and states are notes beside their hosts.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use super::super::svg;
use super::super::wording::{self, called, duration, gave, tame};
use crate::event::{
    CallPhase, Event, Host, HostChange, ProcessChange, Segment, SegmentPhase, What,
};
use crate::language::Language;
use crate::state::State;

/// As many lines as a diagram has; renderers refuse texts that are much longer (GitHub at 50,000 characters).
const MOST: usize = 400;

pub(super) fn diagram(events: &[Event], language: Language) -> String {
    let facts = super::Facts::of(events);
    let mut diagram = Diagram {
        language,
        lines: Vec::new(),
        calls: HashMap::new(),
        flying: Vec::new(),
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
    for line in diagram.lines.iter().take(MOST) {
        let _ = writeln!(text, "    {line}");
    }
    if let Some(more) = diagram
        .lines
        .len()
        .checked_sub(MOST)
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
    /// Calls that have not returned, by the `seq` of their enters: their lines, and how much had arrived.
    calls: HashMap<u32, (usize, u32)>,
    /// Segments under way, and whether they are held.
    flying: Vec<(Segment, bool)>,
    /// The connections of each host, by both ports.
    sockets: [HashSet<(u16, u16)>; 2],
    arrivals: u32,
    t: u64,
}

impl Diagram {
    fn event(&mut self, event: &Event) {
        let idle = event.t.saturating_sub(self.t);
        if idle > 1_000_000 && self.flying.is_empty() && !self.lines.is_empty() {
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
                enter,
                result,
                errno,
                data,
                words,
                ..
            } => {
                let Some((line, arrivals)) = enter.and_then(|enter| self.calls.remove(&enter))
                else {
                    return;
                };
                let gave = gave(errno.as_deref(), words.as_deref(), data.as_deref(), *result);
                let whole = by(*host, actor, &called(call, args));
                // What came back at once is one note.
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
                let name = escape(&wording::many(*segments, *bytes));
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
                let key = (socket.local.port(), socket.peer.port());
                if key.1 != 0 {
                    self.sockets[*host as usize].insert(key);
                }
                let several = self.sockets[*host as usize].len() > 1;
                let of = match (&socket.name, several) {
                    (Some(name), true) => format!("{name}: "),
                    _ => String::new(),
                };
                let change = match from {
                    State::Closed => to.name().to_owned(),
                    from => format!("{} → {}", from.name(), to.name()),
                };
                let inferred = if *observed { "" } else { " (?)" };
                self.note(*host, &format!("{of}{change}{inferred}"));
            }
            What::Gap { host, from, to, .. } => {
                self.note(*host, &format!("{} → ? → {}", from.name(), to.name()));
            }
            What::Process {
                host, actor, what, ..
            } if !matches!(what, ProcessChange::Started | ProcessChange::Forked) => {
                let what = self.language.word(svg::process(*what));
                self.note(*host, &format!("{actor}: {what}"));
            }
            What::Host { host, what, sysctl } => {
                let text = match what {
                    HostChange::Sysctl => sysctl.as_deref().unwrap_or_default(),
                    what => self.language.word(svg::host(*what)),
                };
                self.note(*host, text);
            }
            _ => {}
        }
    }

    fn segment(&mut self, segment: &Segment) {
        let own = self
            .flying
            .iter()
            .position(|(other, _)| other.id == segment.id);
        match (segment.phase, own) {
            (SegmentPhase::Sent | SegmentPhase::Injected, _) => {
                self.flying.push((segment.clone(), false))
            }
            (SegmentPhase::Held, Some(own)) => self.flying[own].1 = true,
            (SegmentPhase::Held, None) => {}
            (SegmentPhase::Delivered | SegmentPhase::Dropped, own) => {
                let forged =
                    own.map(|own| self.flying.remove(own).0.phase == SegmentPhase::Injected);
                let lost = segment.phase == SegmentPhase::Dropped;
                // What nobody sent comes along a dotted line.
                let arrow = match (lost, forged == Some(true)) {
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

    fn name(&self, segment: &Segment) -> String {
        let several = self.sockets.iter().any(|sockets| sockets.len() > 1);
        let port = match segment.from {
            Host::Client => segment.source.port(),
            Host::Server => segment.destination.port(),
        };
        let of = if several {
            format!(":{port}")
        } else {
            String::new()
        };
        escape(&wording::name(segment, &of))
    }

    /// What is on the wire when the run is over.
    fn leave(&mut self) {
        for (segment, held) in std::mem::take(&mut self.flying) {
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

fn by(host: Host, actor: &str, call: &str) -> String {
    if actor == host.name() {
        call.to_owned()
    } else {
        format!("{actor}: {call}")
    }
}

/// A text on one line of a diagram. Mermaid ends one at `;` and `#`, reads `%%` as a comment or a directive, HTML as HTML
/// and the word `end` as an end: those become entities, as its documentation says, `#59;` for `;`.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in tame(text).chars() {
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
        // It would say how lines break.
        Some((word, rest)) if ["wrap", "nowrap"].contains(&word.to_ascii_lowercase().as_str()) => {
            format!("{word}#58;{rest}")
        }
        _ => escaped,
    }
}

/// The word `end`, however it is written, with an entity for its first letter.
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
