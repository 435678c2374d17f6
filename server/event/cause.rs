//! What makes something happen.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What made something happen.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A call: the `seq` of its enter.
    Call(u32),
    /// The arrival of a segment: its `id`.
    Segment(u32),
    /// The end of the process that had the socket.
    Kill,
    /// The host lost its power.
    Crash,
    /// The socket was destroyed from outside: SOCK_DESTROY.
    Destroy,
    /// Nothing from outside: a timer, and which, where the kernel told that one ran.
    Timer(Option<Timer>),
}

/// The timers of TCP, and the time that a call was given.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// Something unacknowledged is sent again: RFC 6298.
    Retransmit,
    /// A silent peer is probed: RFC 9293, section 3.8.4.
    Keepalive,
    /// TIME_WAIT.
    TimeWait,
    /// FIN_WAIT_2 of a socket that nobody holds any more: tcp(7), tcp_fin_timeout.
    #[serde(rename = "fin_wait_2")]
    FinWait2,
    /// A closed window is probed: RFC 9293, section 3.8.6.1.
    Probe,
    /// An acknowledgment waits for data to travel with: RFC 9293, section 3.8.6.3. The kernel's table does not tell of it.
    DelayedAck,
    /// The call's own: the time that poll(2) was given, or SO_LINGER.
    Call,
}

/// Why a RST was sent. The rules by which that is found are in `run/reset.rs`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// The socket was closed while data that had been received was unread: RFC 9293, section 3.6.1.
    UnreadData,
    /// The socket was closed with SO_LINGER on and a time of 0: socket(7); RFC 9293, section 3.10.5.
    LingerZero,
    /// connect(2) with AF_UNSPEC: RFC 9293, section 3.10.5.
    Disconnect,
    /// SOCK_DESTROY: sock_diag(7).
    Destroyed,
    /// The listening socket was closed, and this connection waited to be accepted: RFC 9293, section 3.10.4.
    ListenerClosed,
    /// A SYN came, and nothing listens there: RFC 9293, section 3.5.2, group 1.
    NothingListens,
    /// A segment came for a connection that does not exist: RFC 9293, section 3.5.2, group 1.
    NoSuchConnection,
    /// Something came that acknowledges what was never sent, before the connection was open: RFC 9293, section 3.5.2,
    /// group 2.
    NeverSent,
    /// Data came after both directions were closed here, and nobody can read it: RFC 9293, section 3.6.1.
    DataAfterClose,
    /// The own FIN was acknowledged or sent, and TCP_LINGER2 allows no FIN_WAIT_2: tcp(7).
    Linger2,
    /// No probe was answered: RFC 9293, section 3.8.4.
    KeepaliveFailed,
    /// The accept queue is full, and tcp_abort_on_overflow is on: tcp(7).
    QueueFull,
    /// None of the rules says.
    Unknown,
}

impl fmt::Display for ResetReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ResetReason::UnreadData => "closed with unread data",
            ResetReason::LingerZero => "closed with SO_LINGER 0",
            ResetReason::Disconnect => "connect(AF_UNSPEC)",
            ResetReason::Destroyed => "destroyed from outside",
            ResetReason::ListenerClosed => "the listener was closed",
            ResetReason::NothingListens => "nothing listens there",
            ResetReason::NoSuchConnection => "no such connection",
            ResetReason::NeverSent => "that was never sent",
            ResetReason::DataAfterClose => "data that nobody can read",
            ResetReason::Linger2 => "no FIN_WAIT_2 allowed",
            ResetReason::KeepaliveFailed => "no probe was answered",
            ResetReason::QueueFull => "the accept queue is full",
            ResetReason::Unknown => "it is not known why",
        })
    }
}
