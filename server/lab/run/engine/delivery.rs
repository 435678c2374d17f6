//! What goes over the wire: read where it leaves, delivered where it arrives, told both times.

use std::mem;

use crate::event::host::Host;
use crate::event::{Cause, SegmentPhase, What};
use crate::lab::run::actor::Actor;
use crate::lab::run::engine::bulk::TOLD;
use crate::lab::run::engine::{Engine, Power, RULE_4_WAIT};
use crate::lab::run::error::RunError;
use crate::lab::run::kernel::sock_diag::SocketTable;
use crate::lab::run::wire::{self, Packet, Update};
use crate::lab::sandbox::clock::{Nanos, now};

/// What was found at a host's end of the wire.
#[derive(Clone, Copy, PartialEq)]
enum DeviceRead {
    /// Nobody looked: nothing may be delivered now.
    Unread,
    Nothing,
    /// Segments that passed, and then nothing.
    Plain,
    /// A segment that stands out.
    Other,
}

impl Engine<'_> {
    /// What each host has sent since this was last asked, but for what is not told one by one.
    pub(crate) fn leaving(&mut self) -> Result<[Vec<Packet>; 2], RunError> {
        let mut leaving = [Vec::new(), Vec::new()];
        if self.pass()? {
            return Ok(leaving);
        }
        for (host, packet) in mem::take(&mut self.bulk.outstanding) {
            leaving[host as usize].extend(self.wire.decode(host, packet));
        }
        for host in Host::BOTH {
            leaving[host as usize].extend(self.read_wire(host)?);
        }
        Ok(leaving)
    }

    /// What one host has sent since this was last asked.
    pub(crate) fn read_wire(&mut self, host: Host) -> Result<Vec<Packet>, RunError> {
        let mut packets = Vec::new();
        let Some(Power { tun, .. }) = &self.hosts[host as usize].power else {
            return Ok(packets);
        };
        let mut buffer = [0; wire::MAX_PACKET];
        while let Some(packet) =
            wire::read(tun, &mut buffer).map_err(|source| RunError::ReadWire { host, source })?
        {
            packets.extend(self.wire.decode(host, packet.to_vec()));
        }
        Ok(packets)
    }

    /// Puts what was read on the wire.
    pub(crate) fn send(&mut self, packets: Vec<Packet>) {
        let at = now();
        for packet in packets {
            for told in self.wire.take(packet, at) {
                self.emit_segment(at, told);
            }
        }
    }

    /// Tells where a segment is, and when it arrives where that is decided.
    pub(crate) fn emit_segment(&mut self, at: Nanos, (mut segment, due): Update) {
        segment.due = due.map(|due| self.timeline.since_start(due));
        if !matches!(segment.phase, SegmentPhase::Sent | SegmentPhase::Injected) {
            (segment.cause, segment.reset, segment.bytes) = (None, None, None); // they were told
        }
        let sent = (segment.phase == SegmentPhase::Sent).then(|| segment.clone());
        let seq = self.timeline.emit_at(at, What::Segment(Box::new(segment)));
        self.sent.extend(sent.map(|segment| (seq, segment)));
    }

    /// Delivers a packet whose time has come, if there is one: one at a time, so that each has its effects to itself.
    pub(crate) fn deliver_one(&mut self) -> Result<bool, RunError> {
        let Some((to, due)) = self.wire.next() else {
            return Ok(false);
        };
        if due > now() || (due + RULE_4_WAIT > now() && self.is_host_busy(to)) {
            return Ok(false);
        }
        let fell_asleep = |index: usize| self.actors[index].is_asleep();
        if self.calls_in(to).any(fell_asleep) {
            self.observe(to, None)?; // what a call did before it fell asleep is its own
            return Ok(true);
        }
        if self.hear()? {
            return Ok(true); // a call returned just now: first what it did
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
        // Sent, changed and woken before `write` returned (rule 3): looked at before anything is told, which takes longer.
        // The wire first: who was woken may act meanwhile, and what is sent comes after the change that sent it.
        let answers = self.read_wire(to)?;
        let snapshot = self.snapshot(to, SocketTable::read_connections)?;
        let cause = Some(Cause::Segment(segment.id));
        self.last_arrived[to as usize] = Some(segment.clone());
        self.emit_segment(now(), (segment, None));
        self.emit_snapshot(snapshot, cause, answers)?;
        Ok(true)
    }

    /// Moves what stands out in nothing, until the next does or nothing more is there. True where nothing is: both devices
    /// were read to their end, and what stands out waits in `outstanding`.
    fn pass(&mut self) -> Result<bool, RunError> {
        while self.sent.len() >= TOLD && self.wire.is_free() {
            let found = [self.pass_from(Host::Client)?, self.pass_from(Host::Server)?];
            self.read_passed()?;
            if found == [DeviceRead::Nothing; 2] {
                return Ok(true);
            }
            if !found.contains(&DeviceRead::Plain) || found.contains(&DeviceRead::Other) {
                break;
            }
        }
        Ok(false)
    }

    /// The same for what comes from one host.
    fn pass_from(&mut self, from: Host) -> Result<DeviceRead, RunError> {
        let to = from.other();
        // Rule 4 of the engine; but what only moves data may run meanwhile.
        let mut there = self.actors.iter().filter(|actor| actor.host == to);
        if there.any(Actor::may_change_states) {
            return Ok(DeviceRead::Unread);
        }
        let ends = [from, to].map(|host| self.hosts[host as usize].power.as_ref());
        let [Some(source), Some(target)] = ends else {
            return Ok(DeviceRead::Unread);
        };
        let [ours, theirs] = [from, to].map(|host| &self.hosts[host as usize].tracker);
        let mut buffer = [0; wire::MAX_PACKET];
        let mut found = DeviceRead::Nothing;
        while let Some(packet) = wire::read(&source.tun, &mut buffer)
            .map_err(|source| RunError::ReadWire { host: from, source })?
        {
            let plain = self.wire.decoder.plain(packet).filter(|plain| {
                let (source, destination) = plain.ends;
                ours.is_established(plain.ends) && theirs.is_established((destination, source))
            });
            let passed = plain.filter(|_| rustix::io::write(&target.tun, packet).is_ok());
            let Some(plain) = passed else {
                self.bulk.outstanding.push((from, packet.to_vec()));
                return Ok(DeviceRead::Other);
            };
            let at = now();
            self.bulk.note(from, plain.push, at, self.timeline.len());
            self.wire.decoder.note_plain(&plain);
            self.timeline.passed(from, &plain, at);
            found = DeviceRead::Plain;
        }
        Ok(found)
    }

    /// Reads the tables where segments have passed since they were read, and it is time.
    pub(crate) fn read_passed(&mut self) -> Result<(), RunError> {
        if self.bulk.due().is_some_and(|due| due <= now()) {
            self.bulk.read();
            for host in Host::BOTH {
                self.observe_sent(host, None, Vec::new())?;
            }
        }
        Ok(())
    }

    /// Whether something is under way in a host that comes from one of its processes.
    fn is_host_busy(&self, host: Host) -> bool {
        self.actors
            .iter()
            .any(|actor| actor.host == host && actor.is_busy())
    }
}
