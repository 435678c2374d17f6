//! The wire: every packet between the two hosts goes through here, each with a deadline of its own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::os::fd::OwnedFd;

use super::fate::{Fate, Orders};
use super::segment::Decoder;
use crate::clock::Nanos;
use crate::event::{Host, Segment, SegmentPhase};

/// Packets under way, and the orders for those to come.
#[derive(Default)]
pub(super) struct Wire {
    pub(super) orders: Orders,
    decoder: Decoder,
    under_way: BinaryHeap<Reverse<Flight>>,
}

/// A packet under way. The earliest to arrive comes first; of two at the same time, the one that was sent first.
struct Flight {
    due: Nanos,
    segment: Segment,
    packet: Vec<u8>,
}

impl Wire {
    /// Takes a packet that left `from`, and decides about it. None for what is no TCP segment, which goes no further.
    pub(super) fn take(
        &mut self,
        from: Host,
        packet: Vec<u8>,
        now: Nanos,
    ) -> Option<(Segment, Nanos)> {
        let segment = self.decoder.decode(from, &packet)?;
        let Fate::Deliver(delay) = self.orders.decide();
        let due = now + delay.as_nanos() as Nanos;
        self.under_way.push(Reverse(Flight {
            due,
            segment: segment.clone(),
            packet,
        }));
        Some((segment, due))
    }

    /// When the next packet arrives.
    pub(super) fn next_due(&self) -> Option<Nanos> {
        self.next().map(|(_, due)| due)
    }

    /// Where the next packet arrives, and when.
    pub(super) fn next(&self) -> Option<(Host, Nanos)> {
        self.under_way
            .peek()
            .map(|Reverse(flight)| (flight.segment.to, flight.due))
    }

    /// Takes the next packet off the wire: its segment as it arrives, and the bytes to give to the host.
    pub(super) fn arrive(&mut self) -> Option<(Segment, Vec<u8>)> {
        let Reverse(Flight {
            segment, packet, ..
        }) = self.under_way.pop()?;
        Some((
            Segment {
                phase: SegmentPhase::Delivered,
                ..segment
            },
            packet,
        ))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }
}

/// The next packet that a host has sent, if there is one.
pub(super) fn read(tun: &OwnedFd) -> io::Result<Option<Vec<u8>>> {
    let mut packet = [0; 2048]; // MTU 1500
    match rustix::io::read(tun, &mut packet) {
        Ok(length) => Ok(Some(packet[..length].to_vec())),
        Err(rustix::io::Errno::AGAIN) => Ok(None),
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
