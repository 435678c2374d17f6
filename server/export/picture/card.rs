//! A run as the card that chats show beside a link: 1200 × 630, to be understood as large as a stamp. What it is called,
//! the two states it ended in, and the segments of its ending.

use crate::event::Event;
use crate::event::host::Host;
use crate::event::labels::Kind;
use crate::export::options::ExportInfo;
use crate::export::picture::ladder::Ladder;
use crate::export::picture::layout::item::{Drawn, Item, Line};
use crate::export::picture::layout::{FLIGHT, Layout, lay_out};
use crate::export::picture::palette::{Palette, Theme};
use crate::export::picture::svg_writer::{self, Anchor, Faces, Pen, Type, escape, number};
use crate::export::run_facts::Facts;
use crate::export::text_width::{columns, shorten};
use crate::i18n::Language;
use crate::tcp::state::State;

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 630.0;
const MARGIN: f64 = 64.0;
/// Between these heights is the ladder, and between these ribbons.
const LADDER: [f64; 2] = [232.0, 546.0];
const RIBBONS: [f64; 2] = [400.0, 800.0];
/// As many segments as one can tell apart in a stamp.
const MOST: usize = 6;
/// The size of segments' names.
const SIZE: f64 = 21.0;

/// Draws a run's card.
pub(crate) fn draw(
    events: &[Event],
    about: &ExportInfo,
    language: Language,
    theme: Theme,
    faces: &Faces,
) -> String {
    let (layout, facts, palette) = (lay_out(events), Facts::of(events), Palette::of(theme));
    let mut pen = Pen::new(palette.ground);
    title(&mut pen, palette, &about.title);
    pen.put(format_args!("<g font-family=\"{}\">", faces.mono));
    let ladder = ending(&mut pen, palette, &layout);
    for host in Host::BOTH {
        state(&mut pen, palette, host, last_state(&layout.items, host));
    }
    pen.put("</g>");
    let small = Type {
        size: 22.0,
        weight: 400,
        fill: palette.muted,
        anchor: Anchor::Start,
    };
    pen.words(MARGIN, HEIGHT - 34.0, &[(&facts.provenance(), small)]);
    let brand = Type {
        size: 30.0,
        weight: 700,
        fill: palette.ink,
        anchor: Anchor::End,
    };
    let accent = Type {
        fill: palette.accent,
        ..brand
    };
    pen.words(
        WIDTH - MARGIN,
        HEIGHT - 34.0,
        &[("four", brand), ("wave", accent)],
    );

    let (name, definitions, body) = (escape(&about.title), ladder.definitions(), pen.finish());
    let (sans, lang, ground) = (faces.sans, language.tag(), palette.ground);
    let [top, high] = [LADDER[0], LADDER[1] - LADDER[0]].map(number);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"{sans}\" xml:lang=\"{lang}\" xml:space=\"preserve\">\n<title>{name}</title>\n\
         <defs>{definitions}<clipPath id=\"past\"><rect y=\"{top}\" width=\"{WIDTH}\" height=\"{high}\"/></clipPath></defs>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{ground}\"/>\n{body}</svg>\n"
    )
}

/// As large as it can be in one line, else in two.
fn title(pen: &mut Pen, palette: &Palette, title: &str) {
    // Bold letters of the sans are wider than those of the machine's font.
    let room =
        |size: f64| ((WIDTH - 2.0 * MARGIN) / (1.06 * svg_writer::width("x", size))) as usize;
    let (size, lines) = [(60.0, 1), (52.0, 1), (46.0, 1), (52.0, 2), (42.0, 2)]
        .into_iter()
        .map(|(size, most)| (size, most, lines(title, room(size))))
        .find(|(_, most, lines)| lines.len() <= *most)
        .map(|(size, _, lines)| (size, lines))
        .unwrap_or_else(|| {
            (
                42.0,
                lines(&shorten(title, 2 * room(42.0) - 12), room(42.0)),
            )
        });
    let look = Type {
        size,
        weight: 700,
        fill: palette.ink,
        anchor: Anchor::Start,
    };
    let first = if lines.len() > 1 { 94.0 } else { 118.0 };
    for (at, line) in lines.iter().take(2).enumerate() {
        pen.words(MARGIN, first + at as f64 * size * 1.22, &[(line, look)]);
    }
}

