//! The wire: every packet between the two hosts goes through here, each with a deadline of its own.

pub mod decoder;
pub(crate) mod verdict;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::SocketAddrV4;
use std::os::fd::OwnedFd;

use crate::event::host::Host;
use crate::event::{Segment, SegmentPhase};
use crate::lab::run::wire::decoder::Decoder;
use crate::lab::run::wire::verdict::{DROPPED, Orders, Verdict};
use crate::lab::sandbox::clock::Nanos;
use crate::script::Filter;
use crate::script::ast::Forgery;

/// Packets under way, and the orders for those to come.
#[derive(Default)]
pub(crate) struct Wire {
    pub(crate) orders: Orders,
    pub(crate) decoder: Decoder,
    under_way: BinaryHeap<Reverse<Flight>>,
    held: Vec<Flight>,
    /// Whether somebody holds the wire by hand.
    pub(crate) holds_by_control: bool,
    /// What was held and what a cut lost, where somebody wants to know: the order that would have done it, and to what.
    pub(crate) noted: Option<Vec<(&'static str, Segment)>>,
}

/// A packet under way. The earliest to arrive comes first; of two at the same time, the one that was sent first.
struct Flight {
    due: Nanos,
    segment: Segment,
    packet: Vec<u8>,
}

/// A segment, and the bytes that it was read from.
pub(crate) type Packet = (Segment, Vec<u8>);

/// What is to be told of a segment, and when it arrives, where that is decided.
pub(crate) type Update = (Segment, Option<Nanos>);

impl Wire {
    /// A packet that left `from`; None for what is no TCP segment, which goes no further.
    pub(crate) fn decode(&mut self, from: Host, packet: Vec<u8>) -> Option<Packet> {
        let segment = self.decoder.decode(from, &packet)?;
        Some((segment, packet))
    }

    /// Takes a packet that was sent, and decides about it: what is to be told.
    pub(crate) fn take(&mut self, (segment, packet): Packet, now: Nanos) -> Vec<Update> {
        let due = now + self.orders.delay.as_nanos() as Nanos;
        match self.orders.decide(&segment) {
            Verdict::Deliver => {
                self.send(due, segment.clone(), packet);
                vec![(segment, Some(due))]
            }
            Verdict::DeliverTwice => {
                let copy = self.decoder.copy(&segment);
                self.send(due, segment.clone(), packet.clone());
                self.send(due, copy.clone(), packet);
                vec![(segment, Some(due)), (copy, Some(due))]
            }
            Verdict::Hold => {
                self.note("hold", &segment);
                self.held.push(Flight {
                    due,
                    segment: segment.clone(),
                    packet,
                });
                let held = on_hold(&segment);
                vec![(segment, None), (held, None)]
            }
            Verdict::Drop(reason) => {
                if reason != DROPPED {
                    self.note("drop", &segment);
                }
                let lost = lost(&segment, reason);
                vec![(segment, None), (lost, None)]
            }
        }
    }

    fn note(&mut self, verb: &'static str, segment: &Segment) {
        if let Some(noted) = &mut self.noted {
            noted.push((verb, segment.clone()));
        }
    }

    fn send(&mut self, due: Nanos, segment: Segment, packet: Vec<u8>) {
        self.under_way.push(Reverse(Flight {
            due,
            segment,
            packet,
        }));
    }

    /// Lets held packets go on, in the order in which they were sent; without a filter all, and nothing is held any more.
    pub(crate) fn release(&mut self, filter: Option<&Filter>, now: Nanos) {
        if filter.is_none() {
            self.orders.holds.clear();
            self.holds_by_control = false;
        }
        let (released, held) = self
            .held
            .drain(..)
            .partition(|flight| filter.is_none_or(|filter| filter.matches(&flight.segment)));
        self.held = held;
        let released: Vec<Flight> = released;
        for flight in released {
            self.send(now, flight.segment, flight.packet);
        }
    }

    /// Loses the next so many segments that a filter means, those first that are held: these, to be told.
    pub(crate) fn drop(&mut self, most: u32, filter: &Filter) -> Vec<Segment> {
        let mut left = most;
        let mut lost_ones = Vec::new();
        self.held.retain(|Flight { segment, .. }| {
            let is_meant = left > 0 && filter.matches(segment);
            if is_meant {
                left -= 1;
                lost_ones.push(lost(segment, DROPPED));
            }
            !is_meant
        });
        if left > 0 {
            self.orders.drops.push((left, filter.clone()));
        }
        lost_ones
    }

    /// Copies the first held segment that a filter means, else the next one that is sent. The copy is held too: what is to
    /// be told of it.
    pub(crate) fn duplicate(&mut self, filter: &Filter) -> Vec<Segment> {
        let is_meant = |flight: &Flight| filter.matches(&flight.segment);
        let Some(index) = self.held.iter().position(is_meant) else {
            self.orders.duplicates.push(filter.clone());
            return Vec::new();
        };
        let Flight {
            segment, packet, ..
        } = &self.held[index];
        let (copy, packet) = (self.decoder.copy(segment), packet.clone());
        let held = on_hold(&copy);
        self.held.push(Flight {
            due: 0,
            segment: copy.clone(),
            packet,
        });
        vec![copy, held]
    }

