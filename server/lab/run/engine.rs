//! What the director acts on: two hosts, the wire between them, the actors, one timeline. One thread does all of it.
//!
//! Whatever happens reaches that thread as a readable descriptor: a packet on a TUN device, a report on an actor's
//! channel, the end of a process, or as a wake-up by the clock. [`Engine::turn`] waits for the next and tells it in the
//! order of its causes. Four rules make that order certain:
//!
//! 1. An actor reports that it enters a call *before* it makes it. So whatever a call did, and was just seen on the wire
//!    or in a table, the channels are read and told before it is told itself.
//! 2. An actor reports that a call returned *after* the kernel queued its packets. So an exit that was read is held back
//!    until the wire was read once more.
//! 3. A packet that is written to a TUN device is processed by the receiving kernel before `write` returns; so what the
//!    host has sent by then, the table read right afterwards, and the calls that are awake now, show what that one packet
//!    made happen.
//! 4. Nothing is delivered to a host while a call there is under way and its thread runs, or while a process there ends:
//!    what a table shows then would have two causes. Such a thread returns or falls asleep within microseconds. A call
//!    that sleeps causes nothing until something wakes it.
//!
//! What none of these explains was a timer, and the table read before says which one ran. [`crate::lab::run::engine::causes`] draws these
//! conclusions, [`crate::lab::run::engine::delivery`] has the wire's part, [`crate::lab::run::engine::reset_reason`] the reasons of a RST.

pub(crate) mod bulk;
pub(crate) mod causes;
pub(crate) mod delivery;
pub(crate) mod reset_reason;

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;
use std::{io, mem};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;

use crate::event::host::Host;
use crate::event::{Cause, Segment};
use crate::lab::run::actor::Actor;
use crate::lab::run::control::{self, RunControl};
use crate::lab::run::engine::bulk::Bulk;
use crate::lab::run::error::RunError;
use crate::lab::run::kernel::descriptors::Descriptors;
use crate::lab::run::kernel::sock_diag::SocketTable;
use crate::lab::run::kernel::socket_tracker::SocketTracker;
use crate::lab::run::timeline::Timeline;
use crate::lab::run::wire::Wire;
use crate::lab::sandbox::clock::{Nanos, now};
use crate::lab::sandbox::protocol::Report;
use crate::lab::sandbox::sys;

/// How often the tables are read when nothing happens: what a kernel's timer changed without sending anything.
const LOOK: Nanos = 100_000_000;
/// The longest time that a packet waits for a running call (rule 4).
pub(crate) const RULE_4_WAIT: Nanos = 250_000_000;
/// The time between two looks at that call.
const RULE_4_POLL: Nanos = 100_000;

/// See the head of this file.
pub(crate) struct Engine<'a> {
    pub(crate) timeline: Timeline<'a>,
    pub(crate) wire: Wire,
    pub(crate) bulk: Bulk,
    pub(crate) hosts: [HostEnd; 2],
    pub(crate) actors: Vec<Actor>,
    /// What each host has sent: the event's `seq`, and the segment.
    pub(crate) sent: Vec<(u32, Segment)>,
    /// Exits, and what the same actors said after them, that wait for one more look at the wire (rule 2).
    pub(crate) held_back: Vec<(usize, Report)>,
    /// The actors of whom something is being told that was held back: what they say meanwhile comes after it.
    emitting: Vec<usize>,
    /// What arrived last at each host.
    pub(crate) last_arrived: [Option<Segment>; 2],
    /// When the tables were last read for no reason.
    last_look: Nanos,
    /// Asks the run to end, and brings lines for it.
    control: &'a RunControl,
    /// Readable when `control` has something new.
    bell: Arc<OwnedFd>,
}

/// A host, as the server knows it.
pub(crate) struct HostEnd {
    /// None where it has crashed.
    pub(crate) power: Option<Power>,
    pub(crate) tracker: SocketTracker,
    pub(crate) descriptors: Descriptors,
}

