//! The arguments of system calls, in the names of their header files. C, Python and Rust spell calls with these.

use crate::tcp::call::{Await, How, POLL_EVENTS, SocketOption};

/// The call that sets an option.
pub(crate) enum Setting {
    /// setsockopt(2) with numbers, one after the other.
    Numbers(Vec<Number>),
    /// setsockopt(2) with SO_LINGER's struct.
    Linger {
        /// 1 or 0.
        on: u16,
        seconds: u16,
    },
    /// fcntl(2) with O_NONBLOCK.
    NonBlock(bool),
}

/// Level, name and value.
pub(crate) type Number = (&'static str, &'static str, i64);

pub(crate) fn setting(option: &SocketOption) -> Setting {
    let socket = |name, value| ("SOL_SOCKET", name, value);
    let tcp = |name, value| ("IPPROTO_TCP", name, value);
    Setting::Numbers(match *option {
        SocketOption::Linger(seconds) => {
            return Setting::Linger {
                on: seconds.is_some().into(),
                seconds: seconds.unwrap_or(0),
            };
        }
        SocketOption::NonBlock(on) => return Setting::NonBlock(on),
        SocketOption::Keepalive(None) => vec![socket("SO_KEEPALIVE", 0)],
        SocketOption::Keepalive(Some((idle, interval, count))) => vec![
            tcp("TCP_KEEPIDLE", idle.into()),
            tcp("TCP_KEEPINTVL", interval.into()),
            tcp("TCP_KEEPCNT", count.into()),
            socket("SO_KEEPALIVE", 1),
        ],
        SocketOption::UserTimeout(time) => vec![tcp("TCP_USER_TIMEOUT", time.as_millis() as i64)],
        SocketOption::ReuseAddr(on) => vec![socket("SO_REUSEADDR", on.into())],
        SocketOption::NoDelay(on) => vec![tcp("TCP_NODELAY", on.into())],
        SocketOption::RcvBuf(bytes) => vec![socket("SO_RCVBUF", bytes.into())],
        SocketOption::SndBuf(bytes) => vec![socket("SO_SNDBUF", bytes.into())],
        SocketOption::Linger2(seconds) => vec![tcp("TCP_LINGER2", seconds.into())],
    })
}

/// A line for each number.
pub(crate) fn lines(numbers: Vec<Number>, spell: impl Fn(Number) -> String) -> String {
    let lines: Vec<String> = numbers.into_iter().map(spell).collect();
    lines.join("\n")
}

/// The second argument of shutdown(2).
pub(crate) fn direction(how: How) -> &'static str {
    match how {
        How::Read => "SHUT_RD",
        How::Write => "SHUT_WR",
        How::Both => "SHUT_RDWR",
    }
}

/// The awaited events, each with a prefix such as `POLL`.
pub(crate) fn events(prefix: &str, awaited: &Await) -> String {
    let asked = POLL_EVENTS
        .iter()
        .filter(|(_, bit)| awaited.events & bit != 0);
    let names: Vec<String> = asked.map(|(name, _)| format!("{prefix}{name}")).collect();
    names.join(" | ")
}
