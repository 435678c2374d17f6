//! A host: this process moves into a network namespace of its own, whose only interface is a TUN device, and hands the
//! device to the server, which thus holds the wire.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, Protocol, SocketFlags, SocketType, netlink};

use crate::message::{HostPlan, Refusal, SetupStep};
use crate::sys;

/// The interface's name, in both hosts.
const DEVICE: &str = "wire0";

/// What the server needs to hold of a host. The namespace lives as long as one of the two is open.
pub(super) struct Host {
    pub(super) tun: OwnedFd,
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
    let any =
        rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None).map_err(io::Error::from);
    any.and_then(|socket| sys::interface_up(&socket, DEVICE, plan.address, plan.peer))
        .map_err(at(SetupStep::Device))?;

    let sock_diag: Option<Protocol> = Some(netlink::SOCK_DIAG);
    let table = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        sock_diag,
    );
    let socket_table = kept(table).map_err(at(SetupStep::SocketTable))?;
    let sysctls = plan.sysctls.iter().map(|(name, _)| {
        let value = fs::read_to_string(path(name)).unwrap_or_default();
        (
            name.clone(),
            value.split_whitespace().collect::<Vec<_>>().join(" "),
        )
    });
    Ok(Host {
        tun,
        socket_table,
        sysctls: sysctls.collect(),
    })
}

fn path(sysctl: &str) -> String {
    format!("/proc/sys/{}", sysctl.replace('.', "/"))
}
