//! A thousand scripts that nobody thought of, many at a time, some of them stopped in their middle: whatever they do,
//! what each run tells keeps the laws, and in the end nothing of them is left.
//!
//! A failure names the seed and prints the script. `FOURWAVE_SEED=7 cargo test --test suite random::` plays the script
//! of that seed again, `FOURWAVE_SEED=1000..5000` those of other seeds.

pub mod arbitrary_events;
pub mod author;
mod interactive;
pub mod laws;
mod rng;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use fourwave::event::{Event, HostChange, What};
use fourwave::tcp::state::State;
use futures_util::{StreamExt, stream};
use rustix::process::Signal;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use self::rng::Dice;
use crate::support::processes::kill_descendant;
use crate::support::resources::Held;
use crate::support::{Server, connect, eventually, request, stop_run};

/// The same in every test: a failure then comes from a change, and not from luck.
const SEEDS: Range<u64> = 0..1000;
const AT_ONCE: usize = 50;
/// The bound of a run: some scripts wait for what never comes.
const LIMIT: Duration = Duration::from_secs(4);

#[tokio::test]
async fn a_thousand_random_scripts_keep_the_laws_and_leave_nothing() {
    let (most, limit) = (AT_ONCE.to_string(), LIMIT.as_secs().to_string());
    let server = Server::start(&[
        "--max-runs",
        &most,
        "--run-limit",
        &limit,
        "--runs-per-minute",
        "100000",
    ]);
    play(&server, 0, None).await; // so that the server has made what it keeps
    let before = Held::at_rest(&server).await;
    let wanted = seeds();
    let played: Vec<Played> = stream::iter(wanted.clone())
        .map(|seed| play(&server, seed, disturbance(seed)))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    assert_lawful(&played);
    if wanted == SEEDS {
        assert_varied(&played);
    }
    Held::once(&server, |held| *held == before).await;
}

/// The seeds that somebody asks for, or the usual ones.
fn seeds() -> Range<u64> {
    let Ok(wanted) = std::env::var("FOURWAVE_SEED") else {
        return SEEDS;
    };
    let number = |text: &str| -> u64 { text.parse().expect("a seed is a number") };
    match wanted.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => number(&wanted)..number(&wanted) + 1,
    }
}

/// A script, and what its run told.
struct Played {
    seed: u64,
    script: String,
    events: Vec<Event>,
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}:\n{}", self.seed, self.script)
    }
}

/// What is done to a run from outside.
#[derive(Clone, Copy)]
enum Disturbance {
    Stop,
    KillAnActor,
}

/// Every tenth run is stopped in its middle, and in the middle of every tenth an actor is killed.
fn disturbance(seed: u64) -> Option<Disturbance> {
    match seed % 10 {
        5 => Some(Disturbance::Stop),
        8 => Some(Disturbance::KillAnActor),
        _ => None,
    }
}

/// Plays the script of a seed to its end.
async fn play(server: &Server, seed: u64, mut disturbance: Option<Disturbance>) -> Played {
    let script = author::script(seed);
    if let Err(mistakes) = fourwave::script::parse::parse(&script) {
        panic!("seed {seed} has a mistake: {:?}\n{script}", mistakes[0]);
    }
    let mut dice = Dice::new(!seed);
    let middle = 2 + dice.below(40);

    let id = start(server, &script).await;
    let mut socket = connect(server, &id, 0).await;
    let mut events: Vec<Event> = Vec::new();
    while let Some(Ok(Message::Text(text))) = socket.next().await {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("{\"waiting\""));
        events.extend(lines.map(|line| serde_json::from_str::<Event>(line).unwrap()));
        if events.len() < middle {
            continue;
        }
        match disturbance.take() {
            Some(Disturbance::Stop) => {
                stop_run(server, &id).await;
            }
            Some(Disturbance::KillAnActor) => {
                kill_descendant(server.pid(), dice.pick(&pids(&events)), Signal::KILL);
            }
            None => {}
        }
    }
    Played {
        seed,
        script,
        events,
    }
}

/// Starts a run as soon as there is room: one counts until it has given everything back, which takes longer than its
/// followers wait, and which the kernel does one device after the other.
async fn start(server: &Server, script: &str) -> String {
    eventually("there is room for another run", || async {
        let wanted = json!({ "script": script, "pace": "full" });
        let (status, answer) = request("POST", &server.url("/api/runs"), Some(wanted)).await;
        let is_full = status == 503 && answer["error"] == "full";
        assert!(status == 201 || is_full, "{status}: {answer}");
        answer["id"].as_str().map(Into::into)
    })
    .await
}

fn pids(events: &[Event]) -> Vec<i32> {
    let pid = |event: &Event| match event.what {
        What::Process { pid, .. } => Some(pid),
        _ => None,
    };
    events.iter().filter_map(pid).collect()
}

/// Prints what broke a law, and all that the first of them told.
fn assert_lawful(all: &[Played]) {
    let mut first = None;
    for played in all {
        let broken = laws::broken(&played.events, LIMIT);
        if !broken.is_empty() {
            println!("{}\n\n{played}\n", broken.join("\n"));
            first.get_or_insert(played);
        }
    }
    if let Some(Played { seed, events, .. }) = first {
        let lines = events
            .iter()
            .map(|event| serde_json::to_string(event).unwrap());
        println!(
            "what seed {seed} told:\n{}",
            lines.collect::<Vec<_>>().join("\n")
        );
        panic!("a law is broken, first by seed {seed}");
    }
}

/// A thousand scripts that fail on their first line would keep every law: these come to every state and every fate.
fn assert_varied(all: &[Played]) {
    let mut seen = BTreeSet::new();
    for event in all.iter().flat_map(|played| &played.events) {
        match &event.what {
            What::State { to, .. } => seen.insert(to.name().to_owned()),
            What::Segment(segment) => seen.insert(format!("{:?}", segment.phase)),
            What::Process { what, .. } => seen.insert(format!("{what:?}")),
            What::Host {
                what: HostChange::Sysctl { .. },
                ..
            } => seen.insert("Sysctl".into()),
            What::Host { what, .. } => seen.insert(format!("{what:?}")),
            What::End { how, .. } => seen.insert(format!("{how:?}")),
            _ => continue,
        };
    }
    let states = State::ALL.map(State::name);
    let others = "Sent Held Injected Delivered Dropped \
                  Started Forked Stopped Continued Exited Killed Lost \
                  LinkDown LinkUp Crashed Booted Sysctl \
                  Played TooLong ActorLost";
    for wanted in states.into_iter().chain(others.split_whitespace()) {
        assert!(seen.contains(wanted), "no script came to {wanted}");
    }
}
