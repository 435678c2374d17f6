//! Recordings as an earlier program kept them: each is found under its address, whole, and goes into every export.

use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{KeptServer, assert_none, table};
use crate::support::{Events, Server};

/// A kept recording, and what is known of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    pub id: String,
    /// What it is of, in words.
    pub of: String,
    scenario: Option<String>,
    /// The script that repeats it, where it is no lesson's.
    script: Option<String>,
    events: usize,
    /// How it ended; none for one that was kept before.
    ends: Option<String>,
    /// The states of client and server at its end.
    pub states: String,
}

pub fn recordings() -> Vec<Recording> {
    #[derive(Deserialize)]
    struct Recordings {
        recordings: Vec<Recording>,
    }
    table::<Recordings>("recordings.toml").recordings
}

/// The exports that are made of every recording.
const EXPORTS: [&str; 5] = [
    "pcapng",
    "svg",
    "md",
    "packetdrill?host=client",
    "packetdrill?host=server",
];
/// The pages, which take longer: each recording is asked for one of them. links.toml has all exports of one recording.
const PAGES: [&str; 3] = [
    "html",
    "exercise?kind=blanks&key=1",
    "exercise?kind=shuffle&key=1",
];

/// The id of events: of their SHA-256 the first 50 bits, five to a digit.
fn id_of(lines: &str) -> String {
    let digits = b"abcdefghijkmnpqrstuvwxyz23456789";
    let hash = Sha256::digest(lines);
    let bits = hash[..8]
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let digit = |index: u64| digits[(bits >> (59 - 5 * index) & 31) as usize] as char;
    (0..10).map(digit).collect()
}

/// An event as it was kept: facts about lines, which are added when it is read, stand at its end. A quote inside a text has
/// a backslash before it, so that no text looks like one.
fn without_facts(event: &str) -> String {
    let facts = [",\"lines\":[", "\",\"kind\":\""].map(|facts| event.find(facts));
    match facts {
        [Some(at), _]
            if event.contains("\"type\":\"run\"") || event.contains("\"type\":\"script\"") =>
        {
            format!("{}}}\n", &event[..at])
        }
        [_, Some(at)] if event.contains("\"type\":\"step\"") => format!("{}\"}}\n", &event[..at]),
        _ => format!("{event}\n"),
    }
}

impl Recording {
    /// What is otherwise than it was.
    async fn faults(&self, server: &Server, index: usize) -> Vec<String> {
        let id = &self.id;
        let get = async |address: String| {
            let answer = reqwest::get(server.url(&address)).await.unwrap();
            let status = answer.status().as_u16();
            (status, answer.bytes().await.unwrap(), address)
        };
        let mut faults = Vec::new();
        let mut expect = |holds: bool, fault: String| {
            if !holds {
                faults.push(fault);
            }
        };
        let (status, lines, _) = get(format!("/api/r/{id}")).await;
        expect(
            status == 200,
            format!("its events are answered with {status}"),
        );
        let lines = String::from_utf8_lossy(&lines);
        let kept: String = lines.lines().map(without_facts).collect();
        if id_of(&kept) != *id {
            return vec![format!(
                "/r/{id}, {}: its events are others: {lines:.200}",
                self.of
            )];
        }
        let events = Events::parse(&lines).0;
        let (run, end) = (&events[0], events.last().unwrap());
        expect(
            events.len() == self.events,
            format!("it has {} events", events.len()),
        );
        expect(
            run["scenario"] == Value::from(self.scenario.clone()),
            format!("it is of {}", run["scenario"]),
        );
        expect(
            end["how"] == Value::from(self.ends.clone()),
            format!("it ended {}", end["how"]),
        );

        let (status, json, _) = get(format!("/api/r/{id}/json")).await;
        expect(status == 200, format!("its JSON is answered with {status}"));
        let json: Value = serde_json::from_slice(&json).unwrap_or_default();
        expect(
            json["events"] == Value::from(events.clone()),
            "its JSON has other events".into(),
        );
        let script = self
            .script
            .clone()
            .map_or(run["script"].clone(), Value::from);
        expect(
            json["script"] == script,
            format!("its script is {}", json["script"]),
        );

        let (status, page, _) = get(format!("/r/{id}?lang=en")).await;
        expect(status == 200, format!("its page is answered with {status}"));
        let kernel = format!("on Linux {}", run["kernel"].as_str().unwrap());
        let has_kernel = String::from_utf8_lossy(&page).contains(&kernel);
        expect(has_kernel, format!("its page does not say {kernel:?}"));
        let page = PAGES[index % PAGES.len()];
        for export in EXPORTS.into_iter().chain([page]) {
            let (status, content, address) = get(format!("/api/r/{id}/{export}")).await;
            let is_whole = status == 200 && !content.is_empty();
            expect(is_whole, format!("{address} is answered with {status}"));
        }
        let faults = faults.into_iter();
        let named = faults.map(|fault| format!("/r/{id}, {}: {fault}", self.of));
        named.collect()
    }
}

#[tokio::test]
async fn each_kept_recording_is_found_and_whole() {
    let kept = KeptServer::start();
    let recordings = recordings();
    let looks = recordings.iter().enumerate();
    let looks = looks.map(|(index, recording)| recording.faults(&kept.server, index));
    let found = stream::iter(looks).buffered(4);
    assert_none(&found.concat().await);
}
