//! What changed between two readings of a host's sockets. Pure: readings in, events out.

use std::collections::HashMap;
use std::net::SocketAddrV4;

use crate::event::host::Host;
use crate::event::{Cause, Segment, Socket, What};
use crate::lab::run::kernel::sock_diag::Reading;
use crate::lab::sandbox::clock::Nanos;
use crate::lab::sandbox::protocol::ClosingOptions;
use crate::tcp::state::{self, State};

/// The own and the other end's address.
pub(crate) type Ends = (SocketAddrV4, SocketAddrV4);

/// A host's sockets as they were last read.
pub(crate) struct SocketTracker {
    host: Host,
    known: HashMap<Ends, TrackedSocket>,
    /// Script names of sockets, by inode.
    names: HashMap<u64, String>,
    /// The connection that a name last meant.
    named: HashMap<String, Ends>,
    /// The closing options of sockets, by inode.
    closing_options: HashMap<u64, ClosingOptions>,
    /// What was known of the connections that went last: a RST may be read a little after its socket is gone.
    gone: Vec<TrackedSocket>,
}

/// What is known of a socket.
pub(crate) struct TrackedSocket {
    pub(crate) reading: Reading,
    pub(crate) closing_options: ClosingOptions,
    name: Option<String>,
    /// When its oldest segment was first seen to have been sent again.
    sent_again: Option<Nanos>,
    /// Bytes to be read and to be acknowledged, as they were told.
    pub(crate) queues: (u32, u32),
    /// When the running timer expires, as it was told.
    deadline: Option<Nanos>,
}

/// How much a timer's end must have moved since it was told, to be told again: 150 ms.
const MOVED: Nanos = 150_000_000;

impl SocketTracker {
    pub(crate) fn new(host: Host) -> SocketTracker {
        SocketTracker {
            host,
            known: HashMap::new(),
            names: HashMap::new(),
            named: HashMap::new(),
            closing_options: HashMap::new(),
            gone: Vec::new(),
        }
    }

    /// What a socket is called.
    pub(crate) fn name_of(&self, inode: u64) -> Option<String> {
        self.names.get(&inode).cloned()
    }

    /// A socket's closing options from now on.
    pub(crate) fn set_closing_options(&mut self, inode: u64, closing_options: ClosingOptions) {
        self.closing_options.insert(inode, closing_options);
        let known = self
            .known
            .values_mut()
            .find(|known| known.reading.inode == inode);
        if let Some(known) = known {
            known.closing_options = closing_options;
        }
    }

    /// A socket was made, or duplicated, and got a name, which from now on means no other. It is shown by its first.
    pub(crate) fn name(&mut self, inode: u64, name: String) {
        self.named.remove(&name);
        let known = self
            .known
            .values()
            .find(|known| known.reading.inode == inode);
        if let Some(known) = known {
            self.named.insert(name.clone(), ends_of(&known.reading));
        }
        self.names.entry(inode).or_insert(name);
    }

    /// Takes a reading, and tells what changed since the one before; whatever did was `cause`d by the same thing, or
    /// where there is none, each by its own timer.
    pub(crate) fn compare(
        &mut self,
        readings: Vec<Reading>,
        cause: Option<Cause>,
        now: Nanos,
    ) -> Vec<What> {
        let mut told = Vec::new();
        let is_gone = |ends: &&Ends| !readings.iter().any(|reading| ends_of(reading) == **ends);
        let mut gone: Vec<Ends> = self.known.keys().filter(is_gone).copied().collect();
        gone.sort();
        for reading in readings {
            self.take(reading, cause, now, &mut told);
        }
        for ends in gone {
            let Some(known) = self.known.remove(&ends) else {
                continue;
            };
            self.push_state(
                &known.name,
                ends,
                known.reading.state,
                State::Closed,
                cause.unwrap_or(Cause::Timer(known.reading.timer)),
                &mut told,
            );
            self.gone.insert(0, known);
        }
        self.gone.truncate(16);
        told
    }

