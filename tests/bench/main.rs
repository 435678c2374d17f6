//! `cargo bench`: what a run costs, beside what the kernel alone needs.
//!
//! The floor is ../shared/bench/floor.c: one graceful close between two fresh namespaces over a user-space wire, with no
//! observation. Where that file is, it is built and run in turn with ours, and the ratio of the same minute is printed:
//! machines differ and are noisy, ratios less so.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use fourwave::nursery::Nursery;
use fourwave::run::{Pace, Play, play};
use fourwave::{child, script};

const ROUNDS: usize = 15;
fn main() {
    if std::env::args().nth(1).as_deref() == Some(fourwave::nursery::ROLE) {
        child::nursery().expect("the nursery ends with its server");
        return;
    }
    let nursery =
        Nursery::start().unwrap_or_else(|refusal| panic!("this machine refuses: {refusal:?}"));
    let floor = build_floor();
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(set_up(&nursery));
        floors.extend(floor.as_deref().map(run_floor));
    }
    println!("medians of {ROUNDS} rounds in turn, µs         ours     floor     ratio");
    let line = |name: &str, ours: Vec<f64>, floor: Vec<f64>| {
        let (ours, floor) = (median(ours), median(floor));
        println!("{name:<40} {ours:>9.0} {floor:>9.0} {:>9.2}", ours / floor);
    };
    line("set-up: two hosts, two actors, ready", ours, floors);
}

/// Set-up until the first event, in µs.
fn set_up(nursery: &Nursery) -> f64 {
    let script = script::parse("settle").expect("a script without mistakes");
    let limit = Duration::from_secs(20);
    let play_it = Play {
        scenario: None,
        script: &script,
        pace: Pace::FULL,
        limit,
    };
    let start = Instant::now();
    let mut first = None;
    let mut sink = |_| {
        first.get_or_insert_with(|| start.elapsed());
    };
    play(nursery, &play_it, &AtomicBool::new(false), &mut sink).expect("the run is played");
    first.expect("a first event").as_secs_f64() * 1e6
}

/// The floor's program, where its source is.
fn build_floor() -> Option<std::path::PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench/floor.c");
    let program = std::env::temp_dir().join(format!("fourwave-floor-{}", std::process::id()));
    let built = Command::new("gcc")
        .args(["-O2", "-w", "-o"])
        .arg(&program)
        .arg(source)
        .status();
    built
        .is_ok_and(|status| status.success())
        .then_some(program)
}

/// Its set-up, in µs.
fn run_floor(program: &Path) -> f64 {
    let output = Command::new(program)
        .arg("1")
        .output()
        .expect("the floor runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let figure = text
        .split("setup_us")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    figure
        .and_then(|number| number.parse().ok())
        .expect("the floor prints its figures")
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
