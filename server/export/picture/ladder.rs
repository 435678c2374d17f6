//! The ladder: the ribbons of both hosts, and the segments between them. It is the middle of every picture.

use crate::event::host::Host;
use crate::event::labels::Kind;
use crate::export::picture::layout::item::{ItemKind, PictureItem, SegmentLine};
use crate::export::picture::palette::Palette;
use crate::export::picture::svg_writer::{self, Anchor, SvgWriter, TextStyle, number};
use crate::export::text_width::shorten;
use crate::tcp::state::State;

/// The places of names along a line, as fractions of its length, best first. The first three are the lanes of segments that
/// leave together.
const NAME_PLACES: [f64; 7] = [0.5, 0.27, 0.73, 0.38, 0.62, 0.18, 0.82];
/// The distance of a name's baseline from its line, as a multiple of the text's size: above and below the line.
const BASELINE_ABOVE: f64 = -0.46;
const BASELINE_BELOW: f64 = 1.08;

/// The place and the scale of a ladder in its picture.
pub(crate) struct Ladder {
    pub(crate) palette: &'static Palette,
    /// The middles of the ribbons.
    pub(crate) ribbons: [f64; 2],
    /// The width of a ribbon.
    pub(crate) breadth: f64,
    /// The factor from heights of the layout to heights of the picture.
    pub(crate) scale: f64,
    /// The height of the layout's 0 in the picture.
    pub(crate) offset: f64,
    /// The end of the ladder, in the picture.
    pub(crate) bottom: f64,
    /// The text size of names.
    pub(crate) size: f64,
    /// The boxes of texts so far: left, top, right, bottom.
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

    /// A height of the layout, in the picture.
    pub(crate) fn y(&self, y: f64) -> f64 {
        y * self.scale + self.offset
    }

    /// The SVG definitions that the shapes of a ladder refer to.
    pub(crate) fn definitions(&self) -> String {
        let (ground, line) = (self.palette.hatched(), self.palette.ribbon(State::TimeWait));
        format!(
            "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"{ground}\"/>\
             <rect width=\"3\" height=\"6\" fill=\"{line}\"/></pattern>"
        )
    }

