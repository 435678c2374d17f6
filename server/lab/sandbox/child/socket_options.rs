//! Socket options: setsockopt(2) and getsockopt(2) for an order.

use std::io;

use crate::lab::sandbox::child::caller::{Caller, plain};
use crate::lab::sandbox::protocol::Returned;
use crate::lab::sandbox::sys;
use crate::tcp::call::{Query, SocketOption};
use crate::tcp::errno;
use crate::tcp::state::State;

impl Caller<'_> {
    /// setsockopt(2), or fcntl(2).
    pub(crate) fn set(&self, option: SocketOption) -> io::Result<Returned> {
        let set = |name: &str, level, option, value: i32| {
            self.call("setsockopt", &[&name, &value], |fd| {
                sys::set_option(fd, level, option, value)
            })
        };
        let tcp = |name: &str, option, value| set(name, libc::IPPROTO_TCP, option, value);
        let socket = |name: &str, option, value| set(name, libc::SOL_SOCKET, option, value);
        match option {
            SocketOption::Linger(seconds) => {
                let seconds = seconds.map(i32::from);
                let shown = match seconds {
                    Some(seconds) => format!("{{l_onoff=1, l_linger={seconds}}}"),
                    None => "{l_onoff=0}".into(),
                };
                self.call("setsockopt", &[&"SO_LINGER", &shown], |fd| {
                    sys::set_linger(fd, seconds)
                })
            }
            SocketOption::Keepalive(None) => socket("SO_KEEPALIVE", libc::SO_KEEPALIVE, 0),
            SocketOption::Keepalive(Some((idle, interval, count))) => {
                for (name, option, value) in [
                    ("TCP_KEEPIDLE", libc::TCP_KEEPIDLE, idle),
                    ("TCP_KEEPINTVL", libc::TCP_KEEPINTVL, interval),
                    ("TCP_KEEPCNT", libc::TCP_KEEPCNT, count),
                ] {
                    let set = tcp(name, option, value.into())?;
                    if set.errno.is_some() {
                        return Ok(set);
                    }
                }
                socket("SO_KEEPALIVE", libc::SO_KEEPALIVE, 1)
            }
            SocketOption::UserTimeout(time) => tcp(
                "TCP_USER_TIMEOUT",
                libc::TCP_USER_TIMEOUT,
                time.as_millis() as i32,
            ),
            SocketOption::ReuseAddr(on) => socket("SO_REUSEADDR", libc::SO_REUSEADDR, on.into()),
            SocketOption::NoDelay(on) => tcp("TCP_NODELAY", libc::TCP_NODELAY, on.into()),
            SocketOption::RcvBuf(bytes) => socket("SO_RCVBUF", libc::SO_RCVBUF, bytes as i32),
            SocketOption::SndBuf(bytes) => socket("SO_SNDBUF", libc::SO_SNDBUF, bytes as i32),
            SocketOption::Linger2(seconds) => tcp("TCP_LINGER2", libc::TCP_LINGER2, seconds),
            SocketOption::NonBlock(on) => {
                let flags = if on { "O_NONBLOCK" } else { "0" };
                self.call("fcntl", &[&"F_SETFL", &flags], |fd| {
                    sys::set_nonblocking(fd, on)
                })
            }
        }
    }

    /// getsockopt(2).
    pub(crate) fn get(&self, query: Query) -> io::Result<Returned> {
        let (name, level, option) = match query {
            Query::Error => ("SO_ERROR", libc::SOL_SOCKET, libc::SO_ERROR),
            Query::State => ("TCP_INFO", libc::IPPROTO_TCP, libc::TCP_INFO),
            Query::RcvBuf => ("SO_RCVBUF", libc::SOL_SOCKET, libc::SO_RCVBUF),
            Query::SndBuf => ("SO_SNDBUF", libc::SOL_SOCKET, libc::SO_SNDBUF),
        };
        self.enter("getsockopt", vec![self.fd().to_string(), name.into()])?;
        let (returned, value) = sys::get_option(self.fd(), level, option);
        let words = returned.ok().map(|_| match query {
            Query::Error if value != 0 => errno::name(value),
            // struct tcp_info begins with the state's number.
            Query::State => State::from_kernel(value as u8)
                .map_or(value.to_string(), |state| state.name().into()),
            _ => value.to_string(),
        });
        self.exit(
            Returned {
                words,
                ..plain(returned)
            },
            None,
        )
    }
}
