//! An exercise sheet, for paper: a table with blanks, or segments to be put in order; and its key.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::content::markup::escape;
use crate::event::host::Host;
use crate::event::{Event, What};
use crate::export::worksheet::blanks::{bank, blank};
use crate::export::worksheet::shuffle::{self, shuffle, way};
use crate::export::worksheet::table::{Cell, Deed, Kind, Row, Table, Way, table};
use crate::i18n::Language;
use crate::web::extract::locale::Locale;
use crate::web::pages::embed::BareLayout;
use crate::web::pages::layout::page;

/// The most rows of a sheet: two pages.
const ROWS: usize = 56;

/// What kind of sheet.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum SheetKind {
    #[default]
    Blanks,
    Shuffle,
}

/// Which sheet.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct SheetQuery {
    #[serde(default)]
    kind: SheetKind,
    /// Equal seeds give equal sheets.
    #[serde(default = "first")]
    seed: u32,
    /// `1`: with the solutions.
    #[serde(default)]
    key: u8,
}

fn first() -> u32 {
    1
}

#[derive(Template)]
#[template(path = "worksheet.html")]
struct Sheet<'a> {
    layout: BareLayout,
    title: &'a str,
    /// The page of the recording, as a path and as people read it.
    page: &'a str,
    address: &'a str,
    kernel: String,
    query: SheetQuery,
    is_key: bool,
    lines: Vec<SheetRow>,
    /// How many rows the paper has no room for.
    left_out: usize,
    bank: Vec<String>,
    /// Calls and other deeds, in their order, as HTML.
    deeds: Vec<String>,
    items: Vec<ShuffledSegment>,
}

/// A row of the table, as HTML.
#[derive(Default)]
struct SheetRow {
    calls: [String; 2],
    states: [String; 2],
    wire: String,
}

/// A segment to be put in its place.
struct ShuffledSegment {
    letter: char,
    place: usize,
    tied: bool,
    wire: String,
    states: [String; 2],
}

impl Sheet<'_> {
    fn w(&self, key: &'static str) -> &'static str {
        self.layout.w(key)
    }

    /// The address of another sheet of this run.
    fn address(&self, kind: &str, seed: u32, is_key: bool, lang: Language) -> String {
        let key = if is_key { "&key=1" } else { "" };
        format!("?kind={kind}&seed={seed}{key}&lang={}", lang.tag())
    }

    fn with_kind(&self, kind: &str) -> String {
        self.address(kind, self.query.seed, self.is_key, self.layout.lang)
    }

    /// The sheet of this key, and the key of this sheet.
    fn with_key(&self, which: &str) -> String {
        self.address(
            self.kind(),
            self.query.seed,
            which == "key",
            self.layout.lang,
        )
    }

    fn next(&self) -> String {
        self.address(
            self.kind(),
            self.query.seed.wrapping_add(1),
            self.is_key,
            self.layout.lang,
        )
    }

    fn switched(&self) -> String {
        self.address(
            self.kind(),
            self.query.seed,
            self.is_key,
            self.layout.lang.other(),
        )
    }

    fn is_tied(&self) -> bool {
        self.is_key && self.items.iter().any(|item| item.tied)
    }

    fn kind(&self) -> &'static str {
        match self.query.kind {
            SheetKind::Blanks => "blanks",
            SheetKind::Shuffle => "shuffle",
        }
    }
}

/// What a sheet is made of.
pub(crate) struct SheetInfo<'a> {
    pub(crate) title: &'a str,
    pub(crate) page: &'a str,
    pub(crate) address: &'a str,
}

/// The sheet of a run.
pub(crate) fn worksheet(
    events: &[Event],
    info: &SheetInfo<'_>,
    query: SheetQuery,
    locale: &Locale,
) -> Response {
    let lang = locale.language;
    let mut table = table(events);
    let left_out = table.rows.len().saturating_sub(ROWS);
    table.rows.truncate(ROWS);
    let mut sheet = Sheet {
        layout: BareLayout::new(lang),
        title: info.title,
        page: info.page,
        address: info.address,
        kernel: match events.first().map(|event| &event.what) {
            Some(What::Run { kernel, .. }) => kernel.clone(),
            _ => String::new(),
        },
        query,
        is_key: query.key == 1,
        lines: Vec::new(),
        left_out,
        bank: Vec::new(),
        deeds: Vec::new(),
        items: Vec::new(),
    };
    match query.kind {
        SheetKind::Blanks => {
            let mut table = blank(table, query.seed.into());
            sheet.bank = bank(&mut table);
            sheet.lines = table
                .rows
                .iter()
                .map(|row| sheet_row(row, lang, sheet.is_key))
                .collect();
        }
        SheetKind::Shuffle => {
            sheet.items = shuffled_segments(&table, query.seed, lang);
            let deeds = table.rows.iter().filter(|row| way(row).is_none());
            sheet.deeds = deeds.map(|row| deed(row, lang)).collect();
        }
    }
    page(&sheet, locale, StatusCode::OK)
}