    /// Draws each host's ribbon in the colours of its states, from `top` to the ladder's end.
    pub(crate) fn draw_ribbons(&self, svg: &mut SvgWriter, items: &[PictureItem], top: f64) {
        for (host, x) in Host::BOTH.into_iter().zip(self.ribbons) {
            let (x_rail, from, to) = (number(x), number(top), number(self.bottom));
            svg.put(format_args!(
                "<path d=\"M{x_rail} {from}V{to}\" stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"1 7\" \
                 stroke-linecap=\"round\"/>",
                self.palette.line
            ));
            let shown = items.iter().filter_map(|item| match &item.kind {
                ItemKind::State {
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
                svg.put(format_args!(
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

    /// The beginning and the end of a line, in the picture.
    fn ends(&self, y: f64, line: &SegmentLine) -> [(f64, f64); 2] {
        let gap = self.breadth / 2.0 + 1.0;
        let [left, right] = [self.ribbons[0] + gap, self.ribbons[1] - gap];
        let [from, to] = match line.from {
            Host::Client => [left, right],
            Host::Server => [right, left],
        };
        [(from, self.y(y)), (to, self.y(line.end))]
    }

    /// The drawn fraction of a line. The line of a lost or held segment ends halfway, that of a segment under way at the
    /// end of the picture.
    fn extent(&self, y: f64, line: &SegmentLine) -> f64 {
        let [from, to] = [self.y(y), self.y(line.end)];
        match line {
            SegmentLine { lost: true, .. }
            | SegmentLine {
                open: true,
                held: true,
                ..
            } => 0.5,
            SegmentLine { open: true, .. } if to > self.bottom => {
                ((self.bottom - from) / (to - from)).max(0.1)
            }
            _ => 1.0,
        }
    }

    /// Draws the line of a segment.
    pub(crate) fn draw_line(&self, svg: &mut SvgWriter, y: f64, line: &SegmentLine) {
        let [(x0, y0), (x1, y1)] = self.ends(y, line);
        let way = self.extent(y, line);
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
        svg.put(format_args!(
            "<line x1=\"{ax}\" y1=\"{ay}\" x2=\"{bx}\" y2=\"{by}\" stroke=\"{colour}\" stroke-width=\"{thick}\"{dashes}{id}/>"
        ));
    }

    /// Draws the end of a line, and the flag at the beginning of a FIN's.
    pub(crate) fn draw_head(&mut self, svg: &mut SvgWriter, y: f64, line: &SegmentLine) {
        let [(x0, y0), (x1, y1)] = self.ends(y, line);
        let colour = self.palette.kind(line.kind);
        let (right, size) = (x1 > x0, self.size / 13.0);
        let at = |way: f64| (number(x0 + (x1 - x0) * way), number(y0 + (y1 - y0) * way));
        let angle = (y1 - y0).atan2(x1 - x0).to_degrees();
        let (way, shape) = match line {
            SegmentLine {
                open: true,
                held: true,
                ..
            } => (0.5, LineEnd::Waiting),
            SegmentLine { open: true, .. } => return,
            SegmentLine { lost: true, .. } => (0.5, LineEnd::Cross),
            SegmentLine {
                kind: Kind::Rst, ..
            } => (1.0, LineEnd::Broken),
            _ => (1.0, LineEnd::Arrow),
        };
        if way < 1.0 {
            // The mark is in the middle of the line, where names stand: it reserves its place.
            let (x, y, reach) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0, 8.0 * size);
            self.reserve([x - reach, y - reach, x + reach, y + reach]);
        }
        let ((x, y), turn) = (
            at(way),
            if shape == LineEnd::Waiting {
                0.0
            } else {
                angle
            },
        );
        svg.put(format_args!(
            "<path d=\"{}\" transform=\"translate({x} {y}) rotate({}) scale({})\" {}/>",
            shape.path(),
            number(turn),
            number(size),
            shape.paint(colour, self.palette.ground),
        ));
        if line.kind == Kind::Fin && !line.lost {
            let (side, (_, y)) = (if right { 1.0 } else { -1.0 }, at(0.0));
            svg.put(format_args!(
                "<path d=\"M0 -1v-11l8 3.2-8 3.2\" transform=\"translate({} {y}) scale({} {})\" fill=\"{colour}\" \
                 stroke=\"{colour}\" stroke-width=\"1.6\" stroke-linejoin=\"round\"/>",
                number(x0 + side * 7.0 * size),
                number(side * size),
                number(size),
            ));
        }
    }

    /// Draws a segment's name along its line, at a place without other texts.
    pub(crate) fn draw_name(&mut self, svg: &mut SvgWriter, y: f64, line: &SegmentLine) {
        let [(x0, y0), (x1, y1)] = self.ends(y, line);
        let way = self.extent(y, line);
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
        // Above the line, otherwise below it.
        let sides = [BASELINE_ABOVE, BASELINE_BELOW].map(|side| side * self.size);
        let lane = NAME_PLACES[line.lane];
        let all = sides.into_iter().flat_map(|side| {
            [lane]
                .into_iter()
                .chain(NAME_PLACES)
                .map(move |place| (place, side))
        });
        let mut all = all.map(|(place, side)| (middle(place), side));
        let free = all.find(|(at, side)| {
            let boxes = boxes(*at, tilt, half, *side, self.size);
            boxes.iter().all(|one| self.is_free(one))
        });
        let (at, side) = free.unwrap_or((middle(lane), sides[0]));
        self.taken.extend(boxes(at, tilt, half, side, self.size));
        let style = TextStyle {
            size: self.size,
            weight: if line.kind == Kind::Ack { 400 } else { 600 },
            fill: self.palette.kind_word(line.kind),
            anchor: Anchor::Middle,
        };
        svg.text_along(at, tilt.to_degrees(), side, &name, &style);
    }

    /// Keeps names away from a box.
    pub(crate) fn reserve(&mut self, place: [f64; 4]) {
        self.taken.push(place);
    }

    fn is_free(&self, [left, top, right, bottom]: &[f64; 4]) -> bool {
        let mut taken = self.taken.iter();
        taken.all(|other| {
            *left >= other[2] || other[0] >= *right || *top >= other[3] || other[1] >= *bottom
        })
    }
}

/// The boxes of a tilted text: several upright ones beside each other, since a single one would be too large.
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

/// The shape at the end of a line. The paths are for a line that comes from the left and ends at 0 0.
#[derive(Clone, Copy, PartialEq)]
enum LineEnd {
    Arrow,
    /// An open double arrow, for a RST.
    Broken,
    /// For a lost segment.
    Cross,
    /// Two bars, for a held segment.
    Waiting,
}

impl LineEnd {
    fn path(self) -> &'static str {
        match self {
            LineEnd::Arrow => "M0 0l-11-4.5 2.2 4.5-2.2 4.5z",
            LineEnd::Broken => "M0 0l-9-6M0 0l-9 6M-5 0l-9-6M-5 0l-9 6",
            LineEnd::Cross => "M-6-6l12 12M6-6l-12 12",
            LineEnd::Waiting => "M-3-7v14M3-7v14",
        }
    }

    fn paint(self, colour: &str, ground: &str) -> String {
        match self {
            LineEnd::Arrow => format!("fill=\"{colour}\" stroke=\"{ground}\" stroke-width=\"0\""),
            _ => format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.4\""),
        }
    }
}
