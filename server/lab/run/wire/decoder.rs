//! Bytes off the wire → a segment (RFC 9293, section 3.1), with the numbers that make it readable.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddrV4};

use etherparse::{
    NetSlice, PacketBuilder, PacketBuilderStep, SlicedPacket, TcpHeader, TcpOptionElement,
    TransportSlice,
};

use crate::event::host::Host;
use crate::event::{Segment, SegmentPhase};
use crate::script::ast::Forgery;

/// How many bytes of data an event shows.
const SHOWN: usize = 256;

/// One direction of one connection: from, to.
pub(crate) type Direction = (SocketAddrV4, SocketAddrV4);

/// What must be remembered of each direction to give relative numbers and to tell a retransmission.
#[derive(Default)]
pub struct Decoder {
    directions: HashMap<Direction, Seen>,
    last_id: u32,
}

#[derive(Clone, Copy)]
struct Seen {
    /// The SYN's sequence number.
    initial: u32,
    /// That of the connection before this one on the same ports, whose segments may still come.
    former: Option<u32>,
    /// The highest sequence number sent so far, plus one.
    next: u32,
    /// The last acknowledgment number that was sent.
    ack: u32,
}

impl Seen {
    /// A number as it counts from its connection's SYN: this connection's, or the former's where it is less than this one
    /// began with (initial numbers grow, RFC 9293, section 3.4.1). None where it belongs to neither.
    fn relative(&self, number: u32) -> Option<u32> {
        let since =
            |initial: u32| Some(number.wrapping_sub(initial)).filter(|n| *n <= i32::MAX as u32);
        since(self.initial).or_else(|| since(self.former?))
    }
}

/// What matters of a segment that stands out in nothing.
pub(crate) struct Plain {
    /// Where it is from, and where it goes.
    pub(crate) ends: Direction,
    pub(crate) len: usize,
    pub(crate) push: bool,
    next: u32,
    ack: u32,
}

