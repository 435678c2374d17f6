//! What the director acts on: two hosts, the wire between them, the actors, one timeline. One thread does all of it.
//!
//! Whatever happens reaches that thread as a readable descriptor: a packet on a TUN device, a report on an actor's
//! channel, the end of a process, or as a wake-up by the clock. [`World::turn`] waits for the next and tells it in the
//! order of its causes. Four rules make that order certain:
//!
//! 1. An actor reports that it enters a call *before* it makes it. So whatever a call did, and was just seen on the wire
//!    or in a table, the channels are read and told before it is told itself.
//! 2. An actor reports that a call returned *after* the kernel queued its packets. So an exit that was read is held back
//!    until the wire was read once more.
//! 3. A packet that is written to a TUN device is processed by the receiving kernel before `write` returns; so the table
//!    read right afterwards shows what that one packet changed.
//! 4. Nothing is delivered to a host while a call there is under way and its thread runs, or while a process there ends:
//!    what a table shows then would have two causes. Such a thread returns or falls asleep within microseconds.

use std::io;
use std::mem;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::RunError;
use super::actor::Actor;
use super::bulk::Bulk;
use super::probe::{Reading, SocketTable};
use super::timeline::Timeline;
use super::watch::Watch;
use super::wire::{self, Told, Wire};
use crate::clock::{Nanos, now};
use crate::event::{Cause, Host, Segment, SegmentPhase, What};
use crate::message::Report;
use crate::sys;

/// How often the tables are read when nothing happens: what a kernel's timer changed without sending anything.
const LOOK: Nanos = 100_000_000;
/// How long a packet waits at most for a running call (rule 4), and how often that is looked at.
const COURTESY: [Nanos; 2] = [20_000_000, 100_000];

/// See the head of this file.
pub(super) struct World<'a> {
    pub(super) timeline: Timeline<'a>,
    pub(super) wire: Wire,
    pub(super) bulk: Bulk,
    pub(super) hosts: [HostEnd; 2],
    pub(super) actors: Vec<Actor>,
    /// What each host has sent: the event's `seq`, and the segment.
    pub(super) sent: Vec<(u32, Segment)>,
    /// Exits, and what the same actors said after them, that wait for one more look at the wire (rule 2).
    held_back: Vec<(usize, Report)>,
    /// When the tables were last read for no reason.
    last_look: Nanos,
    /// Set from outside: the run shall end.
    pub(super) stop: &'a AtomicBool,
}

/// A host, as the server knows it.
pub(super) struct HostEnd {
    /// None where it has crashed.
    pub(super) power: Option<Power>,
    pub(super) watch: Watch,
}

/// The server's hold on a host that runs.
pub(super) struct Power {
    pub(super) tun: OwnedFd,
    pub(super) table: SocketTable,
    pub(super) namespace: OwnedFd,
}

impl Drop for Power {
    /// What is left of a host is for the kernel to clear away in its background.
    fn drop(&mut self) {
        // A connection that nobody holds and whose FIN nobody answers keeps its namespace for a minute or two.
        let _ = self.table.destroy_all();
        // Removing a device makes its remover wait for the kernel, some tens of ms, and all others who make or remove
        // one wait for him. Left to the namespace it goes together with those of others that have ended.
        let _ = sys::tun_persist(&self.tun);
    }
}

