//! Runs over HTTP, and their events over the live socket.

use futures_util::{Stream, StreamExt};
use reqwest::header;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::support::{Events, Server, command, connect, request, start_run, stop_run};

/// Everything that a follower gets, until the server says goodbye.
async fn follow(server: &Server, id: &str, from: usize) -> Events {
    read(connect(server, id, from).await).await
}

async fn read(mut socket: impl Stream<Item = Result<Message, Error>> + Unpin) -> Events {
    let mut lines = String::new();
    while let Some(message) = socket.next().await {
        match message.unwrap() {
            Message::Text(text) if text.starts_with("{\"waiting\"") => {}
            Message::Text(text) => lines.push_str(&format!("{text}\n")),
            Message::Close(frame) => assert_eq!(frame.unwrap().reason.as_str(), "the run is over"),
            other => panic!("{other:?}"),
        }
    }
    Events::parse(&lines)
}

fn assert_whole(events: &Events) {
    assert!(
        events
            .0
            .iter()
            .enumerate()
            .all(|(index, event)| event["seq"] == index),
        "{events}"
    );
    assert_eq!(events.0[0]["type"], "run");
    assert_eq!(events.0.last().unwrap()["type"], "end");
}

#[tokio::test]
async fn events_arrive_while_the_run_goes_on() {
    let server = Server::start(&[]);
    let id = start_run(
        &server,
        json!({ "scenario": "four-waves", "pace": "follow" }),
    )
    .await;
    let mut socket = connect(&server, &id, 0).await;
    let Message::Text(first) = socket.next().await.unwrap().unwrap() else {
        panic!()
    };
    assert!(first.starts_with("{\"seq\":0,"), "{first}");
    let (_, status) = request("GET", &server.url(&format!("/api/runs/{id}")), None).await;
    assert_eq!(
        (&status["ended"], &status["scenario"]),
        (&json!(false), &json!("four-waves"))
    );
    let events = follow(&server, &id, 0).await;
    assert_whole(&events);
    assert_eq!(events.0.last().unwrap()["ok"], true);
}

#[tokio::test]
async fn a_follower_goes_on_from_where_it_was() {
    let server = Server::start(&[]);
    let id = start_run(&server, json!({ "scenario": "half-close", "pace": "full" })).await;
    let whole = follow(&server, &id, 0).await;
    assert_whole(&whole);
    let rest = follow(&server, &id, 40).await;
    assert_eq!(rest.0, whole.0[40..]);
    assert!(follow(&server, &id, 100_000).await.0.is_empty());
}

#[tokio::test]
async fn a_follower_that_leaves_is_nobody_elses_trouble() {
    let server = Server::start(&[]);
    let id = start_run(
        &server,
        json!({ "scenario": "reset-linger-0", "pace": "follow" }),
    )
    .await;
    let mut leaver = connect(&server, &id, 0).await;
    leaver.next().await.unwrap().unwrap();
    drop(leaver);
    assert_whole(&follow(&server, &id, 0).await);
}

#[tokio::test]
async fn ten_runs_at_once() {
    let server = Server::start(&[]);
    let run = |n: usize| {
        let server = &server;
        async move {
            let scenario = ["four-waves", "half-close", "reset-linger-0"][n % 3];
            let id = start_run(server, json!({ "scenario": scenario, "pace": "full" })).await;
            follow(server, &id, 0).await
        }
    };
    for events in futures_util::future::join_all((0..10).map(run)).await {
        assert_whole(&events);
        assert_eq!(events.0.last().unwrap()["ok"], true, "{events}");
    }
}

#[tokio::test]
async fn a_script_plays_the_same_as_in_the_terminal() {
    let script = "server listen\nclient connect\nserver accept\nclient shutdown both => 0\nserver send \"x\" => 1\nexpect client CLOSED\n";
    let server = Server::start(&[]);
    let id = start_run(&server, json!({ "script": script, "pace": "full" })).await;
    let here = follow(&server, &id, 0).await;
    let there =
        Events::parse(&String::from_utf8(command(&["run", "-", "--json"], script).stdout).unwrap());
    let story = |events: &Events| {
        (
            events.sent(),
            events.path("client", false).join(" "),
            events.path("server", false).join(" "),
        )
    };
    assert_eq!(story(&here), story(&there));
    assert_eq!(here.0[0]["script"], script);
}