fn shuffled_segments(table: &Table, seed: u32, lang: Language) -> Vec<ShuffledSegment> {
    let items = shuffle(table, seed.into());
    let pieces = ('A'..='Z').zip(items).filter_map(|(letter, item)| {
        let row = &table.rows[item.row];
        Some(ShuffledSegment {
            letter,
            place: item.place,
            tied: item.tied,
            wire: wire(way(row)?, lang, false),
            states: states(row, false),
        })
    });
    pieces.take(shuffle::MOST).collect()
}

fn sheet_row(row: &Row, lang: Language, is_key: bool) -> SheetRow {
    let mut line = SheetRow {
        states: states(row, is_key),
        ..SheetRow::default()
    };
    match &row.deed {
        Deed::Call { host, .. } => line.calls[*host as usize] = call(&row.deed, lang, is_key),
        Deed::Segment(way) => line.wire = wire(way, lang, is_key),
        Deed::Passed {
            from,
            segments,
            bytes,
        } => {
            line.wire = format!("{} <span>×{segments}, {bytes} B</span>", arrow(*from));
        }
        Deed::Other { host, key } => line.calls[*host as usize] = other(key, lang),
    }
    line
}

/// A deed that is no segment, in one line.
fn deed(row: &Row, lang: Language) -> String {
    let (host, text) = match &row.deed {
        Deed::Call { host, .. } => (*host, call(&row.deed, lang, false)),
        Deed::Other { host, key } => (*host, other(key, lang)),
        Deed::Passed {
            from,
            segments,
            bytes,
        } => (*from, format!("×{segments}, {bytes} B")),
        Deed::Segment(_) => return String::new(),
    };
    let states = row.states.concat();
    let states: Vec<&str> = states.iter().map(|state| state.value.as_str()).collect();
    let led = if states.is_empty() {
        String::new()
    } else {
        format!(" <b>{}</b>", escape(&states.join(", ")))
    };
    format!("<i>{}</i> {text}{led}", host.name())
}

fn call(deed: &Deed, lang: Language, is_key: bool) -> String {
    let Deed::Call {
        text,
        result,
        later,
        ..
    } = deed
    else {
        return String::new();
    };
    let (name, mark) = match text.split_once('(') {
        Some((name, _)) if *later => (format!("{name}()"), ""),
        _ => (text.clone(), " "),
    };
    match result {
        Some(cell) => format!(
            "<code>{}</code>{mark} = {}",
            escape(&name),
            shown(cell, is_key)
        ),
        None => format!(
            "<code>{}</code> <small>{}</small>",
            escape(&name),
            lang.word("sheet.waits")
        ),
    }
}

fn other(key: &str, lang: Language) -> String {
    format!("<small>{}</small>", escape(lang.word(key)))
}

fn arrow(from: Host) -> &'static str {
    match from {
        Host::Client => "<span class=\"arrow\">→</span>",
        Host::Server => "<span class=\"arrow\">←</span>",
    }
}

fn wire(way: &Way, lang: Language, is_key: bool) -> String {
    let number = |name: &str, cell: &Option<Cell>| match cell {
        Some(cell) => format!("<span>{name}&nbsp;{}</span>", shown(cell, is_key)),
        None => String::new(),
    };
    let mut parts = vec![
        arrow(way.from).to_owned(),
        format!("<span class=\"flags\">{}</span>", shown(&way.flags, is_key)),
        number("seq", &way.seq),
        number("ack", &way.ack),
    ];
    if way.len > 0 {
        parts.push(format!("<span>{}&nbsp;B</span>", way.len));
    }
    let marks = [
        (way.lost, "sheet.lost"),
        (way.open, "sheet.open"),
        (way.injected, "sheet.injected"),
        (way.again, "sheet.again"),
    ];
    parts.extend(
        marks
            .iter()
            .filter(|(is_so, _)| *is_so)
            .map(|(_, key)| format!("<small>{}</small>", lang.word(key))),
    );
    parts.join(" ")
}

fn states(row: &Row, is_key: bool) -> [String; 2] {
    [0, 1].map(|host| {
        let shown = row.states[host].iter().map(|cell| shown(cell, is_key));
        shown.collect::<Vec<_>>().join("<br>")
    })
}

/// A value, or its blank: as wide as its kind may need, so that neither the sheet nor the layout gives it away.
fn shown(cell: &Cell, is_key: bool) -> String {
    let value = escape(&cell.value);
    let Some(number) = cell.blank else {
        return format!("<code>{value}</code>");
    };
    let kind = match cell.asks {
        Some(Kind::State) => "state",
        Some(Kind::Flags) => "flags",
        Some(Kind::Number) => "number",
        Some(Kind::Result) | None => "result",
    };
    let filled = if is_key { value.as_str() } else { "" };
    format!("<span class=\"blank {kind}\"><sup>{number}</sup><code>{filled}</code></span>")
}
