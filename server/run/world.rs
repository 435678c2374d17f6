//! What the director acts on: two hosts, the wire between them, the actors, one timeline. One thread does all of it.
//!
//! Whatever happens reaches that thread as a readable descriptor: a packet on a TUN device, a report on an actor's
//! channel, or a wake-up by the clock. [`World::turn`] waits for the next and tells it in the order of its causes:
//!
//! 1. A call's *enter* comes before the packets it sent, and those before its *exit*. An actor reports its exit after
//!    the kernel queued the packets; so an exit that was read is held back until the wire was read once more.
//! 2. A packet that is written to a TUN device is processed by the receiving kernel before `write` returns; so after
//!    each packet, and after each call, the host's table of sockets shows what that one thing changed.

use std::io;
use std::mem;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::RunError;
use super::actor::Actor;
use super::probe::SocketTable;
use super::timeline::{Nanos, Timeline, now};
use super::watch::Watch;
use super::wire::{self, Wire};
use crate::event::{Cause, Host, ProcessChange, SegmentPhase, What};
use crate::message::Report;

/// How often everything is looked at when nothing happens: what a kernel's timer changed without sending anything.
const LOOK: Duration = Duration::from_millis(100);

/// See the head of this file.
pub(super) struct World<'a> {
    pub(super) timeline: Timeline<'a>,
    pub(super) wire: Wire,
    pub(super) hosts: [HostEnd; 2],
    pub(super) actors: Vec<Actor>,
    /// Exits, and what the same actors said after them, that wait for one more look at the wire.
    held_back: Vec<(usize, Report)>,
    /// Set from outside: the run shall end.
    pub(super) stop: &'a AtomicBool,
}

/// The server's hold on a host.
pub(super) struct HostEnd {
    pub(super) tun: OwnedFd,
    pub(super) table: SocketTable,
    pub(super) watch: Watch,
}

