//! What holds of every run, whatever its script.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use fourwave::event::{
    CallPhase, Cause, Ending, Event, HostChange, ProcessChange, SegmentPhase, StepPhase, What,
};
use fourwave::state::{State, is_edge};

/// How late a run may notice that its time is over: it looks between two readings, and the machine has other work.
const LATE: Duration = Duration::from_secs(5);

/// Every law that a run broke, in words.
pub fn broken(events: &[Event], limit: Duration) -> Vec<String> {
    let mut broken = Vec::new();
    for law in [numbers, frame, steps, calls, processes, segments, joints] {
        law(events, &mut broken);
    }
    // Nobody can know when somebody else will kill a process: what its end does may be seen before that it ends.
    let is_lost = |event: &Event| {
        let lost = ProcessChange::Lost;
        matches!(event.what, What::Process { what, .. } if what == lost)
    };
    if !events.iter().any(is_lost) {
        for law in [edges, causes, wire] {
            law(events, &mut broken);
        }
    }
    if let Some(last) = events.last()
        && Duration::from_micros(last.t) > limit + LATE
    {
        broken.push(format!("it took {} µs", last.t));
    }
    broken
}

/// Events are counted 0, 1, 2 …, and time does not go back.
fn numbers(events: &[Event], broken: &mut Vec<String>) {
    for (index, pair) in events.windows(2).enumerate() {
        if pair[0].seq as usize != index || pair[1].seq as usize != index + 1 {
            broken.push(format!("event {index} has the number {}", pair[0].seq));
        }
        if pair[1].t < pair[0].t {
            broken.push(format!("time goes back at {}", pair[1].seq));
        }
    }
}

/// `run` is first, `end` is last, and both come once; the machine never fails.
fn frame(events: &[Event], broken: &mut Vec<String>) {
    let is_run = |event: &Event| matches!(event.what, What::Run { .. });
    let is_end = |event: &Event| matches!(event.what, What::End { .. });
    let count = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
    if !events.first().is_some_and(is_run) || !events.last().is_some_and(is_end) {
        broken.push("it does not begin with run, or does not end with end".into());
    }
    if count(is_run) != 1 || count(is_end) != 1 {
        broken.push("it begins or ends more than once".into());
    }
    if let Some(What::End {
        how: Ending::Failed,
        reason,
        ..
    }) = events.last().map(|event| &event.what)
        && !reason.contains("yet")
    // a forged segment for a connection that never was
    {
        broken.push(format!("failed: {reason}"));
    }
}

/// Lines begin and end one after the other; only the last may not end, and then the run was not played to its end.
fn steps(events: &[Event], broken: &mut Vec<String>) {
    let (mut at, mut last) = (None, 0);
    for event in events {
        match (&event.what, at) {
            (
                What::Step {
                    line,
                    phase: StepPhase::Begin,
                    ..
                },
                None,
            ) if *line > last => {
                (at, last) = (Some(*line), *line);
            }
            (
                What::Step {
                    line,
                    phase: StepPhase::End,
                    ..
                },
                Some(begun),
            ) if begun == *line => {
                at = None;
            }
            (What::Step { line, .. }, _) => {
                broken.push(format!(
                    "line {line} begins or ends out of turn at {}",
                    event.seq
                ));
            }
            (What::End { how, line, .. }, _) => {
                // Between its last line and its end a run still settles.
                let current = at.or(Some(last).filter(|_| *how != Ending::Played));
                if *line != current && *how != Ending::Failed {
                    broken.push(format!(
                        "ended on {line:?} as {how:?}, while line {at:?} was on"
                    ));
                }
            }
            _ => {}
        }
    }
}

