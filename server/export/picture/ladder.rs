//! The two ribbons and what passes between them, drawn with a [`Pen`]: the middle of every picture.

use crate::event::host::Host;
use crate::event::labels::Kind;
use crate::export::picture::layout::item::{Drawn, Item, Line};
use crate::export::picture::palette::Palette;
use crate::export::picture::svg_writer::{self, Anchor, Pen, Type, number};
use crate::export::text_width::shorten;
use crate::tcp::state::State;

/// Where names may stand along a line, best first. The first three are the lanes of those that leave together.
const PLACES: [f64; 7] = [0.5, 0.27, 0.73, 0.38, 0.62, 0.18, 0.82];
/// How far a name's foot is from its line, of its size.
const ABOVE: f64 = -0.46;
const BELOW: f64 = 1.08;

/// Where a ladder stands, and how large it is.
pub(crate) struct Ladder {
    pub(crate) palette: &'static Palette,
    /// Where the ribbons' middles are.
    pub(crate) ribbons: [f64; 2],
    /// How wide they are.
    pub(crate) breadth: f64,
    /// How heights of the layout become heights of the picture.
    pub(crate) scale: f64,
    pub(crate) offset: f64,
    /// Where it ends, in the picture.
    pub(crate) bottom: f64,
    /// The size of names.
    pub(crate) size: f64,
    /// What of the picture has a word already.
    taken: Vec<[f64; 4]>,
}

impl Ladder {
    pub(crate) fn new(palette: &'static Palette, ribbons: [f64; 2], size: f64) -> Ladder {
        Ladder {
            palette,
            ribbons,
            breadth: size * 0.92,
            scale: 1.0,
            offset: 0.0,
            bottom: f64::INFINITY,
            size,
            taken: Vec::new(),
        }
    }

    /// A height of the layout in the picture.
    pub(crate) fn y(&self, y: f64) -> f64 {
        y * self.scale + self.offset
    }

    /// What the shapes of a ladder refer to.
    pub(crate) fn definitions(&self) -> String {
        let (ground, line) = (self.palette.hatched(), self.palette.ribbon(State::TimeWait));
        format!(
            "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"{ground}\"/>\
             <rect width=\"3\" height=\"6\" fill=\"{line}\"/></pattern>"
        )
    }

    /// Each host's ribbon, as long as its states last; where a state was before `top`, it begins there.
    pub(crate) fn draw_ribbons(&self, pen: &mut Pen, items: &[Item], top: f64) {
        for (host, x) in Host::BOTH.into_iter().zip(self.ribbons) {
            let (x_rail, from, to) = (number(x), number(top), number(self.bottom));
            pen.put(format_args!(
                "<path d=\"M{x_rail} {from}V{to}\" stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"1 7\" \
                 stroke-linecap=\"round\"/>",
                self.palette.line
            ));
            let shown = items.iter().filter_map(|item| match &item.what {
                Drawn::State {
                    host: of,
                    state,
                    ribbon: true,
                    ..
                } if *of == host => Some((item.y, *state)),
                _ => None,
            });
            let shown: Vec<(f64, State)> = shown.collect();
            for (at, (y, state)) in shown.iter().enumerate() {
                let end = shown
                    .get(at + 1)
                    .map_or(self.bottom, |(next, _)| self.y(*next));
                let (from, end) = (self.y(*y).max(top), end.min(self.bottom));
                if *state == State::Closed || end <= from {
                    continue;
                }
                let fill = match state {
                    State::TimeWait => "url(#hatch)",
                    state => self.palette.ribbon(*state),
                };
                pen.put(format_args!(
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\" data-state=\"{}\"/>",
                    number(x - self.breadth / 2.0),
                    number(from),
                    number(self.breadth),
                    number(end - from),
                    state.name()
                ));
            }
        }
    }