    fn take(&mut self, reading: Reading, cause: Option<Cause>, now: Nanos, told: &mut Vec<What>) {
        let ends = ends_of(&reading);
        let mut before = self.known.remove(&ends);
        let cause = cause
            .unwrap_or_else(|| Cause::Timer(before.as_ref().and_then(|known| known.reading.timer)));
        // From TIME_WAIT a new SYN may open another connection at once (RFC 9293, section 3.6.1, MAY-2), between the same
        // ends: the old one is gone.
        let replaced = |known: &mut TrackedSocket| {
            known.reading.state == State::TimeWait && reading.state != State::TimeWait
        };
        if let Some(old) = before.take_if(replaced) {
            self.push_state(&old.name, ends, State::TimeWait, State::Closed, cause, told);
        }
        let closing_options = match (self.closing_options.get(&reading.inode), &before) {
            (Some(closing_options), _) => *closing_options,
            (None, Some(before)) => before.closing_options, // a socket that nobody holds any more has no inode
            (None, None) => ClosingOptions::default(),
        };
        let sent_again = before.as_ref().and_then(|known| known.sent_again);
        let sent_again = (reading.retransmits > 0).then(|| sent_again.unwrap_or(now));
        let name = match self.names.get(&reading.inode) {
            Some(name) => Some(name.clone()),
            None => before.as_ref().and_then(|known| known.name.clone()),
        };
        if let Some(name) = &name
            && before
                .as_ref()
                .is_none_or(|known| known.name.as_ref() != Some(name))
        {
            self.named.insert(name.clone(), ends); // a name means what got it last
        }
        let socket = Socket {
            name: name.clone(),
            local: ends.0,
            peer: ends.1,
        };
        let from = match &before {
            Some(known) => known.reading.state,
            None => self.origin(&reading),
        };
        if from != reading.state {
            self.push_state(&name, ends, from, reading.state, cause, told);
        }
        // TIME_WAIT, and FIN_WAIT_2 that nobody holds, are kept without their queues: nothing is known of those.
        let queues_before = before.as_ref().map_or((0, 0), |known| known.queues);
        let queues = if reading.remnant {
            queues_before
        } else if reading.state == State::Listen {
            (0, 0) // there they count connections
        } else {
            (waiting_to_be_read(&reading), waiting_for_ack(&reading))
        };
        if queues != queues_before {
            let (recv_q, send_q) = queues;
            told.push(What::Queue {
                host: self.host,
                socket: socket.clone(),
                recv_q,
                send_q,
            });
        }
        let deadline = reading
            .timer
            .map(|_| now + Nanos::from(reading.expires_ms) * 1_000_000);
        let before = before.as_ref();
        let restarted = match (before.and_then(|known| known.deadline), deadline) {
            (Some(old), Some(new)) => new.abs_diff(old) > MOVED,
            (old, new) => old != new,
        };
        let another = before.and_then(|known| known.reading.timer) != reading.timer;
        let tell = restarted || another;
        if tell {
            let Reading {
                timer,
                expires_ms,
                retransmits,
                ..
            } = reading;
            told.push(What::Timer {
                host: self.host,
                socket,
                timer,
                expires_ms,
                retransmits,
                user_timeout_ms: sent_again.filter(|_| closing_options.user_timeout > 0).map(
                    |since| {
                        (closing_options.user_timeout)
                            .saturating_sub(((now - since) / 1_000_000) as u32)
                    },
                ),
            });
        }
        self.known.insert(
            ends,
            TrackedSocket {
                reading,
                closing_options,
                sent_again,
                name,
                queues,
                deadline: if tell {
                    deadline
                } else {
                    before.and_then(|known| known.deadline)
                },
            },
        );
    }

    /// The state that a socket came from which no reading had yet.
    fn origin(&self, reading: &Reading) -> State {
        let listens = |known: &TrackedSocket| {
            known.reading.state == State::Listen
                && known.reading.local.port() == reading.local.port()
        };
        if reading.state != State::Listen && self.known.values().any(listens) {
            State::Listen
        } else {
            State::Closed
        }
    }

    /// A change of state, with the states in between that no reading saw where only one way leads there.
    fn push_state(
        &self,
        name: &Option<String>,
        ends: Ends,
        from: State,
        to: State,
        cause: Cause,
        told: &mut Vec<What>,
    ) {
        let (host, socket) = (
            self.host,
            Socket {
                name: name.clone(),
                local: ends.0,
                peer: ends.1,
            },
        );
        // One segment that led so far woke a connect whose socket had been closed meanwhile: ESTABLISHED wakes it, and
        // SYN_RECEIVED does not.
        let woke_connect =
            matches!(cause, Cause::Segment(_)) && (from, to) == (State::SynSent, State::FinWait1);
        let known = woke_connect.then(|| vec![State::Established]);
        let Some(between) = known.or_else(|| state::between(from, to)) else {
            return told.push(What::Gap {
                host,
                socket,
                from,
                to,
            });
        };
        let mut from = from;
        for (state, observed) in between
            .into_iter()
            .map(|state| (state, false))
            .chain([(to, true)])
        {
            told.push(What::State {
                host,
                socket: socket.clone(),
                from,
                to: state,
                cause,
                observed,
            });
            from = state;
        }
    }

