//! A run as a capture file: <https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html>. Pure: events in, bytes out.
//!
//! The file has an interface for each host, with the packets that tcpdump(1) would show there: a sent packet at the time
//! of sending, an arrived packet at the time of arrival. So a lost packet is at its sender only, a forged one at its
//! receiver only. Comments add facts that no capture has: the call or timer that sent a packet, the packet's end on the
//! wire, the states that it changed. Packets of bulk data have no events of their own; the file states their number.

pub(crate) mod comments;

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::pcapng::{PcapNgBlock, PcapNgWriter};
use pcap_file::{DataLink, Endianness};

use crate::event::host::Host;
use crate::event::{Event, SegmentPhase, What};
use comments::PacketComments;

/// The media type by which desktops know these files; none is registered.
pub const MEDIA_TYPE: &str = "application/x-pcapng";

/// The most bytes of a packet: both headers at their longest, and 256 bytes of data (see [`crate::event::Segment`]).
const SNAPLEN: u32 = 60 + 60 + 256;
/// The unit of times, 10⁻⁹ s. The crate counts in it but does not write the option by itself.
const NANOSECONDS: u8 = 9;
/// Inbound and outbound in `epb_flags`.
const INBOUND: u32 = 0b01;
const OUTBOUND: u32 = 0b10;

/// The capture of a run, finished or not.
pub fn capture(events: &[Event]) -> Vec<u8> {
    let packet_comments = PacketComments::of(events);
    let mut file = Capture::begin(events);
    let mut packets = HashMap::new(); // the bytes of `sent` and `injected` events, by segment id
    for event in events {
        let What::Segment(segment) = &event.what else {
            continue;
        };
        if let Some(bytes) = segment.bytes.as_deref().and_then(from_hexadecimal) {
            packets.insert(segment.id, bytes);
        }
        let Some(packet) = packets.get(&segment.id) else {
            continue; // a recording from before events had bytes
        };
        match segment.phase {
            SegmentPhase::Sent => {
                let comments = packet_comments.at_sender(segment);
                file.packet(event.t, segment.from, OUTBOUND, packet, comments);
            }
            SegmentPhase::Delivered => {
                let comments = packet_comments.at_receiver(segment);
                file.packet(event.t, segment.to, INBOUND, packet, comments);
            }
            SegmentPhase::Held | SegmentPhase::Injected | SegmentPhase::Dropped => {}
        }
    }
    file.writer.into_inner()
}

struct Capture {
    writer: PcapNgWriter<Vec<u8>>,
    /// The beginning of the run, µs since 1970; 0 where it is unknown, so that times count from the beginning.
    began: u64,
}

impl Capture {
    /// Begins the file with the section's header and both interfaces.
    fn begin(events: &[Event]) -> Capture {
        let mut options = vec![SectionHeaderOption::UserApplication(
            concat!("fourwave ", env!("CARGO_PKG_VERSION")).into(),
        )];
        let (mut began_at, mut addresses) = (None, [None, None]);
        if let Some(What::Run {
            scenario,
            kernel,
            machine,
            began,
            hosts,
            ..
        }) = events.first().map(|event| &event.what)
        {
            began_at = *began;
            addresses = Host::BOTH.map(|host| hosts.get(&host).map(|facts| &facts.address));
            options.push(SectionHeaderOption::OS(format!("Linux {kernel}").into()));
            if let Some(machine) = machine {
                options.push(SectionHeaderOption::Hardware(machine.clone().into()));
            }
            if let Some(scenario) = scenario {
                let comment = format!("the lesson {scenario}");
                options.push(SectionHeaderOption::Comment(comment.into()));
            }
        }
        if began_at.is_none() {
            let comment =
                "times count from the beginning of the run: when that was is not recorded";
            options.push(SectionHeaderOption::Comment(comment.into()));
        }
        let passed = events.iter().map(|event| match event.what {
            What::Passed { segments, .. } => u64::from(segments),
            _ => 0,
        });
        let passed: u64 = passed.sum();
        if passed > 0 {
            let comment = format!("{passed} packets passed that are not in this file");
            options.push(SectionHeaderOption::Comment(comment.into()));
        }
        let section = SectionHeaderBlock {
            endianness: Endianness::Little,
            options,
            ..SectionHeaderBlock::default()
        };
        let writer = PcapNgWriter::with_section_header(Vec::new(), section).expect(IN_MEMORY);
        let mut capture = Capture {
            writer,
            began: began_at.unwrap_or(0),
        };
        for (host, address) in Host::BOTH.into_iter().zip(addresses) {
            let address = address.map_or(String::new(), |address| format!(", {address}"));
            capture.write(InterfaceDescriptionBlock {
                linktype: DataLink::RAW,
                snaplen: SNAPLEN,
                options: vec![
                    InterfaceDescriptionOption::IfName(host.name().into()),
                    InterfaceDescriptionOption::IfDescription(
                        format!("wire0 of the host {host}{address}").into(),
                    ),
                    InterfaceDescriptionOption::IfTsResol(NANOSECONDS),
                ],
            });
        }
        capture
    }

    fn packet(&mut self, t: u64, host: Host, direction: u32, packet: &[u8], comments: Vec<String>) {
        let comments = comments.into_iter();
        let comments = comments.map(|comment| EnhancedPacketOption::Comment(comment.into()));
        self.write(EnhancedPacketBlock {
            interface_id: host as u32,
            timestamp: Duration::from_micros(self.began + t),
            original_len: total_length(packet),
            data: Cow::Borrowed(packet),
            options: [EnhancedPacketOption::Flags(direction)]
                .into_iter()
                .chain(comments)
                .collect(),
        });
    }

    fn write<'a>(&mut self, block: impl PcapNgBlock<'a>) {
        self.writer.write_pcapng_block(block).expect(IN_MEMORY);
    }
}

const IN_MEMORY: &str = "writing to memory, for one of two interfaces";

/// The length of a packet before it was cut: RFC 791, section 3.1, Total Length.
fn total_length(packet: &[u8]) -> u32 {
    match packet {
        [_, _, high, low, ..] => u16::from_be_bytes([*high, *low]).into(),
        _ => packet.len() as u32,
    }
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
        .collect();
    let pairs = digits?;
    Some(
        pairs
            .chunks_exact(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}
