//! The API as scripts use it: commands that are pasted, answers that go on, other origins.

use std::process::Command;

use reqwest::{Method, Response};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::temp_dir::Folder;
use crate::support::{Events, Server, request_with, scenario_ids, start_run};

/// Goes on until somebody stops it.
const WAITS: &str = "server listen\nserver accept\n";
/// What it says before it waits.
const ACCEPTS: &str = "\"call\":\"accept\"";

async fn ask(method: Method, url: String) -> Response {
    let asked = reqwest::Client::new().request(method, url);
    asked.send().await.unwrap()
}

/// The commands that a page shows, as a visitor copies them.
fn commands(page: &str) -> Vec<String> {
    let after = page.split("<code class=\"command\">").skip(1);
    let shown = after.map(|after| after.split("</code>").next().unwrap());
    let plain = shown.map(|shown| {
        let plain = shown.replace("&#38;", "&").replace("&amp;", "&");
        assert!(!plain.contains("&#"), "{plain}");
        plain
    });
    plain.collect()
}

#[tokio::test]
async fn the_commands_work_as_they_are_pasted() {
    let server = Server::start(&[]);
    let page = reqwest::get(server.url("/api")).await.unwrap();
    let english = commands(&page.text().await.unwrap());
    let page = reqwest::get(server.url("/api?lang=zh")).await.unwrap();
    let page = page.text().await.unwrap();
    assert_eq!(commands(&page), english);
    assert!(page.contains("href=\"/api/openapi.json\""));

    let folder = Folder::new();
    std::fs::create_dir_all(folder.path()).unwrap();
    let paste = |command: &str| {
        let mut shell = Command::new("sh");
        let output = shell
            .args(["-c", command])
            .current_dir(folder.path())
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let [lessons, recording, capture, lesson, script] = english.try_into().unwrap();
    let lessons: Value = serde_json::from_str(&paste(&lessons)).unwrap();
    assert_eq!(
        lessons["scenarios"].as_array().unwrap().len(),
        scenario_ids().len()
    );
    assert_eq!(
        Events::parse(&paste(&recording)).reason(),
        "played to the end"
    );
    assert_eq!(paste(&capture), "");
    let capture = std::fs::read(folder.file("half-close.pcapng")).unwrap();
    assert!(capture.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]));
    let played = Events::parse(&paste(&lesson));
    assert_eq!(played.0[0]["scenario"], "four-waves");
    assert_eq!(played.reason(), "played to the end");
    let played = Events::parse(&paste(&script));
    assert_eq!(
        played.0[0]["script"],
        "server listen\nclient connect\nclient close\n"
    );
    assert_eq!(played.reason(), "played to the end");
}

/// Reads on until a text has come.
async fn read_until(answer: &mut Response, read: &mut String, wanted: &str) {
    while !read.contains(wanted) {
        let chunk = answer.chunk().await.unwrap();
        read.push_str(std::str::from_utf8(&chunk.expect("the run goes on")).unwrap());
    }
}

