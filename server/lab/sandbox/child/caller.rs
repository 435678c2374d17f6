//! Enters and exits of calls, as they are reported.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Display;
use std::io;
use std::os::fd::RawFd;
use std::sync::atomic::Ordering;

use crate::lab::sandbox::channel::Channel;
use crate::lab::sandbox::child::process::{Descriptor, Process};
use crate::lab::sandbox::clock::now;
use crate::lab::sandbox::protocol::{ClosingOptions, Made, Report, Returned};
use crate::lab::sandbox::sys;

/// One order being carried out.
pub(crate) struct Caller<'a> {
    pub(crate) channel: &'a Channel,
    pub(crate) process: &'a Process,
    /// The socket that the order uses.
    pub(crate) on: &'a str,
    /// What a socket that it makes is called.
    pub(crate) named: &'a str,
    /// What the call does that was entered last.
    pub(crate) call: Cell<CallEffect>,
}

/// What a call does, besides what it is made for, that the server wants to know.
#[derive(Clone, Copy, Default)]
pub(crate) enum CallEffect {
    /// It makes a descriptor of a socket.
    Makes,
    /// It gives a descriptor back.
    Closes,
    /// It sets an option.
    SetsOption,
    /// None of these.
    #[default]
    Other,
}

impl Caller<'_> {
    /// A call that is told like any other, but is on no socket of a name.
    pub(crate) fn told(
        &self,
        name: &str,
        args: Vec<String>,
        call: impl FnOnce() -> sys::Returned,
    ) -> io::Result<Returned> {
        self.enter(name, args)?;
        let returned = call();
        self.exit(plain(returned), None)
    }

    pub(crate) fn sockets(&self) -> std::sync::MutexGuard<'_, HashMap<String, Descriptor>> {
        self.process
            .sockets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The number of the socket that the order uses, -1 where there never was one.
    pub(crate) fn fd(&self) -> RawFd {
        self.sockets()
            .get(self.on)
            .map_or(-1, |descriptor| descriptor.fd)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.sockets()
            .get(self.on)
            .is_some_and(|descriptor| descriptor.open)
    }

    pub(crate) fn is_bound(&self) -> bool {
        self.sockets()
            .get(self.on)
            .is_some_and(|descriptor| descriptor.bound)
    }

    /// A call on the order's socket, whose number is its first argument.
    pub(crate) fn call(
        &self,
        name: &str,
        args: &[&dyn Display],
        call: impl FnOnce(RawFd) -> sys::Returned,
    ) -> io::Result<Returned> {
        let fd = self.fd();
        self.enter(
            name,
            [fd.to_string()]
                .into_iter()
                .chain(args.iter().map(ToString::to_string))
                .collect(),
        )?;
        let returned = call(fd);
        self.exit(plain(returned), None)
    }

    /// A call that makes a socket, which from then on has the order's name.
    pub(crate) fn make(
        &self,
        name: &str,
        args: Vec<String>,
        call: impl FnOnce() -> sys::Returned,
    ) -> io::Result<Returned> {
        self.enter(name, args)?;
        let returned = call();
        let made = returned.ok().and_then(|fd| {
            let fd = fd as RawFd;
            self.process.highest.fetch_max(fd, Ordering::Relaxed);
            self.sockets().insert(
                self.named.to_owned(),
                Descriptor {
                    fd,
                    open: true,
                    bound: false,
                },
            );
            Some(Made {
                name: self.named.to_owned(),
                fd,
                inode: sys::inode(fd)?,
            })
        });
        self.exit(plain(returned), made)
    }

    pub(crate) fn enter(&self, call: &str, args: Vec<String>) -> io::Result<()> {
        self.call.set(match call {
            "socket" | "accept" | "dup" => CallEffect::Makes,
            "close" => CallEffect::Closes,
            "setsockopt" => CallEffect::SetsOption,
            _ => CallEffect::Other,
        });
        self.channel.send(
            &Report::Enter {
                at: now(),
                call: call.to_owned(),
                args,
            },
            &[],
        )
    }

    pub(crate) fn exit(&self, returned: Returned, made: Option<Made>) -> io::Result<Returned> {
        let at = now();
        let received = returned.data.as_ref();
        let unread = received.and_then(|_| Some((self.on.to_owned(), sys::unread(self.fd())?)));
        let kind = self.call.get();
        let open =
            matches!(kind, CallEffect::Makes | CallEffect::Closes).then(|| self.process.open());
        let configured = match kind {
            CallEffect::Makes => made.as_ref().map(|made| made.fd),
            CallEffect::SetsOption => Some(self.fd()),
            CallEffect::Closes | CallEffect::Other => None,
        };
        let closing_options =
            configured.and_then(|fd| Some((sys::inode(fd)?, closing_options(fd))));
        let report = Report::Exit {
            at,
            returned: returned.clone(),
            made,
            unread,
            open,
            closing_options,
        };
        self.channel.send(&report, &[])?;
        Ok(returned)
    }
}

/// The options that decide how a socket ends, as the kernel gives them.
fn closing_options(fd: RawFd) -> ClosingOptions {
    let number = |option| match sys::get_option(fd, libc::IPPROTO_TCP, option) {
        (Ok(_), value) => value,
        (Err(_), _) => 0,
    };
    ClosingOptions {
        linger_zero: sys::linger(fd) == Some(0),
        no_fin_wait_2: number(libc::TCP_LINGER2) < 0,
        user_timeout: number(libc::TCP_USER_TIMEOUT) as u32,
    }
}

/// What a system call gave, as it is reported.
pub(crate) fn plain(returned: sys::Returned) -> Returned {
    match returned {
        Ok(result) => Returned {
            result,
            ..Returned::default()
        },
        Err(errno) => Returned {
            result: -1,
            errno: Some(errno),
            ..Returned::default()
        },
    }
}
