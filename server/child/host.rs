//! A host: this process moves into a network namespace of its own, whose only interface is a TUN device, and hands the
//! device to the server, which thus holds the wire.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, Protocol, SocketFlags, SocketType, netlink};

use crate::message::{Errand, HostPlan, Refusal, SetupStep};
use crate::sys;

/// The interface's name, in both hosts.
const DEVICE: &str = "wire0";

/// What the server needs to hold of a host. The namespace lives as long as one of the three is open.
pub(super) struct Host {
    pub(super) tun: OwnedFd,
    /// /proc/self/ns/net, by which another process can come in: setns(2).
    pub(super) namespace: OwnedFd,
    /// A NETLINK_SOCK_DIAG socket, which tells of the namespace that it was opened in: sock_diag(7).
    pub(super) socket_table: OwnedFd,
    pub(super) sysctls: Vec<(String, String)>,
}

/// A step of set-up that failed.
pub(super) fn refusal(step: SetupStep, error: &io::Error) -> Refusal {
    Refusal {
        step,
        errno: error.raw_os_error().unwrap_or(0),
    }
}

/// Builds a host around this process.
pub(super) fn build(plan: &HostPlan) -> Result<Host, Refusal> {
    let at = |step| move |error: io::Error| refusal(step, &error);
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
    let wired = any_socket().and_then(|socket| {
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

fn path(sysctl: &str) -> String {
    format!("/proc/sys/{}", sysctl.replace('.', "/"))
}

/// Does one thing to the host that this process is in.
pub(super) fn run(errand: &Errand, plan: &HostPlan) -> io::Result<()> {
    match errand {
        Errand::Link { up: true } => sys::interface_up(&any_socket()?, DEVICE, plan.peer),
        Errand::Link { up: false } => sys::interface_down(&any_socket()?, DEVICE),
        Errand::Sysctl { name, value } => fs::write(path(name), value),
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