/// Each socket's changes join: each begins in the state that was told last.
fn joints(events: &[Event], broken: &mut Vec<String>) {
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
fn edges(events: &[Event], broken: &mut Vec<String>) {
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
fn causes(events: &[Event], broken: &mut Vec<String>) {
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
            What::Call { enter, .. } => {
                enter.and_then(|enter| under_way.remove(&enter));
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

/// What is on the wire fits what the tables said: only who is opening sends a SYN, only who is closing sends a FIN.
fn wire(events: &[Event], broken: &mut Vec<String>) {
    let mut now = HashMap::new();
    for event in events {
        match &event.what {
            What::State {
                host, socket, to, ..
            }
            | What::Gap {
                host, socket, to, ..
            } => {
                now.insert((*host, socket.local, socket.peer), *to);
            }
            // A timer may send again between the reading of the wire and that of the table.
            What::Segment(segment)
                if segment.phase == SegmentPhase::Sent && !segment.retransmission =>
            {
                let state = now.get(&(segment.from, segment.source, segment.destination));
                let has = |bit: &str| segment.flags.iter().any(|flag| flag == bit);
                let fits = if has("SYN") {
                    matches!(state, Some(State::SynSent | State::SynReceived))
                } else if has("FIN") {
                    state.is_some_and(|state| state.own_fin_queued())
                } else {
                    true
                };
                if !fits {
                    broken.push(format!(
                        "{:?} sends {:?} in {state:?} at {}",
                        segment.from, segment.flags, event.seq
                    ));
                }
            }
            _ => {}
        }
    }
}

/// A thread is in one call at a time. Each enter has its exit, or its process ended, or it was in that call to the end.
fn calls(events: &[Event], broken: &mut Vec<String>) {
    const MAY_BLOCK: [&str; 8] = [
        "connect",
        "accept",
        "send",
        "recv",
        "close",
        "poll",
        "epoll_wait",
        "shutdown",
    ];
    let mut inside = HashMap::new();
    let mut stopped = HashSet::new();
    for event in events {
        match &event.what {
            What::Call {
                tid,
                phase: CallPhase::Enter,
                ..
            } => {
                let before = inside.insert(*tid, event);
                broken.extend(before.map(|before| {
                    format!("in the call of {} another at {}", before.seq, event.seq)
                }));
            }
            What::Call {
                tid,
                phase: CallPhase::Exit,
                enter,
                call,
                result,
                ..
            } => {
                let entered = inside.remove(tid);
                let fits = entered.is_some_and(|entered| {
                    Some(entered.seq) == *enter
                        && matches!(&entered.what, What::Call { call: name, .. } if name == call)
                });
                if !fits || result.is_none() {
                    broken.push(format!("an exit without its enter at {}", event.seq));
                }
            }
            What::Process { pid, tid, what, .. } => match what {
                ProcessChange::Stopped => drop(stopped.insert(*pid)),
                ProcessChange::Exited | ProcessChange::Killed | ProcessChange::Lost => {
                    inside.remove(tid);
                }
                _ => {}
            },
            What::End {
                how: Ending::Played,
                ..
            } => {
                for entered in inside.values() {
                    let What::Call { call, pid, .. } = &entered.what else {
                        continue;
                    };
                    if !MAY_BLOCK.contains(&call.as_str()) && !stopped.contains(pid) {
                        broken.push(format!("{call} never returned, entered at {}", entered.seq));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Who acts has begun and not ended; nobody begins or ends twice.
fn processes(events: &[Event], broken: &mut Vec<String>) {
    let mut present: HashMap<i32, i32> = HashMap::new();
    for event in events {
        let fits = match &event.what {
            What::Process {
                pid,
                tid,
                what: ProcessChange::Started | ProcessChange::Forked,
                ..
            } => present.insert(*tid, *pid).is_none(),
            What::Process {
                tid,
                what: ProcessChange::Exited | ProcessChange::Killed | ProcessChange::Lost,
                ..
            } => present.remove(tid).is_some(),
            What::Process { pid, tid, .. } | What::Call { pid, tid, .. } => {
                present.get(tid) == Some(pid)
            }
            _ => true,
        };
        if !fits {
            broken.push(format!(
                "somebody who is not there, or twice, at {}",
                event.seq
            ));
        }
    }
}

/// Each segment is sent or injected once, may be held once, and is delivered or dropped once, unless it is held to the
/// end. Where the run did not come to its end, some may still be under way.
fn segments(events: &[Event], broken: &mut Vec<String>) {
    use SegmentPhase::{Delivered, Dropped, Held, Injected, Sent};
    let mut under_way: HashMap<u32, SegmentPhase> = HashMap::new();
    let mut over = HashSet::new();
    for event in events {
        match &event.what {
            What::Segment(segment) => {
                let id = segment.id;
                let before = under_way.remove(&id);
                let fits = match segment.phase {
                    Sent | Injected => before.is_none() && !over.contains(&id),
                    Held => before == Some(Sent),
                    Delivered | Dropped => before.is_some() && over.insert(id),
                };
                if !fits {
                    broken.push(format!(
                        "{:?} segment {id} out of turn at {}",
                        segment.phase, event.seq
                    ));
                }
                if segment.phase == Dropped && segment.reason.is_none() {
                    broken.push(format!("segment {id} is lost without a reason"));
                }
                if !matches!(segment.phase, Delivered | Dropped) {
                    under_way.insert(id, segment.phase);
                }
            }
            What::End {
                how: Ending::Played,
                ..
            } => {
                for (id, phase) in under_way.iter().filter(|(_, phase)| **phase != Held) {
                    broken.push(format!("segment {id} was {phase:?} and has no end"));
                }
            }
            _ => {}
        }
    }
}
