//! Worksheets: every blank can be filled, every order restored, and equal seeds give equal worksheets.

use std::collections::{BTreeMap, BTreeSet};

use fourwave::content::catalogue;
use fourwave::event::Event;
use fourwave::export::worksheet::blanks::{bank, blank};
use fourwave::export::worksheet::shuffle::{segment_of, shuffle};
use fourwave::export::worksheet::table::{
    BlankKind, RowKind, WorksheetCell, WorksheetTable, table,
};
use fourwave::recording;

use crate::support::{Server, fetch, scenario_ids};

fn lessons() -> Vec<(String, Vec<Event>)> {
    let ids = scenario_ids().into_iter();
    ids.map(|id| {
        let lines =
            catalogue::recording_lines(&id).unwrap_or_else(|| panic!("{id} has a recording"));
        (id, recording::read(&lines))
    })
    .collect()
}

fn cells(table: &WorksheetTable) -> Vec<WorksheetCell> {
    let mut table = table.clone();
    table
        .rows
        .iter_mut()
        .flat_map(|row| row.cells_mut())
        .map(|cell| cell.clone())
        .collect()
}

#[test]
fn every_lesson_has_blanks_whose_values_the_run_gave() {
    let mut kinds: BTreeMap<BlankKind, usize> = BTreeMap::new();
    for (id, events) in lessons() {
        let full = table(&events);
        for seed in [1, 2, 77] {
            let mut sheet = blank(full.clone(), seed);
            assert_eq!(
                cells(&sheet),
                cells(&blank(full.clone(), seed)),
                "{id}: the same seed, the same sheet"
            );
            let (values, asked) = (cells(&full), cells(&sheet));
            assert!(
                values
                    .iter()
                    .zip(&asked)
                    .all(|(cell, asked)| cell.value == asked.value),
                "{id}: nothing is changed"
            );
            let numbers: Vec<usize> = asked.iter().filter_map(|cell| cell.blank).collect();
            assert_eq!(
                numbers,
                (1..=numbers.len()).collect::<Vec<_>>(),
                "{id}: numbered as one reads"
            );
            assert!(!numbers.is_empty(), "{id}: nothing is asked");
            let words = bank(&mut sheet);
            for row in &mut sheet.rows {
                let blanks: Vec<WorksheetCell> = row
                    .cells_mut()
                    .into_iter()
                    .filter(|cell| cell.blank.is_some())
                    .map(|cell| cell.clone())
                    .collect();
                assert!(blanks.len() <= 1, "{id}: one blank a row");
                for cell in blanks {
                    let kind = cell
                        .asks
                        .unwrap_or_else(|| panic!("{id}: {} cannot be concluded", cell.value));
                    *kinds.entry(kind).or_default() += 1;
                    assert!(
                        !matches!(kind, BlankKind::State | BlankKind::Flags)
                            || words.contains(&cell.value),
                        "{id}: {}",
                        cell.value
                    );
                }
            }
        }
        assert_ne!(
            cells(&blank(full.clone(), 1)),
            cells(&blank(full, 3)),
            "{id}: another seed, another sheet"
        );
    }
    assert_eq!(kinds.len(), 4, "{kinds:?}");
}

