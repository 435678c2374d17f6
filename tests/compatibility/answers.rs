//! The API: old requests get what they got, and the description of the API still says what it said.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};

use super::subset::{is_like, missing, missing_items};
use super::{KeptServer, assert_none, text};
use crate::support::{
    Events, Server, connect, ended_run, events_to_end, fetch, key_of, request, start_run, stop_run,
    until_told,
};

/// A request, and what it was answered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// Method and address. A name in braces is a run's.
    ask: String,
    /// The request's headers.
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// The run whose key is sent.
    key: Option<String>,
    body: Option<Value>,
    status: u16,
    headers: BTreeMap<String, String>,
    /// The answer where it is JSON.
    answer: Option<Value>,
    /// One event of each kind where the answer is a run's events.
    #[serde(default)]
    events: Vec<Value>,
    /// What stands in any other answer.
    #[serde(default)]
    holds: Vec<String>,
}

/// The runs that requests name.
struct Runs(BTreeMap<&'static str, String>);

impl Runs {
    async fn start(server: &Server) -> Runs {
        let ended = json!({ "scenario": "half-close", "pace": "full" });
        let ended = ended_run(server, ended).await;
        let open = json!({ "script": "", "pace": "full", "open": true });
        let open = start_run(server, open).await;
        let going = json!({ "script": "sleep 60s", "pace": "full" });
        let going = start_run(server, going).await;
        for run in [&open, &going] {
            until_told(server, run, "\"type\":\"run\"", 1).await;
        }
        Runs([("{ended}", ended), ("{open}", open), ("{going}", going)].into())
    }

    /// A text with the runs' ids for their names.
    fn named_in(&self, text: &str) -> String {
        let runs = self.0.iter();
        runs.fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
    }
}

impl Exchange {
    /// Asks again; what is otherwise than it was.
    async fn faults(&self, server: &Server, runs: &Runs) -> Vec<String> {
        let (method, address) = self.ask.split_once(' ').unwrap();
        let url = server.url(&runs.named_in(address));
        let mut request = reqwest::Client::new().request(method.parse().unwrap(), url);
        for (name, value) in &self.with {
            request = request.header(name, value);
        }
        if let Some(run) = &self.key {
            let key = key_of(&runs.0[run.as_str()]);
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some(body) = &self.body {
            let body = body.as_str().map_or(body.to_string(), str::to_owned);
            request = request.body(runs.named_in(&body));
        }
        let response = request.send().await.unwrap();
        let mut faults = Vec::new();
        let status = response.status().as_u16();
        if status != self.status {
            faults.push(format!("status was {}, is {status}", self.status));
        }
        for (name, old) in &self.headers {
            let new = response.headers().get(name);
            let new = new.map_or("", |new| new.to_str().unwrap());
            let has = |part: &str| new.split(',').any(|new| is_like(part.trim(), new.trim()));
            if !old.split(',').all(has) {
                faults.push(format!("{name} was {old:?}, is {new:?}"));
            }
        }
        let content = response.bytes().await.unwrap();
        let content = String::from_utf8_lossy(&content);
        if let Some(answer) = &self.answer {
            let new = serde_json::from_str(&content).unwrap_or(Value::String(content.to_string()));
            faults.extend(missing(answer, &new));
        }
        if !self.events.is_empty() {
            faults.extend(missing_items(&self.events, &Events::parse(&content).0));
        }
        let gone = self.holds.iter().filter(|text| !content.contains(*text));
        faults.extend(gone.map(|text| format!("{text:?} is gone")));
        faults
    }
}

#[tokio::test]
async fn each_request_is_answered_as_it_was() {
    let kept = KeptServer::start();
    let server = &kept.server;
    let runs = Runs::start(server).await;
    let exchanges: Vec<Exchange> = serde_json::from_str(&text("answers.json")).unwrap();
    let mut faults = Vec::new();
    for exchange in &exchanges {
        let found = exchange.faults(server, &runs).await;
        faults.extend(
            found
                .into_iter()
                .map(|fault| format!("{}: {fault}", exchange.ask)),
        );
    }
    assert_none(&faults);
}

#[tokio::test]
async fn the_description_says_what_it_said() {
    let server = Server::start(&[]);
    let (_, new) = request("GET", &server.url("/api/openapi.json"), None).await;
    let old = serde_json::from_str(&text("openapi.json")).unwrap();
    assert_none(&missing(&old, &new));
}

#[tokio::test]
async fn each_word_of_the_script_language_is_one() {
    let server = Server::start(&[]);
    let check = reqwest::Client::new().post(server.url("/api/check"));
    let answer = check.body(text("words.script")).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let mistakes = answer["mistakes"].as_array().unwrap().iter();
    let script = text("words.script");
    let told = mistakes.map(|mistake| {
        let line = mistake["line"].as_u64().unwrap() as usize;
        format!("{}: {mistake}", script.lines().nth(line - 1).unwrap())
    });
    assert_none(&told.collect::<Vec<_>>());
}

#[tokio::test]
async fn the_live_socket_speaks_as_it_did() {
    let server = Server::start(&["--max-runs", "1"]);
    let open = json!({ "script": "server listen", "open": true });
    let first = start_run(&server, open).await;
    let second = start_run(
        &server,
        json!({ "script": "server listen", "pace": "full" }),
    )
    .await;
    let mut socket = connect(&server, &second, 0).await;
    let waits = socket.next().await.unwrap().unwrap();
    assert_eq!(waits.to_text().unwrap(), "{\"waiting\":1}");
    stop_run(&server, &first).await;
    let mut lines = String::new();
    let end = loop {
        match socket.next().await.unwrap().unwrap() {
            message if message.is_text() => lines += &format!("{}\n", message.to_text().unwrap()),
            message => break message,
        }
    };
    let told = events_to_end(&server, &second).await.to_string();
    assert_eq!(Events::parse(&lines).to_string(), told);
    assert!(end.is_close(), "{end:?}");
    let later = fetch(server.url(&format!("/api/runs/{second}/events?from=1"))).await;
    assert!(later.starts_with("{\"seq\":1,"), "{later}");
}
