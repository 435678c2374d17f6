//! An actor: real sockets, real threads. One loop for each thread takes an order, makes the system calls, and reports
//! each call when it starts and when it returns.
//!
//! Sockets are kept by name as descriptor numbers and never forgotten, so that a call on a socket that was closed is
//! made all the same and gives what the kernel gives. The low numbers are theirs alone: channels live above 900.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::RawFd;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::channel::Channel;
use crate::clock::now;
use crate::message::{Call, HostPlan, How, Made, Order, PREVIEW, Payload, Report, Returned};
use crate::sys;

/// What the threads of a process share.
pub(super) struct Process {
    own: Ipv4Addr,
    peer: Ipv4Addr,
    sockets: Mutex<HashMap<String, Descriptor>>,
}

#[derive(Clone, Copy)]
struct Descriptor {
    fd: RawFd,
    open: bool,
    bound: bool,
}

impl Process {
    pub(super) fn new(plan: &HostPlan) -> Arc<Process> {
        Arc::new(Process {
            own: plan.address,
            peer: plan.peer,
            sockets: Mutex::default(),
        })
    }
}

/// The report of a thread that can take orders.
pub(super) fn ready(sysctls: Vec<(String, String)>) -> Report {
    let (pid, tid) = (rustix::process::getpid(), rustix::thread::gettid());
    Report::Ready {
        pid: pid.as_raw_nonzero().get(),
        tid: tid.as_raw_nonzero().get(),
        sysctls,
    }
}

/// Carries out orders until the server is gone.
pub(super) fn serve(channel: &Channel, process: &Arc<Process>) {
    while let Ok(Some((order, fds))) = channel.receive::<Order>() {
        let done = match order {
            Order::Call { on, named, call } => Caller {
                channel,
                process,
                on: &on,
                named: &named,
            }
            .carry_out(&call),
            Order::Thread => match fds.into_iter().next() {
                Some(theirs) => Ok(start_thread(theirs.into(), process)),
                None => Err(io::ErrorKind::InvalidData.into()),
            },
        };
        if done
            .and_then(|returned| channel.send(&Report::Done(returned), &[]))
            .is_err()
        {
            return;
        }
    }
}

/// Fails in what it returns, like a call, where there is no room for another thread.
fn start_thread(channel: Channel, process: &Arc<Process>) -> Returned {
    let started = sys::move_high(channel.into())
        .map(Channel::from)
        .and_then(|channel| {
            let process = process.clone();
            thread::Builder::new()
                .stack_size(256 * 1024)
                .spawn(move || {
                    if channel.send(&ready(Vec::new()), &[]).is_ok() {
                        serve(&channel, &process);
                    }
                })
        });
    plain(
        started
            .map(|_| 0)
            .map_err(|error| error.raw_os_error().unwrap_or(libc::EAGAIN)),
    )
}

/// One order being carried out.
struct Caller<'a> {
    channel: &'a Channel,
    process: &'a Process,
    on: &'a str,
    named: &'a str,
}