/// Numbers follow from the rows above in the table alone; this test computes them anew.
#[test]
fn a_number_that_is_asked_for_follows_from_the_rows_above() {
    let mut asked = 0;
    for (id, events) in lessons() {
        // The sequence numbers that each host has sent so far, and those that have reached its peer.
        let (mut ends, mut reached): (BTreeMap<_, BTreeSet<u32>>, BTreeMap<_, BTreeSet<u32>>) =
            Default::default();
        for row in table(&events).rows {
            let Some(segment) = segment_of(&row) else {
                continue;
            };
            let number = |cell: &Option<WorksheetCell>| {
                cell.as_ref().map(|cell| cell.value.parse::<u32>().unwrap())
            };
            for (cell, known) in [(&segment.seq, &ends), (&segment.ack, &reached)] {
                if cell.as_ref().is_some_and(|cell| cell.asks.is_some()) {
                    asked += 1;
                    let known = known
                        .get(&segment.from)
                        .is_some_and(|known: &BTreeSet<u32>| {
                            known.contains(&number(cell).unwrap())
                        });
                    assert!(known, "{id}: {segment:?}");
                }
            }
            let takes = ["SYN", "FIN"]
                .iter()
                .filter(|flag| segment.flags.value.split(", ").any(|one| one == **flag))
                .count();
            if let Some(seq) = number(&segment.seq) {
                let end = seq + segment.len as u32 + takes as u32;
                ends.entry(segment.from).or_default().insert(end);
                if !segment.lost {
                    reached.entry(segment.from.other()).or_default().insert(end);
                }
            }
        }
    }
    assert!(asked > 500, "{asked}");
}

#[test]
fn what_a_reader_cannot_know_is_never_asked_for() {
    for (id, events) in lessons() {
        for row in table(&events).rows {
            match &row.kind {
                RowKind::Call {
                    text,
                    result: Some(cell),
                    ..
                } if cell.asks.is_some() => {
                    let name = text.split('(').next().unwrap().rsplit(' ').next().unwrap();
                    assert!(["send", "recv", "connect"].contains(&name), "{id}: {text}");
                }
                RowKind::Segment(segment) if segment.injected || segment.again => {
                    assert_eq!(segment.flags.asks, None, "{id}: {segment:?}");
                }
                RowKind::Other { .. } => {
                    let states = row.states.iter().flatten();
                    assert!(
                        states.clone().all(|state| state.asks.is_none()),
                        "{id}: a timer's doing"
                    );
                }
                _ => {}
            }
        }
    }
}

#[test]
fn shuffled_segments_restore_to_the_order_of_the_run() {
    for (id, events) in lessons() {
        let table = table(&events);
        for seed in 1..4 {
            let mut items = shuffle(&table, seed);
            let order: Vec<usize> = items.iter().map(|item| item.place).collect();
            assert_eq!(
                order,
                shuffle(&table, seed)
                    .iter()
                    .map(|item| item.place)
                    .collect::<Vec<_>>()
            );
            assert!(
                items.len() < 2 || !order.is_sorted(),
                "{id}: in its order already"
            );
            items.sort_by_key(|item| item.place);
            let sent: Vec<u32> = items
                .iter()
                .map(|item| segment_of(&table.rows[item.row]).unwrap().span.0)
                .collect();
            assert!(sent.is_sorted(), "{id}: {sent:?}");
            let places: Vec<usize> = items.iter().map(|item| item.place).collect();
            assert_eq!(places, (1..=items.len()).collect::<Vec<_>>(), "{id}");
        }
    }
    // Two FINs that cross on the wire may stand in either order.
    let lines = catalogue::recording_lines("both-at-once").unwrap();
    assert!(
        shuffle(&table(&recording::read(&lines)), 1)
            .iter()
            .any(|item| item.tied)
    );
}

#[test]
fn a_call_waits_on_paper_only_where_it_slept() {
    let rows = |id: &str| table(&recording::read(&catalogue::recording_lines(id).unwrap())).rows;
    let waits = |id: &str| {
        let rows = rows(id).into_iter();
        let waiting = rows.filter_map(|row| match row.kind {
            RowKind::Call {
                text, result: None, ..
            } => Some(text),
            _ => None,
        });
        waiting.collect::<Vec<_>>()
    };
    assert_eq!(waits("half-close"), ["connect(3)"]);
    assert!(
        !waits("cable-send")
            .iter()
            .any(|text| text.starts_with("send")),
        "what is lost at once makes nobody wait"
    );
}