#[tokio::test]
async fn a_mistake_is_answered_with_its_place() {
    let server = Server::start(&[]);
    let (status, answer) = request(
        "POST",
        &server.url("/api/runs"),
        Some(json!({ "script": "server listen\nserver fly" })),
    )
    .await;
    assert_eq!((status, &answer["error"]), (422, &json!("script")));
    let mistake = &answer["mistakes"][0];
    assert_eq!(
        (&mistake["line"], &mistake["column"], &mistake["found"]),
        (&json!(2), &json!(8), &json!("`fly`"))
    );
    assert!(mistake["expected"].as_str().unwrap().contains("listen"));
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    let server = Server::start(&[]);
    let post = |body: Value| {
        let url = server.url("/api/runs");
        async move { request("POST", &url, Some(body)).await }
    };
    assert_eq!(post(json!({ "scenario": "none" })).await.0, 404);
    assert_eq!(
        post(json!({})).await,
        (
            400,
            json!({ "error": "request", "message": "name either a scenario or a script" })
        )
    );
    assert_eq!(
        post(json!({ "scenario": "four-waves", "speed": 3 }))
            .await
            .0,
        400
    );
    assert_eq!(
        post(json!({ "script": "server listen\n".repeat(500) }))
            .await
            .0,
        422
    );
    assert_eq!(
        request("GET", &server.url("/api/runs/none"), None).await.0,
        404
    );
    assert_eq!(
        request("GET", &server.url("/api/runs/none/events"), None)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_run_that_has_to_wait_is_told_its_place_and_begins_by_itself() {
    let server = Server::start(&["--max-runs", "1"]);
    let waits = json!({ "script": "server listen\nserver accept" });
    let first = start_run(&server, waits.clone()).await;
    let second = start_run(&server, waits).await;
    let third = start_run(&server, json!({ "scenario": "four-waves", "pace": "full" })).await;
    let place = |id: &str| {
        let url = server.url(&format!("/api/runs/{id}"));
        async move { request("GET", &url, None).await.1["waiting"].clone() }
    };
    assert_eq!(
        [
            place(&first).await,
            place(&second).await,
            place(&third).await
        ],
        [json!(0), json!(1), json!(2)]
    );
    let mut socket = connect(&server, &third, 0).await;
    let mut said = Vec::new();
    for stopped in [&first, &second] {
        let Message::Text(text) = socket.next().await.unwrap().unwrap() else {
            panic!()
        };
        said.push(text.to_string());
        stop_run(&server, stopped).await;
    }
    assert_eq!(said, ["{\"waiting\":2}", "{\"waiting\":1}"]);
    let played = follow(&server, &third, 0).await;
    assert_eq!(played.reason(), "played to the end", "{played}");
    let stopped = follow(&server, &second, 0).await;
    assert!(stopped.reason().starts_with("stopped"), "{stopped}");
}

#[tokio::test]
async fn a_run_that_is_stopped_while_it_waits_has_ended() {
    let server = Server::start(&["--max-runs", "1"]);
    let waits = json!({ "script": "server listen\nserver accept" });
    let playing = start_run(&server, waits.clone()).await;
    let waiting = start_run(&server, waits).await;
    stop_run(&server, &waiting).await;
    let events = follow(&server, &waiting, 0).await;
    assert_eq!(events.reason(), "stopped before it began", "{events}");
    let (_, status) = request("GET", &server.url(&format!("/api/runs/{playing}")), None).await;
    assert_eq!(status["ended"], false);
}

#[tokio::test]
async fn a_name_that_points_here_from_elsewhere_is_refused() {
    let server = Server::start(&[]);
    let port = server.address.rsplit(':').next().unwrap();
    for (host, status) in [
        ("evil.example", 421),
        ("localhost", 200),
        ("127.0.0.1", 200),
        ("[::1]", 200),
    ] {
        let request = reqwest::Client::new()
            .get(server.url("/"))
            .header(header::HOST, format!("{host}:{port}"));
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused() {
    let server = Server::start(&[]);
    let foreign = |origin: String| {
        let post = reqwest::Client::new()
            .post(server.url("/api/runs"))
            .header(header::ORIGIN, origin);
        post.json(&json!({ "scenario": "four-waves" })).send()
    };
    assert_eq!(
        foreign("http://evil.example".into())
            .await
            .unwrap()
            .status(),
        403
    );
    assert_eq!(foreign("null".into()).await.unwrap().status(), 403);
    assert_eq!(foreign(server.url("")).await.unwrap().status(), 201);

    let id = start_run(&server, json!({ "scenario": "four-waves" })).await;
    let mut upgrade = format!("ws://{}/api/runs/{id}/events", server.address)
        .into_client_request()
        .unwrap();
    upgrade
        .headers_mut()
        .insert("origin", "http://evil.example".parse().unwrap());
    let Err(Error::Http(response)) = tokio_tungstenite::connect_async(upgrade).await else {
        panic!("let in")
    };
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn a_server_answers_to_its_public_name() {
    let server = Server::start(&["--public-url", "https://waves.example"]);
    // A proxy hands on the name that it was called by, or calls the server as it knows it.
    for host in ["waves.example", server.address.as_str()] {
        let post = reqwest::Client::new()
            .post(server.url("/api/runs"))
            .header(header::HOST, host)
            .header(header::ORIGIN, "https://waves.example");
        let post = post.json(&json!({ "scenario": "four-waves", "pace": "full" }));
        assert_eq!(post.send().await.unwrap().status(), 201, "{host}");
    }
    let asked = server.url("/oembed?url=https://waves.example/s/half-close");
    let (status, answer) = request("GET", &asked, None).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["provider_url"], "https://waves.example/");
}

#[tokio::test]
async fn who_follows_hears_of_the_end_when_the_server_ends() {
    let mut server = Server::start(&[]);
    let script = "server listen\nserver accept";
    let id = start_run(&server, json!({ "script": script, "pace": "full" })).await;
    let socket = connect(&server, &id, 0).await;
    let address = server.url(&format!("/api/runs/{id}/events?follow=1"));
    let mut answer = reqwest::get(address).await.unwrap();
    let begun = answer.chunk().await.unwrap().unwrap();
    server.signal(Signal::INT);
    let rest = answer.bytes().await.unwrap();
    let streamed = Events::parse(&String::from_utf8([begun, rest].concat()).unwrap());
    for events in [streamed, read(socket).await] {
        assert_whole(&events);
        assert_eq!(events.0.last().unwrap()["how"], "stopped");
    }
    assert_eq!(server.ended(), Some(0));
}