/// A text in lines of so many columns: it breaks at spaces, and between wide characters.
fn lines(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        let breaks = words.last().is_none_or(|word| word.ends_with(' '))
            || (columns(&c.to_string()) > 1 && !"，。、；：？！）》”".contains(c));
        match words.last_mut() {
            Some(word) if !breaks => word.push(c),
            _ => words.push(c.into()),
        }
    }
    for word in words {
        let last = lines.last_mut().expect("there is one from the beginning");
        if last.is_empty() || columns(last) + columns(word.trim_end()) <= room {
            last.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

fn state(pen: &mut Pen, palette: &Palette, host: Host, state: State) {
    let (x, anchor) = match host {
        Host::Client => (RIBBONS[0] - 34.0, Anchor::End),
        Host::Server => (RIBBONS[1] + 34.0, Anchor::Start),
    };
    let middle = (LADDER[0] + LADDER[1]) / 2.0;
    let who = Type {
        size: 26.0,
        weight: 400,
        fill: palette.muted,
        anchor,
    };
    let what = Type {
        size: 42.0,
        weight: 700,
        fill: palette.word(state),
        anchor,
    };
    pen.words(x, middle - 34.0, &[(host.name(), who)]);
    pen.words(x, middle + 18.0, &[(state.name(), what)]);
}

/// The state that a host's ribbon shows at last.
fn last_state(items: &[Item], host: Host) -> State {
    let shown = items.iter().rev().find_map(|item| match item.what {
        Drawn::State {
            host: of,
            state,
            ribbon: true,
            ..
        } if of == host => Some(state),
        _ => None,
    });
    shown.unwrap_or(State::Closed)
}

/// The segments with which the connection ended, on their ribbons: from the first FIN or RST on; of a connection that did
/// not end the last ones.
fn ending(pen: &mut Pen, palette: &'static Palette, layout: &Layout) -> Ladder {
    let lines = layout.items.iter().filter_map(|item| match &item.what {
        Drawn::Segment(line) => Some((item.y, line)),
        _ => None,
    });
    let lines: Vec<(f64, &Line)> = lines.collect();
    let ends = |(_, line): &(f64, &Line)| matches!(line.kind, Kind::Fin | Kind::Rst);
    let first = lines.iter().position(ends);
    let first = first.unwrap_or(lines.len().saturating_sub(MOST));
    // Where little follows, what came before it is seen as well.
    let first = first.min(lines.len().saturating_sub(4));
    let shown = &lines[first..lines.len().min(first + MOST)];

    let mut ladder = Ladder::new(palette, RIBBONS, SIZE);
    let from = shown.first().map_or(0.0, |(y, _)| *y);
    let reach = |(y, line): &(f64, &Line)| if line.open { y + FLIGHT } else { line.end };
    let to = shown.iter().map(reach).fold(from + FLIGHT, f64::max);
    ladder.scale = ((LADDER[1] - LADDER[0] - 48.0) / (to - from)).min(1.7);
    let spare = LADDER[1] - LADDER[0] - (to - from) * ladder.scale;
    ladder.offset = LADDER[0] + spare / 2.0 - from * ladder.scale;
    ladder.bottom = LADDER[1];
    ladder.draw_ribbons(pen, &layout.items, LADDER[0]);
    pen.put("<g clip-path=\"url(#past)\">");
    for (y, line) in shown {
        ladder.draw_line(pen, *y, line);
        ladder.draw_head(pen, *y, line);
    }
    for (y, line) in shown {
        ladder.draw_name(pen, *y, line);
    }
    pen.put("</g>");
    ladder
}
