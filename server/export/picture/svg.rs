//! The picture of a run as SVG: the stage's ladder as a file of its own. Two ribbons have the colours of states; segments
//! pass between them, calls and states stand outside. The title is above, the kernel and the day of the run below.

use crate::event::Event;
use crate::event::host::Host;
use crate::event::labels::{self, duration};
use crate::export::options::ExportInfo;
use crate::export::picture::ladder::Ladder;
use crate::export::picture::layout::item::{ItemKind, PictureItem};
use crate::export::picture::layout::{PictureLayout, lay_out};
use crate::export::picture::palette::{Palette, Theme};
use crate::export::picture::svg_writer::{
    self, Anchor, Fonts, SvgWriter, TextStyle, escape, number,
};
use crate::export::run_facts::Facts;
use crate::export::text_width::{columns, shorten};
use crate::i18n::Language;

/// The width of a picture.
const WIDTH: f64 = 1120.0;
/// The most items of a picture. A text gives the number of the others.
const MAX_ITEMS: usize = 400;
/// The text size of calls, states and notes.
const TEXT_SIZE: f64 = 13.0;
/// The distance of a text's baseline from the height of its item.
const BASELINE: f64 = 12.0;
const MARGIN: f64 = 28.0;

/// Draws the picture of a run.
pub(crate) fn draw(
    events: &[Event],
    info: &ExportInfo,
    language: Language,
    theme: Theme,
    fonts: &Fonts,
) -> String {
    let (layout, facts) = (lay_out(events), Facts::of(events));
    let palette = Palette::of(theme);
    let cut = layout.items.get(MAX_ITEMS).map(|item| item.y);
    let columns = ColumnPositions::for_items(&layout);
    let mut picture = Picture {
        svg: SvgWriter::new(palette.ground),
        palette,
        language,
        mono: fonts.mono,
        ladder: Ladder::new(palette, columns.ribbons, TEXT_SIZE),
        columns,
    };
    let title = title_lines(&info.title);
    let top = MARGIN + 30.0 * title.len() as f64 + 44.0;
    picture.ladder.offset = top;
    picture.ladder.bottom = top + cut.unwrap_or(layout.end) + 26.0;
    picture.head(&title, &facts, top - 16.0);
    let drawn = &layout.items[..layout.items.len().min(MAX_ITEMS)];
    picture.items(drawn, &layout, top);
    let mut foot = picture.ladder.bottom + 24.0;
    if cut.is_some() {
        let count = layout.items.len() - MAX_ITEMS;
        let text = language.say("export.more", &[("count", &count.to_string())]);
        picture.text(WIDTH / 2.0, foot, Anchor::Middle, palette.muted, &text);
        foot += 28.0;
    }
    foot += 16.0;
    picture.foot(&facts, info, foot);
    let height = foot + MARGIN - 6.0;

    let (definitions, bottom) = (picture.ladder.definitions(), picture.ladder.bottom);
    let (sans, lang) = (fonts.sans, language.tag());
    let (name, body) = (escape(&info.title), picture.svg.finish());
    let [width, height, bottom] = [WIDTH, height, bottom].map(number);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"{sans}\" xml:lang=\"{lang}\" xml:space=\"preserve\" \
         direction=\"ltr\" role=\"img\">\n<title>{name}</title>\n<defs>{definitions}<clipPath id=\"past\">\
         <rect width=\"{width}\" height=\"{bottom}\"/></clipPath></defs>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n{body}</svg>\n",
        palette.ground
    )
}

/// The places of the columns of texts, for client and server.
struct ColumnPositions {
    ribbons: [f64; 2],
    states: [f64; 2],
    calls: [f64; 2],
    /// The room of a call and of a state, in characters.
    calls_room: usize,
    states_room: usize,
}

impl ColumnPositions {
    /// The columns for a layout. States with the names of their sockets need more room.
    fn for_items(layout: &PictureLayout) -> ColumnPositions {
        let states = layout.items.iter().filter_map(|item| match &item.kind {
            ItemKind::State { text, .. } => Some(columns(text) + 2),
            _ => None,
        });
        let states_room = states.max().unwrap_or(0).clamp(14, 22);
        let character = svg_writer::width("x", TEXT_SIZE);
        let states = states_room as f64 * character;
        let call = MARGIN + 30.0 * character;
        let ribbon = call + states + 24.0;
        let both = |x: f64| [x, WIDTH - x];
        ColumnPositions {
            ribbons: both(ribbon),
            states: both(ribbon - 12.0),
            calls: both(call),
            calls_room: 30,
            states_room,
        }
    }
}

