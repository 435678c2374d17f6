//! What holds of states and their causes.

use std::collections::{HashMap, HashSet};

use fourwave::event::{CallPhase, Cause, Event, HostChange, SegmentPhase, What};
use fourwave::tcp::state::{State, is_edge};

/// Each socket's changes join: each begins in the state that was told last.
pub(super) fn joints(events: &[Event], broken: &mut Vec<String>) {
    let mut now = HashMap::new();
    for event in events {
        let (What::State {
            host,
            socket,
            from,
            to,
            ..
        }
        | What::Gap {
            host,
            socket,
            from,
            to,
        }) = &event.what
        else {
            continue;
        };
        let before = now.insert((*host, socket.local, socket.peer), *to);
        // A new connection may come from a listening socket.
        let fits = match before.unwrap_or(State::Closed) {
            State::Closed => matches!(from, State::Closed | State::Listen),
            before => before == *from,
        };
        if !fits {
            broken.push(format!(
                "from {from:?}, but it was {before:?}, at {}",
                event.seq
            ));
        }
    }
}

/// Each change is an edge of figure 5 of RFC 9293 and was read from a kernel. Only where a segment woke a call that led
/// on at once, before the table could be read, the state between is inferred.
pub(super) fn edges(events: &[Event], broken: &mut Vec<String>) {
    for (index, event) in events.iter().enumerate() {
        match &event.what {
            What::State {
                from,
                to,
                observed,
                cause,
                ..
            } => {
                let leads_on = || {
                    matches!(cause, Cause::Segment(_))
                        && matches!(
                            &events[index + 1].what,
                            What::State { from, cause: Cause::Call(_), .. } if from == to
                        )
                };
                if !is_edge(*from, *to) || !(*observed || leads_on()) {
                    broken.push(format!(
                        "{from:?} to {to:?} at {} is no edge, or was not seen",
                        event.seq
                    ));
                }
            }
            What::Gap { from, to, .. } => {
                broken.push(format!("a gap from {from:?} to {to:?} at {}", event.seq));
            }
            _ => {}
        }
    }
}

/// A change's cause was told before it and is not over: the segment is the one that its host got last, and was meant for
/// that socket; the call has not returned.
pub(super) fn causes(events: &[Event], broken: &mut Vec<String>) {
    let mut arrived = HashMap::new();
    let mut under_way = HashMap::new();
    let mut crashed = HashSet::new();
    for event in events {
        match &event.what {
            What::Segment(segment) if segment.phase == SegmentPhase::Delivered => {
                arrived.insert(segment.to, segment);
            }
            What::Call {
                host,
                phase: CallPhase::Enter,
                ..
            } => {
                under_way.insert(event.seq, *host);
            }
            What::Call {
                phase: CallPhase::Exit(exit),
                ..
            } => {
                under_way.remove(&exit.enter);
            }
            What::Host {
                host,
                what: HostChange::Crashed,
                ..
            } => {
                crashed.insert(*host);
            }
            What::State {
                host,
                socket,
                from,
                to,
                cause,
                ..
            } => {
                let is_there = match cause {
                    Cause::Segment(id) => arrived.get(host).is_some_and(|segment| {
                        segment.id == *id
                            && (segment.destination, segment.source) == (socket.local, socket.peer)
                    }),
                    Cause::Call(enter) => under_way.get(enter) == Some(host),
                    Cause::Crash => crashed.contains(host),
                    Cause::Kill | Cause::Destroy | Cause::Timer(_) => true,
                };
                if !is_there {
                    broken.push(format!(
                        "{from:?} to {to:?} at {}: the cause {cause:?} is not there",
                        event.seq
                    ));
                }
                if !can_cause(*cause, *from, *to) {
                    broken.push(format!("{from:?} to {to:?} at {} by {cause:?}", event.seq));
                }
            }
            _ => {}
        }
    }
}

/// Whether a change can come from such a cause: a FIN is sent by a process or by its end, an answer comes off the wire.
fn can_cause(cause: Cause, from: State, to: State) -> bool {
    use State::{Established, Listen, SynReceived, SynSent};
    let own = matches!(cause, Cause::Call(_) | Cause::Kill);
    match to {
        State::Closed => true,
        Listen | SynSent => matches!(cause, Cause::Call(_)),
        State::FinWait1 | State::LastAck => own,
        SynReceived | Established | State::CloseWait => matches!(cause, Cause::Segment(_)),
        State::FinWait2 | State::Closing | State::TimeWait => {
            matches!(cause, Cause::Segment(_)) && from != Established
        }
    }
}
