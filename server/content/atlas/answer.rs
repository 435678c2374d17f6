//! The kernel's answer in a cell, read from the events of its run. Pure.

use serde::Serialize;

use crate::content::atlas::cell::TEST;
use crate::event::host::Host;
use crate::event::{CallPhase, Cause, Event, SegmentPhase, StepPhase, Timer, What};
use crate::tcp::state::State;

/// A host's answer to the stimulus.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
pub struct Answer {
    /// The call's result; None where the stimulus is no call.
    pub gave: Option<Gave>,
    /// The control bits of each segment that the stimulus made it send.
    pub sent: Vec<Vec<String>>,
    /// The state that the stimulus led to; None where the state stays.
    pub to: Option<State>,
}

/// The result of a call.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gave {
    /// A number.
    Number(i64),
    /// An error's name.
    Error(String),
    /// No result: the call still waited when all was quiet.
    Blocked,
}

/// The answer that a run shows; None where its [`TEST`] line was not played. `host` is the tested one; `called` says that
/// the stimulus is a call.
///
/// Only events whose cause is the stimulus count, and a delayed acknowledgment. The work of other timers is no answer, nor
/// are the effects of the peer's reaction.
pub fn answer(events: &[Event], host: Host, called: bool) -> Option<Answer> {
    let begin = events.iter().position(is_test)?;
    let after = &events[begin..];
    let stimulus = if called {
        enter(after, host)?
    } else {
        arrival(after, host)?
    };
    let mut answer = Answer {
        gave: called.then_some(Gave::Blocked),
        sent: Vec::new(),
        to: None,
    };
    for event in after {
        match &event.what {
            What::Segment(segment)
                if segment.phase == SegmentPhase::Sent
                    && segment.from == host
                    && segment.cause.is_some_and(|cause| {
                        cause == stimulus || cause == Cause::Timer(Some(Timer::DelayedAck))
                    }) =>
            {
                answer.sent.push(segment.flags.clone());
            }
            What::State {
                host: at,
                to,
                cause,
                ..
            } if *at == host && *cause == stimulus => answer.to = Some(*to),
            What::Call {
                phase: CallPhase::Exit(exit),
                ..
            } if Cause::Call(exit.enter) == stimulus => {
                let error = exit.errno.clone().map(Gave::Error);
                answer.gave = Some(error.unwrap_or(Gave::Number(exit.result)));
            }
            _ => {}
        }
    }
    Some(answer)
}

fn is_test(event: &Event) -> bool {
    matches!(&event.what, What::Step { phase: StepPhase::Begin, facts: Some(facts), .. } if facts.label.as_deref() == Some(TEST))
}

/// The call that the host's program makes.
fn enter(after: &[Event], host: Host) -> Option<Cause> {
    after.iter().find_map(|event| match &event.what {
        What::Call {
            host: at,
            phase: CallPhase::Enter,
            ..
        } if *at == host => Some(Cause::Call(event.seq)),
        _ => None,
    })
}

/// The stimulus that arrives: a forged segment, or one that a call of the peer sends.
fn arrival(after: &[Event], host: Host) -> Option<Cause> {
    after.iter().find_map(|event| match &event.what {
        What::Segment(segment) if segment.to == host => {
            let called = matches!(segment.cause, Some(Cause::Call(_)));
            let comes = segment.phase == SegmentPhase::Injected
                || segment.phase == SegmentPhase::Sent && called;
            comes.then_some(Cause::Segment(segment.id))
        }
        _ => None,
    })
}
