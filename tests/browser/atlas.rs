//! The atlas says what this kernel does: every cell is played again, and answers as its recording does.

use std::collections::BTreeMap;

use fourwave::content::atlas::answer::answer;
use fourwave::content::atlas::{Stimulus, archive, cells};
use fourwave::event::{Event, What};
use fourwave::tcp::state::State;
use futures_util::StreamExt;
use serde_json::json;
use thirtyfour::prelude::Key;
use tokio_tungstenite::tungstenite::Message;

use crate::support::browser::Browser;
use crate::support::{Server, connect, start_run};

fn recorded() -> BTreeMap<String, archive::RecordedCell> {
    let packed = std::fs::read(format!("scenarios/{}", archive::PATH)).unwrap();
    archive::read(&packed).unwrap()
}

/// The events of a run, up to its last.
async fn events(server: &Server, id: &str) -> Vec<Event> {
    let mut socket = connect(server, id, 0).await;
    let mut events: Vec<Event> = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else {
            continue;
        };
        let lines = text.lines().filter(|line| !line.contains("\"waiting\""));
        events.extend(lines.map(|line| serde_json::from_str::<Event>(line).unwrap()));
        if let Some(What::End { ok, reason, .. }) = events.last().map(|event| &event.what) {
            assert!(ok, "{id}: {reason}");
            break;
        }
    }
    events
}

/// Recorded at walking pace, played again at full speed: an answer depends on neither.
#[tokio::test]
async fn every_cell_answers_here_as_it_did_when_it_was_recorded() {
    let server = Server::start(&["--max-runs", "16"]);
    let recorded = recorded();
    let mut runs = Vec::new();
    for cell in cells() {
        let Ok(trial) = &cell.plan else { continue };
        let run = start_run(&server, json!({ "scenario": cell.id(), "pace": "full" })).await;
        runs.push((cell, trial, run));
    }
    let mut wrong = Vec::new();
    for (cell, trial, run) in runs {
        let played = events(&server, &run).await;
        let now = answer(&played, trial.host, cell.stimulus.is_call());
        let was = recorded
            .get(&cell.id())
            .and_then(|recorded| recorded.answer.clone());
        if now.is_none() || now != was {
            wrong.push(format!("{}: recorded {was:?}, played {now:?}", cell.id()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_state_meets_every_stimulus_in_a_recording_or_says_why_not() {
    let recorded = recorded();
    assert_eq!(cells().len(), State::ALL.len() * Stimulus::ALL.len());
    for cell in cells() {
        let answered = recorded
            .get(&cell.id())
            .is_some_and(|recorded| recorded.answer.is_some());
        assert_eq!(answered, cell.plan.is_ok(), "{}", cell.id());
    }
    let runs = cells().iter().filter(|cell| cell.plan.is_ok()).count();
    assert_eq!(
        recorded.len(),
        runs,
        "the file has runs of no cell: record it again"
    );
}

/// What RFC 9293 and RFC 5961 ask for in so many words, whatever the kernel's version.
#[test]
fn what_the_rfcs_say_of_resets_holds() {
    let recorded = recorded();
    let answer = |state: State, stimulus: &str| {
        let id = format!("atlas/{}/{stimulus}", state.name());
        recorded[&id].answer.clone().unwrap()
    };
    for state in State::ALL {
        if matches!(state, State::Closed | State::Listen) {
            continue;
        }
        // A RST is never answered by a RST.
        for stimulus in ["rst-exact", "rst-outside"] {
            assert!(
                answer(state, stimulus).sent.is_empty(),
                "{state:?} {stimulus}"
            );
        }
        assert_eq!(
            answer(state, "rst-exact").to,
            Some(State::Closed),
            "{state:?}"
        );
        assert_eq!(answer(state, "rst-outside").to, None, "{state:?}");
        // RFC 5961, section 3.2: asked back, not believed.
        if !matches!(state, State::SynSent | State::TimeWait) {
            let inside = answer(state, "rst-inside");
            assert_eq!(
                (inside.sent, inside.to),
                (vec![vec!["ACK".to_owned()]], None),
                "{state:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_atlas_shows_every_cell_in_both_languages_and_opens_each() {
    let server = Server::start(&[]);
    let client = reqwest::Client::new();
    let get = async |path: &str, lang: &str| {
        let request = client.get(server.url(path)).header("accept-language", lang);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    };
    for (lang, word) in [("en", "What arrives"), ("zh", "程序调用")] {
        let page = get("/atlas", lang).await;
        assert!(page.contains(word));
        for cell in cells() {
            let place = format!("id=\"{}\"", cell.id().trim_start_matches("atlas/"));
            let cell_at = page
                .split(&place)
                .nth(1)
                .unwrap_or_else(|| panic!("{place}"));
            let leads = cell_at.split("href=\"").nth(1).unwrap();
            let leads = leads.split('"').next().unwrap();
            match &cell.plan {
                Ok(_) => assert!(leads.starts_with(&format!("/{}#t=", cell.id()))),
                // It leads to why it is empty.
                Err(_) => assert!(page.contains(&format!("<p id=\"{}\"", &leads[1..]))),
            }
        }
    }
    let cell = get("/atlas/ESTABLISHED/rst-inside", "zh").await;
    assert!(cell.contains("RFC 5961") && cell.contains("/api/atlas/ESTABLISHED/rst-inside"));
    let run = get("/api/atlas/ESTABLISHED/rst-inside", "en").await;
    assert!(run.starts_with("{\"seq\":0") && run.contains("\"type\":\"end\""));
    let missing = reqwest::get(server.url("/atlas/CLOSED/rst-inside")).await;
    assert_eq!(missing.unwrap().status(), 404);
}

#[tokio::test]
async fn arrow_keys_go_from_cell_to_cell_and_enter_plays_one() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", [1440, 900]).await;
    browser.visit(server.url("/atlas#SYN_SENT/ack")).await;
    let focus = "document.activeElement.id";
    browser.until(&format!("{focus} === 'SYN_SENT/ack'")).await;
    for (key, place) in [
        (Key::Down, "SYN_RECEIVED/ack"),
        (Key::Right, "SYN_RECEIVED/data"),
        (Key::End, "SYN_RECEIVED/abort"),
        (Key::Right, "SYN_RECEIVED/abort"),
        (Key::Left, "SYN_RECEIVED/close"),
    ] {
        browser.press(key).await;
        assert_eq!(browser.get(focus).await, json!(place));
    }
    browser.press(Key::Enter).await;
    browser.until("location.pathname === '/atlas/SYN_RECEIVED/close' && $('.host.client .state').textContent === 'FIN_WAIT_1'").await;
    // Its recording is there to its end; the same can be played here.
    browser.click(".transport [data-act=run]").await;
    browser
        .until("$('.origin').textContent.startsWith('Played') && $('.host.client .state').textContent === 'FIN_WAIT_1'")
        .await;
    browser.assert_quiet().await;
}
