//! Every refusal that the document promises, provoked.

use serde_json::{Value, json};

use super::call::{Call, Seen};
use super::operations;
use crate::privileges::server_that_is_refused;
use crate::support::Server;

/// Promised, and not provoked here: nothing. Of those of a 503 `ending` is not, since a server that ends takes no requests but
/// those that are on their way.
pub const NOT_PROVOKED: [&str; 0] = [];

const SCRIPT: &str = "server listen\n";

/// Requests that are refused, with the status and the refusal's name.
fn refused(run: &str) -> Vec<(Call, u16, &'static str)> {
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
            get(&format!("/api/runs/{run}/events?from=x")),
            400,
            "request",
        ),
        (get("/api/runs/none/events"), 404, "unknown"),
        (get("/api/runs/none/pcapng"), 404, "unknown"),
        (get("/api/scenarios/none"), 404, "unknown"),
        (get("/api/scenarios/half-close/program"), 400, "request"),
        (
            get("/api/scenarios/none/program?host=client&language=c"),
            404,
            "unknown",
        ),
        (get("/api/recordings/none"), 404, "unknown"),
        (get("/api/recordings/none/pcapng"), 404, "unknown"),
        (get("/api/atlas/TIME_WAIT/none"), 404, "unknown"),
        (get("/api/atlas/TIME_WAIT/none/pcapng"), 404, "unknown"),
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

pub async fn provoke(server: &Server, seen: &Seen<'_>, run: &str) {
    for (call, status, error) in refused(run) {
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
    busy(seen).await;
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
