//! A run's clock and its list of events.

use crate::clock::{Nanos, now, wall};
use crate::event::{Event, What};

/// Stamps events and hands them on.
pub(super) struct Timeline<'a> {
    epoch: Nanos,
    began: u64,
    next_seq: u32,
    last: Nanos,
    sink: &'a mut dyn FnMut(Event),
}

impl<'a> Timeline<'a> {
    /// A timeline that begins now.
    pub(super) fn new(sink: &'a mut dyn FnMut(Event)) -> Timeline<'a> {
        let (epoch, began) = (now(), wall());
        Timeline {
            epoch,
            began,
            next_seq: 0,
            last: epoch,
            sink,
        }
    }

    /// Something that happened now; its `seq`.
    pub(super) fn tell(&mut self, what: What) -> u32 {
        self.tell_at(now(), what)
    }

    /// Something that was stamped where it happened. Never before what was told already: cause precedes effect, also
    /// where two processes stamped them within the same microseconds.
    pub(super) fn tell_at(&mut self, at: Nanos, what: What) -> u32 {
        self.last = self.last.max(at);
        let seq = self.next_seq;
        self.next_seq += 1;
        let t = self.since_start(self.last);
        (self.sink)(Event { seq, t, what });
        seq
    }

    /// µs between the run's beginning and a moment.
    pub(super) fn since_start(&self, at: Nanos) -> u64 {
        at.saturating_sub(self.epoch) / 1000
    }

    /// When it began, µs since 1970.
    pub(super) fn began(&self) -> u64 {
        self.began
    }

    /// When something last happened.
    pub(super) fn last(&self) -> Nanos {
        self.last
    }

    /// How many events there are.
    pub(super) fn len(&self) -> u32 {
        self.next_seq
    }
}
