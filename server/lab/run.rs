//! One run: build two hosts and a wire, direct the script, tell what happens, take down.
//!
//! A run is one thread. It knows no tokio and no web: its events go to a sink, which in a server only keeps them, so that
//! no run ever waits for whoever reads.

pub(crate) mod actor;
pub(crate) mod control;
pub(crate) mod director;
pub(crate) mod engine;
pub mod error;
pub(crate) mod kernel;
pub mod request;
pub(crate) mod timeline;
pub mod wire;

use std::collections::BTreeMap;
use std::io;

use rustix::net::{AddressFamily, SocketFlags, SocketType, netlink};

use crate::event::host::Host;
use crate::event::{Ending, Event, HostFacts, What};
use crate::lab::run::error::RunError;
use crate::lab::run::request::{Limits, RunRequest};
use crate::lab::sandbox::forkserver::ForkServer;
use crate::lab::sandbox::network::plans;
use crate::script::facts;
use actor::Actor;
use director::Director;
use engine::{Engine, HostEnd, Power};
use kernel::descriptors::Descriptors;
use kernel::socket_tracker::SocketTracker;
use timeline::Timeline;

pub use control::{LineRejection, LineResult, RunControl};
pub use kernel::sock_diag::{Reading, SocketTable};

/// Plays a run from its first event to its last, then takes everything down. Others may say lines to it by `control`.
///
/// # Errors
/// Where the machine failed before the first event. A later failure is the reason of the last event.
pub fn play(
    fork_server: &ForkServer,
    request: &RunRequest,
    limits: Limits,
    control: &RunControl,
    sink: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    let pending = plans().map(|plan| (plan.address, fork_server.spawn(plan)));
    let (mut ends, mut actors, mut facts) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (host, (address, pending)) in Host::BOTH.into_iter().zip(pending) {
        let spawned = pending
            .map_err(RunError::ForkServer)?
            .ready()
            .map_err(RunError::Refused)?;
        let name = host.name().to_owned();
        let actor = Actor::first(
            name.clone(),
            host,
            spawned.channel,
            spawned.pid,
            spawned.tid,
        );
        actors.push(actor.map_err(|source| RunError::Actor { name, source })?);
        ends.push(HostEnd {
            power: Some(Power {
                tun: spawned.tun,
                table: SocketTable::new(spawned.socket_table),
                namespace: spawned.namespace,
            }),
            tracker: SocketTracker::new(host),
            descriptors: Descriptors::new(host),
        });
        let sysctls = spawned.sysctls.into_iter().collect();
        facts.insert(
            host,
            HostFacts {
                address: address.to_string(),
                sysctls,
            },
        );
    }
    let hosts = ends
        .try_into()
        .unwrap_or_else(|_| unreachable!("two hosts"));
    let mut engine =
        Engine::new(Timeline::new(sink), hosts, actors, control).map_err(RunError::Wait)?;
    let (machine, began) = (rustix::system::uname(), engine.timeline.began());
    engine.timeline.emit(What::Run {
        scenario: request.scenario.clone(),
        script: request.script.text.clone(),
        kernel: machine.release().to_string_lossy().into_owned(),
        machine: Some(machine.machine().to_string_lossy().into_owned()),
        began: Some(began),
        delay: request.pace.delay.as_micros() as u64,
        open: request.open,
        idle_limit_ms: request.open.then_some(limits.idle.as_millis() as u64),
        hosts: facts,
        lines: facts::of_script(&request.script.text),
    });
    for index in 0..engine.actors.len() {
        let actor = &mut engine.actors[index];
        let what = actor.ready(actor.pid, actor.tid);
        engine.timeline.emit(what);
    }
    let director = Director::new(&mut engine, fork_server, request, limits, control);
    let what = director.play().unwrap_or_else(|error| What::End {
        ok: false,
        how: Ending::Failed,
        line: None,
        reason: error.to_string(),
    });
    engine.timeline.emit(what);
    Ok(())
}

/// How many TCP sockets the kernel lists in the network namespace of this process: whether it lists them at all, which
/// takes a module that not every machine has.
pub fn readable_sockets() -> io::Result<usize> {
    let netlink = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        Some(netlink::SOCK_DIAG),
    )?;
    Ok(SocketTable::new(netlink).read()?.len())
}
