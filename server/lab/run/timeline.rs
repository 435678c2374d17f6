//! A run's clock and its list of events.

use std::mem;

use crate::event::host::Host;
use crate::event::{Event, What};
use crate::lab::run::wire::decoder::Plain;
use crate::lab::sandbox::clock::{Nanos, now, wall};

/// Stamps events and hands them on.
pub(crate) struct Timeline<'a> {
    epoch: Nanos,
    began: u64,
    next_seq: u32,
    last: Nanos,
    last_activity: Nanos,
    /// What passed without being told one by one, since the last event.
    passed: Vec<What>,
    sink: &'a mut dyn FnMut(Event),
}

impl<'a> Timeline<'a> {
    /// A timeline that begins now.
    pub(crate) fn new(sink: &'a mut dyn FnMut(Event)) -> Timeline<'a> {
        let (epoch, began) = (now(), wall());
        Timeline {
            epoch,
            began,
            next_seq: 0,
            last: epoch,
            last_activity: epoch,
            passed: Vec::new(),
            sink,
        }
    }

    /// Something that happened now; its `seq`.
    pub(crate) fn emit(&mut self, what: What) -> u32 {
        self.emit_at(now(), what)
    }

    /// Something that was stamped where it happened. Never before what was told already: cause precedes effect, also
    /// where two processes stamped them within the same microseconds.
    pub(crate) fn emit_at(&mut self, at: Nanos, what: What) -> u32 {
        self.emit_passed();
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
            self.last_activity = self.last;
        }
        (self.sink)(Event { seq, t, what });
        seq
    }

    /// A segment passed. That is told before the next event, together with those before it of the same direction.
    pub(crate) fn passed(&mut self, host: Host, plain: &Plain, at: Nanos) {
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
    pub(crate) fn emit_passed(&mut self) {
        for what in mem::take(&mut self.passed) {
            self.put(what);
        }
    }

    /// µs between the run's beginning and a moment.
    pub(crate) fn since_start(&self, at: Nanos) -> u64 {
        at.saturating_sub(self.epoch) / 1000
    }

    /// When it began, µs since 1970.
    pub(crate) fn began(&self) -> u64 {
        self.began
    }

    /// When something last happened.
    pub(crate) fn last(&self) -> Nanos {
        self.last
    }

    /// When a segment, a state, a call or a process was last told of.
    pub(crate) fn last_activity(&self) -> Nanos {
        self.last_activity
    }

    /// How many events there are.
    pub(crate) fn len(&self) -> u32 {
        self.next_seq
    }
}
