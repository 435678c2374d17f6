//! Memory of live runs: how much more all processes of a server take together while some runs wait. Shared pages count
//! once, divided among those who share them (PSS, proc(5)).

use serde_json::json;

use super::Bench;
use super::table::{Figure, Promise};
use crate::support::processes::descendants;
use crate::support::{Server, start_run, until_told};

const RUNS: usize = 10;
const WAITING: &str = "server listen\nclient connect\nserver accept\nclient thread reader\nreader recv &\nserver recv";

pub fn measure(_: &Bench) -> Figure {
    let runtime = tokio::runtime::Runtime::new().expect("an async runtime");
    let each = runtime.block_on(async {
        let server = Server::start(&[]);
        wait_in_runs(&server, 1).await; // so that the server has made what it keeps
        let before = of_all(&server);
        wait_in_runs(&server, RUNS).await;
        (of_all(&server) - before) / RUNS as f64
    });
    Figure {
        what: "memory of a live run",
        ours: format!("{each:.2} MB"),
        reference: None,
        figure: each,
        promise: Promise::AtMost(6.0, "MB"),
    }
}

/// Starts some runs, and returns when each has come to its last line.
async fn wait_in_runs(server: &Server, count: usize) {
    for _ in 0..count {
        let id = start_run(server, json!({ "script": WAITING, "pace": "full" })).await;
        until_told(server, &id, "\"call\":\"recv\"", 2).await;
    }
}

/// The memory of a server and all processes below it, in MB.
fn of_all(server: &Server) -> f64 {
    let all = [vec![server.pid()], descendants(server.pid())].concat();
    all.into_iter().map(of_one).sum::<f64>() / 1024.0
}

/// In KB.
fn of_one(pid: i32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))
        .expect("a live process tells of its memory");
    let figure = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    figure
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
        .expect("a figure of its PSS")
}
