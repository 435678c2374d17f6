//! Events → their heights in the picture. web/scripts/model/layout.js has the same rules for the stage;
//! tests/parity/layout.rs lays every lesson out with both.
//!
//! Time flows down, but not evenly: a segment's flight is long enough to be seen, an idle stretch is short, and no two
//! texts of a column overlap. The order of events is always kept.

pub(crate) mod item;
pub(crate) mod ribbons;

use std::collections::HashMap;

use crate::event::host::Host;
use crate::event::labels::{self, Kind, by, called, gave};
use crate::event::{CallPhase, Event, Exit, ProcessChange, Segment, SegmentPhase, StepPhase, What};
use crate::export::picture::layout::item::{ItemKind, PictureItem, SegmentLine};
use ribbons::Ribbons;

/// The least height of a segment's flight.
pub(crate) const FLIGHT: f64 = 46.0;
/// The least distance of two texts in one column.
const ROW: f64 = 20.0;
/// The height of a millisecond while a segment is under way: the least flight takes 400 ms.
const PER_MS: f64 = FLIGHT / 400.0;
/// The height of the first event.
const TOP: f64 = 14.0;

/// The items of a picture with their heights.
pub(crate) struct PictureLayout {
    /// In the order of events.
    pub(crate) items: Vec<PictureItem>,
    /// The height of the last event.
    pub(crate) end: f64,
}

/// The layout of a run.
pub(crate) fn lay_out(events: &[Event]) -> PictureLayout {
    let mut layout = LayoutBuilder {
        y: TOP,
        ..LayoutBuilder::default()
    };
    for event in events {
        layout.add(event);
    }
    PictureLayout {
        items: layout.items,
        end: layout.y,
    }
}

#[derive(Default)]
struct LayoutBuilder {
    items: Vec<PictureItem>,
    y: f64,
    t: u64,
    begun: bool,
    flights: i64,
    columns: HashMap<(Host, TextColumn), f64>,
    ribbons: Ribbons,
    calls: HashMap<u32, OpenCall>,
    segments: HashMap<u32, usize>,
    arrivals: [u32; 2],
    steps: u32,
    /// The height and the lane of each host's last segment.
    last: [Option<(f64, usize)>; 2],
}

#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum TextColumn {
    Calls,
    States,
    Sends,
    Receives,
}

/// A call that has not returned, with the numbers of arrivals and steps before it.
struct OpenCall {
    item: usize,
    actor: String,
    t: u64,
    arrivals: u32,
    steps: u32,
}

/// The height of a stretch of time.
fn height(us: u64, busy: bool) -> f64 {
    let ms = us as f64 / 1000.0;
    match busy {
        true if ms <= 400.0 => ms * PER_MS,
        true => FLIGHT + 14.0 * (ms / 400.0).log2(),
        false => (ms * 0.03).min(9.0) + if ms > 1000.0 { ROW } else { 0.0 },
    }
}

impl LayoutBuilder {
    fn add(&mut self, event: &Event) {
        let idle = event.t.saturating_sub(self.t);
        if self.begun {
            self.y += height(idle, self.flights > 0);
            if idle > 1_000_000 && self.flights == 0 {
                self.put(self.y - ROW / 2.0, ItemKind::Idle(idle));
            }
        }
        (self.begun, self.t) = (true, event.t);
        match &event.what {
            What::Step { phase, .. } => {
                self.steps += 1;
                // Between the beginning of a line and its first event there is a height of its own.
                if *phase == StepPhase::Begin {
                    self.y += 1.0;
                }
            }
            What::Call {
                host,
                actor,
                call,
                args,
                phase: CallPhase::Enter,
                ..
            } => {
                let text = by(*host, actor, &called(call, args));
                self.enter(event, *host, actor, text);
            }
            What::Call {
                host,
                phase: CallPhase::Exit(exit),
                ..
            } => self.exit(event.t, *host, exit),
            What::Segment(segment) => self.segment(event.t, segment),
            What::Passed {
                from,
                segments,
                bytes,
                ..
            } => self.passed(*from, *segments, *bytes),
            What::State { host, .. } | What::Gap { host, .. } => self.state(*host, &event.what),
            What::Process {
                host, actor, what, ..
            } => self.process(*host, actor, *what),
            What::Host { host, what } => {
                self.place(*host, TextColumn::Calls, ROW);
                let (host, what) = (*host, what.clone());
                self.put(self.y, ItemKind::Host { host, what });
            }
            _ => {}
        }
    }

    fn put(&mut self, y: f64, kind: ItemKind) -> usize {
        self.items.push(PictureItem { y, kind });
        self.items.len() - 1
    }

    /// Moves down until a text fits under the last one of its column.
    fn place(&mut self, host: Host, column: TextColumn, distance: f64) {
        if let Some(last) = self.columns.get(&(host, column)) {
            self.y = self.y.max(last + distance);
        }
        self.columns.insert((host, column), self.y);
    }

