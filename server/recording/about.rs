//! A recording's summary: the facts that its page shows before it is played.

use serde::{Deserialize, Serialize};

use crate::event::SegmentPhase;
use crate::event::host::Host;
use crate::recording::composed::Composed;
use crate::tcp::state::State;

/// A recording's summary, from its events.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RecordingInfo {
    /// The scenario's id, where the run began as one of ours.
    pub scenario: Option<String>,
    /// The composed script.
    pub script: String,
    /// The kernel's release, uname(2).
    pub kernel: String,
    /// The machine's architecture, uname(2).
    pub machine: Option<String>,
    /// When the run began: µs since 1970.
    pub began: Option<u64>,
    /// What became of it.
    pub story: Story,
}

/// What became of a run's connections, in a few words: the first of these that is so.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Story {
    /// Segments came from nowhere: copies or forgeries.
    Injected,
    /// A RST was sent before anything was open.
    Refused,
    /// A RST was sent, first by this host.
    Reset(Host),
    /// Both hosts sent a FIN, this one first.
    Both(Host),
    /// This host alone sent a FIN.
    One(Host),
    /// A connection was open, and neither FIN nor RST was sent.
    Open,
    /// Nothing was ever open.
    Nothing,
}

/// Of the events those that are looked at; whatever else there is may be told by a later program.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum KnownEvent {
    Run {
        scenario: Option<String>,
        script: String,
        kernel: String,
        machine: Option<String>,
        began: Option<u64>,
    },
    Script {
        at: usize,
        remove: usize,
        insert: Vec<String>,
    },
    Segment {
        from: Host,
        phase: SegmentPhase,
        flags: Vec<String>,
    },
    State {
        to: State,
    },
    #[serde(other)]
    Other,
}

/// What a recording is about, whose lines are these; None where it does not begin with a `run` event, or a line is no
/// event.
pub fn about<'a>(mut lines: impl Iterator<Item = &'a str>) -> Option<RecordingInfo> {
    let KnownEvent::Run {
        scenario,
        script,
        kernel,
        machine,
        began,
    } = serde_json::from_str(lines.next()?).ok()?
    else {
        return None;
    };
    let mut script = Composed::new(&script);
    let mut signs = Signs::default();
    for line in lines {
        match serde_json::from_str(line).ok()? {
            KnownEvent::Script { at, remove, insert } => script.change(at, remove, insert),
            KnownEvent::Segment { from, phase, flags } => signs.add(from, phase, &flags),
            KnownEvent::State { to } => signs.opened |= to == State::Established,
            KnownEvent::Run { .. } | KnownEvent::Other => {}
        }
    }
    Some(RecordingInfo {
        scenario,
        script: script.text(),
        kernel,
        machine,
        began,
        story: signs.story(),
    })
}

/// What a story is concluded from.
#[derive(Default)]
struct Signs {
    injected: bool,
    opened: bool,
    /// Who sent a RST first.
    reset: Option<Host>,
    /// Who sent FINs, in their order.
    fins: Vec<Host>,
}

impl Signs {
    fn add(&mut self, from: Host, phase: SegmentPhase, flags: &[String]) {
        self.injected |= phase == SegmentPhase::Injected;
        if phase != SegmentPhase::Sent {
            return;
        }
        let has = |name: &str| flags.iter().any(|flag| flag == name);
        if has("RST") {
            self.reset.get_or_insert(from);
        }
        if has("FIN") && !self.fins.contains(&from) {
            self.fins.push(from);
        }
    }

    fn story(&self) -> Story {
        match (self.reset, self.fins.as_slice()) {
            _ if self.injected => Story::Injected,
            (Some(_), _) if !self.opened => Story::Refused,
            (Some(host), _) => Story::Reset(host),
            (None, [host]) => Story::One(*host),
            (None, [host, ..]) => Story::Both(*host),
            (None, []) if self.opened => Story::Open,
            (None, []) => Story::Nothing,
        }
    }
}
