//! The system calls that an order asks for, each reported when it starts and when it returns.

use std::fmt::Display;
use std::io;
use std::net::SocketAddrV4;
use std::os::fd::RawFd;
use std::time::Duration;

use crate::lab::sandbox::child::caller::{Caller, plain};
use crate::lab::sandbox::protocol::{PREVIEW, Returned};
use crate::lab::sandbox::sys;
use crate::tcp::call::{Await, Call, How, POLL_EVENTS, Payload};

/// A text as an argument: its beginning is enough.
fn shown(text: &str) -> String {
    const ENOUGH: usize = 32;
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

impl Caller<'_> {
    /// Makes the order's calls; what the last one gave. Fails only where the server is gone.
    pub(crate) fn carry_out(&self, call: &Call) -> io::Result<Returned> {
        match call {
            Call::Socket => self.socket(),
            Call::Bind { port } => self.opened(|| self.bind(*port)),
            Call::Listen { port, backlog } => self.opened(|| {
                if !self.is_bound() {
                    let bound = self.bind(*port)?;
                    if bound.errno.is_some() {
                        return Ok(bound);
                    }
                }
                self.call("listen", &[backlog], |fd| sys::listen(fd, *backlog))
            }),
            Call::Connect { port } => self.opened(|| {
                let address = SocketAddrV4::new(self.process.peer, *port);
                self.call("connect", &[&address], |fd| sys::connect(fd, address))
            }),
            Call::Disconnect => self.call("connect", &[&"AF_UNSPEC"], sys::disconnect),
            Call::Accept => self.make("accept", vec![self.fd().to_string()], || {
                sys::accept(self.fd())
            }),
            Call::Send { payload, more } => self.send(payload, *more),
            Call::Recv { room, all, peek } => self.recv(*room, *all, *peek),
            Call::Shutdown(how) => {
                let (how, name) = match how {
                    How::Read => (libc::SHUT_RD, "SHUT_RD"),
                    How::Write => (libc::SHUT_WR, "SHUT_WR"),
                    How::Both => (libc::SHUT_RDWR, "SHUT_RDWR"),
                };
                self.call("shutdown", &[&name], |fd| sys::shutdown(fd, how))
            }
            Call::Close => {
                // Marked before the call: whoever makes a socket of this name from now on makes a new one.
                if let Some(descriptor) = self.sockets().get_mut(self.on) {
                    descriptor.open = false;
                }
                self.call("close", &[], sys::close)
            }
            Call::Dup => self.make("dup", vec![self.fd().to_string()], || sys::dup(self.fd())),
            Call::Poll(Await { events, time }) => {
                self.wait("poll", self.fd(), *time, |fd, timeout| {
                    let (ready, given) = sys::poll(fd, *events as i16, timeout);
                    (ready, given as u32)
                })
            }
            Call::Epoll(awaited) => self.epoll(*awaited),
            Call::Set(option) => self.set(*option),
            Call::Get(query) => self.get(*query),
            Call::Name | Call::Peer => {
                let is_peer = *call == Call::Peer;
                let name = if is_peer {
                    "getpeername"
                } else {
                    "getsockname"
                };
                self.enter(name, vec![self.fd().to_string()])?;
                let (returned, address) = sys::name(self.fd(), is_peer);
                let words = returned.ok().map(|_| address.to_string());
                self.exit(
                    Returned {
                        words,
                        ..plain(returned)
                    },
                    None,
                )
            }
        }
    }

    /// Makes the socket where none of that name is open, then goes on.
    fn opened(&self, then: impl FnOnce() -> io::Result<Returned>) -> io::Result<Returned> {
        if !self.is_open() {
            let made = self.socket()?;
            if made.errno.is_some() {
                return Ok(made);
            }
        }
        then()
    }

    fn bind(&self, port: u16) -> io::Result<Returned> {
        let address = SocketAddrV4::new(self.process.own, port);
        let bound = self.call("bind", &[&address], |fd| sys::bind(fd, address))?;
        if bound.errno.is_none()
            && let Some(descriptor) = self.sockets().get_mut(self.on)
        {
            descriptor.bound = true;
        }
        Ok(bound)
    }

    fn send(&self, payload: &Payload, more: bool) -> io::Result<Returned> {
        let bytes = bytes(payload);
        let shown = match payload {
            Payload::Text(text) => shown(text),
            Payload::Bytes(_) => "…".into(),
        };
        let (flags, args): (_, &[&dyn Display]) = match more {
            true => (libc::MSG_MORE, &[&shown, &bytes.len(), &"MSG_MORE"]),
            false => (0, &[&shown, &bytes.len()]),
        };
        self.call("send", args, |fd| sys::send(fd, &bytes, flags))
    }

    fn recv(&self, room: usize, all: bool, peek: bool) -> io::Result<Returned> {
        let flags = [
            (all, libc::MSG_WAITALL, "MSG_WAITALL"),
            (peek, libc::MSG_PEEK, "MSG_PEEK"),
        ];
        let set: Vec<_> = flags.iter().filter(|(set, ..)| *set).collect();
        let mut args = vec![self.fd().to_string(), room.to_string()];
        if !set.is_empty() {
            args.push(
                set.iter()
                    .map(|(.., name)| *name)
                    .collect::<Vec<_>>()
                    .join("|"),
            );
        }
        let mut buffer = vec![0; room];
        self.enter("recv", args)?;
        let returned = sys::recv(
            self.fd(),
            &mut buffer,
            set.iter().fold(0, |flags, (_, flag, _)| flags | flag),
        );
        let data = returned
            .ok()
            .map(|length| buffer[..(length as usize).min(PREVIEW)].to_vec());
        self.exit(
            Returned {
                data,
                ..plain(returned)
            },
            None,
        )
    }

    /// poll or epoll_wait: its words are the events that it gave.
    fn wait(
        &self,
        name: &str,
        fd: RawFd,
        time: Option<Duration>,
        wait: impl FnOnce(RawFd, i32) -> (sys::Returned, u32),
    ) -> io::Result<Returned> {
        let timeout = time.map_or(-1, |time| time.as_millis() as i32);
        self.enter(name, vec![fd.to_string(), timeout.to_string()])?;
        let (returned, events) = wait(fd, timeout);
        let names: Vec<&str> = POLL_EVENTS
            .iter()
            .filter(|(_, bit)| events & bit != 0)
            .map(|(name, _)| *name)
            .collect();
        let words = (!names.is_empty()).then(|| names.join(" "));
        self.exit(
            Returned {
                words,
                ..plain(returned)
            },
            None,
        )
    }

    fn epoll(&self, Await { events, time }: Await) -> io::Result<Returned> {
        let made = self.told(
            "epoll_create1",
            vec!["EPOLL_CLOEXEC".into()],
            sys::epoll_create,
        )?;
        let epoll = made.result as RawFd;
        if made.errno.is_some() {
            return Ok(made);
        }
        let args = vec![
            epoll.to_string(),
            "EPOLL_CTL_ADD".into(),
            self.fd().to_string(),
        ];
        let added = self.told("epoll_ctl", args, || {
            sys::epoll_add(epoll, self.fd(), events)
        })?;
        if added.errno.is_some() {
            return Ok(added);
        }
        let waited = self.wait("epoll_wait", epoll, time, sys::epoll_wait)?;
        // Named as strace(1) does: it ends what this call began, and is no action of the script's.
        self.told("close", vec![format!("{epoll}<eventpoll>")], || {
            sys::close(epoll)
        })?;
        Ok(waited)
    }

    fn socket(&self) -> io::Result<Returned> {
        let args = ["AF_INET", "SOCK_STREAM", "0"];
        self.make("socket", args.map(String::from).to_vec(), sys::socket)
    }
}

fn bytes(payload: &Payload) -> Vec<u8> {
    match payload {
        Payload::Text(text) => text.clone().into_bytes(),
        Payload::Bytes(count) => {
            const ALPHABET: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
            let mut bytes = ALPHABET.repeat(count.div_ceil(ALPHABET.len()));
            bytes.truncate(*count);
            bytes
        }
    }
}
