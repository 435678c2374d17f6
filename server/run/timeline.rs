//! A run's clock and its list of events.

use std::mem;

use super::segment::Plain;
use crate::clock::{Nanos, now, wall};
use crate::event::{Event, Host, What};

/// Stamps events and hands them on.
pub(super) struct Timeline<'a> {
    epoch: Nanos,
    began: u64,
    next_seq: u32,
    last: Nanos,
    last_deed: Nanos,
    /// What passed without being told one by one, since the last event.
    passed: Vec<What>,
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
            last_deed: epoch,
            passed: Vec::new(),
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
        self.tell_passed();
        self.last = self.last.max(at);
        self.put(what)
    }

    fn put(&mut self, what: What) -> u32 {
        let seq = self.next_seq;
        self.next_seq += 1;
        let t = self.since_start(self.last);
        if let What::Segment(_) | What::State { .. } | What::Call { .. } | What::Process { .. } =
            what
        {
            self.last_deed = self.last;
        }
        (self.sink)(Event { seq, t, what });
        seq
    }

    /// A segment passed. That is told before the next event, together with those before it of the same direction.
    pub(super) fn passed(&mut self, host: Host, plain: &Plain, at: Nanos) {
        self.last = self.last.max(at);
        let alike = self.passed.iter_mut().find_map(|what| match what {
            What::Passed {
                source,
                destination,
                segments,
                bytes,
                ..
            } if (*source, *destination) == plain.ends => Some((segments, bytes)),
            _ => None,
        });
        match alike {
            Some((segments, bytes)) => {
                *segments += 1;
                *bytes += plain.len as u64;
            }
            None => self.passed.push(What::Passed {
                from: host,
                source: plain.ends.0,
                destination: plain.ends.1,
                segments: 1,
                bytes: plain.len as u64,
                since: self.since_start(at),
            }),
        }
    }

    /// Tells what passed.
    pub(super) fn tell_passed(&mut self) {
        for what in mem::take(&mut self.passed) {
            self.put(what);
        }
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

    /// When a segment, a state, a call or a process was last told of.
    pub(super) fn last_deed(&self) -> Nanos {
        self.last_deed
    }

    /// How many events there are.
    pub(super) fn len(&self) -> u32 {
        self.next_seq
    }
}