    /// Where a line begins and ends, in the picture.
    fn ends(&self, y: f64, line: &Line) -> [(f64, f64); 2] {
        let gap = self.breadth / 2.0 + 1.0;
        let [left, right] = [self.ribbons[0] + gap, self.ribbons[1] - gap];
        let [from, to] = match line.from {
            Host::Client => [left, right],
            Host::Server => [right, left],
        };
        [(from, self.y(y)), (to, self.y(line.end))]
    }

    /// How far a line goes: what was lost ends halfway, what is held waits there, and what is still under way at the end
    /// of the picture goes no further than that.
    fn way(&self, y: f64, line: &Line) -> f64 {
        let [from, to] = [self.y(y), self.y(line.end)];
        match line {
            Line { lost: true, .. }
            | Line {
                open: true,
                held: true,
                ..
            } => 0.5,
            Line { open: true, .. } if to > self.bottom => {
                ((self.bottom - from) / (to - from)).max(0.1)
            }
            _ => 1.0,
        }
    }

    /// A segment's line.
    pub(crate) fn draw_line(&self, pen: &mut Pen, y: f64, line: &Line) {
        let [(x0, y0), (x1, y1)] = self.ends(y, line);
        let way = self.way(y, line);
        let (x, y) = (x0 + (x1 - x0) * way, y0 + (y1 - y0) * way);
        let colour = self.palette.kind(line.kind);
        let thick = self.size / 13.0 * if line.kind == Kind::Ack { 1.4 } else { 2.4 };
        let dashes = if line.injected {
            " stroke-dasharray=\"5 3\""
        } else {
            ""
        };
        let id = line
            .id
            .map_or(String::new(), |id| format!(" data-segment=\"{id}\""));
        let [ax, ay, bx, by, thick] = [x0, y0, x, y, thick].map(number);
        pen.put(format_args!(
            "<line x1=\"{ax}\" y1=\"{ay}\" x2=\"{bx}\" y2=\"{by}\" stroke=\"{colour}\" stroke-width=\"{thick}\"{dashes}{id}/>"
        ));
    }

