//! A host: this process moves into a network namespace of its own, whose only interface is a TUN device, and hands the
//! device to the server, which thus holds the wire.

use std::os::fd::OwnedFd;
use std::{fs, io};

use rustix::fs::{Mode, OFlags};
use rustix::net::netlink::SOCK_DIAG;
use rustix::net::{AddressFamily, RecvFlags, SocketType};

use crate::lab::sandbox::netlink;
use crate::lab::sandbox::protocol::{HostPlan, HostTask, Refusal, SetupStep};
use crate::lab::sandbox::sys;

/// The interface's name, in both hosts.
const DEVICE: &str = "wire0";

/// How many packets wait in it until the wire takes them: more than the largest window has room for (tcp_rmem), so that
/// nothing is lost before the wire, where no event would tell of it. The usual 500 do not hold what `send 1M` sends at once.
const QUEUE: i32 = 8192;

/// What the server needs to hold of a host. The namespace lives as long as one of the three is open.
pub(crate) struct BuiltHost {
    pub(crate) tun: OwnedFd,
    /// /proc/self/ns/net, by which another process can come in: setns(2).
    pub(crate) namespace: OwnedFd,
    /// A NETLINK_SOCK_DIAG socket, which tells of the namespace that it was opened in: sock_diag(7).
    pub(crate) socket_table: OwnedFd,
    pub(crate) sysctls: Vec<(String, String)>,
}

/// Builds a host around this process.
pub(crate) fn build(plan: &HostPlan) -> Result<BuiltHost, Refusal> {
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

    let table = netlink::socket(Some(SOCK_DIAG)).and_then(sys::move_high);
    let socket_table = table.map_err(at(SetupStep::SocketTable))?;
    let mut sysctls = Vec::new();
    for (name, _) in &plan.sysctls {
        // The kernel's value, not the written one, is shown.
        let value = fs::read_to_string(path(name)).map_err(at(SetupStep::Sysctl))?;
        sysctls.push((
            name.clone(),
            value.split_whitespace().collect::<Vec<_>>().join(" "),
        ));
    }
    Ok(BuiltHost {
        tun,
        namespace,
        socket_table,
        sysctls,
    })
}

/// RTM_NEWLINK, rtnetlink(7): the device keeps [`QUEUE`] packets. The older ioctl for it asks for root.
fn lengthen_queue() -> io::Result<()> {
    let mut request = vec![0; 16]; // struct ifinfomsg
    request.extend(8u16.to_ne_bytes()); // struct rtattr
    request.extend(libc::IFLA_TXQLEN.to_ne_bytes());
    request.extend(QUEUE.to_ne_bytes());
    request.extend((4 + 1 + DEVICE.len() as u16).to_ne_bytes());
    request.extend(libc::IFLA_IFNAME.to_ne_bytes());
    request.extend(DEVICE.as_bytes());
    request.resize(36, 0); // the name ends in a zero, and is filled up

    let socket = netlink::socket(None)?;
    netlink::send(&socket, libc::RTM_NEWLINK, netlink::REQUEST_ACK, &request)?;
    let mut answer = [0; 128];
    let (_, length) = rustix::net::recv(&socket, &mut answer, RecvFlags::empty())?;
    netlink::acknowledged(answer[..length].get(netlink::HEADER..).unwrap_or_default())
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

/// Any socket serves to ask the kernel about interfaces.
fn any_socket() -> io::Result<OwnedFd> {
    Ok(rustix::net::socket(
        AddressFamily::INET,
        SocketType::DGRAM,
        None,
    )?)
}
