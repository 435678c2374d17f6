//! Set-up: from the wish to two hosts with an actor each, ready to play.

use std::time::{Duration, Instant};

use fourwave::lab::run::request::{Limits, Pace, RunRequest};
use fourwave::lab::run::{RunControl, play};
use fourwave::lab::sandbox::forkserver::ForkServer;
use fourwave::script;

use super::Bench;
use super::table::{Promise, Row, median};

const ROUNDS: usize = 15;

pub fn measure(bench: &Bench) -> Row {
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(until_first_event(&bench.fork_server));
        floors.extend(bench.floor.as_ref().map(|floor| floor.set_up()));
    }
    let (ours, floor) = (median(ours), median(floors));
    Row {
        what: "set-up of a run",
        ours: format!("{ours:.0} µs"),
        reference: bench.floor.as_ref().map(|_| format!("{floor:.0} µs")),
        figure: ours / floor,
        promise: Promise::AtMost(2.0, "×"),
    }
}

/// In µs.
fn until_first_event(fork_server: &ForkServer) -> f64 {
    let script = script::parse("settle").expect("a script without mistakes");
    let request = RunRequest::new(script, Pace::FULL);
    let (limits, control) = (Limits::of(Duration::from_secs(20)), RunControl::new(false));
    let start = Instant::now();
    let mut first = None;
    let mut sink = |_| {
        first.get_or_insert_with(|| start.elapsed());
    };
    play(fork_server, &request, limits, &control, &mut sink).expect("the run is played");
    first.expect("a first event").as_secs_f64() * 1e6
}
