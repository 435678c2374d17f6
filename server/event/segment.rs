//! Segments: the fields of an event that shows a TCP segment at one phase of its way.

use std::net::SocketAddrV4;

use serde::{Deserialize, Serialize};

use crate::event::cause::{Cause, ResetReason};
use crate::event::host::Host;

/// A segment, RFC 9293, section 3.1, at one moment of its way.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Segment {
    /// The same in all its events: 1, 2, 3 … as they were read off the wire.
    pub id: u32,
    /// The host that sent it.
    pub from: Host,
    /// The host that it is meant for.
    pub to: Host,
    /// Where it is.
    pub phase: SegmentPhase,
    /// Source address and port.
    pub source: SocketAddrV4,
    /// Destination address and port.
    pub destination: SocketAddrV4,
    /// The control bits that are set, such as `FIN`.
    pub flags: Vec<String>,
    /// Sequence number, relative to this direction's SYN (which is 0); None where no SYN was seen.
    pub seq_rel: Option<u32>,
    /// Acknowledgment number, relative to the other direction's SYN; None without ACK or where no SYN was seen.
    pub ack_rel: Option<u32>,
    /// Sequence number as it stands in the header.
    pub seq_abs: u32,
    /// Acknowledgment number as it stands in the header.
    pub ack_abs: u32,
    /// The window field, not scaled.
    pub window: u16,
    /// Bytes of data.
    pub len: usize,
    /// The options in their order, such as `mss 1460`.
    pub options: Vec<String>,
    /// The first bytes of data as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// Whether this direction has sent the same sequence numbers before.
    pub retransmission: bool,
    /// Whether it carries nothing and repeats the number before the next: a probe, to which an ACK is the answer (RFC
    /// 9293, sections 3.8.4 and 3.8.6.1).
    #[serde(default, skip_serializing_if = "is_false")]
    pub probe: bool,
    /// At `sent`: what made its host send it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// At `sent`, of a RST: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<ResetReason>,
    /// At `sent` and `injected`: the packet from its IP header on, in hexadecimal; of data the first 256 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// At `sent`: when it will be delivered, µs since the run began; None where that is not decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<u64>,
    /// At `dropped`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Segment {
    /// Whether a control bit is set, such as `FIN`.
    pub fn has(&self, bit: &str) -> bool {
        self.flags.iter().any(|flag| flag == bit)
    }

    /// The port by which its connection is told from others: the client's.
    pub fn client_port(&self) -> u16 {
        match self.from {
            Host::Client => self.source.port(),
            Host::Server => self.destination.port(),
        }
    }
}

/// Where a segment is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentPhase {
    /// It left its host.
    Sent,
    /// It stays on the wire until it is released.
    Held,
    /// It came onto the wire from nowhere: a copy, or a forgery.
    Injected,
    /// It arrived, and the host has dealt with it.
    Delivered,
    /// It was lost.
    Dropped,
}

fn is_false(value: &bool) -> bool {
    !value
}
