//! Reads a host's table of TCP sockets from its kernel: NETLINK_SOCK_DIAG, sock_diag(7), one dump a reading.
//!
//! The table also has what no descriptor tells of: TIME_WAIT, SYN_RECEIVED and sockets that no process holds any more.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;

use rustix::net::RecvFlags;

use crate::event::Timer;
use crate::lab::sandbox::netlink::{self, HEADER, REQUEST_ACK, REQUEST_DUMP};
use crate::tcp::state::State;

/// A socket in the kernel's table.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub(crate) local: SocketAddrV4,
    pub(crate) peer: SocketAddrV4,
    pub(crate) state: State,
    pub(crate) timer: Option<Timer>,
    pub(crate) expires_ms: u32,
    pub(crate) retransmits: u8,
    /// The remnant of a closed socket, in TIME_WAIT or FIN_WAIT_2: it has no queues.
    pub(crate) remnant: bool,
    /// As the kernel counts: a FIN that was not read yet is one more.
    pub(crate) recv_q: u32,
    /// As the kernel counts: an unacknowledged SYN or FIN is one more.
    pub(crate) send_q: u32,
    /// 0 where no descriptor refers to it: not accepted yet, or closed.
    pub(crate) inode: u64,
}

/// One host's table.
pub struct SocketTable {
    netlink: OwnedFd,
    buffer: Vec<u8>,
    /// The listening sockets as they were last read.
    listening: Vec<Reading>,
}

// include/uapi/linux/netlink.h and inet_diag.h.
const REQUEST: usize = 56;
const MESSAGE: usize = 72;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const SOCK_DESTROY: u16 = 21;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
/// The eleven states and TCP_NEW_SYN_RECV; not the sockets that are only bound.
const STATES: u32 = 0x1ffe;
const LISTEN: u32 = 1 << 10;
const TIME_WAIT: u32 = 1 << 6;

impl SocketTable {
    /// The table that a NETLINK_SOCK_DIAG socket tells of.
    pub fn new(netlink: OwnedFd) -> SocketTable {
        SocketTable {
            netlink,
            buffer: vec![0; 32 * 1024],
            listening: Vec::new(),
        }
    }

    /// Every TCP socket of the host, in the order of their ports.
    pub fn read(&mut self) -> io::Result<Vec<Reading>> {
        let readings = self.dump(STATES)?;
        let listens = |reading: &&Reading| reading.state == State::Listen;
        self.listening = readings.iter().filter(listens).cloned().collect();
        Ok(readings)
    }

    /// The same, but the listening sockets as they were at the last [`SocketTable::read`]. The kernel keeps those of all
    /// namespaces in one great table, so that looking for them costs several times what looking for the others does.
    pub fn read_connections(&mut self) -> io::Result<Vec<Reading>> {
        let mut readings = self.dump(STATES & !LISTEN)?;
        readings.extend_from_slice(&self.listening);
        readings.sort_by_key(ends);
        Ok(readings)
    }

    fn dump(&mut self, states: u32) -> io::Result<Vec<Reading>> {
        self.ask(REQUEST_DUMP, SOCK_DIAG_BY_FAMILY, states, None)?;
        let mut readings = Vec::new();
        loop {
            let (_, length) =
                rustix::net::recv(&self.netlink, &mut self.buffer[..], RecvFlags::empty())?;
            let mut rest = &self.buffer[..length];
            while rest.len() >= HEADER {
                let size = u32::from_ne_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
                let kind = u16::from_ne_bytes([rest[4], rest[5]]);
                if size < HEADER || size > rest.len() {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                match kind {
                    NLMSG_DONE => {
                        readings.sort_by_key(ends);
                        return Ok(readings);
                    }
                    NLMSG_ERROR => netlink::acknowledged(&rest[HEADER..size])?,
                    _ => readings.extend(reading(&rest[HEADER..size])),
                }
                rest = &rest[size.next_multiple_of(4).min(rest.len())..];
            }
        }
    }

    /// Destroys a socket from outside: SOCK_DESTROY, sock_diag(7).
    pub(crate) fn destroy(&mut self, local: SocketAddrV4, peer: SocketAddrV4) -> io::Result<()> {
        self.ask(REQUEST_ACK, SOCK_DESTROY, STATES, Some((local, peer)))?;
        let (_, length) =
            rustix::net::recv(&self.netlink, &mut self.buffer[..], RecvFlags::empty())?;
        netlink::acknowledged(self.buffer[..length].get(HEADER..).unwrap_or_default())
    }

    /// Destroys every connection that holds on to its host: TIME_WAIT does not, and listening sockets go with their
    /// processes.
    pub(crate) fn destroy_all(&mut self) -> io::Result<()> {
        for Reading { local, peer, .. } in self.dump(STATES & !LISTEN & !TIME_WAIT)? {
            let _ = self.destroy(local, peer); // it may have gone by itself meanwhile
        }
        Ok(())
    }

    /// struct inet_diag_req_v2.
    fn ask(
        &self,
        flags: u16,
        kind: u16,
        states: u32,
        socket: Option<(SocketAddrV4, SocketAddrV4)>,
    ) -> io::Result<()> {
        let mut request = [0u8; REQUEST];
        request[0] = libc::AF_INET as u8;
        request[1] = libc::IPPROTO_TCP as u8;
        request[4..8].copy_from_slice(&states.to_ne_bytes());
        if let Some((local, peer)) = socket {
            let id = &mut request[8..];
            id[0..2].copy_from_slice(&local.port().to_be_bytes());
            id[2..4].copy_from_slice(&peer.port().to_be_bytes());
            id[4..8].copy_from_slice(&local.ip().octets());
            id[20..24].copy_from_slice(&peer.ip().octets());
            id[40..48].fill(0xff); // INET_DIAG_NOCOOKIE
        }
        netlink::send(&self.netlink, kind, flags, &request)
    }
}

fn ends(reading: &Reading) -> (SocketAddrV4, SocketAddrV4) {
    (reading.local, reading.peer)
}

/// struct inet_diag_msg.
fn reading(message: &[u8]) -> Option<Reading> {
    let message: &[u8; MESSAGE] = message.first_chunk()?;
    let number = |at: usize| {
        u32::from_ne_bytes([
            message[at],
            message[at + 1],
            message[at + 2],
            message[at + 3],
        ])
    };
    let port = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
    let ip = |at: usize| {
        Ipv4Addr::new(
            message[at],
            message[at + 1],
            message[at + 2],
            message[at + 3],
        )
    };
    let state = State::from_kernel(message[1])?;
    let inode = number(68).into();
    Some(Reading {
        state,
        timer: match message[2] {
            1 => Some(Timer::Retransmit),
            // The kernel uses these two also to give up FIN_WAIT_2.
            2 if state == State::FinWait2 && inode == 0 => Some(Timer::FinWait2),
            3 if state == State::FinWait2 => Some(Timer::FinWait2),
            2 => Some(Timer::Keepalive),
            3 => Some(Timer::TimeWait),
            4 => Some(Timer::Probe),
            _ => None,
        },
        remnant: message[2] == 3,
        retransmits: message[3],
        local: SocketAddrV4::new(ip(8), port(4)),
        peer: SocketAddrV4::new(ip(24), port(6)),
        expires_ms: number(52),
        recv_q: number(56),
        send_q: number(60),
        inode,
    })
}
