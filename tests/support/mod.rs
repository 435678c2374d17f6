//! What the tests share: the command, a server of one's own, events.

pub mod browser;
pub mod chromium;
pub mod free_play;
pub mod interactive_run;
pub mod processes;
pub mod resources;
pub mod schema;
pub mod stage;
pub mod temp_dir;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use fourwave::content::catalogue;
use fourwave::{event, recording};
use futures_util::StreamExt;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio_tungstenite::tungstenite::{Error, Message};

use temp_dir::Folder;

/// The program under test.
pub const FOURWAVE: &str = env!("CARGO_BIN_EXE_fourwave");

/// How most scripts begin.
pub const OPEN: &str = "server listen\nclient connect\nserver accept\n";

/// The scenarios in the repository, by id.
pub fn scenario_ids() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let names = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut ids: Vec<String> = names
        .filter(|name| name != "article.toml")
        .filter_map(|name| name.strip_suffix(".toml").map(Into::into))
        .collect();
    ids.sort();
    assert!(!ids.is_empty());
    ids
}

/// What was recorded of a scenario.
pub fn recorded(id: &str) -> Vec<event::Event> {
    let lines = catalogue::recording_lines(id).unwrap_or_else(|| panic!("no recording of {id}"));
    recording::read(&lines)
}

/// Runs the command with a text on its standard input.
pub fn command(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(FOURWAVE)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// The events of a run.
#[derive(Clone, Debug)]
pub struct Events(pub Vec<Value>);

/// Plays a script and expects every check in it to be true.
pub fn play(script: &str) -> Events {
    let events = play_unchecked(script);
    let end = events.0.last().unwrap();
    assert_eq!(end["ok"], true, "{}\n{events}", end["reason"]);
    events
}

/// Plays a script, whatever comes of it.
pub fn play_unchecked(script: &str) -> Events {
    let output = command(&["run", "-", "--json"], script);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        !text.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Events::parse(&text)
}

impl Events {
    pub fn parse(lines: &str) -> Events {
        Events(
            lines
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        )
    }

    pub fn of(&self, kind: &str) -> Vec<&Value> {
        self.0
            .iter()
            .filter(|event| event["type"] == kind)
            .collect()
    }

    /// The states that a host's connection went through, or its listening socket where `listening`.
    pub fn path(&self, host: &str, listening: bool) -> Vec<&str> {
        let of_host = self
            .of("state")
            .into_iter()
            .filter(|state| state["host"] == host);
        let wanted = of_host.filter(|state| (state["socket"]["peer"] == "0.0.0.0:0") == listening);
        wanted.map(|state| state["to"].as_str().unwrap()).collect()
    }

    /// The segments that were sent, as `client:FIN,ACK`.
    pub fn sent(&self) -> Vec<String> {
        let sent = self
            .of("segment")
            .into_iter()
            .filter(|segment| segment["phase"] == "sent");
        sent.map(|segment| {
            let flags: Vec<&str> = segment["flags"]
                .as_array()
                .unwrap()
                .iter()
                .map(|flag| flag.as_str().unwrap())
                .collect();
            format!("{}:{}", segment["from"].as_str().unwrap(), flags.join(","))
        })
        .collect()
    }

    /// The results of a call, by whom it was made: numbers or error names.
    pub fn gave(&self, actor: &str, call: &str) -> Vec<Value> {
        let exits = self
            .of("call")
            .into_iter()
            .filter(|event| event["phase"] == "exit");
        let wanted = exits.filter(|exit| exit["actor"] == actor && exit["call"] == call);
        wanted
            .map(|exit| {
                if exit["errno"].is_null() {
                    exit["result"].clone()
                } else {
                    exit["errno"].clone()
                }
            })
            .collect()
    }

    pub fn reason(&self) -> &str {
        self.0.last().unwrap()["reason"].as_str().unwrap()
    }
}

impl std::fmt::Display for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|event| writeln!(f, "{event}"))
    }
}

/// A server on a port of its own; it ends when this is dropped.
pub struct Server {
    child: Child,
    /// Where it keeps recordings, unless it was told otherwise; gone with it.
    _data: Folder,
    /// As in `127.0.0.1:40123`.
    pub address: String,
}

