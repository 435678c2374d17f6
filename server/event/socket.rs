//! Sockets as events name them, and the descriptors that keep them open.

use std::net::SocketAddrV4;

use serde::{Deserialize, Serialize};

/// A connection in one kernel's table, or a listening socket.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct Socket {
    /// Its name in the script, once it is known.
    pub name: Option<String>,
    /// The own address and port.
    pub local: SocketAddrV4,
    /// The other end's; 0.0.0.0:0 for a listening socket.
    pub peer: SocketAddrV4,
}

/// An open socket, and what keeps it open: it is closed when the last of these is gone. See open(2), "open file
/// description": each socket has one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct OpenFile {
    /// Its inode, which is its number in the kernel.
    pub inode: u64,
    /// Its name in the script.
    pub socket: Option<String>,
    /// The descriptors that refer to it.
    pub descriptors: Vec<Descriptor>,
    /// The calls that wait on it, by the `seq` of their enters: the kernel closes nothing that a call still uses.
    pub calls: Vec<u32>,
}

/// A descriptor of a process, which its threads share.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Descriptor {
    /// Process id.
    pub pid: i32,
    /// Its number in that process.
    pub fd: i32,
}
