//! `cargo bench`: what runs cost, beside what the kernel alone needs. `cargo bench -- WORD…` measures only what has one
//! of the words in its name.
//!
//! The floor is ../shared/bench/floor.c: one graceful close between two fresh namespaces over a user-space wire, with no
//! observation. Where that file is, it is built and run in turn with ours, and the ratio of the same minute is printed:
//! machines differ and are noisy, ratios less so.

#![allow(
    unreachable_pub,
    reason = "a program of its own: nothing here is for others"
)]

mod bulk;
mod crowd;
mod floor;
mod memory;
mod opening;
mod pair;
mod rate;
mod reading;
mod set_up;
mod table;
mod viewers;

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod support;

use floor::Floor;
use fourwave::lab::sandbox::forkserver::{ForkServer, ROLE};
use table::Row;

/// Everything that a measurement may need.
struct Bench {
    fork_server: ForkServer,
    floor: Option<Floor>,
}

type Measure = fn(&Bench) -> Row;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == ROLE) {
        fourwave::lab::sandbox::child::forkserver::serve()
            .expect("the fork server ends with its server");
        return;
    }
    let fork_server =
        ForkServer::start().unwrap_or_else(|refusal| panic!("this machine refuses: {refusal:?}"));
    let bench = Bench {
        fork_server,
        floor: Floor::build(),
    };
    let measurements: [(&str, Measure); 9] = [
        ("set-up", set_up::measure),
        ("rate", rate::measure),
        ("reading", reading::measure),
        ("bulk", bulk::measure),
        ("memory", memory::measure),
        ("crowd", crowd::measure),
        ("viewers", viewers::measure),
        ("opening", opening::one),
        ("openings", opening::many),
    ];
    let wanted = |name: &str| {
        let mut words = words
            .iter()
            .filter(|word| !word.starts_with("--"))
            .peekable();
        words.peek().is_none() || words.any(|word| name.contains(word.as_str()))
    };
    table::head();
    for (name, measure) in measurements {
        if wanted(name) {
            println!("{}", measure(&bench));
        }
    }
}
