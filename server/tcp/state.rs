//! The states of a TCP connection and the edges between them: RFC 9293, section 3.3.2, figure 5.

use State::*;
use serde::{Deserialize, Serialize};

/// A state, named as in RFC 9293 with underscores. CLOSED also means that the kernel lists no such connection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names are the RFC's own")]
pub enum State {
    Closed,
    Listen,
    SynSent,
    SynReceived,
    Established,
    #[serde(rename = "FIN_WAIT_1")]
    FinWait1,
    #[serde(rename = "FIN_WAIT_2")]
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
}

impl State {
    /// All of them, in the order in which a connection may come to them.
    pub const ALL: [State; 11] = [
        Closed,
        Listen,
        SynSent,
        SynReceived,
        Established,
        FinWait1,
        FinWait2,
        CloseWait,
        Closing,
        LastAck,
        TimeWait,
    ];

    /// From the number in Linux's socket table (include/net/tcp_states.h).
    pub fn from_kernel(number: u8) -> Option<State> {
        Some(match number {
            1 => Established,
            2 => SynSent,
            3 | 12 => SynReceived, // 12 is Linux's own TCP_NEW_SYN_RECV: a request that has no socket yet
            4 => FinWait1,
            5 => FinWait2,
            6 => TimeWait,
            7 => Closed,
            8 => CloseWait,
            9 => LastAck,
            10 => Listen,
            11 => Closing,
            _ => return None,
        })
    }

    /// The RFC's name, with underscores.
    pub fn name(self) -> &'static str {
        match self {
            Closed => "CLOSED",
            Listen => "LISTEN",
            SynSent => "SYN_SENT",
            SynReceived => "SYN_RECEIVED",
            Established => "ESTABLISHED",
            FinWait1 => "FIN_WAIT_1",
            FinWait2 => "FIN_WAIT_2",
            CloseWait => "CLOSE_WAIT",
            Closing => "CLOSING",
            LastAck => "LAST_ACK",
            TimeWait => "TIME_WAIT",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether this end has sent a FIN that may still be unacknowledged: it counts one in the send queue.
    pub fn own_fin_queued(self) -> bool {
        matches!(self, FinWait1 | Closing | LastAck)
    }

    /// Whether the peer's FIN has arrived: until it is read, it counts one in the receive queue.
    pub fn peer_fin_arrived(self) -> bool {
        matches!(self, CloseWait | LastAck | Closing)
    }
}

/// The edges that figure 5 draws, and the one that its note 2 adds (FIN_WAIT_1 to TIME_WAIT).
const DRAWN: [(State, State); 21] = [
    (Closed, Listen),
    (Closed, SynSent),
    (Listen, SynReceived),
    (Listen, SynSent),
    (Listen, Closed),
    (SynSent, SynReceived),
    (SynSent, Established),
    (SynSent, Closed),
    (SynReceived, Established),
    (SynReceived, FinWait1),
    (SynReceived, Listen),
    (Established, FinWait1),
    (Established, CloseWait),
    (FinWait1, FinWait2),
    (FinWait1, Closing),
    (FinWait1, TimeWait),
    (FinWait2, TimeWait),
    (Closing, TimeWait),
    (CloseWait, LastAck),
    (LastAck, Closed),
    (TimeWait, Closed),
];

/// Whether a connection may go straight from one state to the other.
///
/// Besides the drawn edges every state leads to CLOSED: by a reset (figure 5, note 3), by ABORT (section 3.10.5), by a
/// timeout, and from TIME_WAIT when its time is over.
pub fn is_edge(from: State, to: State) -> bool {
    (to == Closed && from != Closed) || DRAWN.contains(&(from, to))
}

/// The states that must have lain between two observed ones, where the drawn edges leave only one way.
///
/// Empty for an edge; None where there are several ways or none, so that nothing can be inferred.
pub fn between(from: State, to: State) -> Option<Vec<State>> {
    if is_edge(from, to) {
        return Some(Vec::new());
    }
    let mut ways = Vec::new();
    walk(from, to, &mut vec![from], &mut ways);
    if ways.len() == 1 { ways.pop() } else { None }
}

/// Collects what lies between the ends of every way from `at` to `to` that passes no state twice.
fn walk(at: State, to: State, passed: &mut Vec<State>, ways: &mut Vec<Vec<State>>) {
    for &(_, next) in DRAWN.iter().filter(|(from, _)| *from == at) {
        if next == to {
            ways.push(passed[1..].to_vec());
        } else if next != Closed && next != Listen && !passed.contains(&next) {
            passed.push(next);
            walk(next, to, passed, ways);
            passed.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_is_inferred_only_where_one_way_exists() {
        assert_eq!(between(Established, FinWait1), Some(vec![]));
        assert_eq!(between(Established, FinWait2), Some(vec![FinWait1]));
        assert_eq!(between(Established, LastAck), Some(vec![CloseWait]));
        assert_eq!(
            between(Established, TimeWait),
            None,
            "through FIN_WAIT_2, CLOSING or neither"
        );
        assert_eq!(
            between(TimeWait, Established),
            None,
            "there is no way at all"
        );
    }

    #[test]
    fn every_state_has_a_name_that_leads_back_to_it() {
        for state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }
}