    /// The segments that fly and that a filter means, in the order in which they were sent.
    pub(crate) fn flying(&self, filter: &Filter) -> Vec<Segment> {
        let flights = self.under_way.iter().map(|Reverse(flight)| &flight.segment);
        let mut meant: Vec<Segment> = flights
            .filter(|segment| filter.matches(segment))
            .cloned()
            .collect();
        meant.sort_by_key(|segment| segment.id);
        meant
    }

    /// The segments that are held, in the order in which they were sent.
    pub(crate) fn held(&self) -> impl Iterator<Item = &Segment> {
        self.held.iter().map(|flight| &flight.segment)
    }

    /// Takes a segment that flies off its way.
    fn stop(&mut self, id: u32) -> Option<Flight> {
        let flights = std::mem::take(&mut self.under_way).into_vec();
        let (mut stopped, others) = flights
            .into_iter()
            .partition::<Vec<_>, _>(|Reverse(flight)| flight.segment.id == id);
        self.under_way = others.into();
        stopped.pop().map(|Reverse(flight)| flight)
    }

    /// Loses a segment that flies: to be told.
    pub(crate) fn lose_flying(&mut self, id: u32) -> Option<Segment> {
        self.stop(id).map(|flight| lost(&flight.segment, DROPPED))
    }

    /// Holds a segment that flies: to be told.
    pub(crate) fn hold_flying(&mut self, id: u32) -> Option<Segment> {
        let flight = self.stop(id)?;
        let held = on_hold(&flight.segment);
        self.held.push(flight);
        Some(held)
    }

    /// Copies a segment that flies; the copy arrives right after it: to be told, with when.
    pub(crate) fn copy_flying(&mut self, id: u32) -> Option<Update> {
        let flights = self.under_way.iter();
        let mut same = flights.filter(|Reverse(flight)| flight.segment.id == id);
        let Reverse(Flight {
            due,
            segment,
            packet,
        }) = same.next()?;
        let (due, packet) = (*due, packet.clone());
        let copy = self.decoder.copy(segment);
        self.send(due, copy.clone(), packet);
        Some((copy, Some(due)))
    }

    /// Whether a hand keeps something from arriving.
    pub(crate) fn is_held(&self) -> bool {
        self.holds_by_control && !self.held.is_empty()
    }

    /// Cuts the wire: what is on it is lost.
    pub(crate) fn cut(&mut self) -> Vec<Segment> {
        self.orders.cut = true;
        let flying = std::mem::take(&mut self.under_way)
            .into_sorted_vec()
            .into_iter()
            .rev()
            .map(|Reverse(flight)| flight);
        flying
            .chain(self.held.drain(..))
            .map(|flight| lost(&flight.segment, "the wire is cut"))
            .collect()
    }

    /// Puts a forged segment on the wire, which arrives at once; `local` and `peer` are the ends of the socket that it is for.
    pub(crate) fn inject(
        &mut self,
        forgery: &Forgery,
        local: SocketAddrV4,
        peer: SocketAddrV4,
        now: Nanos,
    ) -> Update {
        let (segment, packet) = self.decoder.forge(forgery, local, peer);
        self.send(now, segment.clone(), packet);
        (segment, Some(now))
    }

    /// When the next packet arrives.
    pub(crate) fn next_due(&self) -> Option<Nanos> {
        self.next().map(|(_, due)| due)
    }

    /// Where the next packet arrives, and when.
    pub(crate) fn next(&self) -> Option<(Host, Nanos)> {
        self.under_way
            .peek()
            .map(|Reverse(flight)| (flight.segment.to, flight.due))
    }

    /// Takes the next packet off the wire: its segment as it arrives, and the bytes to give to the host.
    pub(crate) fn arrive(&mut self) -> Option<(Segment, Vec<u8>)> {
        let Reverse(Flight {
            segment, packet, ..
        }) = self.under_way.pop()?;
        Some((
            Segment {
                phase: SegmentPhase::Delivered,
                reason: None,
                ..segment
            },
            packet,
        ))
    }

    /// Whether a segment that is sent now arrives now, whichever it is.
    pub(crate) fn is_free(&self) -> bool {
        self.is_empty() && self.orders.is_empty()
    }

    /// Whether nothing is under way. What is held does not move by itself.
    pub(crate) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }
}

fn on_hold(segment: &Segment) -> Segment {
    Segment {
        phase: SegmentPhase::Held,
        ..segment.clone()
    }
}

fn lost(segment: &Segment, reason: &str) -> Segment {
    Segment {
        phase: SegmentPhase::Dropped,
        reason: Some(reason.into()),
        ..segment.clone()
    }
}

/// Room for any packet: the MTU is 1500.
pub(crate) const MAX_PACKET: usize = 2048;

/// The next packet that a host has sent, if there is one.
pub(crate) fn read<'a>(
    tun: &OwnedFd,
    buffer: &'a mut [u8; MAX_PACKET],
) -> io::Result<Option<&'a [u8]>> {
    match rustix::io::read(tun, &mut buffer[..]) {
        Ok(length) => Ok(Some(&buffer[..length])),
        Err(rustix::io::Errno::AGAIN) => Ok(None),
        // The device is down: nothing leaves it.
        Err(rustix::io::Errno::IO) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Ord for Flight {
    fn cmp(&self, other: &Flight) -> std::cmp::Ordering {
        (self.due, self.segment.id).cmp(&(other.due, other.segment.id))
    }
}

impl PartialOrd for Flight {
    fn partial_cmp(&self, other: &Flight) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Flight {
    fn eq(&self, other: &Flight) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Flight {}
