//! What made something happen in a host: the order in which the engine looks makes that certain (see [`crate::lab::run::engine`]).

use std::io;

use crate::event::host::Host;
use crate::event::{Cause, Timer, What};
use crate::lab::run::engine::Engine;
use crate::lab::run::engine::reset_reason::{self, Circumstances, timer_that_sent};
use crate::lab::run::error::RunError;
use crate::lab::run::kernel::sock_diag::{Reading, SocketTable};
use crate::lab::run::kernel::socket_tracker::TrackedSocket;
use crate::lab::run::wire::Packet;
use crate::lab::sandbox::clock::now;
use crate::tcp::state::State;

/// What was seen of a host at one moment.
pub(crate) struct Snapshot {
    host: Host,
    /// The actors in a call, and whether each slept.
    calls: Vec<(usize, bool)>,
    readings: Vec<Reading>,
}

impl Engine<'_> {
    /// Reads a host's sockets and tells what changed since the last time. Where `cause` is not given, it is a call that
    /// runs, the end of a process, or else a timer.
    pub(crate) fn observe(&mut self, host: Host, cause: Option<Cause>) -> Result<(), RunError> {
        let snapshot = self.snapshot(host, SocketTable::read)?;
        self.emit_snapshot(snapshot, cause, Vec::new()).map(drop)
    }

    /// The same around segments, which change no listening socket: calls and the ends of processes do, and have readings
    /// of their own. Then tells what the host has sent, from the same cause; gives that, where it is known.
    pub(crate) fn observe_sent(
        &mut self,
        host: Host,
        cause: Option<Cause>,
        packets: Vec<Packet>,
    ) -> Result<Option<Cause>, RunError> {
        let snapshot = self.snapshot(host, SocketTable::read_connections)?;
        self.emit_snapshot(snapshot, cause, packets)
    }

    /// Looks at a host.
    pub(crate) fn snapshot(
        &mut self,
        host: Host,
        read: fn(&mut SocketTable) -> io::Result<Vec<Reading>>,
    ) -> Result<Snapshot, RunError> {
        let calls = (0..self.actors.len())
            .filter(|index| self.actors[*index].host == host)
            .filter(|index| self.actors[*index].acting().is_some())
            .map(|index| (index, self.actors[index].is_asleep()))
            .collect();
        let readings = match &mut self.hosts[host as usize].power {
            Some(power) => {
                read(&mut power.table).map_err(|source| RunError::ReadSockets { host, source })?
            }
            None => Vec::new(),
        };
        Ok(Snapshot {
            host,
            calls,
            readings,
        })
    }

    /// Tells what a snapshot shows that is new, and then these packets.
    pub(crate) fn emit_snapshot(
        &mut self,
        snapshot: Snapshot,
        cause: Option<Cause>,
        packets: Vec<Packet>,
    ) -> Result<Option<Cause>, RunError> {
        let Snapshot {
            host,
            calls,
            readings,
        } = snapshot;
        self.hear()?; // rule 1; and whoever had returned by the snapshot has said so
        let woke = |(index, asleep): &(usize, bool)| {
            let actor = &self.actors[*index];
            actor.slept() && (!asleep || actor.has_returned())
        };
        let woken = calls.iter().filter(|call| woke(call));
        let woken = woken.filter_map(|(index, _)| self.actors[*index].acting());
        let woken = woken.max().map(Cause::Call);
        let cause = cause.or_else(|| self.cause_in(host));
        let packets = self.explain(host, cause, woken, packets);
        let told = self.hosts[host as usize]
            .tracker
            .compare(readings, cause, now());
        let by = cause.or_else(|| told.iter().find_map(timer_of));
        for mut what in told {
            // No segment and no timer makes a program close; the call that it woke does, and may have before the table
            // was read.
            if let What::State { to, cause, .. } = &mut what
                && matches!(to, State::FinWait1 | State::LastAck)
                && matches!(cause, Cause::Segment(_) | Cause::Timer(_))
            {
                *cause = woken.unwrap_or(*cause);
            }
            self.timeline.emit(what);
        }
        self.send(packets);
        for (index, asleep) in calls {
            let actor = &mut self.actors[index];
            if actor.slept() && (!asleep || actor.has_returned()) {
                actor.wake(by.filter(|by| Some(*by) != actor.acting().map(Cause::Call)));
            } else if asleep && !actor.has_returned() {
                actor.seen_asleep(); // what it had done by then was in that reading
            }
        }
        Ok(by)
    }

    /// Reads the table once more before the exit of a call is told, and says what woke it where it had slept.
    pub(crate) fn observe_exit(&mut self, index: usize) -> Result<Option<Cause>, RunError> {
        let actor = &self.actors[index];
        let (host, slept) = (actor.host, actor.slept());
        let Some(call) = actor.acting() else {
            return Ok(None);
        };
        if !slept {
            self.observe(host, Some(Cause::Call(call)))?;
            return Ok(self.actors[index].woken());
        }
        // It did nothing but wait, and nothing that was seen has woken it: a timer has, its own or one of its socket.
        let by = self.observe_sent(host, None, Vec::new())?;
        let timer = self
            .bulk
            .is_unused()
            .then_some(Cause::Timer(Some(Timer::Call)));
        Ok(by.or(timer)) // what passed emitting may have woken it
    }

    /// The actors of a host whose call may still have done something that no reading showed.
    pub(crate) fn calls_in(&self, host: Host) -> impl Iterator<Item = usize> {
        let actors = self.actors.iter().enumerate();
        actors
            .filter(move |(_, actor)| {
                actor.host == host && actor.acting().is_some() && !actor.slept()
            })
            .map(|(index, _)| index)
    }

    /// What a host did of itself comes from: the call that was entered last and is awake, or a process that ends. None
    /// where there is neither, so that it was a timer.
    fn cause_in(&self, host: Host) -> Option<Cause> {
        let dies = |actor: &crate::lab::run::actor::Actor| actor.host == host && actor.is_dying();
        if self.actors.iter().any(dies) {
            return Some(Cause::Kill);
        }
        let calls = self.calls_in(host);
        let last = calls.filter_map(|index| self.actors[index].acting()).max();
        last.map(Cause::Call)
    }

    /// The connect(2) that goes on in a host. It may sleep already when the SYN is read that it has sent.
    fn connecting(&self, host: Host) -> Option<Cause> {
        let connects = self
            .actors
            .iter()
            .filter(|actor| actor.host == host && actor.call_name() == Some("connect"));
        let last = connects.filter_map(|actor| actor.acting()).max();
        last.map(Cause::Call)
    }

    /// The name of the call that is a cause.
    fn call_of(&self, cause: Cause) -> Option<&str> {
        let Cause::Call(seq) = cause else {
            return None;
        };
        let actor = self
            .actors
            .iter()
            .find(|actor| actor.acting() == Some(seq))?;
        actor.call_name()
    }

    /// Says of each packet why it was sent, while the sockets are known as they were before. A FIN is sent by a call,
    /// also where a segment had to wake it.
    fn explain(
        &self,
        host: Host,
        cause: Option<Cause>,
        woken: Option<Cause>,
        packets: Vec<Packet>,
    ) -> Vec<Packet> {
        let tracker = &self.hosts[host as usize].tracker;
        let arrived = match cause {
            Some(Cause::Segment(_)) => self.last_arrived[host as usize].as_ref(),
            _ => None,
        };
        let explained = packets.into_iter().map(|(mut segment, bytes)| {
            let socket = tracker.sender(&segment);
            let has = |bit: &str| segment.flags.iter().any(|flag| flag == bit);
            let opens = has("SYN") && !has("ACK") && !segment.retransmission;
            // No call sends again what was sent, though a timer may while one runs.
            let is_call = |cause: &Cause| matches!(cause, Cause::Call(_) | Cause::Kill);
            let cause = cause.filter(|cause| !(segment.retransmission && is_call(cause)));
            let cause = cause
                .or_else(|| self.connecting(host).filter(|_| opens))
                .unwrap_or_else(|| Cause::Timer(timer_that_sent(socket, &segment)));
            let is_open = |known: &TrackedSocket| !known.reading.state.own_fin_queued();
            let closes = has("FIN") && !segment.retransmission && socket.is_some_and(is_open);
            let cause = woken.filter(|_| closes).unwrap_or(cause);
            if has("RST") {
                // What a segment met is what it met; a call may have closed its socket since.
                let late = socket.or_else(|| tracker.late_sender(&segment));
                segment.reset = Some(reset_reason::reason(&Circumstances {
                    socket: if arrived.is_some() { socket } else { late },
                    cause,
                    arrived,
                    call: self.call_of(cause),
                }));
            }
            segment.cause = Some(cause);
            (segment, bytes)
        });
        explained.collect()
    }
}

/// The timer that a change came from.
fn timer_of(what: &What) -> Option<Cause> {
    match what {
        What::State { cause, .. } => Some(*cause).filter(|cause| matches!(cause, Cause::Timer(_))),
        _ => None,
    }
}
