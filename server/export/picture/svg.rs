//! The picture of a run: what the stage draws, standing by itself. Two ribbons coloured by state, what passes between
//! them, and the calls outside; above it what it is called, below it where and when it was played.

use crate::event::Event;
use crate::event::host::Host;
use crate::event::labels::{self, duration};
use crate::export::options::ExportInfo;
use crate::export::picture::ladder::Ladder;
use crate::export::picture::layout::item::{Drawn, Item};
use crate::export::picture::layout::{Layout, lay_out};
use crate::export::picture::palette::{Palette, Theme};
use crate::export::picture::svg_writer::{self, Anchor, Faces, Pen, Type, escape, number};
use crate::export::run_facts::Facts;
use crate::export::text_width::{columns, shorten};
use crate::i18n::Language;

/// How wide a picture is.
const WIDTH: f64 = 1120.0;
/// How much of a run is drawn: what is longer is told by its number.
const MOST: usize = 400;
/// The size of the machine's words.
const SIZE: f64 = 13.0;
/// How far a word's foot is below its height.
const BASE: f64 = 12.0;
const MARGIN: f64 = 28.0;

/// Draws a run.
pub(crate) fn draw(
    events: &[Event],
    about: &ExportInfo,
    language: Language,
    theme: Theme,
    faces: &Faces,
) -> String {
    let (layout, facts) = (lay_out(events), Facts::of(events));
    let palette = Palette::of(theme);
    let cut = layout.items.get(MOST).map(|item| item.y);
    let columns = Columns::for_items(&layout);
    let mut page = Page {
        pen: Pen::new(palette.ground),
        palette,
        language,
        mono: faces.mono,
        ladder: Ladder::new(palette, columns.ribbons, SIZE),
        columns,
    };
    let title = title_lines(&about.title);
    let top = MARGIN + 30.0 * title.len() as f64 + 44.0;
    page.ladder.offset = top;
    page.ladder.bottom = top + cut.unwrap_or(layout.end) + 26.0;
    page.head(&title, &facts, top - 16.0);
    let drawn = &layout.items[..layout.items.len().min(MOST)];
    page.items(drawn, &layout, top);
    let mut foot = page.ladder.bottom + 24.0;
    if cut.is_some() {
        let count = layout.items.len() - MOST;
        let text = language.say("export.more", &[("count", &count.to_string())]);
        page.say(WIDTH / 2.0, foot, Anchor::Middle, palette.muted, &text);
        foot += 28.0;
    }
    foot += 16.0;
    page.foot(&facts, about, foot);
    let height = foot + MARGIN - 6.0;

    let (definitions, bottom) = (page.ladder.definitions(), page.ladder.bottom);
    let (sans, lang) = (faces.sans, language.tag());
    let (name, body) = (escape(&about.title), page.pen.finish());
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

/// Where the columns of words are.
struct Columns {
    ribbons: [f64; 2],
    states: [f64; 2],
    calls: [f64; 2],
    /// How many characters a call has room for, and a state.
    room: usize,
    states_room: usize,
}

impl Columns {
    /// States with the names of their sockets need more room than others.
    fn for_items(layout: &Layout) -> Columns {
        let states = layout.items.iter().filter_map(|item| match &item.what {
            Drawn::State { text, .. } => Some(columns(text) + 2),
            _ => None,
        });
        let states_room = states.max().unwrap_or(0).clamp(14, 22);
        let character = svg_writer::width("x", SIZE);
        let states = states_room as f64 * character;
        let call = MARGIN + 30.0 * character;
        let ribbon = call + states + 24.0;
        let both = |x: f64| [x, WIDTH - x];
        Columns {
            ribbons: both(ribbon),
            states: both(ribbon - 12.0),
            calls: both(call),
            room: 30,
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

struct Page {
    pen: Pen,
    palette: &'static Palette,
    language: Language,
    mono: &'static str,
    ladder: Ladder,
    columns: Columns,
}

impl Page {
    fn head(&mut self, title: &[String], facts: &Facts, y: f64) {
        let look = Type {
            size: 21.0,
            weight: 700,
            fill: self.palette.ink,
            anchor: Anchor::Start,
        };
        for (at, line) in title.iter().enumerate() {
            self.pen
                .words(MARGIN, MARGIN + 18.0 + 30.0 * at as f64, &[(line, look)]);
        }
        for host in Host::BOTH {
            let x = self.columns.ribbons[host as usize];
            let name = Type {
                size: 15.0,
                weight: 700,
                fill: self.palette.ink,
                anchor: Anchor::Middle,
            };
            let address = Type {
                weight: 400,
                fill: self.palette.muted,
                ..name
            };
            let at = format!(" {}", facts.addresses[host as usize]);
            self.pen.words(x, y, &[(host.name(), name), (&at, address)]);
        }
    }

    fn foot(&mut self, facts: &Facts, about: &ExportInfo, y: f64) {
        let look = Type {
            size: 12.0,
            weight: 400,
            fill: self.palette.muted,
            anchor: Anchor::Start,
        };
        let where_and_when = self
            .language
            .say("export.foot", &[("where", &facts.provenance())]);
        self.pen.words(MARGIN, y, &[(&where_and_when, look)]);
        let address = about
            .address
            .as_ref()
            .map_or(String::new(), |address| format!("{address}  "));
        let end = Type {
            anchor: Anchor::End,
            ..look
        };
        let brand = Type {
            weight: 700,
            fill: self.palette.ink,
            ..end
        };
        let accent = Type {
            fill: self.palette.accent,
            ..brand
        };
        let room = 70_usize.saturating_sub(columns(&where_and_when) / 2);
        let address = shorten(&address, room);
        self.pen.words(
            WIDTH - MARGIN,
            y,
            &[(&address, end), ("four", brand), ("wave", accent)],
        );
    }

    fn items(&mut self, items: &[Item], layout: &Layout, top: f64) {
        self.ladder.draw_ribbons(&mut self.pen, &layout.items, top);
        self.pen.put("<g clip-path=\"url(#past)\">");
        for item in items {
            match &item.what {
                Drawn::Segment(line) => self.ladder.draw_line(&mut self.pen, item.y, line),
                Drawn::Call {
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
        self.pen.put("</g>");
        self.pen
            .put(format_args!("<g font-family=\"{}\">", self.mono));
        for item in items {
            self.item(item);
        }
        // Names last: they stand where there is room.
        for item in items {
            if let Drawn::Segment(line) = &item.what
                && self.is_seen(line.end)
            {
                self.ladder.draw_head(&mut self.pen, item.y, line);
            }
        }
        for item in items {
            if let Drawn::Segment(line) = &item.what
                && (self.is_seen(line.end) || line.open)
            {
                self.ladder.draw_name(&mut self.pen, item.y, line);
            }
        }
        self.pen.put("</g>");
    }

    fn is_seen(&self, y: f64) -> bool {
        self.ladder.y(y) <= self.ladder.bottom
    }

    fn item(&mut self, item: &Item) {
        let (y, palette) = (self.ladder.y(item.y), self.palette);
        match &item.what {
            Drawn::Segment(_) => {}
            Drawn::State {
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
                    self.pen.put(format_args!(
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
                let look = Type {
                    size: SIZE,
                    weight: 700,
                    fill: colour,
                    anchor: outside(*host),
                };
                self.pen.words(
                    self.columns.states[*host as usize],
                    y + BASE,
                    &[(&text, look)],
                );
            }
            Drawn::Call {
                host,
                text,
                end,
                waited,
                gave,
                failed,
            } => {
                self.call(*host, y, text, *end, *waited, gave.as_deref(), *failed);
            }
            Drawn::Process { host, actor, what } => {
                let what = self.language.word(labels::process(*what));
                self.remark(*host, y, &format!("{actor}: {what}"));
            }
            Drawn::Host { host, what } => {
                self.remark(*host, y, self.language.word(labels::host(what)));
            }
            Drawn::Idle(us) => {
                let text = self.language.say("stage.idle", &[("time", &duration(*us))]);
                self.say(WIDTH / 2.0, y + 4.0, Anchor::Middle, palette.muted, &text);
                let half = svg_writer::width(&text, SIZE) / 2.0;
                let middle = WIDTH / 2.0;
                self.ladder
                    .take([middle - half, y - SIZE, middle + half, y + SIZE]);
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
            self.columns.room,
            self.palette,
        );
        let plain = Type {
            size: SIZE,
            weight: 400,
            fill: palette.ink,
            anchor: outside(host),
        };
        let given = Type {
            weight: 600,
            fill: if failed { palette.bad } else { palette.good },
            ..plain
        };
        let result = |room: usize| gave.map(|gave| format!(" = {}", shorten(gave, room.max(8))));
        if let (false, Some(gave)) = (waited, result(room.saturating_sub(columns(text) + 3))) {
            let text = shorten(text, room.saturating_sub(columns(&gave)));
            self.pen
                .words(x, y + BASE, &[(&text, plain), (&gave, given)]);
            return;
        }
        let quiet = Type {
            fill: palette.muted,
            ..plain
        };
        let begun = shorten(text, room - 2);
        self.pen
            .words(x, y + BASE, &[(&begun, plain), (" ⋯", quiet)]);
        let name = format!("{}()", text.split('(').next().unwrap_or(text));
        if let (Some(end), Some(gave)) = (end, result(room.saturating_sub(columns(&name) + 3)))
            && self.is_seen(end)
        {
            let name = shorten(&name, room.saturating_sub(columns(&gave)));
            self.pen.words(
                x,
                self.ladder.y(end) + BASE,
                &[(&name, plain), (&gave, given)],
            );
        }
    }

    /// From a call that waits to what it gave.
    fn wait(&mut self, host: Host, y: f64, end: f64) {
        let side = if host == Host::Client { 5.0 } else { -5.0 };
        let [x, y, end] = [
            self.columns.calls[host as usize] + side,
            self.ladder.y(y) + 6.0,
            end,
        ]
        .map(number);
        self.pen.put(format_args!(
            "<path d=\"M{x} {y}V{end}\" stroke=\"{}\" stroke-width=\"1.5\" stroke-dasharray=\"2 4\"/>",
            self.palette.muted
        ));
    }

    fn remark(&mut self, host: Host, y: f64, text: &str) {
        let text = shorten(text, self.columns.room);
        self.say(
            self.columns.calls[host as usize],
            y + BASE,
            outside(host),
            self.palette.muted,
            &text,
        );
    }

    fn say(&mut self, x: f64, y: f64, anchor: Anchor, fill: &str, text: &str) {
        self.pen.words(
            x,
            y,
            &[(
                text,
                Type {
                    size: SIZE,
                    weight: 400,
                    fill,
                    anchor,
                },
            )],
        );
    }
}

/// Words of a host stand outside its ribbon.
fn outside(host: Host) -> Anchor {
    match host {
        Host::Client => Anchor::End,
        Host::Server => Anchor::Start,
    }
}
