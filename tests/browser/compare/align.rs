//! The modules that hold two runs against each other.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::pairs::PAIRS;
use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Server, scenario_ids, start_run};

/// In a page of ours: `read` gives the events at an address, `compare` holds two such lists against each other.
const MODULES: &str = "
    const { normalize } = await import('/assets/now/scripts/compare/normalize.js');
    const { align } = await import('/assets/now/scripts/compare/align.js');
    const { alignedLayouts } = await import('/assets/now/scripts/compare/aligned-layout.js');
    const read = async (address) => (await (await fetch(address)).text()).trim().split('\\n').map((line) => JSON.parse(line));
    const lesson = (id) => read('/api/recordings/' + id);
    const compare = (a, b) => align(normalize(a), normalize(b));";

/// A page in which modules can be asked.
async fn page(server: &Server) -> Browser {
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/try")).await;
    browser
}

/// The pairs as the scenario files have them.
fn shipped() -> BTreeSet<(String, String)> {
    let pairs = scenario_ids().into_iter().flat_map(|id| {
        let text = std::fs::read_to_string(format!("scenarios/{id}.toml")).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let pairs = table
            .get("pairs")
            .and_then(|pairs| pairs.as_array().cloned());
        let with = pairs.unwrap_or_default().into_iter();
        with.map(move |pair| (id.clone(), pair["with"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    });
    pairs.collect()
}

#[tokio::test]
async fn each_pair_parts_where_it_must_and_nothing_differs_before() {
    let known: BTreeSet<_> = PAIRS
        .iter()
        .map(|(a, b, ..)| (String::from(*a), String::from(*b)))
        .collect();
    assert_eq!(
        known,
        shipped(),
        "what each pair shows is written down here"
    );
    let server = Server::start(&[]);
    let browser = page(&server).await;
    for (a, b, parting, outcome) in PAIRS {
        let found = browser
            .call(&format!(
                "{MODULES}
                 const [a, b] = [await lesson('{a}'), await lesson('{b}')];
                 const found = compare(a, b);
                 const {{ rows, parting, outcome, complete }} = found;
                 const key = (entry) => entry?.key ?? '';
                 // Each entry of a run stands in one row, and what differs comes after the first that does.
                 const each = ['a', 'b'].map((side) => [rows.map((row) => row[side]).filter(Boolean), parting[side]]);
                 const all = [normalize(a), normalize(b)];
                 const whole = each.every(([own], side) => own.length === all[side].length && new Set(own.map((entry) => entry.seq)).size === own.length);
                 const differ = (side) => rows.filter((row) => !row.same && row[side]).map((row) => row[side]);
                 const first = ['a', 'b'].every((side) => differ(side).every(({{ seq }}) => seq >= (parting[side] ?? differ(side)[0]).seq));
                 const before = ['a', 'b'].every((side) => rows.slice(0, parting.row).every((row) => row.same && row[side].seq < (parting[side]?.seq ?? Infinity)));
                 // What is in one row is at one height; in its own picture each event is where its run has it.
                 const layouts = alignedLayouts([a, b], found);
                 const chained = rows.filter((row) => row.a && row.b).filter((row) => Math.abs(layouts[0].ys[row.a.seq] - layouts[1].ys[row.b.seq]) < 0.1).length;
                 const both = rows.filter((row) => row.a && row.b).length;
                 const falls = layouts.every(({{ ys }}) => ys.every((y, seq) => seq === 0 || y >= ys[seq - 1]));
                 return {{ parting: [key(parting.a), key(parting.b)], outcome: outcome ? [key(outcome.origin.a), key(outcome.a), key(outcome.b)] : ['', '', ''],
                          whole, first, before, complete, falls, level: chained / both > 0.95 }};"
            ))
            .await;
        let told = format!("{a} and {b}: {found:#}");
        let is = |found: &Value, expected: &str| {
            let found = found.as_str().unwrap_or_else(|| panic!("{told}"));
            found.starts_with(expected) && (expected.is_empty() == found.is_empty())
        };
        assert!(
            (0..2).all(|side| is(&found["parting"][side], parting[side])),
            "{told}"
        );
        assert!(
            (0..3).all(|part| is(&found["outcome"][part], outcome[part])),
            "{told}"
        );
        for fact in ["whole", "first", "before", "complete", "falls", "level"] {
            assert_eq!(found[fact], true, "{fact}, {told}");
        }
    }
}

#[tokio::test]
async fn a_recording_differs_in_nothing_from_itself() {
    let server = Server::start(&[]);
    let browser = page(&server).await;
    let ids = serde_json::to_string(&scenario_ids()).unwrap();
    let wrong = browser
        .call(&format!(
            "{MODULES}
             const wrong = [];
             for (const id of {ids}) {{
               const events = await lesson(id);
               const {{ rows, parting, outcome, complete }} = compare(events, events);
               if (parting || outcome || !complete || rows.length < 10 || rows.some(({{ a, b }}) => a?.seq !== b?.seq)) wrong.push(id);
             }}
             return wrong;"
        ))
        .await;
    assert_eq!(wrong, json!([]));
}

#[tokio::test]
async fn a_run_here_is_the_same_as_the_recording() {
    let server = Server::start(&[]);
    let browser = page(&server).await;
    // Lessons in which no timer races with anything. Process ids, ports, numbers and all times are others.
    for id in [
        "four-waves",
        "half-close",
        "close-unread",
        "close-unread-after-fin",
        "reset-linger-0",
        "server-first",
        "kill-unread",
        "kill-nothing-unread",
        "dup",
        "error-order",
        "http-one-connection",
        "netty-half-closure",
        "reset-before-accept",
        "time-wait-survives",
    ] {
        let run = start_run(&server, json!({ "scenario": id, "pace": "full" })).await;
        let found = browser
            .call(&format!(
                "{MODULES}
                 const {{ follow }} = await import('/assets/now/scripts/net/api.js');
                 const live = [];
                 await new Promise((done) => follow({{ id: '{run}', events: '/api/runs/{run}/events' }}, {{
                   onEvents(events) {{ live.push(...events); if (events.at(-1).type === 'end') done(); }}, onWait() {{}}, onLost() {{}}, onGone: done,
                 }}));
                 const {{ parting, rows }} = compare(await lesson('{id}'), live);
                 return parting && {{ common: parting.common?.a.key, a: parting.a?.key, b: parting.b?.key, rows: rows.length }};"
            ))
            .await;
        assert_eq!(found, Value::Null, "{id}");
    }
}

#[tokio::test]
async fn independent_things_may_happen_in_another_order() {
    let server = Server::start(&[]);
    let browser = page(&server).await;
    let found = browser
        .call(&format!(
            "{MODULES}
             const events = await lesson('four-waves');
             const anew = (all) => all.map((event, seq) => ({{ ...event, seq }}));
             // The server hears of the handshake's end before or after the client's connect returns: nobody waits for that.
             const exit = events.findIndex(({{ call, phase }}) => call === 'connect' && phase === 'exit');
             const moved = events.findIndex(({{ type, id, phase }}) => type === 'segment' && id === 3 && phase === 'delivered');
             const other = events.slice();
             other.splice(moved, 0, ...other.splice(exit, 1));
             const swapped = compare(events, other).parting;
             // A result that is another one parts them, and nothing before it.
             const changed = events.map((event) => (event.call === 'recv' && event.phase === 'exit' ? {{ ...event, result: -1, errno: 'ECONNRESET' }} : event));
             const {{ parting }} = compare(events, changed);
             // So does what somebody waits for: the order of a script's lines.
             const [accepted, closed] = [await lesson('reset-linger-0'), await lesson('reset-before-accept')];
             return [swapped, exit < moved, parting.a.key, parting.b.key, compare(accepted, closed).parting.a.key];"
        ))
        .await;
    assert_eq!(
        found,
        json!([
            null,
            true,
            "server server recv(socket 2, 65536) = 0",
            "server server recv(socket 2, 65536) = ECONNRESET",
            "server server accept(socket 1)"
        ])
    );
}
