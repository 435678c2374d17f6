//! Every event of every recording, and of a live run, is described; and whatever is described occurs.

use std::collections::BTreeSet;

use fourwave::content::atlas::cells;
use fourwave::content::catalogue;
use fourwave::event::host::Host;
use fourwave::event::{Event, Socket, What};
use fourwave::tcp::state::State;
use serde_json::{Value, json};

use super::{document, object};
use crate::support::schema::Document;
use crate::support::{OPEN, Server, fetch, key_of, play_unchecked, request_with, start_run};

/// Described, but in no run: each change of state was seen so far.
const NO_EVENT: [&str; 1] = ["gap"];

fn gap() -> String {
    let address = "127.0.0.1:7000".parse().unwrap();
    let what = What::Gap {
        host: Host::Client,
        socket: Socket {
            name: None,
            local: address,
            peer: address,
        },
        from: State::Established,
        to: State::TimeWait,
    };
    serde_json::to_string(&Event { seq: 1, t: 1, what }).unwrap()
}

/// Its type's name. An event that is new has to be named here, and so comes into the document.
fn name(what: &What) -> &'static str {
    match what {
        What::Run { .. } => "run",
        What::Script { .. } => "script",
        What::Idle { .. } => "idle",
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

/// The events of an open run to which a line is said, and which then is idle.
async fn by_hand() -> String {
    let server = Server::start(&["--idle-limit", "2"]);
    let run = start_run(&server, json!({ "script": "", "open": true })).await;
    let line = Some(json!({ "line": "server listen" }));
    let url = server.url(&format!("/api/runs/{run}"));
    let key = key_of(&run);
    let (status, _) = request_with("POST", &format!("{url}/lines"), line, Some(&key)).await;
    assert_eq!(status, 200);
    fetch(format!("{url}/events?follow=1")).await
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
        let recorded = fetch(server.url(&format!("/api/{}", cell.id()))).await;
        hold(&document, &recorded, &mut met);
    }
    // And of runs of this moment: one with megabytes, one that fails.
    let megabyte = "client send 1M &\nserver recv 1M all\nwait client\n";
    let bulk = format!("{OPEN}{}", megabyte.repeat(8));
    for script in [bulk.as_str(), "server listen\nclient connect 9 => 0\n"] {
        let lines = play_unchecked(script).to_string();
        hold(&document, &lines, &mut met);
    }

    hold(&document, &by_hand().await, &mut met);

    let mapping = &document.whole["components"]["schemas"]["Event"]["discriminator"]["mapping"];
    let described: BTreeSet<&str> = object(mapping).map(|(name, _)| name.as_str()).collect();
    let never: Vec<_> = described.difference(&met).copied().collect();
    assert_eq!(never, NO_EVENT);
    hold(&document, &gap(), &mut met);
    let schemas = object(mapping).map(|(_, address)| address.as_str().unwrap());
    let mut schemas: Vec<&str> = schemas.map(|at| at.rsplit('/').next().unwrap()).collect();
    schemas.extend(["HostFacts", "OpenFile", "Socket"]);
    assert!(
        document.unmet(&schemas).is_empty(),
        "{:?}",
        document.unmet(&schemas)
    );
}

/// The checks above can fail: an event with another name, without a name, and of no known type.
#[tokio::test]
async fn what_is_not_described_is_found() {
    let server = Server::start(&[]);
    let document = document(&server).await;
    let schema = &document.whole["components"]["schemas"]["Event"];
    let right = json!({
        "seq": 1, "t": 2, "type": "step", "line": 1, "text": "x", "phase": "begin", "kind": "call", "action": "x",
    });
    document.hold(schema, &right);
    let wrong = [
        ("line", json!(0)),
        ("line", json!("1")),
        ("phase", json!("middle")),
        ("kind", json!("jump")),
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
}
