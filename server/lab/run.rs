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
use std::sync::atomic::AtomicBool;

use rustix::net::{AddressFamily, SocketFlags, SocketType, netlink};

use crate::event::host::Host;
use crate::event::{Ending, Event, HostFacts, What};
use crate::lab::run::error::RunError;
use crate::lab::run::request::Play;
use crate::lab::sandbox::forkserver::ForkServer;
use crate::lab::sandbox::network::plans;
use actor::Actor;
use director::Director;
use engine::{Engine, HostEnd, Power};
use kernel::descriptors::Descriptors;
use kernel::socket_tracker::SocketTracker;
use timeline::Timeline;

pub use control::{Answer, LineRejection, RunControl};
pub use kernel::sock_diag::{Reading, SocketTable};

/// Plays a script from its first event to its last, then takes everything down.
///
/// # Errors
/// Where the machine failed before the first event. A later failure is the reason of the last event.
pub fn play(
    nursery: &ForkServer,
    play: &Play<'_>,
    stop: &AtomicBool,
    sink: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    direct(nursery, play, stop, None, sink)
}

/// The same, while somebody outside may say lines to it.
///
/// # Errors
/// As [`play`]'s.
pub fn play_by_hand(
    nursery: &ForkServer,
    play: &Play<'_>,
    hand: &RunControl,
    sink: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    direct(nursery, play, hand.stop_sign(), Some(hand), sink)
}

fn direct(
    nursery: &ForkServer,
    play: &Play<'_>,
    stop: &AtomicBool,
    hand: Option<&RunControl>,
    sink: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    let bell = hand
        .map(RunControl::bell)
        .transpose()
        .map_err(RunError::Wait)?;
    let open = hand.and_then(|hand| hand.open);
    let unborn = plans().map(|plan| (plan.address, nursery.conceive(plan)));
    let (mut ends, mut actors, mut facts) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (host, (address, unborn)) in Host::BOTH.into_iter().zip(unborn) {
        let newborn = unborn
            .map_err(RunError::ForkServer)?
            .born()
            .map_err(RunError::Refused)?;
        let name = host.name().to_owned();
        let actor = Actor::first(
            name.clone(),
            host,
            newborn.channel,
            newborn.pid,
            newborn.tid,
        );
        actors.push(actor.map_err(|source| RunError::Actor { name, source })?);
        ends.push(HostEnd {
            power: Some(Power {
                tun: newborn.tun,
                table: SocketTable::new(newborn.socket_table),
                namespace: newborn.namespace,
            }),
            watch: SocketTracker::new(host),
            descriptors: Descriptors::new(host),
        });
        let sysctls = newborn.sysctls.into_iter().collect();
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
    let mut world = Engine::new(Timeline::new(sink), hosts, actors, stop, bell);
    let (machine, began) = (rustix::system::uname(), world.timeline.began());
    world.timeline.tell(What::Run {
        scenario: play.scenario.map(Into::into),
        script: play.script.text.clone(),
        kernel: machine.release().to_string_lossy().into_owned(),
        machine: Some(machine.machine().to_string_lossy().into_owned()),
        began: Some(began),
        delay: play.pace.delay.as_micros() as u64,
        open: open.is_some(),
        idle_limit_ms: open.map(|limit| limit.as_millis() as u64),
        hosts: facts,
    });
    for index in 0..world.actors.len() {
        let actor = &mut world.actors[index];
        let what = actor.ready(actor.pid, actor.tid);
        world.timeline.tell(what);
    }
    let director = Director::new(&mut world, nursery, play, hand);
    let what = director.play().unwrap_or_else(|error| What::End {
        ok: false,
        how: Ending::Failed,
        line: None,
        reason: error.to_string(),
    });
    world.timeline.tell(what);
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
