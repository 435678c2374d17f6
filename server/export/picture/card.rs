//! A run as the card that chats show beside a link, 1200 × 630: its title, the last states of both hosts, and the segments
//! of its ending. Chats scale a card down to the size of a stamp.

use crate::event::Event;
use crate::event::host::Host;
use crate::event::labels::Kind;
use crate::export::options::ExportInfo;
use crate::export::picture::ladder::Ladder;
use crate::export::picture::layout::item::{ItemKind, PictureItem, SegmentLine};
use crate::export::picture::layout::{FLIGHT, PictureLayout, lay_out};
use crate::export::picture::palette::{Palette, Theme};
use crate::export::picture::svg_writer::{
    self, Anchor, Fonts, SvgWriter, TextStyle, escape, number,
};
use crate::export::run_facts::Facts;
use crate::export::text_width::{columns, shorten};
use crate::i18n::Language;
use crate::tcp::state::State;

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 630.0;
const MARGIN: f64 = 64.0;
/// The heights between which the ladder is.
const LADDER_TOP: f64 = 232.0;
const LADDER_BOTTOM: f64 = 546.0;
/// The middles of the ribbons.
const CLIENT_RIBBON: f64 = 400.0;
const SERVER_RIBBON: f64 = 800.0;
/// The most segments; more could not be told apart at the size of a stamp.
const MAX_SEGMENTS: usize = 6;
/// The size of segments' names.
const NAME_SIZE: f64 = 21.0;

/// Draws the card of a run.
pub(crate) fn draw(
    events: &[Event],
    info: &ExportInfo,
    language: Language,
    theme: Theme,
    fonts: &Fonts,
) -> String {
    let (layout, facts, palette) = (lay_out(events), Facts::of(events), Palette::of(theme));
    let mut svg = SvgWriter::new(palette.ground);
    title(&mut svg, palette, &info.title);
    svg.put(format_args!("<g font-family=\"{}\">", fonts.mono));
    let ladder = ending(&mut svg, palette, &layout);
    for host in Host::BOTH {
        state(&mut svg, palette, host, last_state(&layout.items, host));
    }
    svg.put("</g>");
    let small = TextStyle {
        size: 22.0,
        weight: 400,
        fill: palette.muted,
        anchor: Anchor::Start,
    };
    svg.text(MARGIN, HEIGHT - 34.0, &[(&facts.provenance(), small)]);
    let brand = TextStyle {
        size: 30.0,
        weight: 700,
        fill: palette.ink,
        anchor: Anchor::End,
    };
    let accent = TextStyle {
        fill: palette.accent,
        ..brand
    };
    svg.text(
        WIDTH - MARGIN,
        HEIGHT - 34.0,
        &[("four", brand), ("wave", accent)],
    );

    let (name, definitions, body) = (escape(&info.title), ladder.definitions(), svg.finish());
    let (sans, lang, ground) = (fonts.sans, language.tag(), palette.ground);
    let [top, high] = [LADDER_TOP, LADDER_BOTTOM - LADDER_TOP].map(number);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"{sans}\" xml:lang=\"{lang}\" xml:space=\"preserve\">\n<title>{name}</title>\n\
         <defs>{definitions}<clipPath id=\"past\"><rect y=\"{top}\" width=\"{WIDTH}\" height=\"{high}\"/></clipPath></defs>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{ground}\"/>\n{body}</svg>\n"
    )
}

/// Draws the title, as large as it can be in one line, else in two.
fn title(svg: &mut SvgWriter, palette: &Palette, title: &str) {
    // Bold letters of the sans-serif font are wider than those of the monospaced one.
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
    let style = TextStyle {
        size,
        weight: 700,
        fill: palette.ink,
        anchor: Anchor::Start,
    };
    let first = if lines.len() > 1 { 94.0 } else { 118.0 };
    for (at, line) in lines.iter().take(2).enumerate() {
        svg.text(MARGIN, first + at as f64 * size * 1.22, &[(line, style)]);
    }
}

/// A text in lines of at most `room` columns. Lines break at spaces, and between wide characters.
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

fn state(svg: &mut SvgWriter, palette: &Palette, host: Host, state: State) {
    let (x, anchor) = match host {
        Host::Client => (CLIENT_RIBBON - 34.0, Anchor::End),
        Host::Server => (SERVER_RIBBON + 34.0, Anchor::Start),
    };
    let middle = (LADDER_TOP + LADDER_BOTTOM) / 2.0;
    let who = TextStyle {
        size: 26.0,
        weight: 400,
        fill: palette.muted,
        anchor,
    };
    let what = TextStyle {
        size: 42.0,
        weight: 700,
        fill: palette.word(state),
        anchor,
    };
    svg.text(x, middle - 34.0, &[(host.name(), who)]);
    svg.text(x, middle + 18.0, &[(state.name(), what)]);
}

/// The last state on a host's ribbon.
fn last_state(items: &[PictureItem], host: Host) -> State {
    let shown = items.iter().rev().find_map(|item| match item.kind {
        ItemKind::State {
            host: of,
            state,
            ribbon: true,
            ..
        } if of == host => Some(state),
        _ => None,
    });
    shown.unwrap_or(State::Closed)
}

/// Draws the ribbons and the segments of the ending, from the first FIN or RST on. Of a connection without an ending, the
/// last segments.
fn ending(svg: &mut SvgWriter, palette: &'static Palette, layout: &PictureLayout) -> Ladder {
    let lines = layout.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Segment(line) => Some((item.y, line)),
        _ => None,
    });
    let lines: Vec<(f64, &SegmentLine)> = lines.collect();
    let ends = |(_, line): &(f64, &SegmentLine)| matches!(line.kind, Kind::Fin | Kind::Rst);
    let first = lines.iter().position(ends);
    let first = first.unwrap_or(lines.len().saturating_sub(MAX_SEGMENTS));
    // A short ending is drawn with the segments before it.
    let first = first.min(lines.len().saturating_sub(4));
    let shown = &lines[first..lines.len().min(first + MAX_SEGMENTS)];

    let mut ladder = Ladder::new(palette, [CLIENT_RIBBON, SERVER_RIBBON], NAME_SIZE);
    let from = shown.first().map_or(0.0, |(y, _)| *y);
    let reach = |(y, line): &(f64, &SegmentLine)| if line.open { y + FLIGHT } else { line.end };
    let to = shown.iter().map(reach).fold(from + FLIGHT, f64::max);
    ladder.scale = ((LADDER_BOTTOM - LADDER_TOP - 48.0) / (to - from)).min(1.7);
    let spare = LADDER_BOTTOM - LADDER_TOP - (to - from) * ladder.scale;
    ladder.offset = LADDER_TOP + spare / 2.0 - from * ladder.scale;
    ladder.bottom = LADDER_BOTTOM;
    ladder.draw_ribbons(svg, &layout.items, LADDER_TOP);
    svg.put("<g clip-path=\"url(#past)\">");
    for (y, line) in shown {
        ladder.draw_line(svg, *y, line);
        ladder.draw_head(svg, *y, line);
    }
    for (y, line) in shown {
        ladder.draw_name(svg, *y, line);
    }
    svg.put("</g>");
    ladder
}
