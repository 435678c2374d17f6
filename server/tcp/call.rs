//! Socket calls, with what they are given.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A call of the socket API.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// listen(2), after socket(2) and bind(2) where the socket is not open yet.
    Listen {
        /// The port to bind.
        port: u16,
        /// Length of the accept queue.
        backlog: i32,
    },
    /// socket(2).
    Socket,
    /// bind(2), after socket(2) where the socket is not open yet.
    Bind {
        /// The port to bind.
        port: u16,
    },
    /// connect(2) to the other host, after socket(2) where the socket is not open yet.
    Connect {
        /// The port of the other host.
        port: u16,
    },
    /// accept(2).
    Accept,
    /// connect(2) with AF_UNSPEC: the socket forgets its connection.
    Disconnect,
    /// send(2).
    Send {
        /// What.
        payload: Payload,
        /// With MSG_MORE: more follows, so nothing need leave yet.
        more: bool,
    },
    /// recv(2).
    Recv {
        /// Room for so many bytes.
        room: usize,
        /// With MSG_WAITALL: not before the room is full.
        all: bool,
        /// With MSG_PEEK: the bytes stay where they are.
        peek: bool,
    },
    /// shutdown(2).
    Shutdown(How),
    /// close(2).
    Close,
    /// dup(2).
    Dup,
    /// poll(2).
    Poll(Await),
    /// epoll_wait(2) on an epoll(7) of its own.
    Epoll(Await),
    /// setsockopt(2), or fcntl(2) for O_NONBLOCK.
    Set(SocketOption),
    /// getsockopt(2).
    Get(Query),
    /// getsockname(2).
    Name,
    /// getpeername(2).
    Peer,
}

/// What poll and epoll wait for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Await {
    /// The bits of [`POLL_EVENTS`] that are asked for.
    pub events: u32,
    /// So long at most; None for ever.
    pub time: Option<Duration>,
}

/// The events of poll(2), without their POLL, in the order in which scripts write them; epoll(7) has the same bits.
pub const POLL_EVENTS: [(&str, u32); 6] = [
    ("IN", 0x1),
    ("OUT", 0x4),
    ("RDHUP", 0x2000),
    ("ERR", 0x8),
    ("HUP", 0x10),
    ("NVAL", 0x20),
];

/// A socket option and its value; socket(7), tcp(7).
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SocketOption {
    /// SO_LINGER, in seconds; None switches it off.
    Linger(Option<u16>),
    /// SO_KEEPALIVE with TCP_KEEPIDLE and TCP_KEEPINTVL in seconds and TCP_KEEPCNT; None switches it off.
    Keepalive(Option<(u16, u16, u16)>),
    /// TCP_USER_TIMEOUT.
    UserTimeout(Duration),
    /// SO_REUSEADDR.
    ReuseAddr(bool),
    /// TCP_NODELAY.
    NoDelay(bool),
    /// SO_RCVBUF, in bytes.
    RcvBuf(u32),
    /// SO_SNDBUF, in bytes.
    SndBuf(u32),
    /// O_NONBLOCK.
    NonBlock(bool),
    /// TCP_LINGER2: seconds in FIN_WAIT_2 without an owner; -1 for none at all.
    Linger2(i32),
}

/// What getsockopt(2) is asked for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    /// SO_ERROR: the error that no call was told yet.
    Error,
    /// The state in TCP_INFO, which is what the descriptor knows.
    State,
    /// SO_RCVBUF.
    RcvBuf,
    /// SO_SNDBUF.
    SndBuf,
}

/// What `send` sends.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// This text, in UTF-8.
    Text(String),
    /// So many bytes of the alphabet, over and over.
    Bytes(usize),
}

/// Which directions shutdown(2) closes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// SHUT_RD
    Read,
    /// SHUT_WR
    Write,
    /// SHUT_RDWR
    Both,
}
