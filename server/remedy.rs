//! What a refusal of the machine means, and which command would lift it.

use std::fs;
use std::io;

use serde::Serialize;

use crate::message::{Refusal, SetupStep};

/// A refusal in words.
#[derive(Clone, Debug, Serialize)]
pub struct Remedy {
    /// What was tried, as a system call or a path.
    pub tried: &'static str,
    /// What the kernel answered.
    pub answer: String,
    /// The command that would allow it.
    pub command: &'static str,
}

/// Looks at the machine's settings to find which of them refused.
pub fn remedy(refusal: &Refusal) -> Remedy {
    let (tried, command) = match refusal.step {
        SetupStep::Start => ("starting a process of its own", limit(refusal.errno)),
        SetupStep::Namespace => ("unshare(CLONE_NEWUSER | CLONE_NEWNET)", namespaces()),
        SetupStep::UserMap => ("writing /proc/self/uid_map", namespaces()),
        SetupStep::OpenTun => ("opening /dev/net/tun", tun(refusal.errno)),
        SetupStep::Device => ("making the network device wire0", "sudo modprobe tun"),
        SetupStep::Sysctl => (
            "writing /proc/sys/net",
            "docker run --security-opt systempaths=unconfined …",
        ),
        SetupStep::SocketTable => (
            "opening a NETLINK_SOCK_DIAG socket",
            "sudo modprobe tcp_diag",
        ),
    };
    Remedy {
        tried,
        answer: answer(refusal.errno),
        command,
    }
}

fn limit(errno: i32) -> &'static str {
    match errno {
        libc::EMFILE | libc::ENFILE | libc::EINVAL => "ulimit -n 4096",
        libc::ETIMEDOUT => "uptime (the machine took too long; is it busy?)",
        _ => "ulimit -u unlimited",
    }
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

/// As strerror(3) puts it.
fn answer(errno: i32) -> String {
    let text = io::Error::from_raw_os_error(errno).to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned()
}
