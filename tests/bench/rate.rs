//! The rate of runs, each from its start to its last event, many at once. The time counts until all is given back, as it
//! does for the floor: taking down goes on in the background, but it must keep up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fourwave::lab::Lab;
use fourwave::lab::run::request::{Limits, Pace, RunRequest};
use fourwave::script;

use super::Bench;
use super::table::{Promise, Row, median};

const AT_ONCE: usize = 16;
const EACH: usize = 6;
const ROUNDS: usize = 5;

/// What the floor does: a greeting, a half-close, an answer, the other half.
const SCRIPT: &str = r#"server listen
client connect
server accept
client send "hello"
client shutdown write
server recv => "hello"
server recv => 0
server send "bye"
server close
client recv => "bye"
client recv => 0
client close"#;

pub fn measure(bench: &Bench) -> Row {
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(rate(play_all));
        floors.extend(
            bench
                .floor
                .as_ref()
                .map(|floor| rate(|| timed(|| floor.at_once(AT_ONCE, EACH)))),
        );
    }
    let (ours, floor) = (median(ours), median(floors));
    Row {
        what: "runs, 16 at once",
        ours: format!("{ours:.0} /s"),
        reference: bench.floor.as_ref().map(|_| format!("{floor:.0} /s")),
        figure: ours / floor,
        promise: Promise::AtLeast(0.6, "×"),
    }
}

/// Runs a second.
fn rate(play: impl Fn() -> Duration) -> f64 {
    (AT_ONCE * EACH) as f64 / play().as_secs_f64()
}

fn timed(what: impl FnOnce()) -> Duration {
    let start = Instant::now();
    what();
    start.elapsed()
}

fn play_all() -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("an async runtime");
    let limits = Limits::of(Duration::from_secs(20));
    // More than that at once only where taking down does not keep up, which fails here.
    let lab = Arc::new(Lab::new(3 * AT_ONCE, limits));
    lab.ability().expect("this machine lets hosts be built");
    timed(|| {
        let players: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let lab = lab.clone();
                runtime.spawn(async move {
                    for _ in 0..EACH {
                        play_one(&lab).await;
                    }
                })
            })
            .collect();
        for player in players {
            runtime.block_on(player).expect("the runs are played");
        }
        lab.close();
    })
}

async fn play_one(lab: &Lab) {
    let script = script::parse(SCRIPT).expect("a script without mistakes");
    let live = lab
        .start(RunRequest::new(script, Pace::FULL))
        .expect("taking down keeps up");
    let mut progress = live.follow();
    progress
        .wait_for(|progress| progress.ended)
        .await
        .expect("the run has an end");
    let events = live.events(0);
    let end = events.last().expect("a last event");
    assert!(end.contains("\"ok\":true"), "{end}");
}
