//! What to play, and how.

use std::time::Duration;

use crate::script::ast::Script;

/// What to play, and how.
pub struct Play<'a> {
    /// The scenario's id, where it is one of ours.
    pub scenario: Option<&'a str>,
    /// The script.
    pub script: &'a Script,
    /// How fast.
    pub pace: Pace,
    /// After so long the run ends, wherever it is.
    pub limit: Duration,
    /// After so many events too.
    pub most_events: u32,
}

/// The most events that a run makes where somebody is to look at it.
pub const MOST_EVENTS: u32 = 20_000;

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
