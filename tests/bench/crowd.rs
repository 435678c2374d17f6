//! A hundred runs at once at walking pace, as a class of phones has them: how late an event reaches its follower.
//!
//! An event's `t` counts from the run's beginning, which a follower does not know. It is taken to be such that the event
//! that came soonest came at once.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use super::Bench;
use super::table::{Figure, Promise, quantile};
use crate::support::{Server, start_run};

const RUNS: usize = 100;

pub fn measure(_: &Bench) -> Figure {
    let runtime = tokio::runtime::Runtime::new().expect("an async runtime");
    let late = runtime.block_on(async {
        let server = std::sync::Arc::new(Server::start(&["--max-runs", "128"]));
        let mut followers = JoinSet::new();
        for _ in 0..RUNS {
            let server = server.clone();
            followers.spawn(async move { follow_one(&server).await });
        }
        followers.join_all().await.concat()
    });
    let late = quantile(late, 0.99);
    Figure {
        what: "lateness at 100 runs at once, 99th percentile",
        ours: format!("{late:.1} ms"),
        reference: None,
        figure: late,
        promise: Promise::AtMost(100.0, "ms"),
    }
}

/// Starts a run and follows it: how late each event came, in ms.
async fn follow_one(server: &Server) -> Vec<f64> {
    let id = start_run(server, json!({ "scenario": "half-close" })).await;
    let url = format!("ws://{}/api/runs/{id}/events", server.address);
    let (mut socket, _) = connect_async(url).await.expect("a live socket");
    let start = Instant::now();
    let mut came = Vec::new();
    while let Some(Ok(Message::Text(text))) = socket.next().await {
        let at = start.elapsed();
        for line in text.lines() {
            let event: Value = serde_json::from_str(line).expect("an event a line");
            let t = Duration::from_micros(event["t"].as_u64().expect("an event has a time"));
            came.push(at.as_secs_f64() * 1e3 - t.as_secs_f64() * 1e3);
            if event["type"] == "end" {
                assert_eq!(event["ok"], true, "{event}");
            }
        }
    }
    let soonest = came.iter().copied().fold(f64::INFINITY, f64::min);
    came.into_iter().map(|at| at - soonest).collect()
}