    /// The state of the socket that a script calls `name`: CLOSED where the kernel lists no such socket.
    ///
    /// A connection that nobody has accepted yet has no name; it counts as `conn` where it is the only one.
    pub(crate) fn state(&self, name: &str) -> State {
        self.find(name)
            .map_or(State::Closed, |known| known.reading.state)
    }

    /// The connection that a script calls `name`, as [`SocketTracker::state`] finds it.
    fn find(&self, name: &str) -> Option<&TrackedSocket> {
        let named = self.named.get(name).and_then(|ends| self.known.get(ends));
        named.or_else(|| {
            let is_unnamed = |known: &&TrackedSocket| {
                known.name.is_none() && known.reading.state != State::Listen
            };
            let mut unnamed = self.known.values().filter(is_unnamed);
            unnamed
                .next()
                .filter(|_| unnamed.next().is_none() && name == "conn")
        })
    }

    /// The bytes that wait in a socket's queues: to be read, and to be acknowledged.
    pub(crate) fn queues(&self, name: &str) -> (u32, u32) {
        self.find(name).map_or((0, 0), |known| known.queues)
    }

    /// The own and the other end of a socket, also of one that the kernel lists no more.
    pub(crate) fn ends(&self, name: &str) -> Option<Ends> {
        self.find(name)
            .map(|known| ends_of(&known.reading))
            .or_else(|| self.named.get(name).copied())
    }

    /// After a recv, so many bytes are still to be read, says the descriptor (SIOCINQ, tcp(7)). That is news where the
    /// kernel's table does not say: when the connection is gone, or in TIME_WAIT.
    pub(crate) fn unread(&mut self, name: &str, recv_q: u32) -> Option<What> {
        let ends = *self.named.get(name)?;
        let full = self
            .known
            .get(&ends)
            .is_some_and(|known| !known.reading.remnant);
        let socket = Socket {
            name: Some(name.to_owned()),
            local: ends.0,
            peer: ends.1,
        };
        (!full).then_some(What::Queue {
            host: self.host,
            socket,
            recv_q,
            send_q: 0,
        })
    }

    /// The connection that a segment was sent on, as it was read last.
    pub(crate) fn sender(&self, segment: &Segment) -> Option<&TrackedSocket> {
        self.known.get(&(segment.source, segment.destination))
    }

    /// The connection that a segment was sent on, where it has just gone.
    pub(crate) fn late_sender(&self, segment: &Segment) -> Option<&TrackedSocket> {
        let ends = (segment.source, segment.destination);
        self.gone
            .iter()
            .find(|known| ends_of(&known.reading) == ends)
    }

    /// Whether a connection was ESTABLISHED when it was last read.
    pub(crate) fn is_established(&self, ends: Ends) -> bool {
        let known = self.known.get(&ends);
        known.is_some_and(|known| known.reading.state == State::Established)
    }

    /// Whether anything that was sent waits to be acknowledged.
    pub(crate) fn unacknowledged(&self) -> bool {
        self.known
            .values()
            .any(|known| known.reading.state != State::Listen && known.reading.send_q > 0)
    }
}

fn ends_of(reading: &Reading) -> Ends {
    (reading.local, reading.peer)
}

/// Bytes of data received and not read: the kernel also counts a FIN that was not read yet.
fn waiting_to_be_read(reading: &Reading) -> u32 {
    reading
        .recv_q
        .saturating_sub(reading.state.peer_fin_arrived().into())
}

/// Bytes of data not acknowledged: the kernel also counts a FIN, and before a connection exists only the SYN.
fn waiting_for_ack(reading: &Reading) -> u32 {
    if matches!(reading.state, State::SynSent | State::SynReceived) {
        0
    } else {
        reading
            .send_q
            .saturating_sub(reading.state.own_fin_queued().into())
    }
}
