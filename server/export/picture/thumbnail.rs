//! The thumbnail of a lesson: its recorded run as a picture of the size of a stamp, two ribbons in the colours of states and
//! the segments between them. Heights show the order of events, not their times.

use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::fmt::Write as _;
use std::net::SocketAddrV4;

use crate::event::host::Host;
use crate::event::labels::Kind;
use crate::event::{Event, Segment, SegmentPhase, Socket, What};
use crate::tcp::state::State;

/// The most segments. The last ones are drawn, since lessons are about endings.
const MAX_SEGMENTS: usize = 12;
/// The middles of the ribbons.
const CLIENT_RIBBON: i32 = 8;
const SERVER_RIBBON: i32 = 112;
/// The distance of arrows from the ribbons.
const GAP: i32 = 6;
/// The height of the picture, which is 120 wide.
const HEIGHT: i32 = 84;
/// The free height above the first event and below the last one.
const MARGIN: i32 = 4;
/// The greatest distance of two moments.
const MAX_STEP: f64 = 13.0;
/// Moments that are closer than this count as one, µs.
const MERGE_WITHIN: u64 = 5_000;

/// A segment from its sending to its end.
struct Arrow {
    from: Host,
    kind: &'static str,
    sent: u64,
    /// The time of arrival or loss; None where the segment stayed on the wire.
    over: Option<u64>,
    lost: bool,
}

/// Draws a run as an `<svg>` without texts. web/styles/components/thumbnail.css has its classes.
pub fn draw(events: &[Event]) -> String {
    let (arrows, begin) = arrows(events);
    let changes = Host::BOTH.map(|host| changes(events, host));
    let later = changes
        .iter()
        .flatten()
        .map(|(t, _)| *t)
        .filter(|t| *t > begin);
    let moments = arrows
        .iter()
        .flat_map(|arrow| [Some(arrow.sent), arrow.over]);
    let mut times: Vec<u64> = moments.flatten().chain(later).collect();
    times.sort_unstable();
    times.dedup_by(|next, before| *next < *before + MERGE_WITHIN);
    let room = f64::from(HEIGHT - 2 * MARGIN);
    let step = MAX_STEP.min(room / (times.len() + 1) as f64);
    let y =
        |t: u64| MARGIN + (step * times.partition_point(|time| *time <= t) as f64).round() as i32;

    let mut paths: BTreeMap<&str, String> = BTreeMap::new();
    for (changes, x) in changes.iter().zip([CLIENT_RIBBON, SERVER_RIBBON]) {
        let at_begin = changes.iter().rfind(|(t, _)| *t <= begin);
        let mut state = at_begin.map_or(State::Closed, |(_, state)| *state);
        let mut top = MARGIN;
        for (t, next) in changes.iter().filter(|(t, _)| *t > begin) {
            ribbon(&mut paths, state, x, top, y(*t));
            (state, top) = (*next, y(*t));
        }
        ribbon(&mut paths, state, x, top, HEIGHT - MARGIN);
    }
    for arrow in &arrows {
        let path = paths.entry(arrow.kind).or_default();
        line(
            path,
            arrow,
            y(arrow.sent),
            arrow.over.map_or(HEIGHT - MARGIN, y),
        );
    }
    let paths = paths.iter().fold(String::new(), |mut all, (class, path)| {
        let _ = write!(all, "<path class=\"{class}\" d=\"{path}\"/>");
        all
    });
    format!("<svg class=\"sign\" viewBox=\"0 0 120 {HEIGHT}\" aria-hidden=\"true\">{paths}</svg>")
}

