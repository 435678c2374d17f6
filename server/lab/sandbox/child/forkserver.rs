//! The fork server: a process with one thread from which actors are forked, which costs a tenth of starting the program anew.

use std::os::fd::{AsFd, OwnedFd};
use std::{fs, io};

use crate::lab::sandbox::channel::Channel;
use crate::lab::sandbox::child::process::{Process, die_with_parent};
use crate::lab::sandbox::child::{actor, host};
use crate::lab::sandbox::protocol::{Refusal, Report, Returned, SetupStep, SpawnRequest};
use crate::lab::sandbox::sys;

/// How many buckets the hosts' tables of connections have: reading a table walks all of them, and a host has a dozen
/// connections. Inherited by the network namespaces made from this one (ip-sysctl, tcp_child_ehash_entries).
const BUCKETS: &str = "256";

/// Becomes the fork server, and ends with the server. Standard input is its channel.
pub fn serve() -> io::Result<()> {
    die_with_parent();
    let channel = Channel::from(sys::take_stdin()?);
    if let Err(refusal) = enter_namespaces() {
        return channel.send(&Some(refusal), &[]);
    }
    channel.send(&None::<Refusal>, &[])?;
    sys::ignore_children();
    while let Some((request, fds)) = channel.receive::<SpawnRequest>()? {
        let mut fds = fds.into_iter();
        let Some(theirs) = fds.next().map(Channel::from) else {
            continue;
        };
        match sys::fork_is_child() {
            Ok(true) => {
                drop(channel);
                die_with_parent();
                let _ = live(request, theirs, fds.next()); // whoever could hear of a failure is gone
                return Ok(());
            }
            Ok(false) => {}
            Err(error) => {
                // Whoever asked may be gone by now; the others are not.
                let _ = theirs.send(&Report::Refused(Refusal::at(SetupStep::Start, &error)), &[]);
            }
        }
    }
    Ok(())
}

/// What a forked process does, on its end of a channel.
fn live(request: SpawnRequest, channel: Channel, namespace: Option<OwnedFd>) -> io::Result<()> {
    let channel = Channel::from(sys::move_high(channel.into())?);
    if let Some(namespace) = namespace {
        sys::enter_network(&namespace)?;
    }
    match request {
        SpawnRequest::Host(plan) => match host::build(&plan) {
            Ok(host) => {
                let fds = [
                    host.tun.as_fd(),
                    host.socket_table.as_fd(),
                    host.namespace.as_fd(),
                ];
                let process = Process::new(&plan);
                channel.send(&actor::ready(&process, host.sysctls), &fds)?;
                drop((host.tun, host.socket_table, host.namespace));
                actor::serve(&channel, &process);
            }
            Err(refusal) => channel.send(&Report::Refused(refusal), &[])?,
        },
        SpawnRequest::Join(plan) => {
            let process = Process::new(&plan);
            channel.send(&actor::ready(&process, Vec::new()), &[])?;
            actor::serve(&channel, &process);
        }
        SpawnRequest::Task(plan, task) => {
            let errno = host::run(&task, &plan)
                .err()
                .map(|error| error.raw_os_error().unwrap_or(0));
            channel.send(
                &Report::Done(Returned {
                    errno,
                    ..Returned::default()
                }),
                &[],
            )?;
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
    sys::unshare(true, true).map_err(|error| Refusal::at(SetupStep::Namespace, &error))?;
    fs::write("/proc/self/setgroups", "deny")
        .and_then(|()| fs::write("/proc/self/uid_map", format!("0 {uid} 1")))
        .and_then(|()| fs::write("/proc/self/gid_map", format!("0 {gid} 1")))
        .map_err(|error| Refusal::at(SetupStep::UserMap, &error))?;
    // Kernels before 6.1 have no such sysctl; their tables are only slower to read.
    let _ = fs::write("/proc/sys/net/ipv4/tcp_child_ehash_entries", BUCKETS);
    Ok(())
}
