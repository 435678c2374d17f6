//! Netlink messages, netlink(7): a header before each request, an error number in each acknowledgment.

use std::io;
use std::os::fd::OwnedFd;

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, Protocol, SendFlags, SocketFlags, SocketType};

/// The length of struct nlmsghdr.
pub(crate) const HEADER: usize = 16;
/// NLM_F_REQUEST, with NLM_F_ACK: the answer is an acknowledgment.
pub(crate) const REQUEST_ACK: u16 = 0x1 | 0x4;
/// NLM_F_REQUEST, with NLM_F_DUMP: the answer is every entry of a table.
pub(crate) const REQUEST_DUMP: u16 = 0x1 | 0x300;

/// A netlink socket of this network namespace; without a protocol for NETLINK_ROUTE.
pub(crate) fn socket(protocol: Option<Protocol>) -> io::Result<OwnedFd> {
    let (family, kind) = (AddressFamily::NETLINK, SocketType::RAW);
    let socket = rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC, protocol)?;
    Ok(socket)
}

/// Sends a request to the kernel.
pub(crate) fn send(socket: &OwnedFd, kind: u16, flags: u16, payload: &[u8]) -> io::Result<()> {
    let mut request = Vec::with_capacity(HEADER + payload.len());
    request.extend(((HEADER + payload.len()) as u32).to_ne_bytes());
    request.extend(kind.to_ne_bytes());
    request.extend(flags.to_ne_bytes());
    request.extend([0; 8]); // sequence number and port id
    request.extend(payload);
    let kernel = SocketAddrNetlink::new(0, 0);
    rustix::net::sendto(socket, &request, SendFlags::empty(), &kernel)?;
    Ok(())
}

/// Reads an acknowledgment's struct nlmsgerr, which begins with a negative errno; 0 is success.
pub(crate) fn acknowledged(error: &[u8]) -> io::Result<()> {
    match error.first_chunk().map(|errno| i32::from_ne_bytes(*errno)) {
        Some(0) => Ok(()),
        Some(errno) => Err(io::Error::from_raw_os_error(-errno)),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}
