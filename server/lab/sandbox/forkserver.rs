//! The server's side of the fork server: starts that process, asks it for hosts, and ends it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::lab::sandbox::channel::Channel;
use crate::lab::sandbox::protocol::{
    HostPlan, HostTask, Refusal, Report, Returned, SetupStep, SpawnRequest,
};

/// The command-line word by which this program becomes the fork server.
pub const ROLE: &str = "fork-server";

/// How long a machine may take to build a host before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// The running fork server; its process ends when this is dropped.
///
/// A thread of its own starts the process and stays until it ends, because the kernel ties "die with the parent" to the
/// parent's *thread* (PR_SET_PDEATHSIG, prctl(2)), and threads of a pool come and go.
pub struct ForkServer {
    channel: Option<Channel>,
    waiter: Option<JoinHandle<()>>,
}

/// A host whose first actor is being set up.
pub struct PendingHost {
    /// The server's end of the actor's channel.
    pub channel: Channel,
}

/// A host, as its first actor hands it over.
pub struct SpawnedHost {
    /// The server's end of the actor's channel.
    pub channel: Channel,
    /// Process id.
    pub pid: i32,
    /// Thread id.
    pub tid: i32,
    /// The pinned sysctls as the kernel gives them back.
    pub sysctls: Vec<(String, String)>,
    /// The host's end of the wire.
    pub tun: OwnedFd,
    /// A NETLINK_SOCK_DIAG socket of the host.
    pub socket_table: OwnedFd,
    /// The host's network namespace.
    pub namespace: OwnedFd,
}

impl ForkServer {
    /// Starts the fork server and has it build one host for trial, so that a machine that refuses is known at once.
    pub fn start() -> Result<ForkServer, Refusal> {
        let (ours, theirs) = Channel::pair().map_err(|error| refusal(&error))?;
        let (started, when_started) = mpsc::channel();
        let waiter = thread::Builder::new().name(ROLE.into()).spawn(move || {
            let child = Command::new("/proc/self/exe")
                .arg(ROLE)
                .process_group(0) // Ctrl-C in a terminal is for the server, which ends its runs in order
                .stdin(Stdio::from(OwnedFd::from(theirs)))
                .spawn();
            match child {
                Ok(mut child) => {
                    let _ = started.send(Ok(()));
                    let _ = child.wait();
                }
                Err(error) => drop(started.send(Err(error))),
            }
        });
        let waiter = waiter.map_err(|error| refusal(&error))?;
        let fork_server = ForkServer {
            channel: Some(ours),
            waiter: Some(waiter),
        };
        when_started
            .recv()
            .unwrap_or_else(|_| Err(gone()))
            .map_err(|error| refusal(&error))?;

        match receive::<Option<Refusal>>(fork_server.channel(), PATIENCE) {
            Ok((None, _)) => {}
            Ok((Some(refused), _)) => return Err(refused),
            Err(error) => return Err(refusal(&error)),
        }
        let [trial, _] = crate::lab::sandbox::network::plans();
        let trial = fork_server.spawn(trial).map_err(|error| refusal(&error))?;
        trial.ready()?.end().map_err(|error| refusal(&error))?;
        Ok(fork_server)
    }

    /// Asks for a host. Several can be under way at once.
    pub fn spawn(&self, host: HostPlan) -> io::Result<PendingHost> {
        Ok(PendingHost {
            channel: self.ask(&SpawnRequest::Host(host), None)?,
        })
    }

    /// Another process in a host that exists: the server's end of its channel, and its number.
    pub fn join(&self, host: HostPlan, namespace: &OwnedFd) -> io::Result<(Channel, i32)> {
        let channel = self.ask(&SpawnRequest::Join(host), Some(namespace))?;
        match receive::<Report>(&channel, PATIENCE)? {
            (Report::Ready { pid, .. }, _) => Ok((channel, pid)),
            _ => Err(gone()),
        }
    }

    /// Has something done to a host that exists, and waits until it is.
    pub fn send_on(&self, task: HostTask, host: HostPlan, namespace: &OwnedFd) -> io::Result<()> {
        let channel = self.ask(&SpawnRequest::Task(host, task), Some(namespace))?;
        match receive::<Report>(&channel, PATIENCE)? {
            (Report::Done(Returned { errno: None, .. }), _) => Ok(()),
            (
                Report::Done(Returned {
                    errno: Some(errno), ..
                }),
                _,
            ) => Err(io::Error::from_raw_os_error(errno)),
            _ => Err(gone()),
        }
    }

    fn ask(&self, request: &SpawnRequest, namespace: Option<&OwnedFd>) -> io::Result<Channel> {
        let (ours, theirs) = Channel::pair()?;
        let fds: Vec<_> = [theirs.as_fd()]
            .into_iter()
            .chain(namespace.map(AsFd::as_fd))
            .collect();
        self.channel().send(request, &fds)?;
        Ok(ours)
    }

    /// Whether its process still runs; it can have been killed from outside.
    pub fn is_alive(&self) -> bool {
        self.waiter
            .as_ref()
            .is_some_and(|waiter| !waiter.is_finished())
    }

    fn channel(&self) -> &Channel {
        self.channel.as_ref().expect("open until dropped")
    }
}

impl Drop for ForkServer {
    fn drop(&mut self) {
        self.channel = None; // the fork server reads its end, and ends
        if let Some(waiter) = self.waiter.take() {
            let _ = waiter.join();
        }
    }
}

impl PendingHost {
    /// Waits until the host is built.
    pub fn ready(self) -> Result<SpawnedHost, Refusal> {
        match receive::<Report>(&self.channel, PATIENCE) {
            Ok((
                Report::Ready {
                    pid, tid, sysctls, ..
                },
                fds,
            )) => {
                let mut fds = fds.into_iter();
                let (Some(tun), Some(socket_table), Some(namespace)) =
                    (fds.next(), fds.next(), fds.next())
                else {
                    return Err(refusal(&gone()));
                };
                Ok(SpawnedHost {
                    channel: self.channel,
                    pid,
                    tid,
                    sysctls,
                    tun,
                    socket_table,
                    namespace,
                })
            }
            Ok((Report::Refused(refusal), _)) => Err(refusal),
            Ok(_) => Err(refusal(&gone())),
            Err(error) => Err(refusal(&error)),
        }
    }
}

impl SpawnedHost {
    /// Gives the host back, and waits until its process has ended.
    fn end(self) -> io::Result<()> {
        let number = Pid::from_raw(self.pid).ok_or_else(gone)?;
        let process = pidfd_open(number, PidfdFlags::empty())?;
        drop(self); // the actor reads the end of its channel, and ends
        let patience = timespec(PATIENCE);
        poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&patience))?;
        Ok(())
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec {
        tv_sec: time.as_secs() as i64,
        tv_nsec: time.subsec_nanos().into(),
    }
}

/// Waits for a message, but not for ever.
fn receive<T: serde::de::DeserializeOwned>(
    channel: &Channel,
    patience: Duration,
) -> io::Result<(T, Vec<OwnedFd>)> {
    let mut fds = [PollFd::new(channel, PollFlags::IN)];
    if poll(&mut fds, Some(&timespec(patience)))? == 0 {
        return Err(io::Error::from_raw_os_error(libc::ETIMEDOUT));
    }
    channel.receive()?.ok_or_else(gone)
}

fn gone() -> io::Error {
    io::Error::from_raw_os_error(libc::ECHILD)
}

fn refusal(error: &io::Error) -> Refusal {
    Refusal::at(SetupStep::Start, error)
}