/// The segments to draw, and the time of their beginning. A handshake without loss is left out where more than two segments
/// follow.
fn arrows(events: &[Event]) -> (Vec<Arrow>, u64) {
    let mut ids: Vec<u32> = Vec::new();
    let mut arrows: Vec<Arrow> = Vec::new();
    let mut begin = 0;
    for Event { t, what, .. } in events {
        let What::Segment(segment) = what else {
            continue;
        };
        match segment.phase {
            SegmentPhase::Sent | SegmentPhase::Injected => {
                ids.push(segment.id);
                arrows.push(Arrow {
                    from: segment.from,
                    kind: kind(segment),
                    sent: *t,
                    over: None,
                    lost: false,
                });
            }
            SegmentPhase::Held => {}
            SegmentPhase::Delivered | SegmentPhase::Dropped => {
                let Some(at) = ids.iter().rposition(|id| *id == segment.id) else {
                    continue;
                };
                arrows[at].over = Some(*t);
                arrows[at].lost = segment.phase == SegmentPhase::Dropped;
            }
        }
    }
    let kinds: Vec<&str> = arrows.iter().map(|arrow| arrow.kind).collect();
    let opening = usize::from(kinds.starts_with(&["syn", "syn", "ack"]) && kinds.len() > 5) * 3;
    let first = opening.max(arrows.len().saturating_sub(MAX_SEGMENTS));
    if first > 0 {
        let before = &arrows[..first];
        begin = before
            .iter()
            .filter_map(|arrow| arrow.over)
            .max()
            .unwrap_or(0);
        begin = begin
            .min(arrows[first].sent.saturating_sub(1))
            .max(arrows[first - 1].sent);
    }
    (arrows.split_off(first), begin)
}

fn kind(segment: &Segment) -> &'static str {
    match Kind::of(segment) {
        Kind::Rst => "rst",
        Kind::Fin => "fin",
        Kind::Syn => "syn",
        Kind::Data => "data",
        Kind::Ack => "ack",
    }
}

/// The states of a host's newest connection, which the stage's host cards show.
fn changes(events: &[Event], of: Host) -> Vec<(u64, State)> {
    let mut changes = Vec::new();
    let mut current: Option<[SocketAddrV4; 2]> = None;
    for Event { t, what, .. } in events {
        match what {
            What::State {
                host,
                socket: Socket { local, peer, .. },
                to,
                ..
            } if *host == of && peer.port() != 0 => {
                let is_current = current == Some([*local, *peer]);
                if is_current || *to != State::Closed {
                    current = Some([*local, *peer]);
                    changes.push((*t, *to));
                }
            }
            _ => {}
        }
    }
    changes
}

fn ribbon(paths: &mut BTreeMap<&str, String>, state: State, x: i32, top: i32, bottom: i32) {
    if bottom > top {
        let path = paths.entry(class(state)).or_default();
        let _ = write!(path, "M{x} {top}V{bottom}");
    }
}

fn class(state: State) -> &'static str {
    match state {
        State::Closed => "gone",
        State::Listen => "listen",
        State::SynSent | State::SynReceived => "opening",
        State::Established => "open",
        State::FinWait1 => "first-1",
        State::FinWait2 => "first-2",
        State::Closing => "first-3",
        State::CloseWait => "second-1",
        State::LastAck => "second-2",
        State::TimeWait => "waiting",
    }
}

/// Adds an arrow to a path. Its head is a cross where a RST ends or a segment was lost.
fn line(path: &mut String, arrow: &Arrow, top: i32, bottom: i32) {
    let right = arrow.from == Host::Client;
    let (from, to) = (CLIENT_RIBBON + GAP, SERVER_RIBBON - GAP);
    let (from, to) = if right { (from, to) } else { (to, from) };
    let halfway = arrow.lost || arrow.over.is_none();
    let (to, bottom) = if halfway {
        ((from + to) / 2, (top + bottom) / 2)
    } else {
        (to, bottom)
    };
    let _ = write!(path, "M{from} {top}L{to} {bottom}");
    if arrow.over.is_none() {
        return;
    }
    if arrow.lost || arrow.kind == "rst" {
        path.push_str("m-4-4l8 8m0-8l-8 8");
        return;
    }
    let angle = f64::from(bottom - top).atan2(f64::from(to - from));
    let [one, other] = [angle + 0.85 * PI, angle - 0.85 * PI]
        .map(|angle| [7.0 * angle.cos(), 7.0 * angle.sin()].map(|n| n.round() as i32));
    let _ = write!(
        path,
        "m{} {}l{} {} {} {}",
        one[0], one[1], -one[0], -one[1], other[0], other[1]
    );
}