/// The blanks of a page, each with its content.
fn blanks_of(page: &str) -> Vec<(String, String)> {
    let blanks = page.split("<span class=\"blank ").skip(1);
    let cut = |text: &str, from: &str, to: &str| {
        text.split_once(from)
            .unwrap()
            .1
            .split_once(to)
            .unwrap()
            .0
            .to_owned()
    };
    blanks
        .map(|blank| {
            (
                cut(blank, "<sup>", "</sup>"),
                cut(blank, "<code>", "</code>"),
            )
        })
        .collect()
}

#[tokio::test]
async fn sheets_and_keys_are_pages_in_both_languages() {
    let server = Server::start(&[]);
    let get = async |query: &str| {
        let response =
            reqwest::get(server.url(&format!("/api/recordings/half-close/exercise{query}")))
                .await
                .unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (status, sheet) = get("?seed=7").await;
    assert_eq!((status, &sheet), (200, &get("?kind=blanks&seed=7").await.1));
    assert_ne!(sheet, get("?seed=8").await.1);
    assert!(sheet.contains("Half-close: I am done, you are not") && sheet.contains("Name"));
    assert!(sheet.contains(&format!("{}/s/half-close", server.address)));
    let key = get("?seed=7&key=1").await.1;
    let (open, solved) = (blanks_of(&sheet), blanks_of(&key));
    assert!(
        open.len() >= 8 && open.iter().all(|(_, value)| value.is_empty()),
        "{open:?}"
    );
    assert_eq!(
        open.iter().map(|(number, _)| number).collect::<Vec<_>>(),
        solved.iter().map(|(number, _)| number).collect::<Vec<_>>()
    );
    assert!(
        solved.iter().all(|(_, value)| !value.is_empty()),
        "{solved:?}"
    );
    // Both pages are the same except for the solutions.
    let bare = |page: &str| {
        page.split("<tbody>")
            .nth(1)
            .unwrap()
            .split("</tbody>")
            .next()
            .unwrap()
            .to_owned()
    };
    let mut emptied = bare(&key);
    for (number, value) in &solved {
        emptied = emptied.replace(
            &format!("<sup>{number}</sup><code>{value}</code>"),
            &format!("<sup>{number}</sup><code></code>"),
        );
    }
    assert_eq!(emptied, bare(&sheet));
    let chinese = get("?seed=7&key=1&lang=zh").await.1;
    assert_eq!(blanks_of(&chinese), solved);
    assert!(chinese.contains("半关闭：我说完了，你还没有") && chinese.contains("答案"));

    let places = |page: &str| -> Vec<String> {
        let rows = page.split("<td class=\"place\"><b>").skip(1);
        rows.map(|row| row.split("</b>").next().unwrap().to_owned())
            .collect()
    };
    let (open, solved) = (
        places(&get("?kind=shuffle").await.1),
        places(&get("?kind=shuffle&key=1").await.1),
    );
    assert!(open.iter().all(String::is_empty) && open.len() == solved.len());
    let mut order: Vec<usize> = solved
        .iter()
        .map(|place| place.trim_end_matches("&nbsp;≈").parse().unwrap())
        .collect();
    order.sort();
    assert_eq!(order, (1..=11).collect::<Vec<_>>());

    for (query, expected) in [
        ("?kind=riddle", 400),
        ("?seed=many", 400),
        ("?seed=-1", 400),
    ] {
        assert_eq!(get(query).await.0, expected, "{query}");
    }
    for (path, expected) in [
        ("/api/recordings/nothing/exercise", 404),
        ("/api/atlas/TIME_WAIT/fin/exercise", 200),
        ("/api/runs/nothing/exercise", 404),
    ] {
        assert_eq!(
            reqwest::get(server.url(path)).await.unwrap().status(),
            expected,
            "{path}"
        );
    }
    let lesson = fetch(server.url("/s/half-close")).await;
    assert!(lesson.contains("/api/recordings/half-close/exercise?kind=shuffle&amp;key=1"));
}