impl Caller<'_> {
    /// Makes the order's calls; what the last one gave. Fails only where the server is gone.
    fn carry_out(&self, call: &Call) -> io::Result<Returned> {
        match call {
            Call::Listen { port, backlog } => {
                if !self.is_open() {
                    let made = self.socket()?;
                    if made.errno.is_some() {
                        return Ok(made);
                    }
                }
                if !self.is_bound() {
                    let address = SocketAddrV4::new(self.process.own, *port);
                    let bound = self.call("bind", &[&address], |fd| sys::bind(fd, address))?;
                    if bound.errno.is_some() {
                        return Ok(bound);
                    }
                    self.set_bound();
                }
                self.call("listen", &[backlog], |fd| sys::listen(fd, *backlog))
            }
            Call::Connect { port } => {
                if !self.is_open() {
                    let made = self.socket()?;
                    if made.errno.is_some() {
                        return Ok(made);
                    }
                }
                let address = SocketAddrV4::new(self.process.peer, *port);
                self.call("connect", &[&address], |fd| sys::connect(fd, address))
            }
            Call::Accept => self.make("accept", vec![self.fd().to_string()], || {
                sys::accept(self.fd())
            }),
            Call::Send(payload) => {
                let bytes = bytes(payload);
                let shown = match payload {
                    Payload::Text(text) => shown(text),
                    Payload::Bytes(_) => "…".into(),
                };
                self.call("send", &[&shown, &bytes.len()], |fd| sys::send(fd, &bytes))
            }
            Call::Recv(room) => {
                let mut buffer = vec![0; *room];
                self.enter("recv", vec![self.fd().to_string(), room.to_string()])?;
                let returned = sys::recv(self.fd(), &mut buffer);
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
            Call::Linger(time) => {
                let seconds = time.map(|time| time.as_secs() as i32);
                let shown = match seconds {
                    Some(seconds) => format!("{{l_onoff=1, l_linger={seconds}}}"),
                    None => "{l_onoff=0}".into(),
                };
                self.call("setsockopt", &[&"SO_LINGER", &shown], |fd| {
                    sys::linger(fd, seconds)
                })
            }
        }
    }

    fn sockets(&self) -> std::sync::MutexGuard<'_, HashMap<String, Descriptor>> {
        self.process
            .sockets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The number of the socket that the order uses, -1 where there never was one.
    fn fd(&self) -> RawFd {
        self.sockets()
            .get(self.on)
            .map_or(-1, |descriptor| descriptor.fd)
    }

    fn is_open(&self) -> bool {
        self.sockets()
            .get(self.on)
            .is_some_and(|descriptor| descriptor.open)
    }

    fn is_bound(&self) -> bool {
        self.sockets()
            .get(self.on)
            .is_some_and(|descriptor| descriptor.bound)
    }

    fn set_bound(&self) {
        if let Some(descriptor) = self.sockets().get_mut(self.on) {
            descriptor.bound = true;
        }
    }

    /// A call on the order's socket, whose number is its first argument.
    fn call(
        &self,
        name: &str,
        args: &[&dyn std::fmt::Display],
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

    fn socket(&self) -> io::Result<Returned> {
        let args = ["AF_INET", "SOCK_STREAM", "0"];
        self.make("socket", args.map(String::from).to_vec(), sys::socket)
    }

    /// A call that makes a socket, which from then on has the order's name.
    fn make(
        &self,
        name: &str,
        args: Vec<String>,
        call: impl FnOnce() -> sys::Returned,
    ) -> io::Result<Returned> {
        self.enter(name, args)?;
        let returned = call();
        let made = returned.ok().and_then(|fd| {
            let fd = fd as RawFd;
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
                inode: sys::inode(fd).ok()?,
            })
        });
        self.exit(plain(returned), made)
    }

    fn enter(&self, call: &str, args: Vec<String>) -> io::Result<()> {
        self.channel.send(
            &Report::Enter {
                at: now(),
                call: call.to_owned(),
                args,
            },
            &[],
        )
    }

    fn exit(&self, returned: Returned, made: Option<Made>) -> io::Result<Returned> {
        let at = now();
        let is_recv = returned.data.is_some();
        let unread = sys::unread(self.fd())
            .filter(|_| is_recv)
            .map(|bytes| (self.on.to_owned(), bytes));
        let report = Report::Exit {
            at,
            returned: returned.clone(),
            made,
            unread,
        };
        self.channel.send(&report, &[])?;
        Ok(returned)
    }
}

/// A text as an argument: its beginning is enough.
fn shown(text: &str) -> String {
    const ENOUGH: usize = 32;
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

fn plain(returned: sys::Returned) -> Returned {
    match returned {
        Ok(result) => Returned {
            result,
            ..Returned::default()
        },
        Err(errno) => Returned {
            result: -1,
            errno: Some(errno),
            data: None,
        },
    }
}

fn bytes(payload: &Payload) -> Vec<u8> {
    match payload {
        Payload::Text(text) => text.clone().into_bytes(),
        Payload::Bytes(count) => (b'a'..=b'z').cycle().take(*count).collect(),
    }
}
