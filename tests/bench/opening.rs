//! Opening kept recordings of 300 events by their links: the page, and then its events, as a browser asks for them. How
//! long one takes that somebody waits for, and how many a second the server opens with one core's time.

use std::path::Path;
use std::time::{Duration, Instant};

use fourwave::store::{Day, Store};
use serde_json::{Value, json};

use super::Bench;
use super::table::{Figure, Promise, median, quantile};
use crate::support::temp_dir::Folder;
use crate::support::{Server, ended_run, fetch};

const EVENTS: usize = 300;
/// How many recordings there are; each is opened once in a round, so that nothing is opened twice in a row.
const RECORDINGS: u64 = 1000;

/// How long one takes, measured where it is asked for.
pub fn one(_: &Bench) -> Figure {
    let opened = open_all();
    let most = quantile(opened.each.clone(), 0.99);
    Figure {
        what: "opening a recording, 99th percentile",
        ours: format!("{:.2} ms", median(opened.each)),
        reference: None,
        figure: most,
        promise: Promise::AtMost(5.0, "ms"),
    }
}

/// How many a second of the server's own time, in user space and in the kernel.
pub fn many(_: &Bench) -> Figure {
    let opened = open_all();
    let rate = RECORDINGS as f64 / opened.busy.as_secs_f64();
    Figure {
        what: "recordings opened a second on one core",
        ours: format!("{rate:.0} /s"),
        reference: None,
        figure: rate,
        promise: Promise::AtLeast(1000.0, "/s"),
    }
}

struct Opened {
    /// How long each took, in ms.
    each: Vec<f64>,
    /// For how long the server computed.
    busy: Duration,
}

fn open_all() -> Opened {
    let runtime = tokio::runtime::Runtime::new().expect("an async runtime");
    let folder = Folder::new();
    runtime.block_on(async {
        let ids = keep(folder.path(), &recorded().await);
        let server = Server::start(&["--data-dir", folder.as_str()]);
        let client = reqwest::Client::new();
        open(&client, &server, &ids).await; // what is made once is made now
        let before = busy(&server);
        let each = open(&client, &server, &ids).await;
        Opened {
            each,
            busy: busy(&server) - before,
        }
    })
}

/// The first events of a run that has more.
async fn recorded() -> Vec<String> {
    let server = Server::start(&[]);
    let talk = "client send \"hello, how are you today?\"\nserver recv\n".repeat(40);
    let script = format!("server listen\nclient connect\nserver accept\n{talk}");
    let id = ended_run(&server, json!({ "script": script, "pace": "full" })).await;
    let events = fetch(server.url(&format!("/api/runs/{id}/events"))).await;
    let lines: Vec<String> = events.lines().take(EVENTS).map(Into::into).collect();
    assert_eq!(lines.len(), EVENTS);
    lines
}

/// Keeps recordings that differ in when they began.
fn keep(folder: &Path, lines: &[String]) -> Vec<String> {
    let store = Store::new(folder.to_owned(), 1 << 30, Default::default());
    let mut lines = lines.to_vec();
    let mut run: Value = serde_json::from_str(&lines[0]).expect("an event");
    let ids = (0..RECORDINGS).map(|number| {
        run["began"] = json!(1_700_000_000_000_000 + number);
        lines[0] = run.to_string();
        store.keep(&lines, Day::today()).expect("there is room")
    });
    ids.collect()
}

async fn open(client: &reqwest::Client, server: &Server, ids: &[String]) -> Vec<f64> {
    let mut each = Vec::new();
    for id in ids {
        let start = Instant::now();
        for path in [format!("/r/{id}"), format!("/api/r/{id}")] {
            let asked = client
                .get(server.url(&path))
                .header("accept-encoding", "gzip");
            let answer = asked.send().await.expect("an answer");
            assert_eq!(answer.status(), 200);
            answer.bytes().await.expect("all of it");
        }
        each.push(start.elapsed().as_secs_f64() * 1e3);
    }
    each
}

/// How long a process has computed: utime and stime of proc(5), in ticks of 10 ms.
fn busy(server: &Server) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.pid())).expect("it runs");
    let (_, fields) = stat.rsplit_once(')').expect("a name in parentheses");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks
        .map(|ticks| ticks.parse::<u64>().expect("a number"))
        .sum();
    Duration::from_millis(10 * ticks)
}
