//! Every refusal that the document promises, provoked.

use serde_json::{Value, json};

use super::call::{self, Call, Seen};
use super::{StandIns, operations};
use crate::kernel::privileges::server_that_is_refused;
use crate::support::{Server, start_run};

/// Promised, and not provoked here: a store that is full of what was visited lately takes a megabyte of runs, and a run's queue
/// of lines is longer than a test should be. Nor is `ending` of the 503: a server that ends takes only what is on its way.
pub const NOT_PROVOKED: [&str; 2] = [
    "post /api/recordings 507 application/json",
    "post /api/runs/{id}/lines 429 application/json",
];

const SCRIPT: &str = "server listen\n";

/// Requests that are refused, with the status and the refusal's name.
fn refused(stand_ins: &StandIns) -> Vec<(Call, u16, &'static str)> {
    let StandIns { open, ended, kept } = stand_ins;
    let (json, text, form) = (
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
    );
    let long = "#".repeat(70_000);
    let wrong = "server listen\nclient conect\n";
    let script = |script: &str| json!({ "script": script }).to_string();
    let program =
        |script: &str| json!({ "script": script, "host": "client", "language": "c" }).to_string();
    let get = |address: &str| Call::new("get", address);
    let delete = |address: &str| Call::new("delete", address);
    let post = |address: &str| Call::new("post", address);
    let say = |run: &str, line: &str| say(run, json!({ "line": line }));
    let start = |beside: &str| post(&format!("/api/runs{beside}"));
    vec![
        (start("").body(json, "{}"), 400, "request"),
        (start("?pace=fast").body(text, SCRIPT), 400, "request"),
        (start("?follow=yes").body(text, SCRIPT), 400, "request"),
        (
            start("?pace=full").body(json, script(SCRIPT)),
            400,
            "request",
        ),
        (
            start("").body(json, "{\"scenario\":\"none\"}"),
            404,
            "unknown",
        ),
        (start("").body(text, &*long), 413, "large"),
        (start("").body(json, &*long), 413, "large"),
        (start("").body(form, SCRIPT), 415, "media_type"),
        (start("").body(text, wrong), 422, "script"),
        (start("").body(json, script(wrong)), 422, "script"),
        (get("/api/runs/none"), 404, "unknown"),
        (delete("/api/runs/none"), 404, "unknown"),
        (
            get(&format!("/api/runs/{ended}/events?from=x")),
            400,
            "request",
        ),
        (get("/api/runs/none/events"), 404, "unknown"),
        (get("/api/runs/none/json"), 404, "unknown"),
        (get("/api/scenarios/none"), 404, "unknown"),
        (get("/api/scenarios/half-close/program"), 400, "request"),
        (
            get("/api/scenarios/none/program?host=client&language=c"),
            404,
            "unknown",
        ),
        (get("/api/recordings/none"), 404, "unknown"),
        (get("/api/recordings/none/json"), 404, "unknown"),
        (get("/api/atlas/TIME_WAIT/none"), 404, "unknown"),
        (get("/api/atlas/TIME_WAIT/none/json"), 404, "unknown"),
        (
            post("/api/check").body(text, *b"server \xff"),
            400,
            "request",
        ),
        (post("/api/check").body(text, &*long), 413, "large"),
        (post("/api/program").body(json, "{}"), 400, "request"),
        (
            post("/api/program").body(json, program(&long)),
            413,
            "large",
        ),
        (post("/api/program").body(text, SCRIPT), 415, "media_type"),
        (
            post("/api/program").body(json, program(wrong)),
            422,
            "script",
        ),
        (delete(&format!("/api/runs/{open}")), 403, "key"),
        (say("none", ""), 404, "unknown"),
        (say(ended, "client close"), 403, "key"),
        (say(ended, "client close").key(open), 403, "key"),
        (say(ended, "client close").key(ended), 409, "over"),
        (get(&format!("/api/runs/{ended}/none")), 404, "unknown"),
        (
            get(&format!("/api/runs/{ended}/svg?theme=red")),
            400,
            "request",
        ),
        (
            get("/api/recordings/half-close/svg?theme=red"),
            400,
            "request",
        ),
        (
            get("/api/atlas/TIME_WAIT/syn/svg?theme=red"),
            400,
            "request",
        ),
        (get(&format!("/api/r/{kept}/svg?theme=red")), 400, "request"),
        (get("/api/r/none"), 404, "unknown"),
        (get("/api/r/none/json"), 404, "unknown"),
        (post("/api/recordings").body(json, "{}"), 400, "request"),
        (
            post("/api/recordings").body(json, "{\"run\":\"none\"}"),
            404,
            "unknown",
        ),
        (post("/api/recordings").body(text, "x"), 415, "media_type"),
        (get("/api/recordings/none/html"), 404, "unknown"),
        (get("/api/recordings/none/exercise"), 404, "unknown"),
        (
            get("/api/recordings/half-close/exercise?kind=x"),
            400,
            "request",
        ),
        (get("/api/atlas/TIME_WAIT/none/html"), 404, "unknown"),
        (get("/api/atlas/TIME_WAIT/none/exercise"), 404, "unknown"),
        (
            get("/api/atlas/TIME_WAIT/syn/exercise?kind=x"),
            400,
            "request",
        ),
        (get("/api/r/none/html"), 404, "unknown"),
        (get("/api/r/none/exercise"), 404, "unknown"),
        (
            get(&format!("/api/r/{kept}/exercise?kind=x")),
            400,
            "request",
        ),
        (get("/api/runs/none/html"), 404, "unknown"),
        (get("/api/runs/none/exercise"), 404, "unknown"),
        (
            get(&format!("/api/runs/{ended}/exercise?kind=x")),
            400,
            "request",
        ),
        (get("/oembed"), 400, "request"),
        (get("/oembed?url=/s/none"), 404, "unknown"),
        (get("/oembed?url=/s/half-close&format=xml"), 501, "failed"),
        (post("/api/offers").body(text, wrong), 422, "script"),
        (
            post("/api/offers").body(text, *b"server \xff"),
            400,
            "request",
        ),
        (post("/api/offers").body(text, &*long), 413, "large"),
        (post("/api/qr").body(text, ""), 422, "request"),
        (post("/api/qr").body(text, &*long), 413, "large"),
        (post("/api/complete").body(json, "{}"), 400, "request"),
        (
            post("/api/complete").body(json, script(&long)),
            413,
            "large",
        ),
        (post("/api/complete").body(text, SCRIPT), 415, "media_type"),
    ]
}