impl<'a> World<'a> {
    pub(super) fn new(
        timeline: Timeline<'a>,
        hosts: [HostEnd; 2],
        actors: Vec<Actor>,
        stop: &'a AtomicBool,
    ) -> World<'a> {
        let last_look = now();
        let (wire, held_back) = (Wire::default(), Vec::new());
        World {
            timeline,
            wire,
            bulk: Bulk::default(),
            hosts,
            actors,
            held_back,
            sent: Vec::new(),
            last_look,
            stop,
        }
    }

    /// Waits for the next thing that happens, but not past `until`, and tells all of it.
    pub(super) fn turn(&mut self, until: Nanos) -> Result<(), RunError> {
        let mut deadline = until.min(self.last_look + LOOK);
        deadline = deadline.min(self.bulk.due().unwrap_or(Nanos::MAX));
        if let Some(due) = self.wire.next_due() {
            let is_late = due <= now(); // rule 4: a call runs
            deadline = deadline.min(if is_late { now() + COURTESY[1] } else { due });
        }
        self.wait(deadline.saturating_sub(now()))
            .map_err(RunError::Wait)?;
        while self.look()? {}
        self.read_passed()?;
        for host in Host::BOTH {
            // A call that blocks may have changed a state without sending anything.
            let asleep = self
                .calls_in(host)
                .any(|index| self.actors[index].is_asleep());
            if asleep {
                self.observe(host, None)?;
            }
        }
        if now() >= self.last_look + LOOK {
            self.last_look = now();
            Host::BOTH
                .into_iter()
                .try_for_each(|host| self.observe(host, None))?;
        }
        Ok(())
    }

    /// Waits until a descriptor is readable, so long at most.
    fn wait(&self, timeout: Nanos) -> io::Result<()> {
        let powers = self.hosts.iter().filter_map(|host| host.power.as_ref());
        let tuns = powers.map(|power| PollFd::new(&power.tun, PollFlags::IN));
        let actors = self.actors.iter().filter_map(Actor::sign_of_life);
        let mut fds: Vec<PollFd<'_>> = tuns
            .chain(actors.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)))
            .collect();
        let (seconds, rest) = (timeout / 1_000_000_000, timeout % 1_000_000_000);
        let timeout = Timespec {
            tv_sec: seconds as i64,
            tv_nsec: rest as i64,
        };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads whatever is there without waiting, and tells it; false where nothing was.
    fn look(&mut self) -> Result<bool, RunError> {
        let ended: Vec<usize> = (0..self.actors.len())
            .filter(|index| self.actors[*index].has_ended())
            .collect();
        let returned = mem::take(&mut self.held_back);
        let packets = self.read_wire()?;
        let mut anything =
            self.hear()? || !packets.is_empty() || !returned.is_empty() || !ended.is_empty();
        for host in Host::BOTH {
            if packets.iter().any(|(from, _)| *from == host) {
                self.observe_connections(host, None)?;
            }
        }
        for (from, packet) in packets {
            self.sent(from, packet);
        }
        for (actor, report) in returned {
            self.tell(actor, report)?;
        }
        for actor in ended {
            self.observe(self.actors[actor].host, Some(Cause::Kill))?;
            self.timeline.tell(self.actors[actor].gone());
        }
        if self.held_back.is_empty() && self.deliver_one()? {
            anything = true;
        }
        Ok(anything || !self.held_back.is_empty())
    }

    fn read_wire(&mut self) -> Result<Vec<(Host, Vec<u8>)>, RunError> {
        if self.pass()? {
            return Ok(Vec::new());
        }
        let mut packets = mem::take(&mut self.bulk.outstanding);
        let mut buffer = [0; wire::LONGEST];
        for host in Host::BOTH {
            let Some(Power { tun, .. }) = &self.hosts[host as usize].power else {
                continue;
            };
            while let Some(packet) = wire::read(tun, &mut buffer)
                .map_err(|source| RunError::ReadWire { host, source })?
            {
                packets.push((host, packet.to_vec()));
            }
        }
        Ok(packets)
    }

    /// Reads what the actors said and tells it, but holds back what has to wait (rule 2); false where nobody spoke.
    fn hear(&mut self) -> Result<bool, RunError> {
        let mut heard = Vec::new();
        for (index, actor) in self.actors.iter_mut().enumerate() {
            let mut at = 0;
            let mut wait = self.held_back.iter().any(|(held, _)| *held == index);
            while let Some(report) = actor.hear().map_err(|source| RunError::Actor {
                name: actor.name.clone(),
                source,
            })? {
                at = report.stamp().unwrap_or(at);
                wait |= actor.must_wait(&report);
                heard.push((at, wait, index, report));
            }
        }
        let anything = !heard.is_empty();
        heard.sort_by_key(|(at, ..)| *at); // stable: each actor's own order stays
        for (_, wait, index, report) in heard {
            if wait {
                self.held_back.push((index, report));
            } else {
                self.tell(index, report)?;
            }
        }
        Ok(anything)
    }

    /// Tells what an actor reported.
    fn tell(&mut self, index: usize, report: Report) -> Result<(), RunError> {
        match report {
            Report::Enter { at, call, args } => {
                let what = self.actors[index].enter(call, args);
                let seq = self.timeline.tell_at(at, what);
                self.actors[index].entered(seq);
            }
            Report::Exit {
                at,
                returned,
                made,
                unread,
            } => {
                let host = self.actors[index].host;
                if let Some(made) = &made {
                    self.hosts[host as usize]
                        .watch
                        .name(made.inode, made.name.clone());
                }
                if let Some(call) = self.actors[index].acting() {
                    self.observe(host, Some(Cause::Call(call)))?;
                }
                if let Some(what) = self.actors[index].exit(returned, made) {
                    self.timeline.tell_at(at, what);
                }
                let news = unread.and_then(|(socket, bytes)| {
                    self.hosts[host as usize].watch.unread(&socket, bytes)
                });
                if let Some(what) = news {
                    self.timeline.tell(what);
                }
            }
            Report::Done(returned) => self.actors[index].outcome = Some(returned),
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
        for told in self.wire.take(from, packet, at) {
            self.tell_segment(at, told);
        }
    }

    /// Tells where a segment is, and when it arrives where that is decided.
    pub(super) fn tell_segment(&mut self, at: Nanos, (mut segment, due): Told) {
        segment.due = due.map(|due| self.timeline.since_start(due));
        let sent = (segment.phase == SegmentPhase::Sent).then(|| segment.clone());
        let seq = self.timeline.tell_at(at, What::Segment(Box::new(segment)));
        self.sent.extend(sent.map(|segment| (seq, segment)));
    }

    /// Delivers a packet whose time has come, if there is one: one at a time, so that each has its effects to itself.
    fn deliver_one(&mut self) -> Result<bool, RunError> {
        let Some((to, due)) = self.wire.next() else {
            return Ok(false);
        };
        if due > now() || (due + COURTESY[0] > now() && self.is_host_busy(to)) {
            return Ok(false);
        }
        let Some((mut segment, packet)) = self.wire.arrive() else {
            return Ok(false);
        };
        let taken = match &self.hosts[to as usize].power {
            Some(power) => {
                rustix::io::write(&power.tun, &packet).map_err(|error| error.to_string())
            }
            None => Err("it has no power".into()),
        };
        if let Err(reason) = &taken {
            segment.phase = SegmentPhase::Dropped;
            segment.reason = Some(format!("{to} did not take it: {reason}"));
        }
        let id = segment.id;
        self.tell_segment(now(), (segment, None));
        self.observe_connections(to, Some(Cause::Segment(id)))?;
        Ok(true)
    }

    /// Whether something is under way in a host that comes from one of its processes.
    fn is_host_busy(&self, host: Host) -> bool {
        self.actors
            .iter()
            .any(|actor| actor.host == host && actor.is_busy())
    }

    /// Reads a host's sockets and tells what changed since the last time. Where the cause is not known, it is a call
    /// that runs, the end of a process, or else a timer.
    pub(super) fn observe(&mut self, host: Host, cause: Option<Cause>) -> Result<(), RunError> {
        self.read_table(host, cause, SocketTable::read)
    }

    /// The same around a segment, which changes no listening socket: calls and the ends of processes do, and have
    /// readings of their own.
    pub(super) fn observe_connections(
        &mut self,
        host: Host,
        cause: Option<Cause>,
    ) -> Result<(), RunError> {
        self.read_table(host, cause, SocketTable::read_connections)
    }

    fn read_table(
        &mut self,
        host: Host,
        cause: Option<Cause>,
        read: fn(&mut SocketTable) -> io::Result<Vec<Reading>>,
    ) -> Result<(), RunError> {
        let sleepers: Vec<usize> = self
            .calls_in(host)
            .filter(|index| self.actors[*index].is_asleep())
            .collect();
        let readings = match &mut self.hosts[host as usize].power {
            Some(power) => {
                read(&mut power.table).map_err(|source| RunError::ReadSockets { host, source })?
            }
            None => Vec::new(),
        };
        self.hear()?; // rule 1
        let cause = cause.unwrap_or_else(|| self.cause_in(host));
        for what in self.hosts[host as usize]
            .watch
            .compare(readings, cause, now())
        {
            self.timeline.tell(what);
        }
        // What these had done before they fell asleep was in that reading.
        sleepers
            .into_iter()
            .for_each(|index| self.actors[index].seen_asleep());
        Ok(())
    }

    /// The actors of a host whose call may still have done something that no reading showed.
    fn calls_in(&self, host: Host) -> impl Iterator<Item = usize> {
        let actors = self.actors.iter().enumerate();
        actors
            .filter(move |(_, actor)| {
                actor.host == host && actor.acting().is_some() && !actor.slept()
            })
            .map(|(index, _)| index)
    }

    /// What a host did of itself comes from: the call that was entered last and is awake, or a process that ends.
    fn cause_in(&self, host: Host) -> Cause {
        if self
            .actors
            .iter()
            .any(|actor| actor.host == host && actor.is_dying())
        {
            return Cause::Kill;
        }
        let woken = self
            .held_back
            .iter()
            .map(|(index, _)| *index)
            .filter(|index| self.actors[*index].host == host);
        let calls = self.calls_in(host).chain(woken);
        calls
            .filter_map(|index| self.actors[index].acting())
            .max()
            .map_or(Cause::Timer, Cause::Call)
    }

    /// Whether nothing is on the wire and everything that was sent is acknowledged.
    pub(super) fn is_calm(&self) -> bool {
        self.wire.is_empty()
            && self.bulk.is_read()
            && !self.hosts.iter().any(|host| host.watch.unacknowledged())
    }

    /// Whether the run shall end now.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// How long the director waits for what no descriptor tells: quiet, and a thread that falls asleep.
pub(super) const SOON: Duration = Duration::from_millis(10);
