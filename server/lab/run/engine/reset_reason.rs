//! Why a segment was sent that no call asked for, and why a RST was: rules over what is known of its socket. Pure.

use crate::event::{Cause, ResetReason, Segment, Timer};
use crate::lab::run::kernel::socket_tracker::TrackedSocket;
use crate::tcp::state::State;

/// What is known at the moment when a host sends a RST.
pub(crate) struct Circumstances<'a> {
    /// The connection as it was before, where there was one.
    pub(crate) socket: Option<&'a TrackedSocket>,
    /// What made the host send.
    pub(crate) cause: Cause,
    /// The segment that arrived, where that is the cause.
    pub(crate) arrived: Option<&'a Segment>,
    /// The call, where that is.
    pub(crate) call: Option<&'a str>,
}

/// Why it was sent.
pub(crate) fn reason(circumstances: &Circumstances<'_>) -> ResetReason {
    let Circumstances {
        socket,
        cause,
        arrived,
        call,
    } = circumstances;
    match (cause, socket) {
        (Cause::Segment(_), None) => match arrived {
            Some(segment) if is_only_syn(segment) => ResetReason::NothingListens,
            _ => ResetReason::NoSuchConnection,
        },
        (Cause::Segment(_), Some(known)) => to_a_segment(known, *arrived),
        (Cause::Destroy, Some(known)) if was_accepted(known) => ResetReason::Destroyed,
        (Cause::Timer(_), Some(known)) if known.reading.timer == Some(Timer::Keepalive) => {
            ResetReason::KeepaliveFailed
        }
        (Cause::Call(_), Some(_)) if *call == Some("connect") => ResetReason::Disconnect,
        (Cause::Call(_) | Cause::Kill, Some(known)) => to_a_close(known),
        (Cause::Destroy, Some(_)) => ResetReason::ListenerClosed,
        _ => ResetReason::Unknown,
    }
}

/// A segment came that the connection does not want.
fn to_a_segment(known: &TrackedSocket, arrived: Option<&Segment>) -> ResetReason {
    let Some(arrived) = arrived else {
        return ResetReason::Unknown;
    };
    match known.reading.state {
        State::SynSent => ResetReason::NeverSent,
        // The last segment of a good handshake acknowledges the SYN, which is number 0, and there is no room for it.
        State::SynReceived if arrived.ack_rel == Some(1) => ResetReason::QueueFull,
        State::SynReceived => ResetReason::NeverSent,
        State::FinWait1 | State::FinWait2 | State::Closing | State::CloseWait | State::LastAck
            if arrived.len > 0 =>
        {
            ResetReason::DataAfterClose
        }
        State::FinWait1 if known.closing_options.no_fin_wait_2 => ResetReason::Linger2,
        _ => ResetReason::Unknown,
    }
}

/// The last descriptor of the connection was closed, or of the socket that listened for it. The order is the kernel's.
fn to_a_close(known: &TrackedSocket) -> ResetReason {
    if !was_accepted(known) {
        ResetReason::ListenerClosed
    } else if known.queues.0 > 0 {
        ResetReason::UnreadData
    } else if known.closing_options.linger_zero {
        ResetReason::LingerZero
    } else if known.closing_options.no_fin_wait_2 && known.reading.state == State::FinWait2 {
        ResetReason::Linger2
    } else {
        ResetReason::Unknown
    }
}

/// The timer that sent a segment, which none but it did.
pub(crate) fn timer_that_sent(socket: Option<&TrackedSocket>, segment: &Segment) -> Option<Timer> {
    let running = socket.and_then(|known| known.reading.timer);
    if segment.retransmission {
        Some(Timer::Retransmit)
    } else if !segment.probe && segment.flags == ["ACK"] && segment.len == 0 {
        Some(Timer::DelayedAck)
    } else {
        running
    }
}

fn is_only_syn(segment: &Segment) -> bool {
    segment.flags.iter().any(|flag| flag == "SYN")
        && !segment.flags.iter().any(|flag| flag == "ACK")
}

/// A program holds it, or held it once.
fn was_accepted(known: &TrackedSocket) -> bool {
    known.reading.inode != 0
}