/// Sends what must be refused.
async fn expect(seen: &Seen<'_>, server: &Server, call: &Call, status: u16, error: &str) {
    let answer = call.send(server).await;
    let said: Value = serde_json::from_slice(&answer.content).unwrap_or_default();
    let found = (answer.status, said["error"].as_str());
    assert_eq!(found, (status, Some(error)), "{call:?}: {answer:?}");
    assert_eq!(answer.headers.contains_key("allow"), status == 405);
    if let Some(path) = seen.path(call) {
        seen.hold(&path, call, &answer);
    }
}

pub async fn provoke(server: &Server, seen: &Seen<'_>, stand_ins: &StandIns) {
    for (call, status, error) in refused(stand_ins) {
        expect(seen, server, &call, status, error).await;
    }
    // What any address refuses.
    for (path, method, _) in operations(seen.document) {
        let address = path.replace(['{', '}'], "");
        let call = Call::new(method, &address);
        let elsewhere = call.clone().header("host", "evil.example");
        expect(seen, server, &elsewhere, 421, "name").await;
        if method != "get" {
            let foreign = call.header("origin", "http://evil.example");
            expect(seen, server, &foreign, 403, "origin").await;
        }
        expect(seen, server, &Call::new("put", &address), 405, "method").await;
    }
    for nothing in ["/api/", "/api/nothing", "/api/runs/a/b/c"] {
        expect(seen, server, &Call::new("get", nothing), 404, "unknown").await;
    }
    let kept = format!("/api/r/{}", stand_ins.kept);
    let known = Call::new("get", &kept).header("if-none-match", "*");
    let answer = known.send(server).await;
    assert_eq!(answer.status, 304);
    seen.hold("/api/r/{id}", &known, &answer);
    lines(server, seen).await;
    busy(seen).await;
    keeping(server, seen, &stand_ins.ended).await;
}

fn say(run: &str, said: Value) -> Call {
    let call = Call::new("post", &format!("/api/runs/{run}/lines"));
    call.body("application/json", said.to_string())
}

/// Lines that a run does not take, though they come with its key.
async fn lines(server: &Server, seen: &Seen<'_>) {
    let open = start_run(server, json!({ "script": "", "open": true })).await;
    let line = |line: &str| say(&open, json!({ "line": line })).key(&open);
    expect(seen, server, &line("client conect"), 422, "script").await;
    expect(
        seen,
        server,
        &line("client close\nclient close"),
        400,
        "request",
    )
    .await;
    let bare = Call::new("post", &format!("/api/runs/{open}/lines")).body("text/plain", "x");
    expect(seen, server, &bare.key(&open), 415, "media_type").await;
    let waits = json!({ "script": "server listen\nserver accept\n" });
    let closed = start_run(server, waits).await;
    let line = say(&closed, json!({ "line": "client connect" })).key(&closed);
    expect(seen, server, &line, 409, "not_open").await;
}

/// Recordings that are not kept.
async fn keeping(server: &Server, seen: &Seen<'_>, run: &str) {
    let keep = |run: &str| {
        let wanted = json!({ "run": run }).to_string();
        Call::new("post", "/api/recordings").body("application/json", wanted)
    };
    // There is room for another each second: a slow machine has to ask for longer.
    let mut left = 1000;
    while keep(run).send(server).await.status != 429 && left > 0 {
        left -= 1;
    }
    expect(seen, server, &keep(run), 429, "often").await;

    let crowded = Server::start(&["--max-runs", "1"]);
    let waits = json!({ "script": "server listen\nserver accept\n" });
    start_run(&crowded, waits.clone()).await;
    let waiting = start_run(&crowded, waits).await;
    expect(seen, &crowded, &keep(&waiting), 409, "nothing").await;

    let unable = Server::start(&["--data-dir", "/proc/none"]);
    let run = start_run(&unable, json!({ "scenario": "half-close", "pace": "full" })).await;
    call::follows(&unable, seen, &run).await;
    expect(seen, &unable, &keep(&run), 503, "store").await;
}

/// Servers that start no run.
async fn busy(seen: &Seen<'_>) {
    let call = Call::new("post", "/api/runs").body("text/plain", "server listen\nserver accept\n");
    let hasty = Server::start(&["--runs-per-minute", "1"]);
    assert_eq!(call.send(&hasty).await.status, 201);
    expect(seen, &hasty, &call, 429, "often").await;
    // Whatever a header says of where it comes from.
    let disguised = call.clone().header("x-forwarded-for", "192.0.2.7");
    expect(seen, &hasty, &disguised, 429, "often").await;

    let crowded = Server::start(&["--max-runs", "1"]);
    for _ in 0..301 {
        assert_eq!(call.send(&crowded).await.status, 201);
    }
    expect(seen, &crowded, &call, 503, "full").await;

    let unable = server_that_is_refused();
    expect(seen, &unable, &call, 503, "machine").await;
}