impl Decoder {
    /// Reads a packet whose bits are ACK and perhaps PSH, whose window is open and whose numbers are new: nothing of its
    /// connection changes by it but how far it is. None for any other.
    pub(crate) fn plain(&self, packet: &[u8]) -> Option<Plain> {
        let sliced = SlicedPacket::from_ip(packet).ok()?;
        let (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Tcp(tcp))) =
            (sliced.net, sliced.transport)
        else {
            return None;
        };
        let source = SocketAddrV4::new(Ipv4Addr::from(ip.header().source()), tcp.source_port());
        let destination = SocketAddrV4::new(
            Ipv4Addr::from(ip.header().destination()),
            tcp.destination_port(),
        );
        let bits = [
            tcp.syn(),
            tcp.fin(),
            tcp.rst(),
            tcp.urg(),
            tcp.ece(),
            tcp.cwr(),
        ];
        let seen = self.directions.get(&(source, destination))?;
        let is_plain = tcp.ack()
            && !bits.contains(&true)
            && tcp.window_size() > 0
            && tcp.sequence_number() == seen.next;
        let len = tcp.payload().len();
        is_plain.then(|| Plain {
            ends: (source, destination),
            len,
            push: tcp.psh(),
            next: seen.next.wrapping_add(len as u32),
            ack: tcp.acknowledgment_number(),
        })
    }

    /// Remembers that such a segment was sent.
    pub(crate) fn note_plain(&mut self, plain: &Plain) {
        if let Some(seen) = self.directions.get_mut(&plain.ends) {
            (seen.next, seen.ack) = (plain.next, plain.ack);
        }
    }

    /// Reads a packet that left `from`; None for anything but TCP over IPv4.
    pub fn decode(&mut self, from: Host, packet: &[u8]) -> Option<Segment> {
        let sliced = SlicedPacket::from_ip(packet).ok()?;
        let Some(NetSlice::Ipv4(ip)) = sliced.net else {
            return None;
        };
        let Some(TransportSlice::Tcp(tcp)) = sliced.transport else {
            return None;
        };
        let source = SocketAddrV4::new(Ipv4Addr::from(ip.header().source()), tcp.source_port());
        let destination = SocketAddrV4::new(
            Ipv4Addr::from(ip.header().destination()),
            tcp.destination_port(),
        );
        let data = tcp.payload();
        let (seq_abs, ack_abs) = (tcp.sequence_number(), tcp.acknowledgment_number());
        // SYN and FIN each take a number of their own, although they carry no data.
        let takes = data.len() as u32 + u32::from(tcp.syn()) + u32::from(tcp.fin());
        let probe = takes == 0
            && !tcp.rst()
            && (self.directions.get(&(source, destination)))
                .is_some_and(|seen| seen.next.wrapping_sub(seq_abs) == 1);
        let retransmission = self.note((source, destination), seq_abs, takes, tcp.syn());
        if tcp.ack()
            && let Some(seen) = self.directions.get_mut(&(source, destination))
        {
            seen.ack = ack_abs;
        }
        let relative = |direction, number| self.directions.get(&direction)?.relative(number);
        self.last_id += 1;
        Some(Segment {
            id: self.last_id,
            from,
            to: from.other(),
            phase: SegmentPhase::Sent,
            flags: [
                ("SYN", tcp.syn()),
                ("FIN", tcp.fin()),
                ("RST", tcp.rst()),
                ("PSH", tcp.psh()),
                ("ACK", tcp.ack()),
                ("URG", tcp.urg()),
                ("ECE", tcp.ece()),
                ("CWR", tcp.cwr()),
            ]
            .iter()
            .filter(|(_, set)| *set)
            .map(|(name, _)| (*name).to_owned())
            .collect(),
            seq_rel: relative((source, destination), seq_abs),
            ack_rel: if tcp.ack() {
                relative((destination, source), ack_abs)
            } else {
                None
            },
            seq_abs,
            ack_abs,
            window: tcp.window_size(),
            len: data.len(),
            options: tcp
                .options_iterator()
                .filter_map(|option| option.ok().map(|option| describe(&option)))
                .collect(),
            data: (!data.is_empty())
                .then(|| String::from_utf8_lossy(&data[..data.len().min(SHOWN)]).into_owned()),
            retransmission,
            probe,
            cause: None,
            reset: None,
            bytes: Some(hexadecimal(
                &packet[..packet.len() - data.len().saturating_sub(SHOWN)],
            )),
            source,
            destination,
            due: None,
            reason: None,
        })
    }

    /// A copy of a segment that was sent, under an id of its own.
    pub(crate) fn copy(&mut self, segment: &Segment) -> Segment {
        self.last_id += 1;
        let reason = Some(format!("a copy of segment {}", segment.id));
        Segment {
            id: self.last_id,
            phase: SegmentPhase::Injected,
            reason,
            ..segment.clone()
        }
    }

    /// A segment that `peer` never sent, and its bytes. Its numbers count from what `local` expects next.
    pub fn forge(
        &mut self,
        forgery: &Forgery,
        local: SocketAddrV4,
        peer: SocketAddrV4,
    ) -> (Segment, Vec<u8>) {
        let known = self.directions.get(&(local, peer)).copied();
        let base = known.map_or((0, 0), |seen| (seen.ack, seen.next));
        let seq = base.0.wrapping_add(forgery.seq as u32);
        let builder = PacketBuilder::ipv4(peer.ip().octets(), local.ip().octets(), 64);
        let mut tcp = builder.tcp(peer.port(), local.port(), seq, 65535);
        for (bit, set) in [
            (
                "FIN",
                PacketBuilderStep::fin
                    as fn(PacketBuilderStep<TcpHeader>) -> PacketBuilderStep<TcpHeader>,
            ),
            ("SYN", PacketBuilderStep::syn),
            ("RST", PacketBuilderStep::rst),
            ("PSH", PacketBuilderStep::psh),
            ("URG", |tcp| tcp.urg(0)),
        ] {
            tcp = if forgery.flags.has(bit) {
                set(tcp)
            } else {
                tcp
            };
        }
        if forgery.flags.has("ACK") {
            tcp = tcp.ack(base.1.wrapping_add(forgery.ack as u32));
        }
        let mut packet = Vec::new();
        tcp.write(&mut packet, forgery.data.as_bytes())
            .expect("a vector takes everything");
        let directions = self.directions.clone(); // what was forged was not sent
        let segment = self
            .decode(forgery.to.other(), &packet)
            .expect("what was just built can be read");
        self.directions = directions;
        let reason = Some("forged by the script".into());
        (
            Segment {
                phase: SegmentPhase::Injected,
                retransmission: false,
                reason,
                ..segment
            },
            packet,
        )
    }

    /// Remembers what was sent; true where it had been sent before.
    fn note(&mut self, direction: Direction, seq: u32, takes: u32, syn: bool) -> bool {
        let end = seq.wrapping_add(takes);
        match self.directions.get_mut(&direction) {
            Some(seen) if !syn || seen.initial == seq => {
                let again = takes > 0 && end.wrapping_sub(seen.next) as i32 <= 0;
                if end.wrapping_sub(seen.next) as i32 > 0 {
                    seen.next = end;
                }
                again
            }
            _ => {
                if syn {
                    let former = self.directions.get(&direction).map(|seen| seen.initial);
                    let seen = Seen {
                        initial: seq,
                        former,
                        next: end,
                        ack: 0,
                    };
                    self.directions.insert(direction, seen);
                }
                false
            }
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)] as char));
    digits.collect()
}

fn describe(option: &TcpOptionElement) -> String {
    match option {
        TcpOptionElement::Noop => "nop".into(),
        TcpOptionElement::MaximumSegmentSize(size) => format!("mss {size}"),
        TcpOptionElement::WindowScale(shift) => format!("wscale {shift}"),
        TcpOptionElement::SelectiveAcknowledgementPermitted => "sackOK".into(),
        TcpOptionElement::SelectiveAcknowledgement(first, more) => {
            let blocks = [Some(*first)]
                .into_iter()
                .chain(more.iter().copied())
                .flatten();
            blocks.fold("sack".into(), |text, (from, to)| {
                format!("{text} {from}-{to}")
            })
        }
        TcpOptionElement::Timestamp(value, echo) => format!("TS val {value} ecr {echo}"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A segment of the client with these bits.
    pub(crate) fn segment(flags: &str, len: usize) -> Segment {
        let end = "127.0.0.1:1".parse().unwrap();
        Segment {
            id: 1,
            from: Host::Client,
            to: Host::Server,
            phase: SegmentPhase::Sent,
            source: end,
            destination: end,
            flags: flags.split(',').map(Into::into).collect(),
            seq_rel: Some(6),
            ack_rel: Some(2),
            seq_abs: 0,
            ack_abs: 0,
            window: 0,
            len,
            options: Vec::new(),
            data: None,
            retransmission: false,
            probe: false,
            cause: None,
            reset: None,
            bytes: None,
            due: None,
            reason: None,
        }
    }
}