    /// The head of a line, and its flag where it is a FIN's.
    pub(crate) fn draw_head(&mut self, pen: &mut Pen, y: f64, line: &Line) {
        let [(x0, y0), (x1, y1)] = self.ends(y, line);
        let colour = self.palette.kind(line.kind);
        let (right, size) = (x1 > x0, self.size / 13.0);
        let at = |way: f64| (number(x0 + (x1 - x0) * way), number(y0 + (y1 - y0) * way));
        let angle = (y1 - y0).atan2(x1 - x0).to_degrees();
        let (way, shape) = match line {
            Line {
                open: true,
                held: true,
                ..
            } => (0.5, Shape::Waiting),
            Line { open: true, .. } => return,
            Line { lost: true, .. } => (0.5, Shape::Cross),
            Line {
                kind: Kind::Rst, ..
            } => (1.0, Shape::Broken),
            _ => (1.0, Shape::Arrow),
        };
        if way < 1.0 {
            // In the middle of the wire, where names are: none hides it.
            let (x, y, reach) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0, 8.0 * size);
            self.take([x - reach, y - reach, x + reach, y + reach]);
        }
        let ((x, y), turn) = (at(way), if shape == Shape::Waiting { 0.0 } else { angle });
        pen.put(format_args!(
            "<path d=\"{}\" transform=\"translate({x} {y}) rotate({}) scale({})\" {}/>",
            shape.path(),
            number(turn),
            number(size),
            shape.paint(colour, self.palette.ground),
        ));
        if line.kind == Kind::Fin && !line.lost {
            let (side, (_, y)) = (if right { 1.0 } else { -1.0 }, at(0.0));
            pen.put(format_args!(
                "<path d=\"M0 -1v-11l8 3.2-8 3.2\" transform=\"translate({} {y}) scale({} {})\" fill=\"{colour}\" \
                 stroke=\"{colour}\" stroke-width=\"1.6\" stroke-linejoin=\"round\"/>",
                number(x0 + side * 7.0 * size),
                number(side * size),
                number(size),
            ));
        }
    }

    /// A segment's name along its line, where no other word stands.
    pub(crate) fn draw_name(&mut self, pen: &mut Pen, y: f64, line: &Line) {
        let [(x0, y0), (x1, y1)] = self.ends(y, line);
        let way = self.way(y, line);
        let length = (x1 - x0).hypot(y1 - y0) * way;
        let room = ((length - 24.0) / svg_writer::width("x", self.size)) as usize;
        let name = shorten(&line.name, room);
        let half = svg_writer::width(&name, self.size) / 2.0;
        let edge = ((half + 10.0) / length).min(0.5);
        let angle = (y1 - y0).atan2(x1 - x0);
        let tilt = if x1 > x0 {
            angle
        } else {
            angle - std::f64::consts::PI
        };
        let middle = |place: f64| {
            let place = place.clamp(edge, 1.0 - edge) * way;
            (x0 + (x1 - x0) * place, y0 + (y1 - y0) * place)
        };
        // Above the line, else below it.
        let sides = [ABOVE, BELOW].map(|side| side * self.size);
        let lane = PLACES[line.lane];
        let all = sides.into_iter().flat_map(|side| {
            [lane]
                .into_iter()
                .chain(PLACES)
                .map(move |place| (place, side))
        });
        let mut all = all.map(|(place, side)| (middle(place), side));
        let free = all.find(|(at, side)| {
            let boxes = boxes(*at, tilt, half, *side, self.size);
            boxes.iter().all(|one| self.is_free(one))
        });
        let (at, side) = free.unwrap_or((middle(lane), sides[0]));
        self.taken.extend(boxes(at, tilt, half, side, self.size));
        let look = Type {
            size: self.size,
            weight: if line.kind == Kind::Ack { 400 } else { 600 },
            fill: self.palette.kind_word(line.kind),
            anchor: Anchor::Middle,
        };
        pen.along(at, tilt.to_degrees(), side, &name, &look);
    }

    /// Keeps names away from a place that has a word already.
    pub(crate) fn take(&mut self, place: [f64; 4]) {
        self.taken.push(place);
    }

    fn is_free(&self, [left, top, right, bottom]: &[f64; 4]) -> bool {
        let mut taken = self.taken.iter();
        taken.all(|other| {
            *left >= other[2] || other[0] >= *right || *top >= other[3] || other[1] >= *bottom
        })
    }
}

/// A text along a line as upright boxes, one beside the other, since a tilted one would take too much.
fn boxes((x, y): (f64, f64), tilt: f64, half: f64, side: f64, size: f64) -> Vec<[f64; 4]> {
    const PARTS: usize = 6;
    let (x, y) = (x - tilt.sin() * side, y + tilt.cos() * side);
    let part = half / PARTS as f64;
    let boxes = (0..PARTS).map(|at| {
        let along = (2 * at + 1) as f64 * part - half;
        let (x, y) = (x + tilt.cos() * along, y + tilt.sin() * along);
        [x - part, y - size * 0.76, x + part, y + size * 0.22]
    });
    boxes.collect()
}

/// How a line ends, drawn for one that comes from the left and ends at 0 0.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Arrow,
    Broken,
    Cross,
    /// Two bars: it is held.
    Waiting,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Shape::Arrow => "M0 0l-11-4.5 2.2 4.5-2.2 4.5z",
            Shape::Broken => "M0 0l-9-6M0 0l-9 6M-5 0l-9-6M-5 0l-9 6",
            Shape::Cross => "M-6-6l12 12M6-6l-12 12",
            Shape::Waiting => "M-3-7v14M3-7v14",
        }
    }

    fn paint(self, colour: &str, ground: &str) -> String {
        match self {
            Shape::Arrow => format!("fill=\"{colour}\" stroke=\"{ground}\" stroke-width=\"0\""),
            _ => format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.4\""),
        }
    }
}
