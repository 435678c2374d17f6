//! Every refusal that the document promises, provoked.

use serde_json::{Value, json};

use super::call::{Call, Seen};
use super::operations;
use crate::privileges::server_that_is_refused;
use crate::support::Server;

/// Promised, and not provoked here.
pub const NOT_PROVOKED: [&str; 0] = [];

const SCRIPT: &str = "server listen\n";

/// Operations and requests which they refuse, with the status and the refusal's name.
fn refused(run: &str) -> Vec<(&'static str, &'static str, Call, u16, &'static str)> {
    let post = |address: &str| Call::new("post", address);
    let get = |address: &str| Call::new("get", address);
    let json = "application/json";
    let text = "text/plain";
    let long = "#".repeat(70_000);
    let wrong = "server listen\nclient conect\n";
    let program =
        |script: &str| json!({ "script": script, "host": "client", "language": "c" }).to_string();
    let runs = "/api/runs";
    vec![
        (runs, "post", post(runs).body(json, "{}"), 400, "request"),
        (
            runs,
            "post",
            post("/api/runs?pace=fast").body(text, SCRIPT),
            400,
            "request",
        ),
        (
            runs,
            "post",
            post("/api/runs?follow=yes").body(text, SCRIPT),
            400,
            "request",
        ),
        (
            runs,
            "post",
            post("/api/runs?pace=full").body(json, "{}"),
            400,
            "request",
        ),
        (
            runs,
            "post",
            post(runs).body(json, "{\"scenario\":\"none\"}"),
            404,
            "unknown",
        ),
        (runs, "post", post(runs).body(text, &long), 413, "large"),
        (runs, "post", post(runs).body(json, &long), 413, "large"),
        (
            runs,
            "post",
            post(runs).body("application/x-www-form-urlencoded", SCRIPT),
            415,
            "media_type",
        ),
        (runs, "post", post(runs).body(text, wrong), 422, "script"),
        (
            runs,
            "post",
            post(runs).body(json, &json!({ "script": wrong }).to_string()),
            422,
            "script",
        ),
        (
            "/api/runs/{id}",
            "get",
            get("/api/runs/none"),
            404,
            "unknown",
        ),
        (
            "/api/runs/{id}",
            "delete",
            Call::new("delete", "/api/runs/none"),
            404,
            "unknown",
        ),
        (
            "/api/runs/{id}/events",
            "get",
            get(&format!("/api/runs/{run}/events?from=x")),
            400,
            "request",
        ),
        (
            "/api/runs/{id}/events",
            "get",
            get("/api/runs/none/events"),
            404,
            "unknown",
        ),
        (
            "/api/runs/{id}/pcapng",
            "get",
            get("/api/runs/none/pcapng"),
            404,
            "unknown",
        ),
        (
            "/api/scenarios/{id}",
            "get",
            get("/api/scenarios/none"),
            404,
            "unknown",
        ),
        (
            "/api/scenarios/{id}/program",
            "get",
            get("/api/scenarios/half-close/program"),
            400,
            "request",
        ),
        (
            "/api/scenarios/{id}/program",
            "get",
            get("/api/scenarios/none/program?host=client&language=c"),
            404,
            "unknown",
        ),
        (
            "/api/recordings/{id}",
            "get",
            get("/api/recordings/none"),
            404,
            "unknown",
        ),
        (
            "/api/recordings/{id}/pcapng",
            "get",
            get("/api/recordings/none/pcapng"),
            404,
            "unknown",
        ),
        (
            "/api/atlas/{state}/{stimulus}",
            "get",
            get("/api/atlas/TIME_WAIT/none"),
            404,
            "unknown",
        ),
        (
            "/api/atlas/{state}/{stimulus}/pcapng",
            "get",
            get("/api/atlas/TIME_WAIT/none/pcapng"),
            404,
            "unknown",
        ),
        (
            "/api/check",
            "post",
            post("/api/check").body(text, &long),
            413,
            "large",
        ),
        (
            "/api/program",
            "post",
            post("/api/program").body(json, "{}"),
            400,
            "request",
        ),
        (
            "/api/program",
            "post",
            post("/api/program").body(json, &program(&long)),
            413,
            "large",
        ),
        (
            "/api/program",
            "post",
            post("/api/program").body(text, SCRIPT),
            415,
            "media_type",
        ),
        (
            "/api/program",
            "post",
            post("/api/program").body(json, &program(wrong)),
            422,
            "script",
        ),
    ]
}

async fn expect(
    seen: &Seen<'_>,
    server: &Server,
    [path, method]: [&str; 2],
    call: &Call,
    status: u16,
    error: &str,
) {
    let answer = call.send(server).await;
    let said: Value = serde_json::from_slice(&answer.content).unwrap_or_default();
    assert_eq!(
        (answer.status, said["error"].as_str()),
        (status, Some(error)),
        "{call:?}: {answer:?}"
    );
    seen.hold(path, method, &answer);
}

pub async fn provoke(server: &Server, seen: &Seen<'_>, run: &str) {
    for (path, method, call, status, error) in refused(run) {
        expect(seen, server, [path, method], &call, status, error).await;
    }
    // What any address refuses.
    for (path, method, _) in operations(seen.document) {
        let address = path.replace(['{', '}'], "");
        let call = Call::new(method, &address).header("host", "evil.example");
        expect(seen, server, [path, method], &call, 421, "name").await;
        let call = Call::new("put", &address);
        let answer = call.send(server).await;
        assert!(answer.headers.contains_key("allow"), "{answer:?}");
        expect(seen, server, [path, method], &call, 405, "method").await;
        if method != "get" {
            let call = Call::new(method, &address).header("origin", "http://evil.example");
            expect(seen, server, [path, method], &call, 403, "origin").await;
        }
    }
    for nothing in ["/api/", "/api/nothing", "/api/runs/a/b/c"] {
        let call = Call::new("get", nothing);
        expect(seen, server, ["/api/runs", "post"], &call, 404, "unknown").await;
    }
    busy(seen).await;
}

/// Servers that start no run.
async fn busy(seen: &Seen<'_>) {
    let call = Call::new("post", "/api/runs").body("text/plain", "server listen\nserver accept\n");
    let start = ["/api/runs", "post"];

    let hasty = Server::start(&["--runs-per-minute", "1"]);
    assert_eq!(call.send(&hasty).await.status, 201);
    expect(seen, &hasty, start, &call, 429, "often").await;
    // Whatever a header says of where it comes from.
    let disguised = call.clone().header("x-forwarded-for", "192.0.2.7");
    expect(seen, &hasty, start, &disguised, 429, "often").await;

    let crowded = Server::start(&["--max-runs", "1"]);
    for _ in 0..301 {
        assert_eq!(call.send(&crowded).await.status, 201);
    }
    expect(seen, &crowded, start, &call, 503, "full").await;

    let unable = server_that_is_refused();
    expect(seen, &unable, start, &call, 503, "machine").await;
}
