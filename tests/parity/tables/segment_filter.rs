//! Filters for segments: `Filter` in server/script/filter.rs, `matches` and `filterText` in
//! web/scripts/script/wire-commands.js.

use fourwave::event::Segment;
use fourwave::script::ast::{Action, WireAction};
use fourwave::script::{Filter, parse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answered, Page, read};

#[derive(Deserialize)]
struct Table {
    segments: Vec<Row>,
    filters: Vec<Case>,
}

/// The facts of a segment that filters read.
#[derive(Deserialize)]
struct Row {
    id: u32,
    from: String,
    flags: Vec<String>,
    seq: Option<u32>,
    ack: Option<u32>,
    #[serde(default)]
    len: usize,
}

#[derive(Deserialize)]
struct Case {
    /// The filter in a script's words.
    text: String,
    /// The filter as the page has it.
    filter: PageFilter,
    /// The ids of the segments that it matches.
    matches: Vec<u32>,
}

#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct PageFilter {
    set: Vec<String>,
    unset: Vec<String>,
    data: bool,
    from: Option<String>,
    seq: Option<u32>,
    ack: Option<u32>,
}

impl From<&Filter> for PageFilter {
    fn from(filter: &Filter) -> PageFilter {
        let strings = |bits: &[&str]| bits.iter().map(ToString::to_string).collect();
        PageFilter {
            set: strings(&filter.flags.set),
            unset: strings(&filter.flags.unset),
            data: filter.data,
            from: filter.from.map(|host| host.name().to_owned()),
            seq: filter.seq,
            ack: filter.ack,
        }
    }
}

impl Row {
    fn segment(&self) -> Segment {
        let to = if self.from == "client" {
            "server"
        } else {
            "client"
        };
        let segment = json!({
            "id": self.id, "from": self.from, "to": to, "phase": "sent",
            "source": "127.0.0.1:1", "destination": "127.0.0.2:2",
            "flags": self.flags, "seq_rel": self.seq, "ack_rel": self.ack, "seq_abs": 0, "ack_abs": 0,
            "window": 0, "len": self.len, "options": [], "retransmission": false,
        });
        serde_json::from_value(segment).unwrap()
    }
}

/// The filter of a line, as the parser reads it.
fn parsed(text: &str) -> Filter {
    let script = parse(&format!("wire hold {text}"))
        .unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"));
    match script.steps.into_iter().next().unwrap().action {
        Action::Wire(WireAction::Hold(filter)) => filter,
        _ => panic!("{text} is no filter"),
    }
}

pub async fn compare(page: &mut Page) {
    let table: Table = read(include_str!("segment_filter.toml"));
    let segments: Vec<Segment> = table.segments.iter().map(Row::segment).collect();
    let cases = table.filters.iter().map(|case| {
        let filter = parsed(&case.text);
        assert_eq!(PageFilter::from(&filter), case.filter, "{}", case.text);
        let matched = segments.iter().filter(|segment| filter.matches(segment));
        let ids: Vec<u32> = matched.map(|segment| segment.id).collect();
        Answered {
            given: json!({ "filter": case.filter, "segments": segments }),
            expected: json!([case.text, case.matches]),
            server: json!([filter.to_string(), ids]),
        }
    });
    let answer = "
        const { filterText, matches } = await import('/assets/now/scripts/script/wire-commands.js');
        const matched = given.segments.filter((segment) => matches(given.filter, segment));
        return [filterText(given.filter), matched.map(({ id }) => id)];";
    page.compare("segment filter", cases.collect(), answer)
        .await;
    picks(page, &segments).await;
}

/// The filter that the page picks for a segment matches the same segments on both sides.
async fn picks(page: &mut Page, segments: &[Segment]) {
    let picked = page
        .browser
        .call(&format!(
            "const {{ filterOf, filterText, matches }} = await import('/assets/now/scripts/script/wire-commands.js');
             const segments = {};
             return segments.map((segment) => {{
               const filter = filterOf(segment, segments);
               const ids = segments.filter((other) => matches(filter, other)).map(({{ id }}) => id);
               return {{ id: segment.id, text: filterText(filter), ids }};
             }});",
            json!(segments)
        ))
        .await;
    let picked = picked.as_array().unwrap_or_else(|| panic!("{picked}"));
    assert_eq!(picked.len(), segments.len());
    for pick in picked {
        let filter = parsed(pick["text"].as_str().unwrap());
        let matched = segments.iter().filter(|segment| filter.matches(segment));
        let ids: Vec<Value> = matched.map(|segment| json!(segment.id)).collect();
        if pick["ids"] != json!(ids) || !ids.contains(&pick["id"]) {
            page.wrong += &format!("\nfilter of a segment: {pick}\n  server: {ids:?}\n");
        }
    }
}