/// A title in at most two lines.
fn title_lines(title: &str) -> Vec<String> {
    const ROOM: usize = 84;
    if columns(title) <= ROOM {
        return vec![shorten(title, ROOM)];
    }
    let mut first = String::new();
    for word in title.split_inclusive(' ') {
        if columns(&first) + columns(word) > ROOM {
            break;
        }
        first += word;
    }
    if first.is_empty() {
        return vec![shorten(title, ROOM)];
    }
    vec![
        shorten(first.trim_end(), ROOM),
        shorten(&title[first.len()..], ROOM),
    ]
}

struct Picture {
    svg: SvgWriter,
    palette: &'static Palette,
    language: Language,
    mono: &'static str,
    ladder: Ladder,
    columns: ColumnPositions,
}

impl Picture {
    fn head(&mut self, title: &[String], facts: &Facts, y: f64) {
        let style = TextStyle {
            size: 21.0,
            weight: 700,
            fill: self.palette.ink,
            anchor: Anchor::Start,
        };
        for (at, line) in title.iter().enumerate() {
            self.svg
                .text(MARGIN, MARGIN + 18.0 + 30.0 * at as f64, &[(line, style)]);
        }
        for host in Host::BOTH {
            let x = self.columns.ribbons[host as usize];
            let name = TextStyle {
                size: 15.0,
                weight: 700,
                fill: self.palette.ink,
                anchor: Anchor::Middle,
            };
            let address = TextStyle {
                weight: 400,
                fill: self.palette.muted,
                ..name
            };
            let at = format!(" {}", facts.addresses[host as usize]);
            self.svg.text(x, y, &[(host.name(), name), (&at, address)]);
        }
    }

    fn foot(&mut self, facts: &Facts, info: &ExportInfo, y: f64) {
        let style = TextStyle {
            size: 12.0,
            weight: 400,
            fill: self.palette.muted,
            anchor: Anchor::Start,
        };
        let where_and_when = self
            .language
            .say("export.foot", &[("where", &facts.provenance())]);
        self.svg.text(MARGIN, y, &[(&where_and_when, style)]);
        let address = info
            .address
            .as_ref()
            .map_or(String::new(), |address| format!("{address}  "));
        let end = TextStyle {
            anchor: Anchor::End,
            ..style
        };
        let brand = TextStyle {
            weight: 700,
            fill: self.palette.ink,
            ..end
        };
        let accent = TextStyle {
            fill: self.palette.accent,
            ..brand
        };
        let room = 70_usize.saturating_sub(columns(&where_and_when) / 2);
        let address = shorten(&address, room);
        self.svg.text(
            WIDTH - MARGIN,
            y,
            &[(&address, end), ("four", brand), ("wave", accent)],
        );
    }

    fn items(&mut self, items: &[PictureItem], layout: &PictureLayout, top: f64) {
        self.ladder.draw_ribbons(&mut self.svg, &layout.items, top);
        self.svg.put("<g clip-path=\"url(#past)\">");
        for item in items {
            match &item.kind {
                ItemKind::Segment(line) => self.ladder.draw_line(&mut self.svg, item.y, line),
                ItemKind::Call {
                    host,
                    end,
                    waited,
                    gave,
                    ..
                } if *waited || gave.is_none() => {
                    let end = end.map_or(self.ladder.bottom, |end| self.ladder.y(end) + 6.0);
                    self.wait(*host, item.y, end);
                }
                _ => {}
            }
        }
        self.svg.put("</g>");
        self.svg
            .put(format_args!("<g font-family=\"{}\">", self.mono));
        for item in items {
            self.item(item);
        }
        // Names last, at places without other texts.
        for item in items {
            if let ItemKind::Segment(line) = &item.kind
                && self.is_seen(line.end)
            {
                self.ladder.draw_head(&mut self.svg, item.y, line);
            }
        }
        for item in items {
            if let ItemKind::Segment(line) = &item.kind
                && (self.is_seen(line.end) || line.open)
            {
                self.ladder.draw_name(&mut self.svg, item.y, line);
            }
        }
        self.svg.put("</g>");
    }

    fn is_seen(&self, y: f64) -> bool {
        self.ladder.y(y) <= self.ladder.bottom
    }