impl<'a> World<'a> {
    pub(super) fn new(
        timeline: Timeline<'a>,
        hosts: [HostEnd; 2],
        actors: Vec<Actor>,
        stop: &'a AtomicBool,
    ) -> World<'a> {
        World {
            timeline,
            wire: Wire::default(),
            hosts,
            actors,
            held_back: Vec::new(),
            stop,
        }
    }

    /// Waits for the next thing that happens, but not past `until`, and tells all of it.
    pub(super) fn turn(&mut self, until: Option<Nanos>) -> Result<(), RunError> {
        let now = now();
        let deadlines = [
            until,
            self.wire.next_due(),
            Some(now + LOOK.as_nanos() as Nanos),
        ];
        let deadline = deadlines.into_iter().flatten().min().unwrap_or(now);
        if self
            .wait(deadline.saturating_sub(now))
            .map_err(RunError::Wait)?
            == 0
            && self.wire.next_due() != Some(deadline)
        {
            self.observe(Host::Client, Cause::Timer)?;
            self.observe(Host::Server, Cause::Timer)?;
        }
        while self.look()? {}
        Ok(())
    }

    /// Waits until a descriptor is readable, so long at most; how many are.
    fn wait(&self, timeout: Nanos) -> io::Result<usize> {
        let tuns = self
            .hosts
            .iter()
            .map(|host| PollFd::new(&host.tun, PollFlags::IN));
        let channels = self
            .actors
            .iter()
            .filter(|actor| actor.is_alive())
            .map(|a| PollFd::new(&a.channel, PollFlags::IN));
        let mut fds: Vec<PollFd<'_>> = tuns.chain(channels).collect();
        let timeout = Timespec {
            tv_sec: (timeout / 1_000_000_000) as i64,
            tv_nsec: (timeout % 1_000_000_000) as i64,
        };
        match poll(&mut fds, Some(&timeout)) {
            Err(rustix::io::Errno::INTR) => Ok(0),
            ready => Ok(ready?),
        }
    }

    /// Reads whatever is there without waiting, and tells it; false where nothing was.
    fn look(&mut self) -> Result<bool, RunError> {
        let packets = self.read_wire()?;
        let (at_once, later) = self.read_reports()?;
        let mut anything = !packets.is_empty() || !at_once.is_empty() || !self.held_back.is_empty();
        for (actor, report) in at_once {
            self.report(actor, report)?;
        }
        for host in Host::BOTH {
            if packets.iter().any(|(from, _)| *from == host) {
                self.observe(host, self.cause_in(host))?;
            }
        }
        for (from, packet) in packets {
            self.sent(from, packet);
        }
        for (actor, report) in mem::replace(&mut self.held_back, later) {
            self.report(actor, report)?;
        }
        // One at a time, and after the exits: what a delivery sets off comes after what had happened by then.
        if self.held_back.is_empty()
            && let Some((segment, packet)) = self.wire.arrive(now())
        {
            anything = true;
            self.deliver(segment, &packet)?;
        }
        Ok(anything || !self.held_back.is_empty())
    }

    fn read_wire(&mut self) -> Result<Vec<(Host, Vec<u8>)>, RunError> {
        let mut packets = Vec::new();
        for host in Host::BOTH {
            let tun = &self.hosts[host as usize].tun;
            while let Some(packet) =
                wire::read(tun).map_err(|source| RunError::ReadWire { host, source })?
            {
                packets.push((host, packet));
            }
        }
        Ok(packets)
    }

    /// What the actors said: what is told at once, and what follows when the wire was read again.
    #[allow(clippy::type_complexity, reason = "two lists of the same thing")]
    fn read_reports(&mut self) -> Result<(Vec<(usize, Report)>, Vec<(usize, Report)>), RunError> {
        let (mut at_once, mut later) = (Vec::new(), Vec::new());
        for index in 0..self.actors.len() {
            if !self.actors[index].is_alive() {
                continue;
            }
            let mut wait = self.held_back.iter().any(|(actor, _)| *actor == index);
            loop {
                match self.actors[index].channel.try_receive::<Report>() {
                    Ok(Some((report, _))) => {
                        wait |= self.actors[index].must_wait(&report);
                        if wait { &mut later } else { &mut at_once }.push((index, report));
                    }
                    Ok(None) => break self.lost(index),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(source) => {
                        return Err(RunError::Actor {
                            name: self.actors[index].name.clone(),
                            source,
                        });
                    }
                }
            }
        }
        at_once.sort_by_key(|(_, report)| stamp(report));
        Ok((at_once, later))
    }

    /// An actor's channel has closed: its process is gone.
    fn lost(&mut self, index: usize) {
        let actor = &mut self.actors[index];
        let what = if actor.was_killed() {
            ProcessChange::Killed
        } else {
            ProcessChange::Lost
        };
        actor.gone();
        let (host, pid, tid) = (actor.host, actor.pid, actor.tid);
        self.timeline.tell(What::Process {
            host,
            actor: actor.name.clone(),
            pid,
            tid,
            what,
        });
    }

    fn report(&mut self, index: usize, report: Report) -> Result<(), RunError> {
        match report {
            Report::Enter { at, call, args } => {
                let what = self.actors[index].enter(call, args);
                let seq = self.timeline.tell_at(at, what);
                self.actors[index].entered(seq);
            }
            Report::Exit { at, returned, made } => {
                let host = self.actors[index].host;
                if let Some(made) = &made {
                    self.hosts[host as usize]
                        .watch
                        .name(made.inode, made.name.clone());
                }
                if let Some(call) = self.actors[index]
                    .running()
                    .filter(|_| self.actors[index].may_act())
                {
                    self.observe(host, Cause::Call(call))?;
                }
                if let Some(what) = self.actors[index].exit(returned, made) {
                    self.timeline.tell_at(at, what);
                }
            }
            Report::Done(returned) => self.actors[index].done(returned),
            Report::Ready { pid, tid, .. } => {
                let what = self.actors[index].ready(pid, tid);
                self.timeline.tell(what);
            }
            Report::Refused(_) => {}
        }
        Ok(())
    }

    fn sent(&mut self, from: Host, packet: Vec<u8>) {
        let at = now();
        if let Some((mut segment, due)) = self.wire.take(from, packet, at) {
            segment.due = Some(self.timeline.since_start(due));
            self.timeline.tell_at(at, What::Segment(Box::new(segment)));
        }
    }

    fn deliver(
        &mut self,
        mut segment: crate::event::Segment,
        packet: &[u8],
    ) -> Result<(), RunError> {
        let (host, id) = (segment.to, segment.id);
        if let Err(error) = rustix::io::write(&self.hosts[host as usize].tun, packet) {
            segment.phase = SegmentPhase::Dropped;
            segment.reason = Some(format!("{host} did not take it: {error}"));
        }
        self.timeline.tell(What::Segment(Box::new(segment)));
        self.observe(host, Cause::Segment(id))
    }

    /// Reads a host's sockets and tells what changed since the last time.
    pub(super) fn observe(&mut self, host: Host, cause: Cause) -> Result<(), RunError> {
        let end = &mut self.hosts[host as usize];
        let readings = end
            .table
            .read()
            .map_err(|source| RunError::ReadSockets { host, source })?;
        for what in end.watch.compare(readings, cause, now()) {
            self.timeline.tell(what);
        }
        Ok(())
    }

    /// What a packet that a host sent of itself comes from: the call that was entered last and has not returned.
    fn cause_in(&self, host: Host) -> Cause {
        let here = || self.actors.iter().filter(|actor| actor.host == host);
        match here().filter_map(Actor::running).max() {
            _ if here().any(Actor::was_killed) => Cause::Kill,
            Some(call) => Cause::Call(call),
            None => Cause::Timer,
        }
    }

    /// Whether nothing is on the wire and everything that was sent is acknowledged.
    pub(super) fn is_calm(&self) -> bool {
        self.wire.is_empty() && !self.hosts.iter().any(|host| host.watch.unacknowledged())
    }

    /// Whether the run shall end now.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

fn stamp(report: &Report) -> Nanos {
    match report {
        Report::Enter { at, .. } | Report::Exit { at, .. } => *at,
        _ => Nanos::MAX,
    }
}
