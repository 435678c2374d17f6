//! A host: this process moves into a network namespace of its own, whose only interface is a TUN device, and hands the
//! device to the server, which thus holds the wire.

use std::os::fd::OwnedFd;
use std::{fs, io};

use rustix::fs::{Mode, OFlags};
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, netlink,
};

use crate::lab::sandbox::protocol::{HostPlan, HostTask, Refusal, SetupStep};
use crate::lab::sandbox::sys;

/// The interface's name, in both hosts.
const DEVICE: &str = "wire0";

/// How many packets wait in it until the wire takes them: more than the largest window has room for (tcp_rmem), so that
/// nothing is lost before the wire, where nobody would be told. The usual 500 do not hold what `send 1M` sends at once.
const QUEUE: i32 = 8192;

/// What the server needs to hold of a host. The namespace lives as long as one of the three is open.
pub(crate) struct Host {
    pub(crate) tun: OwnedFd,
    /// /proc/self/ns/net, by which another process can come in: setns(2).
    pub(crate) namespace: OwnedFd,
    /// A NETLINK_SOCK_DIAG socket, which tells of the namespace that it was opened in: sock_diag(7).
    pub(crate) socket_table: OwnedFd,
    pub(crate) sysctls: Vec<(String, String)>,
}

/// Builds a host around this process.
pub(crate) fn build(plan: &HostPlan) -> Result<Host, Refusal> {
    let at = |step| move |error: io::Error| Refusal::at(step, &error);
    let kept =
        |fd: rustix::io::Result<OwnedFd>| fd.map_err(io::Error::from).and_then(sys::move_high);

    sys::unshare(false, true).map_err(at(SetupStep::Namespace))?;
    // Without IPv6 nothing but what the script does crosses the wire. A kernel without IPv6 has no such file.
    let _ = fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");

    let tun = rustix::fs::open(
        "/dev/net/tun",
        OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC,
        Mode::empty(),
    );
    let tun = kept(tun).map_err(at(SetupStep::OpenTun))?;
    sys::tun_create(&tun, DEVICE).map_err(at(SetupStep::Device))?;
    for (name, value) in &plan.sysctls {
        fs::write(path(name), value).map_err(at(SetupStep::Sysctl))?;
    }
    let wired = lengthen_queue().and_then(|()| {
        let socket = any_socket()?;
        sys::interface_address(&socket, DEVICE, plan.address)?;
        sys::interface_up(&socket, DEVICE, plan.peer)
    });
    wired.map_err(at(SetupStep::Device))?;
    let namespace = rustix::fs::open(
        "/proc/self/ns/net",
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    );
    let namespace = kept(namespace).map_err(at(SetupStep::Namespace))?;

    let sock_diag: Option<Protocol> = Some(netlink::SOCK_DIAG);
    let table = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        sock_diag,
    );
    let socket_table = kept(table).map_err(at(SetupStep::SocketTable))?;
    let mut sysctls = Vec::new();
    for (name, _) in &plan.sysctls {
        // What the kernel made of it, not what was written: this is shown.
        let value = fs::read_to_string(path(name)).map_err(at(SetupStep::Sysctl))?;
        sysctls.push((
            name.clone(),
            value.split_whitespace().collect::<Vec<_>>().join(" "),
        ));
    }
    Ok(Host {
        tun,
        namespace,
        socket_table,
        sysctls,
    })
}

/// RTM_NEWLINK, rtnetlink(7): the device keeps [`QUEUE`] packets. The older ioctl for it asks for root.
fn lengthen_queue() -> io::Result<()> {
    const NLM_F_REQUEST_ACK: u16 = 0x1 | 0x4;
    let mut request = [0; 52];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        request[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    put(&52u32.to_ne_bytes()); // struct nlmsghdr
    put(&libc::RTM_NEWLINK.to_ne_bytes());
    put(&NLM_F_REQUEST_ACK.to_ne_bytes());
    put(&[0; 8 + 16]); // the rest of it, and struct ifinfomsg
    put(&8u16.to_ne_bytes()); // struct rtattr
    put(&libc::IFLA_TXQLEN.to_ne_bytes());
    put(&QUEUE.to_ne_bytes());
    put(&(4 + 1 + DEVICE.len() as u16).to_ne_bytes());
    put(&libc::IFLA_IFNAME.to_ne_bytes());
    put(DEVICE.as_bytes());

    let socket = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None, // NETLINK_ROUTE
    )?;
    rustix::net::sendto(
        &socket,
        &request,
        SendFlags::empty(),
        &netlink::SocketAddrNetlink::new(0, 0),
    )?;
    let mut answer = [0; 128];
    rustix::net::recv(&socket, &mut answer, RecvFlags::empty())?;
    // struct nlmsgerr begins with a negative errno, which is 0 where all went well.
    match i32::from_ne_bytes([answer[16], answer[17], answer[18], answer[19]]) {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(-errno)),
    }
}

fn path(sysctl: &str) -> String {
    format!("/proc/sys/{}", sysctl.replace('.', "/"))
}

/// Does one thing to the host that this process is in.
pub(crate) fn run(task: &HostTask, plan: &HostPlan) -> io::Result<()> {
    match task {
        HostTask::Link { up: true } => sys::interface_up(&any_socket()?, DEVICE, plan.peer),
        HostTask::Link { up: false } => sys::interface_down(&any_socket()?, DEVICE),
        HostTask::Sysctl { name, value } => fs::write(path(name), value),
    }
}

/// The kernel wants a socket, of whatever kind, to be asked about interfaces.
fn any_socket() -> io::Result<OwnedFd> {
    Ok(rustix::net::socket(
        AddressFamily::INET,
        SocketType::DGRAM,
        None,
    )?)
}