/// The server's hold on a host that runs.
pub(crate) struct Power {
    pub(crate) tun: OwnedFd,
    pub(crate) table: SocketTable,
    pub(crate) namespace: OwnedFd,
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

impl Drop for Engine<'_> {
    /// Gives a run's devices and namespaces back and ends its processes; it takes its time.
    fn drop(&mut self) {
        // First, while somebody still holds each connection: what can be destroyed differs.
        self.hosts.iter_mut().for_each(|host| host.power = None);
        for actor in &self.actors {
            let _ = actor.signal(Signal::KILL); // it fails only where the process is gone already
        }
        for actor in &self.actors {
            actor.awaits_end(Timespec {
                tv_sec: 1,
                tv_nsec: 0,
            });
        }
    }
}

impl<'a> Engine<'a> {
    pub(crate) fn new(
        timeline: Timeline<'a>,
        hosts: [HostEnd; 2],
        actors: Vec<Actor>,
        control: &'a RunControl,
    ) -> io::Result<Engine<'a>> {
        let last_look = now();
        let (wire, held_back) = (Wire::default(), Vec::new());
        Ok(Engine {
            timeline,
            wire,
            bulk: Bulk::default(),
            hosts,
            actors,
            held_back,
            emitting: Vec::new(),
            sent: Vec::new(),
            last_arrived: [None, None],
            last_look,
            control,
            bell: control.bell()?,
        })
    }

    /// Waits for the next thing that happens, but not past `until`, and tells all of it.
    pub(crate) fn turn(&mut self, until: Nanos) -> Result<(), RunError> {
        let mut deadline = until.min(self.last_look + LOOK);
        deadline = deadline.min(self.bulk.due().unwrap_or(Nanos::MAX));
        if let Some(due) = self.wire.next_due() {
            let is_late = due <= now(); // rule 4: a call runs
            deadline = deadline.min(if is_late { now() + RULE_4_POLL } else { due });
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
        let actors = self.actors.iter().filter_map(Actor::poll_fd);
        let mut fds: Vec<PollFd<'_>> = tuns
            .chain(actors.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)))
            .chain([PollFd::new(&self.bell, PollFlags::IN)])
            .collect();
        let (seconds, rest) = (timeout / 1_000_000_000, timeout % 1_000_000_000);
        let timeout = Timespec {
            tv_sec: seconds as i64,
            tv_nsec: rest as i64,
        };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        control::clear(&self.bell); // its cause is looked for at the next turn
        Ok(())
    }

    /// Reads whatever is there without waiting, and tells it; false where nothing was.
    fn look(&mut self) -> Result<bool, RunError> {
        let ended: Vec<usize> = (0..self.actors.len())
            .filter(|index| self.actors[*index].has_ended())
            .collect();
        let returned = mem::take(&mut self.held_back);
        self.emitting = returned.iter().map(|(actor, _)| *actor).collect();
        let leaving = self.leaving()?;
        let mut anything = self.hear()? || !returned.is_empty() || !ended.is_empty();
        for (host, packets) in Host::BOTH.into_iter().zip(leaving) {
            anything |= !packets.is_empty();
            if !packets.is_empty() {
                self.observe_sent(host, None, packets)?;
            }
        }
        for (actor, report) in returned {
            self.emit_report(actor, report)?;
        }
        self.emitting.clear();
        for actor in ended {
            let Actor { host, pid, .. } = self.actors[actor];
            self.observe(host, Some(Cause::Kill))?;
            if let Some(what) = self.actors[actor].gone() {
                self.timeline.emit(what);
            }
            self.hosts[host as usize].descriptors.ended(pid);
            self.emit_descriptors(host);
        }
        if self.held_back.is_empty() && self.deliver_one()? {
            anything = true;
        }
        Ok(anything || !self.held_back.is_empty())
    }

    /// Reads what the actors said and tells it, but holds back what has to wait (rule 2); false where nobody spoke.
    pub(crate) fn hear(&mut self) -> Result<bool, RunError> {
        let mut heard = Vec::new();
        for (index, actor) in self.actors.iter_mut().enumerate() {
            let mut at = 0;
            let mut wait = self.held_back.iter().any(|(held, _)| *held == index)
                || self.emitting.contains(&index);
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
                self.emit_report(index, report)?;
            }
        }
        Ok(anything)
    }

    /// Tells what an actor reported.
    fn emit_report(&mut self, index: usize, report: Report) -> Result<(), RunError> {
        match report {
            Report::Enter { at, call, args } => self.emit_enter(index, at, call, args),
            Report::Exit { .. } => self.emit_exit(index, report)?,
            Report::Done(returned) => self.actors[index].outcome = Some(returned),
            Report::Ready { pid, tid, open, .. } => {
                let host = self.actors[index].host;
                let what = self.actors[index].ready(pid, tid);
                self.timeline.emit(what);
                self.hosts[host as usize].descriptors.report(pid, open);
                self.emit_descriptors(host);
            }
            Report::Refused(_) => {}
        }
        Ok(())
    }

    fn emit_enter(&mut self, index: usize, at: Nanos, call: String, args: Vec<String>) {
        let actor = &mut self.actors[index];
        let fd = args.first().and_then(|arg| arg.parse().ok());
        let on = fd.and_then(|fd| {
            self.hosts[actor.host as usize]
                .descriptors
                .inode(actor.pid, fd)
        });
        let what = actor.enter(call, args, on);
        let seq = self.timeline.emit_at(at, what);
        self.actors[index].entered(seq);
    }

    fn emit_exit(&mut self, index: usize, report: Report) -> Result<(), RunError> {
        let Report::Exit {
            at,
            returned,
            made,
            unread,
            open,
            closing_options,
        } = report
        else {
            return Ok(());
        };
        let Actor { host, pid, .. } = self.actors[index];
        let tracker = &mut self.hosts[host as usize].tracker;
        if let Some(made) = &made {
            tracker.name(made.inode, made.name.clone());
        }
        if let Some((inode, closing_options)) = closing_options {
            tracker.set_closing_options(inode, closing_options);
        }
        let woken = self.observe_exit(index)?;
        let actor = &mut self.actors[index];
        let orphan = actor.waits_on();
        if let Some(what) = actor.exit(returned, made, woken) {
            self.timeline.emit_at(at, what);
        }
        let end = &mut self.hosts[host as usize];
        if let Some((socket, bytes)) = unread
            && let Some(what) = end.tracker.unread(&socket, bytes)
        {
            self.timeline.emit(what);
        }
        // What a call held open that had no descriptor any more is closed now.
        let released = orphan.is_some_and(|(_, inode)| !end.descriptors.refer_to(inode));
        if open.is_some() || released {
            if let Some(open) = open {
                end.descriptors.report(pid, open);
            }
            self.emit_descriptors(host);
        }
        Ok(())
    }

    /// Tells which descriptors refer to which sockets, where that changed.
    fn emit_descriptors(&mut self, host: Host) {
        let waiting = self.actors.iter().filter(|actor| actor.host == host);
        let waiting: Vec<_> = waiting.filter_map(Actor::waits_on).collect();
        let HostEnd {
            descriptors,
            tracker,
            ..
        } = &mut self.hosts[host as usize];
        if let Some(what) = descriptors.changed(&waiting, |inode| tracker.name_of(inode)) {
            self.timeline.emit(what);
        }
    }

    /// Whether nothing is on the wire and everything that was sent is acknowledged.
    pub(crate) fn is_calm(&self) -> bool {
        self.wire.is_empty() && self.bulk.is_read() && !self.is_unacknowledged()
    }

    /// Whether anything that was sent waits to be acknowledged, so that a timer runs.
    pub(crate) fn is_unacknowledged(&self) -> bool {
        self.hosts.iter().any(|host| host.tracker.unacknowledged())
    }

    /// Whether the run shall end now.
    pub(crate) fn is_stopped(&self) -> bool {
        self.control.is_stopped()
    }
}

/// How long the director waits for what no descriptor tells: quiet, and a thread that falls asleep.
pub(crate) const SOON: Duration = Duration::from_millis(10);
