//! What the server says to the processes that it starts, and what they report: the only words on that border.
//!
//! The *fork server* is a process from which all actors are forked. It gets [`SpawnRequest`]s. Each actor has a channel of its own
//! (one end of a SOCK_SEQPACKET pair, one message a packet, JSON), on which it gets [`Order`]s and answers [`Report`]s.

use std::io;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::tcp::call::Call;

/// Asks the fork server to fork a process; that one's end of its channel travels with it.
#[derive(Debug, Deserialize, Serialize)]
pub enum SpawnRequest {
    /// An actor that builds a host around itself before it takes orders.
    Host(HostPlan),
    /// An actor in a host that exists; the host's network namespace travels with it.
    Join(HostPlan),
    /// A process that does one thing in a host that exists, and ends; the host's network namespace travels with it.
    Task(HostPlan, HostTask),
}

/// Something that is done to a host, not by one of its programs.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum HostTask {
    /// Takes `wire0` down, or brings it up with its route.
    Link {
        /// Up or down.
        up: bool,
    },
    /// Writes a sysctl of the host's network namespace.
    Sysctl {
        /// Its name below /proc/sys.
        name: String,
        /// Its new value.
        value: String,
    },
}

/// What a host shall be: a network namespace with one interface.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct HostPlan {
    /// Its own address.
    pub address: Ipv4Addr,
    /// The other host's.
    pub peer: Ipv4Addr,
    /// Sysctls to set, as names below /proc/sys and values.
    pub sysctls: Vec<(String, String)>,
}

/// The step at which a machine did not let us build a host.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Refusal {
    /// What was tried.
    pub step: SetupStep,
    /// What the kernel answered (an errno).
    pub errno: i32,
}

impl Refusal {
    /// What was tried at that step failed.
    pub fn at(step: SetupStep, error: &io::Error) -> Refusal {
        let errno = error.raw_os_error().unwrap_or(0);
        Refusal { step, errno }
    }
}

/// The steps of set-up, in their order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupStep {
    /// Starting the fork server process.
    Start,
    /// unshare(CLONE_NEWUSER | CLONE_NEWNET).
    Namespace,
    /// Writing /proc/self/uid_map.
    UserMap,
    /// Opening /dev/net/tun.
    OpenTun,
    /// Making and configuring the device `wire0`.
    Device,
    /// Writing the pinned sysctls.
    Sysctl,
    /// Opening the NETLINK_SOCK_DIAG socket.
    SocketTable,
}

/// A action for one actor. One order may need several system calls, and each is reported by itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// A call on a socket of the actor's process.
    Call {
        /// The socket that the call uses.
        on: String,
        /// What the socket that it makes is to be called.
        named: String,
        /// The call.
        call: Call,
    },
    /// Start another thread; its end of a new channel travels with the order.
    Thread,
    /// fork(2); the child's end of a new channel travels with the order.
    Fork,
    /// exit(2).
    Exit,
}

/// What an actor says. Times are nanoseconds of CLOCK_MONOTONIC, read in the actor.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// It exists and takes orders. A host's first actor hands over, in this order, the TUN device and the socket table.
    Ready {
        /// Process id.
        pid: i32,
        /// Thread id.
        tid: i32,
        /// The pinned sysctls as the kernel gives them back.
        sysctls: Vec<(String, String)>,
        /// The process's open sockets.
        open: Vec<OpenDescriptor>,
    },
    /// It could not become a host, and has ended.
    Refused(Refusal),
    /// It is about to make a call.
    Enter {
        /// When.
        at: u64,
        /// The call's name.
        call: String,
        /// Its arguments, as strace would print them.
        args: Vec<String>,
    },
    /// The call returned.
    Exit {
        /// When.
        at: u64,
        /// What it returned.
        returned: Returned,
        /// The socket that it made, if it made one.
        made: Option<Made>,
        /// After recv: its socket's name, and how many bytes are still to be read (SIOCINQ, tcp(7)).
        unread: Option<(String, u32)>,
        /// After a call that opens or closes: the process's open sockets.
        open: Option<Vec<OpenDescriptor>>,
        /// After a call that makes a socket or sets an option: its inode, and how it is configured.
        closing_options: Option<(u64, ClosingOptions)>,
    },
    /// The order is carried out: what its last call gave.
    Done(Returned),
}

impl Report {
    /// When what it reports happened; None where that is not stamped.
    pub fn stamp(&self) -> Option<u64> {
        match self {
            Report::Enter { at, .. } | Report::Exit { at, .. } => Some(*at),
            Report::Ready { .. } | Report::Refused(_) | Report::Done(_) => None,
        }
    }
}

/// What a call returned.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Returned {
    /// The return value, -1 for a failure.
    pub result: i64,
    /// The error number of a failure.
    pub errno: Option<i32>,
    /// The first [`PREVIEW`] bytes that recv gave.
    pub data: Option<Vec<u8>>,
    /// What another call gave besides a number: poll's events, an address, a state.
    pub words: Option<String>,
}

/// A socket that a call made.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Made {
    /// Its name in the script.
    pub name: String,
    /// Its descriptor.
    pub fd: i32,
    /// Its inode, by which the kernel's socket table knows it.
    pub inode: u64,
}

/// A descriptor that refers to a socket.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct OpenDescriptor {
    /// Its number.
    pub fd: i32,
    /// The socket's inode.
    pub inode: u64,
}

/// The options of a socket that decide how it ends, as getsockopt(2) gives them.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct ClosingOptions {
    /// SO_LINGER is on, with a time of 0.
    pub linger_zero: bool,
    /// TCP_LINGER2 is negative: no FIN_WAIT_2 without an owner.
    pub no_fin_wait_2: bool,
    /// TCP_USER_TIMEOUT in ms; 0 where it is not set.
    pub user_timeout: u32,
}

/// How many received bytes are reported, of however many.
pub const PREVIEW: usize = 1024;
