//! What holds of every run, whatever its script.

mod states;
mod wire;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use fourwave::event::{CallPhase, Ending, Event, ProcessChange, StepPhase, What};

use states::{causes, edges, joints};
use wire::{segments, wire};

/// How late a run may notice that its time is over: it looks between two readings, and the machine has other work.
const LATE: Duration = Duration::from_secs(5);

/// Every law that a run broke, in words.
pub fn broken(events: &[Event], limit: Duration) -> Vec<String> {
    let mut broken = Vec::new();
    if is_refused(events) {
        return broken;
    }
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

/// Whether the machine refused the run. A kernel makes and removes devices one after the other (under its lock `rtnl`); one
/// that is asked for very many, by others too, takes longer than the lab waits for a host.
fn is_refused(events: &[Event]) -> bool {
    let refused = "this machine does not let a host be built";
    matches!(
        events,
        [Event { what: What::End { how: Ending::Failed, reason, .. }, .. }] if reason.starts_with(refused)
    )
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

/// Lines begin and end one after the other; only the last may not end, and then the run was not played to its end. Only
/// what is done on the wire by hand may come in the middle of another line.
fn steps(events: &[Event], broken: &mut Vec<String>) {
    let (mut at, mut last) = (None, 0);
    let mut by_hand = None;
    for event in events {
        match (&event.what, at) {
            (
                What::Script {
                    at: changed,
                    remove,
                    insert,
                    ..
                },
                _,
            ) => {
                let moved = |line: usize| match line < changed + remove {
                    true => line,
                    false => line + insert.len() - remove,
                };
                (at, last) = (at.map(moved), moved(last));
            }
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
            (
                What::Step {
                    line, text, phase, ..
                },
                _,
            ) if text.contains("wire ") => {
                let fits = match phase {
                    StepPhase::Begin => by_hand.replace(*line).is_none(),
                    StepPhase::End => by_hand.take() == Some(*line),
                };
                if !fits {
                    broken.push(format!("line {line} by hand out of turn at {}", event.seq));
                }
                last = last.max(*line);
            }
            (What::Step { line, .. }, _) => {
                broken.push(format!(
                    "line {line} begins or ends out of turn at {}",
                    event.seq
                ));
            }
            (What::End { how, line, .. }, _) => {
                // Between its last line and its end a run still settles.
                let is_over = matches!(how, Ending::Played | Ending::Finished | Ending::Idle);
                let current = at.or(Some(last).filter(|_| !is_over));
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
                phase: CallPhase::Exit(exit),
                call,
                ..
            } => {
                let entered = inside.remove(tid);
                let fits = entered.is_some_and(|entered| {
                    entered.seq == exit.enter
                        && matches!(&entered.what, What::Call { call: name, .. } if name == call)
                });
                if !fits {
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
