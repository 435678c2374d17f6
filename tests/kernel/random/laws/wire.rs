//! What holds of segments.

use std::collections::{HashMap, HashSet};

use fourwave::event::{Cause, Ending, Event, SegmentPhase, What};
use fourwave::tcp::state::State;

/// What is on the wire fits what the tables said: only who is opening sends a SYN, only who is closing sends a FIN.
pub(super) fn wire(events: &[Event], broken: &mut Vec<String>) {
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
                // Nothing but connect(2) opens a connection.
                let opens = has("SYN") && !has("ACK");
                if opens && !matches!(segment.cause, Some(Cause::Call(_))) {
                    broken.push(format!("{:?} sends a SYN at {}", segment.cause, event.seq));
                }
            }
            _ => {}
        }
    }
}

/// Each segment is sent or injected once, may be held once, and is delivered or dropped once, unless it is held to the
/// end. Where the run did not come to its end, some may still be under way.
pub(super) fn segments(events: &[Event], broken: &mut Vec<String>) {
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