    fn process(&mut self, host: Host, actor: &str, what: ProcessChange) {
        if matches!(what, ProcessChange::Started | ProcessChange::Forked) {
            return;
        }
        self.place(host, TextColumn::Calls, ROW);
        let name = actor.to_owned();
        self.put(
            self.y,
            ItemKind::Process {
                host,
                actor: name,
                what,
            },
        );
        use ProcessChange::{Exited, Killed, Lost};
        if !matches!(what, Killed | Lost | Exited) {
            return;
        }
        for call in self.calls.values().filter(|call| call.actor == actor) {
            if let ItemKind::Call {
                host: of,
                end: end @ None,
                waited,
                ..
            } = &mut self.items[call.item].kind
                && *of == host
            {
                (*end, *waited) = (Some(self.y), true);
            }
        }
    }

    fn enter(&mut self, event: &Event, host: Host, actor: &str, text: String) {
        self.place(host, TextColumn::Calls, ROW);
        let drawn = ItemKind::Call {
            host,
            text,
            end: None,
            waited: false,
            gave: None,
            failed: false,
        };
        let item = self.put(self.y, drawn);
        let begun = OpenCall {
            item,
            actor: actor.to_owned(),
            t: event.t,
            arrivals: self.arrivals[host as usize],
            steps: self.steps,
        };
        self.calls.insert(event.seq, begun);
    }

    fn exit(&mut self, t: u64, host: Host, exit: &Exit) {
        let Some(call) = self.calls.remove(&exit.enter) else {
            return;
        };
        // The call waited if a segment arrived or another line was played before it returned. A call that did not wait
        // has its result on the same line.
        let arrived = self.arrivals[host as usize] > call.arrivals;
        let has_waited = arrived || self.steps > call.steps || t - call.t > 20_000;
        if has_waited {
            self.place(host, TextColumn::Calls, ROW);
        }
        let at = if has_waited {
            self.y
        } else {
            self.items[call.item].y
        };
        let word = gave(exit);
        if let ItemKind::Call {
            end,
            waited,
            gave,
            failed,
            ..
        } = &mut self.items[call.item].kind
        {
            (*end, *waited, *failed) = (Some(at), has_waited, exit.errno.is_some());
            *gave = Some(word);
        }
    }

    fn segment(&mut self, t: u64, segment: &Segment) {
        match segment.phase {
            SegmentPhase::Sent | SegmentPhase::Injected => self.sent(t, segment),
            SegmentPhase::Held => {
                self.flights -= 1;
                if let Some(line) = self.line(segment.id) {
                    line.held = true;
                }
            }
            SegmentPhase::Delivered | SegmentPhase::Dropped => {
                let item = self.segments.get(&segment.id).copied();
                let begun = item.map_or(0.0, |item| self.items[item].y);
                if !self.line(segment.id).is_some_and(|line| line.held) {
                    self.flights -= 1;
                }
                self.y = self.y.max(begun + FLIGHT);
                // Arrivals keep the same distance as segments that leave one after the other.
                self.place(segment.to, TextColumn::Receives, 15.0);
                let y = self.y;
                if let Some(line) = self.line(segment.id) {
                    (line.end, line.open) = (y, false);
                    line.lost = segment.phase == SegmentPhase::Dropped;
                }
                self.arrivals[segment.to as usize] += 1;
            }
        }
    }

    fn sent(&mut self, t: u64, segment: &Segment) {
        let from = segment.from;
        self.place(from, TextColumn::Sends, 15.0);
        let flight = height(segment.due.unwrap_or(t).saturating_sub(t), true);
        // The names of segments that leave together stand in lanes beside each other.
        let lane = match self.last[from as usize] {
            Some((y, lane)) if self.y - y < 20.0 => (lane + 1) % 3,
            _ => 0,
        };
        self.last[from as usize] = Some((self.y, lane));
        let line = SegmentLine {
            id: Some(segment.id),
            from,
            kind: Kind::of(segment),
            name: labels::name(segment, self.ribbons.several()),
            lane,
            end: self.y + FLIGHT.max(flight),
            open: true,
            held: false,
            lost: false,
            injected: segment.phase == SegmentPhase::Injected,
        };
        let item = self.put(self.y, ItemKind::Segment(line));
        self.segments.insert(segment.id, item);
        self.flights += 1;
    }

    fn line(&mut self, id: u32) -> Option<&mut SegmentLine> {
        match &mut self.items[*self.segments.get(&id)?].kind {
            ItemKind::Segment(line) => Some(line),
            _ => None,
        }
    }

    /// Adds one line for many segments of bulk data.
    fn passed(&mut self, from: Host, segments: u32, bytes: u64) {
        self.place(from, TextColumn::Sends, 15.0);
        let y = self.y;
        self.y += FLIGHT;
        self.place(from.other(), TextColumn::Receives, 15.0);
        let line = SegmentLine {
            id: None,
            from,
            kind: if bytes > 0 { Kind::Data } else { Kind::Ack },
            name: labels::many(segments, bytes),
            lane: 0,
            end: self.y,
            open: false,
            held: false,
            lost: false,
            injected: false,
        };
        self.put(y, ItemKind::Segment(line));
        self.arrivals[from.other() as usize] += 1;
    }

    fn state(&mut self, host: Host, what: &What) {
        let Some(change) = self.ribbons.change(host, what) else {
            return;
        };
        self.place(host, TextColumn::States, 17.0);
        if let Some(aside) = &change.aside {
            self.put(self.y, aside.clone());
        }
        if let Some(shown) = change.shown {
            if change.aside.is_some() {
                self.place(host, TextColumn::States, 17.0);
            }
            self.put(self.y, shown);
        }
    }
}
