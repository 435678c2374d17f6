//! Two hosts with a wire between them that nobody observes: packets are moved as they come, and that is all.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use fourwave::lab::sandbox::channel::Channel;
use fourwave::lab::sandbox::forkserver::{ForkServer, SpawnedHost};
use fourwave::lab::sandbox::network::plans;
use fourwave::lab::sandbox::protocol::{Order, Report};
use fourwave::tcp::call::Call;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Both hosts; what they have is given back when this is dropped.
pub struct Pair {
    pub client: Host,
    pub server: Host,
    stop: Arc<AtomicBool>,
    wire: Option<JoinHandle<()>>,
}

/// A host with one actor.
pub struct Host {
    channel: Channel,
    pub socket_table: Option<OwnedFd>,
}

impl Pair {
    pub fn new(fork_server: &ForkServer) -> Pair {
        let pending = plans().map(|plan| fork_server.spawn(plan).expect("the fork server hears"));
        let spawned = pending.map(|pending| pending.ready().expect("a host is built"));
        let mut tuns = Vec::new();
        let [client, server] = spawned.map(|spawned| {
            let SpawnedHost {
                channel,
                tun,
                socket_table,
                ..
            } = spawned;
            tuns.push(tun);
            Host {
                channel,
                socket_table: Some(socket_table),
            }
        });
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let wire = thread::spawn(move || forward(&tuns, &stopped));
        Pair {
            client,
            server,
            stop,
            wire: Some(wire),
        }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(wire) = self.wire.take() {
            let _ = wire.join();
        }
    }
}

impl Host {
    /// Has its actor make a call; [`Host::done`] waits for it.
    pub fn order(&self, socket: &str, call: Call) {
        let (on, named) = match call {
            Call::Accept => ("listener".into(), socket.into()),
            _ => (socket.into(), socket.into()),
        };
        self.channel
            .send(&Order::Call { on, named, call }, &[])
            .expect("the actor hears");
    }

    /// Waits until its actor has carried out an order, which must not fail.
    pub fn done(&self) {
        loop {
            match self.channel.receive().expect("the actor speaks") {
                Some((Report::Done(returned), _)) => return assert_eq!(returned.errno, None),
                Some(_) => {}
                None => panic!("the actor is gone"),
            }
        }
    }

    pub fn call(&self, socket: &str, call: Call) {
        self.order(socket, call);
        self.done();
    }
}

/// Moves packets from each device to the other.
fn forward(tuns: &[OwnedFd], stop: &AtomicBool) {
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };
    let mut packet = [0; 2048];
    while !stop.load(Ordering::Relaxed) {
        let mut fds = [&tuns[0], &tuns[1]].map(|tun| PollFd::new(tun, PollFlags::IN));
        let _ = poll(&mut fds, Some(&timeout));
        for (from, to) in [(0, 1), (1, 0)] {
            while let Ok(length) = rustix::io::read(&tuns[from], &mut packet) {
                let _ = rustix::io::write(&tuns[to], &packet[..length]);
            }
        }
    }
}
