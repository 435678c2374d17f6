//! A live run of 2,000 events, alone and followed by 200 viewers, in turn: what those cost the run.
//!
//! The wire delays each segment by 5 ms, and says beforehand when it will deliver it: how late it does is the run's own
//! lateness, whatever the viewers see of it. The viewers read from a process of their own, as they would elsewhere, but on
//! the same machine: what they cost is part of the figure.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::connect_async;

use super::Bench;
use super::table::{Figure, Promise, median, quantile};
use crate::support::{Events, Server, start_run};

const VIEWERS: usize = 200;
const TURNS: usize = 5;

/// What a run took, s, and how late it delivered a segment, ms, at the 99th percentile.
struct Taken {
    events: usize,
    seconds: f64,
    late: f64,
}

pub fn measure(_: &Bench) -> Figure {
    let runtime = tokio::runtime::Runtime::new().expect("an async runtime");
    let (mut alone, mut followed) = (Vec::new(), Vec::new());
    runtime.block_on(async {
        let server = Server::start(&[]);
        for _ in 0..TURNS {
            alone.push(play(&server, 0).await);
            followed.push(play(&server, VIEWERS).await);
        }
    });
    let seconds = |all: &[Taken]| median(all.iter().map(|taken| taken.seconds).collect());
    let late = |all: &[Taken]| median(all.iter().map(|taken| taken.late).collect());
    let events = alone.iter().map(|taken| taken.events).min();
    assert!(events.is_some_and(|events| events >= 2000), "{events:?}");
    Figure {
        what: "2,000 events before 200 viewers: duration",
        ours: format!(
            "{:.2} s, {:.1} ms late",
            seconds(&followed),
            late(&followed)
        ),
        reference: Some(format!(
            "{:.2} s, {:.1} ms late",
            seconds(&alone),
            late(&alone)
        )),
        figure: seconds(&followed) / seconds(&alone),
        promise: Promise::AtMost(1.05, "×"),
    }
}

/// Plays a run before so many viewers.
async fn play(server: &Server, viewers: usize) -> Taken {
    let lines = "client send \"hello\" => 5\nserver recv => \"hello\"\n".repeat(170);
    let script = format!("wire delay 5ms\nserver listen\nclient connect\nserver accept\n{lines}");
    let id = start_run(server, json!({ "script": script, "pace": "full" })).await;
    let mut watching = JoinSet::new();
    for _ in 0..viewers {
        let url = format!("ws://{}/api/runs/{id}/events", server.address);
        watching.spawn(async move { watch(&url).await });
    }
    let url = server.url(&format!("/api/runs/{id}/events?follow=1"));
    let answer = reqwest::get(url).await.expect("an answer");
    let events = Events::parse(&answer.text().await.expect("an answer to its end"));
    while let Some(seen) = watching.join_next().await {
        assert_eq!(seen.expect("a viewer"), events.0.len());
    }
    taken(&events)
}

/// How many events a viewer sees.
async fn watch(url: &str) -> usize {
    let (mut socket, _) = connect_async(url).await.expect("a live socket");
    let mut seen = 0;
    while let Some(Ok(message)) = socket.next().await {
        if let Ok(text) = message.to_text()
            && message.is_text()
        {
            seen += text.lines().count();
        }
    }
    seen
}

fn taken(events: &Events) -> Taken {
    let number = |event: &Value, name: &str| event[name].as_u64().expect("a number");
    let mut due = BTreeMap::new();
    let mut late = Vec::new();
    for segment in events.of("segment") {
        let id = number(segment, "id");
        if segment["phase"] == "sent" {
            due.insert(id, number(segment, "due"));
        } else if segment["phase"] == "delivered" {
            late.push((number(segment, "t") as f64 - due[&id] as f64) / 1e3);
        }
    }
    let end = events.0.last().expect("a last event");
    assert_eq!(end["ok"], true, "{end}");
    Taken {
        events: events.0.len(),
        seconds: number(end, "t") as f64 / 1e6,
        late: quantile(late, 0.99),
    }
}