impl Server {
    pub fn start(args: &[&str]) -> Server {
        let mut command = Command::new(FOURWAVE);
        command.args(["--listen", "127.0.0.1:0"]).args(args);
        Server::spawn(command)
    }

    /// A server at an address that is free again.
    pub fn start_at(address: &str) -> Server {
        let mut command = Command::new(FOURWAVE);
        command.args(["--listen", address]);
        Server::spawn(command)
    }

    /// A server by a command that starts one and prints its address.
    pub fn spawn(mut command: Command) -> Server {
        let data = Folder::new();
        command.env("FOURWAVE_DATA_DIR", data.path());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .split("http://")
            .nth(1)
            .unwrap_or_else(|| panic!("no address in {line:?}"));
        Server {
            address: address.to_owned(),
            child,
            _data: data,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.pid()).unwrap(), signal).unwrap();
    }

    /// Waits until it has ended; its exit code, none where a signal ended it.
    pub fn ended(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            self.signal(Signal::TERM);
            self.child.wait().unwrap();
        }
    }
}

/// Asks again until something holds that comes without a sign of its own; fails after a long while.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asking)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"))
}

/// The keys of the runs that these tests started, by id.
static KEYS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// The answer to a request, as status and JSON (null where it is none).
pub async fn request(method: &str, url: &str, body: Option<Value>) -> (u16, Value) {
    request_with(method, url, body, None).await
}

/// The same for who has a run's key.
pub async fn request_with(
    method: &str,
    url: &str,
    body: Option<Value>,
    key: Option<&str>,
) -> (u16, Value) {
    let mut client = reqwest::Client::new().request(method.parse().unwrap(), url);
    if let Some(key) = key {
        client = client.header("authorization", format!("Bearer {key}"));
    }
    let response = match body {
        Some(body) => client.json(&body),
        None => client,
    };
    let response = response.send().await.unwrap();
    let status = response.status().as_u16();
    let answer: Value = response.json().await.unwrap_or_default();
    if let (Some(id), Some(key)) = (answer["id"].as_str(), answer["key"].as_str()) {
        KEYS.lock().unwrap().insert(id.into(), key.into());
    }
    (status, answer)
}

/// The key of a run that was started here.
pub fn key_of(id: &str) -> String {
    KEYS.lock().unwrap()[id].clone()
}

/// Asks a run that was started here to end.
pub async fn stop_run(server: &Server, id: &str) {
    let url = server.url(&format!("/api/runs/{id}"));
    let (status, answer) = request_with("DELETE", &url, None, Some(&key_of(id))).await;
    assert_eq!(status, 202, "{answer}");
}

/// Starts a run; its id.
pub async fn start_run(server: &Server, wanted: Value) -> String {
    let (status, answer) = request("POST", &server.url("/api/runs"), Some(wanted)).await;
    assert_eq!(status, 201, "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

/// Plays a run to its end; its id.
pub async fn ended_run(server: &Server, wanted: Value) -> String {
    let id = start_run(server, wanted).await;
    events_to_end(server, &id).await;
    id
}

/// All that a run tells until it ends.
pub async fn events_to_end(server: &Server, id: &str) -> Events {
    let url = server.url(&format!("/api/runs/{id}/events?follow=1"));
    Events::parse(&fetch(url).await)
}

/// Waits until a run has told something so many times.
pub async fn until_told(server: &Server, id: &str, what: &str, times: usize) {
    let mut socket = connect(server, id, 0).await;
    let mut told = 0;
    while told < times {
        let message = socket.next().await;
        let message = message.unwrap_or_else(|| panic!("never: {what}")).unwrap();
        told += message.to_text().unwrap().matches(what).count();
    }
}

/// What a run has told by now.
pub async fn events_of(server: &Server, id: &str) -> Events {
    Events::parse(&fetch(server.url(&format!("/api/runs/{id}/events"))).await)
}

/// What an address answers, whatever its status.
pub async fn fetch(url: impl reqwest::IntoUrl) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

/// A run's live socket, from the event number `from` on.
pub async fn connect(
    server: &Server,
    id: &str,
    from: usize,
) -> impl futures_util::Stream<Item = Result<Message, Error>> + Unpin + use<> {
    let url = format!("ws://{}/api/runs/{id}/events?from={from}", server.address);
    tokio_tungstenite::connect_async(url).await.unwrap().0
}
