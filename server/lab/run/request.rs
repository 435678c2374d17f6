//! The wish for a run, which goes unchanged from a request, a command or a test to the director; and the limits that
//! all runs of a place have.

use std::time::Duration;

use crate::script::ast::Script;

/// The wish for a run.
pub struct RunRequest {
    /// The scenario's id, where it is one of ours.
    pub scenario: Option<String>,
    /// The script.
    pub script: Script,
    /// The pace of the script.
    pub pace: Pace,
    /// The pace of lines that are said after the script, where it is another.
    pub then: Option<Pace>,
    /// Whether the run takes further lines after its script, and ends only when it is told to.
    pub open: bool,
}

impl RunRequest {
    /// A run that plays a script and ends.
    pub fn new(script: Script, pace: Pace) -> RunRequest {
        RunRequest {
            scenario: None,
            script,
            pace,
            then: None,
            open: false,
        }
    }
}

/// How long runs may go on. A run over its limit ends.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A run that plays its script and ends.
    pub run: Duration,
    /// An open run.
    pub open: Duration,
    /// An open run to which nobody says a line.
    pub idle: Duration,
    /// The events of any run.
    pub events: u32,
}

impl Limits {
    /// The same time for every kind of run, and the usual number of events.
    pub const fn of(time: Duration) -> Limits {
        Limits {
            run: time,
            open: time,
            idle: time,
            events: MAX_EVENTS,
        }
    }
}

/// The most events of a run that somebody is to look at.
pub const MAX_EVENTS: u32 = 20_000;

/// How fast a run goes, where its script does not say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// How long each segment is held on the wire.
    pub delay: Duration,
    /// The pause after each line.
    pub beat: Duration,
}

impl Pace {
    /// For an eye to follow. A round trip stays below the second after which a SYN is sent again (RFC 6298, section 2.1).
    pub const FOLLOW: Pace = Pace {
        delay: Duration::from_millis(400),
        beat: Duration::from_millis(300),
    };
    /// As [`Pace::FOLLOW`], without a pause: what a run did is done again in the time that its segments take, so that its
    /// timers, which the kernel derives from that, are as they were.
    pub const AGAIN: Pace = Pace {
        beat: Duration::ZERO,
        ..Pace::FOLLOW
    };
    /// As fast as the kernel goes.
    pub const FULL: Pace = Pace {
        delay: Duration::ZERO,
        beat: Duration::ZERO,
    };
}