    fn item(&mut self, item: &PictureItem) {
        let (y, palette) = (self.ladder.y(item.y), self.palette);
        match &item.kind {
            ItemKind::Segment(_) => {}
            ItemKind::State {
                host,
                state,
                text,
                ribbon,
                observed,
                gap,
            } => {
                let colour = palette.word(*state);
                if *ribbon {
                    let x = self.columns.ribbons[*host as usize];
                    let [from, to, y] = [x - 9.0, x + 9.0, y].map(number);
                    self.svg.put(format_args!(
                        "<path d=\"M{from} {y}H{to}\" stroke=\"{colour}\" stroke-width=\"2\"/>"
                    ));
                }
                let text = if *gap {
                    format!("? {text}")
                } else {
                    text.clone()
                };
                let text = if *observed { text } else { format!("({text})") };
                let text = shorten(&text, self.columns.states_room);
                let style = TextStyle {
                    size: TEXT_SIZE,
                    weight: 700,
                    fill: colour,
                    anchor: outside(*host),
                };
                self.svg.text(
                    self.columns.states[*host as usize],
                    y + BASELINE,
                    &[(&text, style)],
                );
            }
            ItemKind::Call {
                host,
                text,
                end,
                waited,
                gave,
                failed,
            } => {
                self.call(*host, y, text, *end, *waited, gave.as_deref(), *failed);
            }
            ItemKind::Process { host, actor, what } => {
                let what = self.language.word(labels::process(*what));
                self.note(*host, y, &format!("{actor}: {what}"));
            }
            ItemKind::Host { host, what } => {
                self.note(*host, y, self.language.word(labels::host(what)));
            }
            ItemKind::Idle(us) => {
                let text = self.language.say("stage.idle", &[("time", &duration(*us))]);
                self.text(WIDTH / 2.0, y + 4.0, Anchor::Middle, palette.muted, &text);
                let half = svg_writer::width(&text, TEXT_SIZE) / 2.0;
                let middle = WIDTH / 2.0;
                self.ladder
                    .reserve([middle - half, y - TEXT_SIZE, middle + half, y + TEXT_SIZE]);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "they are the parts of one item")]
    fn call(
        &mut self,
        host: Host,
        y: f64,
        text: &str,
        end: Option<f64>,
        waited: bool,
        gave: Option<&str>,
        failed: bool,
    ) {
        let (x, room, palette) = (
            self.columns.calls[host as usize],
            self.columns.calls_room,
            self.palette,
        );
        let plain = TextStyle {
            size: TEXT_SIZE,
            weight: 400,
            fill: palette.ink,
            anchor: outside(host),
        };
        let given = TextStyle {
            weight: 600,
            fill: if failed { palette.bad } else { palette.good },
            ..plain
        };
        let result = |room: usize| gave.map(|gave| format!(" = {}", shorten(gave, room.max(8))));
        if let (false, Some(gave)) = (waited, result(room.saturating_sub(columns(text) + 3))) {
            let text = shorten(text, room.saturating_sub(columns(&gave)));
            self.svg
                .text(x, y + BASELINE, &[(&text, plain), (&gave, given)]);
            return;
        }
        let quiet = TextStyle {
            fill: palette.muted,
            ..plain
        };
        let begun = shorten(text, room - 2);
        self.svg
            .text(x, y + BASELINE, &[(&begun, plain), (" ⋯", quiet)]);
        let name = format!("{}()", text.split('(').next().unwrap_or(text));
        if let (Some(end), Some(gave)) = (end, result(room.saturating_sub(columns(&name) + 3)))
            && self.is_seen(end)
        {
            let name = shorten(&name, room.saturating_sub(columns(&gave)));
            self.svg.text(
                x,
                self.ladder.y(end) + BASELINE,
                &[(&name, plain), (&gave, given)],
            );
        }
    }

    /// Draws the dotted line from a waiting call to its result.
    fn wait(&mut self, host: Host, y: f64, end: f64) {
        let side = if host == Host::Client { 5.0 } else { -5.0 };
        let [x, y, end] = [
            self.columns.calls[host as usize] + side,
            self.ladder.y(y) + 6.0,
            end,
        ]
        .map(number);
        self.svg.put(format_args!(
            "<path d=\"M{x} {y}V{end}\" stroke=\"{}\" stroke-width=\"1.5\" stroke-dasharray=\"2 4\"/>",
            self.palette.muted
        ));
    }

    fn note(&mut self, host: Host, y: f64, text: &str) {
        let text = shorten(text, self.columns.calls_room);
        self.text(
            self.columns.calls[host as usize],
            y + BASELINE,
            outside(host),
            self.palette.muted,
            &text,
        );
    }

    fn text(&mut self, x: f64, y: f64, anchor: Anchor, fill: &str, text: &str) {
        self.svg.text(
            x,
            y,
            &[(
                text,
                TextStyle {
                    size: TEXT_SIZE,
                    weight: 400,
                    fill,
                    anchor,
                },
            )],
        );
    }
}

/// The anchor of a host's texts, which stand outside its ribbon.
fn outside(host: Host) -> Anchor {
    match host {
        Host::Client => Anchor::End,
        Host::Server => Anchor::Start,
    }
}
