//! The comments on packets in a capture: the cause of a packet, its end on the wire, its effects.

use std::collections::{HashMap, HashSet};

use crate::event::{CallPhase, Cause, Event, Exit, Segment, SegmentPhase, Timer, What};

/// The facts about each segment, gathered from the whole run.
#[derive(Default)]
pub(crate) struct PacketComments {
    /// Calls by the `seq` of their enters, such as `client called close(3)`.
    calls: HashMap<u32, String>,
    /// Segments by their ids, such as `segment 5 FIN,ACK`.
    names: HashMap<u32, String>,
    /// Events on the wire other than arrival, by segment id.
    outcomes: HashMap<u32, Vec<String>>,
    /// Effects at the receiver, by segment id.
    effects: HashMap<u32, Vec<String>>,
    /// Origins of segments that no host has sent, by segment id.
    origins: HashMap<u32, String>,
    /// Segments that have left the wire.
    gone: HashSet<u32>,
    ended: bool,
}

impl PacketComments {
    /// Reads the run.
    pub(crate) fn of(events: &[Event]) -> PacketComments {
        let mut comments = PacketComments::default();
        for event in events {
            comments.read(event);
        }
        comments
    }

    fn read(&mut self, event: &Event) {
        match &event.what {
            What::Segment(segment) => self.read_segment(segment),
            What::Call {
                actor,
                call,
                args,
                phase: CallPhase::Enter,
                ..
            } => {
                let call = format!("{actor} called {call}({})", args.join(", "));
                self.calls.insert(event.seq, call);
            }
            What::Call {
                actor,
                call,
                args,
                phase:
                    CallPhase::Exit(Exit {
                        cause: Some(Cause::Segment(id)),
                        ..
                    }),
                ..
            } => self.effect(*id, format!("{call}({}) of {actor} wakes", args.join(", "))),
            What::State {
                host,
                socket,
                from,
                to,
                cause: Cause::Segment(id),
                observed,
            } => {
                let name = match &socket.name {
                    Some(name) => format!("{host} {name}"),
                    None => format!("{host} {}", socket.local),
                };
                let inferred = if *observed { "" } else { " (inferred)" };
                let change = format!("{name}: {} → {}{inferred}", from.name(), to.name());
                self.effect(*id, change);
            }
            What::End { .. } => self.ended = true,
            _ => {}
        }
    }

    fn read_segment(&mut self, segment: &Segment) {
        let Segment { id, reason, .. } = segment;
        let reason = reason.as_deref().unwrap_or("no reason is known");
        let outcome = match segment.phase {
            SegmentPhase::Sent => {
                self.names.insert(*id, name(segment));
                return;
            }
            SegmentPhase::Injected => {
                self.names.insert(*id, name(segment));
                self.origins.insert(*id, reason.to_owned());
                return;
            }
            SegmentPhase::Held => "held on the wire".to_owned(),
            SegmentPhase::Dropped => {
                self.gone.insert(*id);
                format!("lost: {reason}")
            }
            SegmentPhase::Delivered => {
                self.gone.insert(*id);
                return;
            }
        };
        self.outcomes.entry(*id).or_default().push(outcome);
    }

    fn effect(&mut self, id: u32, what: String) {
        self.effects.entry(id).or_default().push(what);
    }

    /// The comments at the sender: the cause of a segment, and its end on the wire.
    pub(crate) fn at_sender(&self, segment: &Segment) -> Vec<String> {
        let (host, name) = (segment.from, name(segment));
        let because = match segment.cause {
            Some(Cause::Call(seq)) => match self.calls.get(&seq) {
                Some(call) => format!("because {call}"),
                None => "because of a call".into(),
            },
            Some(Cause::Segment(id)) => match self.names.get(&id) {
                Some(cause) => format!("in answer to {cause}"),
                None => format!("in answer to segment {id}"),
            },
            Some(Cause::Kill) => format!("because a process of {host} ended"),
            Some(Cause::Crash) => format!("because {host} lost its power"),
            Some(Cause::Destroy) => "because its socket was destroyed from outside".into(),
            Some(Cause::Timer(timer)) => format!("because of {}", timer_name(timer)),
            None => "for no known cause".into(),
        };
        let mut comments = vec![format!("{name}: sent {because}")];
        comments.extend(segment.reset.map(|reason| format!("RST: {reason}")));
        comments.extend(
            self.outcomes
                .get(&segment.id)
                .into_iter()
                .flatten()
                .cloned(),
        );
        if self.ended && !self.gone.contains(&segment.id) {
            comments.push("still on the wire when the run ended".into());
        }
        comments
    }

    /// The comments at the receiver: the name of a segment, and its effects.
    pub(crate) fn at_receiver(&self, segment: &Segment) -> Vec<String> {
        let name = name(segment);
        let mut comments = vec![match self.origins.get(&segment.id) {
            Some(origin) => format!("{name}: not sent by {}, {origin}", segment.from),
            None => name,
        }];
        comments.extend(self.effects.get(&segment.id).into_iter().flatten().cloned());
        comments
    }
}

fn name(segment: &Segment) -> String {
    format!("segment {} {}", segment.id, segment.flags.join(","))
}

fn timer_name(timer: Option<Timer>) -> &'static str {
    match timer {
        Some(Timer::Retransmit) => "the retransmission timer",
        Some(Timer::Keepalive) => "the keepalive timer",
        Some(Timer::TimeWait) => "the TIME_WAIT timer",
        Some(Timer::FinWait2) => "the FIN_WAIT_2 timer",
        Some(Timer::Probe) => "the window probe timer",
        Some(Timer::DelayedAck) => "the delayed acknowledgment timer",
        Some(Timer::Call) => "the time that a call was given",
        None => "a timer",
    }
}
