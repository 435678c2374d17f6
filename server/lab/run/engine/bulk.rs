//! Bulk: where a run has told of many segments one by one, those that stand out in nothing are counted from then on, and
//! told together. Nobody reads ten thousand arrows, and telling each takes longer than moving it.
//!
//! A segment stands out by any bit but ACK and PSH, by numbers that were sent before, or that no data follows (a probe),
//! by a closed window, and wherever the wire has orders or the connection is not ESTABLISHED at both its ends. What is left
//! changes no state (RFC 9293, section 3.10.7.4), only queues; so the tables are read when such segments pause, or
//! [`STRETCH`] after the last reading. Before anything else is told, what passed is (see [`crate::lab::run::timeline`]).

use crate::event::host::Host;
use crate::lab::run::actor::Actor;
use crate::lab::run::engine::World;
use crate::lab::run::error::RunError;
use crate::lab::run::wire;
use crate::lab::sandbox::clock::{Nanos, now};

/// So many segments of a run are told one by one.
const TOLD: usize = 2_000;
/// The longest time between two readings, and the pause after which there is one.
const STRETCH: Nanos = 10_000_000;
const PAUSE: Nanos = 200_000;

/// What passes without being told one by one.
#[derive(Default)]
pub(crate) struct Bulk {
    /// Segments that were read and do stand out.
    pub(crate) outstanding: Vec<(Host, Vec<u8>)>,
    /// When the first and the last passed since the tables were read.
    unread: Option<(Nanos, Nanos)>,
    /// By host, without PSH and with it: the `seq` that was the next when such a segment passed last.
    sent: [[Option<u32>; 2]; 2],
}

/// What was found at a host's end of the wire.
#[derive(Clone, Copy, PartialEq)]
enum Found {
    /// Nobody looked: nothing may be delivered now.
    Unread,
    Nothing,
    /// Segments that passed, and then nothing.
    Plain,
    /// A segment that stands out.
    Other,
}

impl Bulk {
    /// When the tables are to be read because of what passed.
    pub(crate) fn due(&self) -> Option<Nanos> {
        self.unread
            .map(|(first, last)| (first + STRETCH).min(last + PAUSE))
    }

    /// The bits of what passed from a host since event `seq`.
    pub(crate) fn sent(&self, from: Host, since: u32) -> impl Iterator<Item = String> {
        let bits = self.sent[from as usize].iter().zip(["ACK", "PSH,ACK"]);
        bits.filter(move |(seq, _)| seq.is_some_and(|seq| seq >= since))
            .map(|(_, bits)| bits.to_owned())
    }

    fn note(&mut self, from: Host, push: bool, at: Nanos, seq: u32) {
        let first = self.unread.map_or(at, |(first, _)| first);
        self.unread = Some((first, at));
        self.sent[from as usize][usize::from(push)] = Some(seq);
    }

    /// Whether every segment was told.
    pub(crate) fn is_unused(&self) -> bool {
        self.sent == [[None; 2]; 2]
    }

    /// Whether the tables were read since the last segment passed.
    pub(crate) fn is_read(&self) -> bool {
        self.unread.is_none()
    }
}

impl World<'_> {
    /// Moves what stands out in nothing, until the next does or nothing more is there. True where nothing is: both devices
    /// were read to their end, and what stands out waits in `outstanding`.
    pub(crate) fn pass(&mut self) -> Result<bool, RunError> {
        while self.sent.len() >= TOLD && self.wire.is_free() {
            let found = [self.pass_from(Host::Client)?, self.pass_from(Host::Server)?];
            self.read_passed()?;
            if found == [Found::Nothing; 2] {
                return Ok(true);
            }
            if !found.contains(&Found::Plain) || found.contains(&Found::Other) {
                break;
            }
        }
        Ok(false)
    }

    /// The same for what comes from one host.
    fn pass_from(&mut self, from: Host) -> Result<Found, RunError> {
        let to = from.other();
        // Rule 4 of the world; but what only moves data may run meanwhile.
        let mut there = self.actors.iter().filter(|actor| actor.host == to);
        if there.any(Actor::may_change_states) {
            return Ok(Found::Unread);
        }
        let ends = [from, to].map(|host| self.hosts[host as usize].power.as_ref());
        let [Some(source), Some(target)] = ends else {
            return Ok(Found::Unread);
        };
        let [ours, theirs] = [from, to].map(|host| &self.hosts[host as usize].watch);
        let mut buffer = [0; wire::LONGEST];
        let mut found = Found::Nothing;
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
                return Ok(Found::Other);
            };
            let at = now();
            self.bulk.note(from, plain.push, at, self.timeline.len());
            self.wire.decoder.note_plain(&plain);
            self.timeline.passed(from, &plain, at);
            found = Found::Plain;
        }
        Ok(found)
    }

    /// Reads the tables where segments have passed since they were read, and it is time.
    pub(crate) fn read_passed(&mut self) -> Result<(), RunError> {
        if self.bulk.due().is_some_and(|due| due <= now()) {
            self.bulk.unread = None;
            for host in Host::BOTH {
                self.observe_sent(host, None, Vec::new())?;
            }
        }
        Ok(())
    }
}
