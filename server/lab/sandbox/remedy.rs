//! Remedies: a refusal of the machine in words, and the command that would lift it.

use std::fs;

use rustix::process::{Resource, getrlimit};
use serde::Serialize;

use crate::lab::sandbox::protocol::{Refusal, SetupStep};
use crate::tcp::errno;

/// How many files a process must be able to have open: actors keep their own from 900 on, out of the script's way.
pub const OPEN_FILES: u64 = 1024;

/// A refusal in words.
#[derive(Clone, Debug, Serialize)]
pub struct Remedy {
    /// The refused system call or path.
    pub tried: &'static str,
    /// What the kernel answered.
    pub answer: String,
    /// The command that would allow it.
    pub command: &'static str,
}

/// Looks at the machine's settings to find which of them refused.
pub fn remedy(refusal: &Refusal) -> Remedy {
    let command = match refusal.step {
        _ if matches!(refusal.errno, libc::EMFILE | libc::ENFILE) => limit(refusal.errno),
        SetupStep::Start => limit(refusal.errno),
        SetupStep::Namespace | SetupStep::UserMap => namespaces(),
        SetupStep::OpenTun => tun(refusal.errno),
        SetupStep::Device => "sudo modprobe tun",
        SetupStep::Sysctl => "docker run --security-opt systempaths=unconfined …",
        SetupStep::SocketTable => "sudo modprobe tcp_diag",
    };
    Remedy {
        tried: tried(refusal.step),
        answer: errno::text(refusal.errno),
        command,
    }
}

/// A step's system call or path.
pub fn tried(step: SetupStep) -> &'static str {
    match step {
        SetupStep::Start => "starting a process of its own",
        SetupStep::Namespace => "unshare(CLONE_NEWUSER | CLONE_NEWNET)",
        SetupStep::UserMap => "writing /proc/self/uid_map",
        SetupStep::OpenTun => "opening /dev/net/tun",
        SetupStep::Device => "making the network device wire0",
        SetupStep::Sysctl => "writing /proc/sys/net",
        SetupStep::SocketTable => "opening a NETLINK_SOCK_DIAG socket",
    }
}

fn limit(errno: i32) -> &'static str {
    match errno {
        libc::EMFILE | libc::ENFILE | libc::EINVAL => "ulimit -n 4096",
        libc::ECHILD if is_short_of_files() => "ulimit -n 4096", // it ended by itself
        libc::ETIMEDOUT => "uptime (the machine took too long; is it busy?)",
        _ => "ulimit -u unlimited",
    }
}

fn is_short_of_files() -> bool {
    getrlimit(Resource::Nofile)
        .current
        .is_some_and(|most| most < OPEN_FILES)
}

fn namespaces() -> &'static str {
    let is =
        |path: &str, value: &str| fs::read_to_string(path).is_ok_and(|text| text.trim() == value);
    if is("/proc/sys/user/max_user_namespaces", "0") {
        "sudo sysctl -w user.max_user_namespaces=10000"
    } else if is("/proc/sys/kernel/unprivileged_userns_clone", "0") {
        "sudo sysctl -w kernel.unprivileged_userns_clone=1"
    } else if is(
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
    ) {
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    } else if fs::exists("/.dockerenv").unwrap_or(false) {
        "docker run --cap-add SYS_ADMIN --device /dev/net/tun --security-opt apparmor=unconfined …"
    } else {
        "sudo fourwave"
    }
}

fn tun(errno: i32) -> &'static str {
    match errno {
        libc::ENOENT | libc::ENODEV | libc::ENXIO if fs::exists("/.dockerenv").unwrap_or(false) => {
            "docker run --device /dev/net/tun …"
        }
        libc::ENOENT | libc::ENODEV | libc::ENXIO => "sudo modprobe tun",
        _ => "sudo chmod 0666 /dev/net/tun",
    }
}
