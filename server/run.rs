//! One run: build two hosts and a wire, direct the script, tell what happens, take down.
//!
//! A run is one thread. It knows no tokio and no web: its events go to a sink, which in a server only keeps them, so that
//! no run ever waits for whoever reads.

mod actor;
mod bulk;
mod causes;
mod checks;
mod deeds;
mod descriptors;
mod director;
mod fate;
mod hand;
mod line;
mod open;
mod outcome;
mod probe;
mod reset;
mod segment;
mod timeline;
mod touch;
mod traffic;
mod watch;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType, netlink};
use thiserror::Error;

use crate::event::{Ending, Event, Host, HostFacts, What};
use crate::message::{HostPlan, Refusal};
use crate::nursery::Nursery;
use crate::script::Script;

pub use hand::{Answer, Hand, Unsaid};
pub use probe::{Reading, SocketTable};

use actor::Actor;
use descriptors::Descriptors;
use director::Director;
use timeline::Timeline;
use watch::Watch;
use world::{HostEnd, Power, World};

/// What to play, and how.
pub struct Play<'a> {
    /// The scenario's id, where it is one of ours.
    pub scenario: Option<&'a str>,
    /// The script.
    pub script: &'a Script,
    /// How fast.
    pub pace: Pace,
    /// After so long the run ends, wherever it is.
    pub limit: Duration,
    /// After so many events too.
    pub most_events: u32,
}

/// The most events that a run makes where somebody is to look at it.
pub const MOST_EVENTS: u32 = 20_000;

/// How fast a run goes, where its script does not say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// How long each segment is held on the wire.
    pub delay: Duration,
    /// The pause after each line.
    pub beat: Duration,
}

impl Pace {
    /// For an eye to follow. A round trip stays below the second after which a SYN is sent again (RFC 6298, section 2.1).
    pub const FOLLOW: Pace = Pace {
        delay: Duration::from_millis(400),
        beat: Duration::from_millis(300),
    };
    /// As [`Pace::FOLLOW`], without a pause: what a run did is done again in the time that its segments take, so that its
    /// timers, which the kernel derives from that, are as they were.
    pub const AGAIN: Pace = Pace {
        beat: Duration::ZERO,
        ..Pace::FOLLOW
    };
    /// As fast as the kernel goes.
    pub const FULL: Pace = Pace {
        delay: Duration::ZERO,
        beat: Duration::ZERO,
    };
}

/// The machine failed a run.
#[derive(Debug, Error)]
#[allow(missing_docs, reason = "each says what it is")]
pub enum RunError {
    #[error("this machine does not let a host be built ({0:?})")]
    Refused(Refusal),
    #[error("asking for a host: {0}")]
    Nursery(io::Error),
    #[error("waiting for something to happen: {0}")]
    Wait(io::Error),
    #[error("reading the wire at {host}: {source}")]
    ReadWire { host: Host, source: io::Error },
    #[error("reading the sockets of {host}: {source}")]
    ReadSockets { host: Host, source: io::Error },
    #[error("changing {host}: {source}")]
    Host { host: Host, source: io::Error },
    #[error("talking to {name}: {source}")]
    Actor { name: String, source: io::Error },
}

/// The plans of both hosts, the client's first.
pub fn plans() -> [HostPlan; 2] {
    // What distributions set differently, or what a new network namespace inherits; see ip-sysctl and tcp(7).
    const PINNED: [(&str, &str); 5] = [
        ("net.ipv4.conf.wire0.route_localnet", "1"), // lets 127.0.0.0/8 cross a wire
        ("net.ipv4.tcp_congestion_control", "reno"),
        ("net.ipv4.tcp_rmem", "4096 131072 6291456"),
        ("net.ipv4.tcp_wmem", "4096 16384 4194304"),
        ("net.ipv4.tcp_fin_timeout", "60"),
    ];
    let [client, server] = [Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(127, 0, 0, 2)];
    [(client, server), (server, client)].map(|(address, peer)| HostPlan {
        address,
        peer,
        sysctls: PINNED
            .map(|(name, value)| (name.into(), value.into()))
            .to_vec(),
    })
}

/// One host's plan.
fn plan(host: Host) -> HostPlan {
    let [client, server] = plans();
    match host {
        Host::Client => client,
        Host::Server => server,
    }
}

/// Plays a script from its first event to its last, then takes everything down.
///
/// # Errors
/// Where the machine failed before the first event. A later failure is the reason of the last event.
pub fn play(
    nursery: &Nursery,
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
    nursery: &Nursery,
    play: &Play<'_>,
    hand: &Hand,
    sink: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    direct(nursery, play, hand.stop_sign(), Some(hand), sink)
}

fn direct(
    nursery: &Nursery,
    play: &Play<'_>,
    stop: &AtomicBool,
    hand: Option<&Hand>,
    sink: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    let bell = hand.map(Hand::bell).transpose().map_err(RunError::Wait)?;
    let open = hand.and_then(|hand| hand.open);
    let unborn = plans().map(|plan| (plan.address, nursery.conceive(plan)));
    let (mut ends, mut actors, mut facts) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (host, (address, unborn)) in Host::BOTH.into_iter().zip(unborn) {
        let newborn = unborn
            .map_err(RunError::Nursery)?
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
            watch: Watch::new(host),
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
    let mut world = World::new(Timeline::new(sink), hosts, actors, stop, bell);
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
