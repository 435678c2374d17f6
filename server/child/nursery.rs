//! The nursery: a process with one thread from which actors are forked, which costs a tenth of starting the program anew.

use std::fs;
use std::io;
use std::os::fd::AsFd;

use super::{actor, die_with_parent, host};
use crate::channel::Channel;
use crate::message::{Birth, Refusal, Report, SetupStep};
use crate::sys;

/// How many buckets the hosts' tables of connections have: reading a table walks all of them, and a host has a dozen
/// connections. Inherited by the network namespaces made from this one (ip-sysctl, tcp_child_ehash_entries).
const BUCKETS: &str = "256";

/// Becomes the nursery, and ends with the server. Standard input is its channel.
pub fn nursery() -> io::Result<()> {
    die_with_parent();
    let channel = Channel::from(sys::take_stdin()?);
    if let Err(refusal) = enter_namespaces() {
        return channel.send(&Some(refusal), &[]);
    }
    channel.send(&None::<Refusal>, &[])?;
    sys::ignore_children();
    while let Some((birth, fds)) = channel.receive::<Birth>()? {
        let Some(fd) = fds.into_iter().next() else {
            continue;
        };
        let actors_end = Channel::from(fd);
        match sys::fork_is_child() {
            Ok(true) => {
                drop(channel);
                die_with_parent();
                become_actor(birth, actors_end.into());
                return Ok(());
            }
            Ok(false) => {}
            Err(error) => {
                // Whoever asked may be gone by now; the others are not.
                let _ = actors_end.send(
                    &Report::Refused(host::refusal(SetupStep::Start, &error)),
                    &[],
                );
            }
        }
    }
    Ok(())
}

/// A user namespace, in which no privilege is needed to make network namespaces; see user_namespaces(7).
fn enter_namespaces() -> Result<(), Refusal> {
    let (uid, gid) = (
        rustix::process::getuid().as_raw(),
        rustix::process::getgid().as_raw(),
    );
    sys::unshare(true, true).map_err(|error| host::refusal(SetupStep::Namespace, &error))?;
    fs::write("/proc/self/setgroups", "deny")
        .and_then(|()| fs::write("/proc/self/uid_map", format!("0 {uid} 1")))
        .and_then(|()| fs::write("/proc/self/gid_map", format!("0 {gid} 1")))
        .map_err(|error| host::refusal(SetupStep::UserMap, &error))?;
    // Kernels before 6.1 have no such sysctl; their tables are only slower to read.
    let _ = fs::write("/proc/sys/net/ipv4/tcp_child_ehash_entries", BUCKETS);
    Ok(())
}

fn become_actor(birth: Birth, channel: std::os::fd::OwnedFd) {
    let Ok(channel) = sys::move_high(channel).map(Channel::from) else {
        return;
    };
    let ready = match host::build(&birth.host) {
        Ok(host) => channel.send(
            &actor::ready(host.sysctls),
            &[host.tun.as_fd(), host.socket_table.as_fd()],
        ),
        Err(refusal) => channel
            .send(&Report::Refused(refusal), &[])
            .and(Err(io::ErrorKind::Other.into())),
    };
    if ready.is_ok() {
        actor::serve(&channel, &actor::Process::new(&birth.host));
    }
}
