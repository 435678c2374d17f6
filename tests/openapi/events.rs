//! Every event of every recording, and of a live run, is described; and whatever is described occurs.

use std::collections::BTreeSet;

use fourwave::atlas::cells;
use fourwave::catalogue;
use fourwave::event::{Event, What};
use serde_json::{Value, json};

use super::{document, object};
use crate::support::schema::Document;
use crate::support::{Events, Server, command};

/// Described, but in no recording: properties and types.
const NOT_RECORDED: [&str; 0] = [];
const NO_EVENT: [&str; 0] = [];

/// Its type's name. An event that is new has to be named here, and so comes into the document.
fn name(what: &What) -> &'static str {
    match what {
        What::Run { .. } => "run",
        What::Step { .. } => "step",
        What::Call { .. } => "call",
        What::Segment(_) => "segment",
        What::Passed { .. } => "passed",
        What::State { .. } => "state",
        What::Gap { .. } => "gap",
        What::Queue { .. } => "queue",
        What::Timer { .. } => "timer",
        What::Descriptors { .. } => "descriptors",
        What::Process { .. } => "process",
        What::Host { .. } => "host",
        What::Check { .. } => "check",
        What::End { .. } => "end",
    }
}

/// Holds events against their schema; adds their types to `met`.
fn hold(document: &Document, lines: &str, met: &mut BTreeSet<&'static str>) {
    let schema = &document.whole["components"]["schemas"]["Event"];
    for line in lines.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        document.hold(schema, &value);
        let event: Event = serde_json::from_str(line).unwrap();
        assert_eq!(name(&event.what), value["type"]);
        met.insert(name(&event.what));
    }
}

#[tokio::test]
async fn every_event_is_described() {
    let server = Server::start(&[]);
    let document = document(&server).await;
    let mut met = BTreeSet::new();
    for scenario in catalogue::scenarios() {
        let lines = catalogue::recording_lines(&scenario.id).unwrap();
        hold(&document, &lines, &mut met);
    }
    for cell in cells().iter().filter(|cell| cell.plan.is_ok()) {
        let recorded = reqwest::get(server.url(&format!("/api/{}", cell.id()))).await;
        hold(
            &document,
            &recorded.unwrap().text().await.unwrap(),
            &mut met,
        );
    }
    // And of runs of this moment: one with megabytes, one that fails.
    let bulk = "server listen\nclient connect\nserver accept\nclient send 8M &\nserver recv 8M all\nwait client\n";
    for script in [bulk, "server listen\nclient connect 9 => 0\n"] {
        let played = command(&["run", "-", "--json"], script);
        hold(
            &document,
            &String::from_utf8(played.stdout).unwrap(),
            &mut met,
        );
    }

    let mapping = &document.whole["components"]["schemas"]["Event"]["discriminator"]["mapping"];
    let described: BTreeSet<&str> = object(mapping).map(|(name, _)| name.as_str()).collect();
    let never: Vec<_> = described.difference(&met).copied().collect();
    assert_eq!(never, NO_EVENT);
    let schemas = object(mapping).map(|(_, address)| address.as_str().unwrap());
    let mut schemas: Vec<&str> = schemas.map(|at| at.rsplit('/').next().unwrap()).collect();
    schemas.extend(["HostFacts", "OpenFile", "Socket"]);
    assert_eq!(document.unmet(&schemas), NOT_RECORDED);
}

/// The checks above can fail: an event with another name, without a name, and of no known type.
#[tokio::test]
async fn what_is_not_described_is_found() {
    let server = Server::start(&[]);
    let document = document(&server).await;
    let schema = &document.whole["components"]["schemas"]["Event"];
    let right =
        json!({ "seq": 1, "t": 2, "type": "step", "line": 1, "text": "x", "phase": "begin" });
    document.hold(schema, &right);
    let wrong = [
        ("line", json!(0)),
        ("line", json!("1")),
        ("phase", json!("middle")),
        ("type", json!("other")),
        ("colour", json!("red")),
    ];
    for (name, value) in wrong {
        let mut event = right.clone();
        event[name] = value;
        let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            document.hold(schema, &event);
        }));
        assert!(held.is_err(), "{event}");
    }
    assert!(Events::parse(&right.to_string()).of("step").len() == 1);
}