#[tokio::test]
async fn an_answer_goes_on_as_long_as_the_run_does() {
    let server = Server::start(&[]);
    let wanted = json!({ "script": WAITS, "pace": "full" });
    let client = reqwest::Client::new();
    let started = client.post(server.url("/api/runs?follow=1")).json(&wanted);
    let mut answer = started.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let run = answer.headers()["location"].to_str().unwrap().to_owned();
    let mut read = String::new();
    read_until(&mut answer, &mut read, ACCEPTS).await;

    // Whoever comes later, from the middle on.
    let events = |query: &str| reqwest::get(server.url(&format!("{run}/events{query}")));
    let mut later = events("?from=5&follow=1").await.unwrap();
    let mut rest = String::new();
    read_until(&mut later, &mut rest, ACCEPTS).await;
    assert!(rest.starts_with("{\"seq\":5,"), "{rest}");
    // What there is by now ends at once.
    let now = events("").await.unwrap().text().await.unwrap();
    assert!(
        now.starts_with(&read) && !now.contains("\"type\":\"end\""),
        "{now}"
    );

    let key = answer.headers()["run-key"].to_str().unwrap().to_owned();
    let stopped = request_with("DELETE", &server.url(&run), None, Some(&key)).await;
    assert_eq!(stopped.0, 202);
    while let Some(chunk) = answer.chunk().await.unwrap() {
        read.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert_eq!(Events::parse(&read).0.last().unwrap()["how"], "stopped");
    assert_eq!(events("").await.unwrap().text().await.unwrap(), read);
    // Nothing is left to wait for.
    let over = events("?from=5&follow=1").await.unwrap();
    let over = over.text().await.unwrap();
    assert!(
        read.ends_with(&over) && over.starts_with("{\"seq\":5,"),
        "{over}"
    );
}

#[tokio::test]
async fn an_answer_that_is_cut_short_does_not_look_whole() {
    let server = Server::start(&[]);
    let started = reqwest::Client::new().post(server.url("/api/runs?follow=1"));
    let started = started.json(&json!({ "script": WAITS })).send();
    let mut answer = started.await.unwrap();
    let mut read = String::new();
    read_until(&mut answer, &mut read, ACCEPTS).await;
    server.signal(Signal::TERM);
    // The run's last event may still come, or the server be gone before.
    let looks_whole = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => read.push_str(std::str::from_utf8(&chunk).unwrap()),
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    let is_whole = read.contains("\"type\":\"end\"");
    assert!(is_whole || !looks_whole, "{read}");
}

#[tokio::test]
async fn head_is_answered_as_get_is_and_has_no_body() {
    let server = Server::start(&[]);
    let run = start_run(&server, json!({ "script": WAITS })).await;
    for path in [
        "/api/openapi.json".to_owned(),
        "/api/scenarios/half-close".to_owned(),
        "/api/recordings/half-close".to_owned(),
        "/api/recordings/none".to_owned(),
        format!("/api/runs/{run}"),
        format!("/api/runs/{run}/pcapng"),
        format!("/api/runs/{run}/events"),
    ] {
        let get = ask(Method::GET, server.url(&path)).await;
        let head = ask(Method::HEAD, server.url(&path)).await;
        assert_eq!(head.status(), get.status(), "{path}");
        let kind = |answer: &Response| answer.headers()["content-type"].clone();
        assert_eq!(kind(&head), kind(&get), "{path}");
        assert_eq!(head.text().await.unwrap(), "", "{path}");
    }
    // Nor is this one waited for.
    let head = ask(
        Method::HEAD,
        server.url(&format!("/api/runs/{run}/events?follow=1")),
    )
    .await;
    assert_eq!(
        (head.status().as_u16(), head.text().await.unwrap()),
        (200, String::new())
    );
}

#[tokio::test]
async fn other_origins_may_read_what_is_the_same_for_everybody_and_nothing_else() {
    let server = Server::start(&[]);
    let run = start_run(&server, json!({ "scenario": "four-waves", "pace": "full" })).await;
    let live = format!("/api/runs/{run}");
    let events = format!("/api/runs/{run}/events");
    let export = format!("/api/runs/{run}/json");
    for (method, path, is_open) in [
        (Method::GET, "/api/openapi.json", true),
        (Method::GET, "/api/scenarios", true),
        (Method::GET, "/api/recordings/half-close", true),
        (Method::HEAD, "/api/recordings/half-close", true),
        (Method::GET, "/api/recordings/half-close/pcapng", true),
        (Method::GET, "/api/atlas/TIME_WAIT/syn", true),
        (Method::GET, "/api/r/none", true),
        (Method::GET, "/", false),
        (Method::GET, "/api", false),
        (Method::GET, &live, false),
        (Method::GET, &events, false),
        (Method::GET, &export, false),
        (Method::POST, "/api/recordings", false),
        (Method::POST, "/api/runs", false),
        (Method::POST, "/api/check", false),
        // What a browser asks before it lets a page send JSON.
        (Method::OPTIONS, "/api/runs", false),
        (Method::OPTIONS, "/api/recordings/half-close", false),
    ] {
        let asked = reqwest::Client::new().request(method.clone(), server.url(path));
        let asked = asked.header("origin", "http://elsewhere.example");
        let answer = asked.send().await.unwrap();
        let allowed = answer.headers().get("access-control-allow-origin");
        let is_allowed = allowed.is_some_and(|allowed| allowed == "*");
        assert_eq!(is_allowed, is_open, "{method} {path}");
    }
}
