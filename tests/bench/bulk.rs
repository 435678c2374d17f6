//! Bulk: 64 MB from the client to the server, over a wire that is observed and over one that is not.

use std::time::{Duration, Instant};

use fourwave::event::{CallPhase, Ending, Event, What};
use fourwave::lab::run::request::{Limits, Pace, RunRequest};
use fourwave::lab::run::{RunControl, play};
use fourwave::lab::sandbox::forkserver::ForkServer;
use fourwave::script;
use fourwave::tcp::call::{Call, Payload};

use super::Bench;
use super::pair::Pair;
use super::table::{Promise, Row, median};

const MEGABYTES: usize = 64;
const ROUNDS: usize = 7;

pub fn measure(bench: &Bench) -> Row {
    let (mut ours, mut unobserved) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(MEGABYTES as f64 / observed(&bench.fork_server));
        unobserved.push(MEGABYTES as f64 / forwarded(&bench.fork_server));
    }
    let (ours, unobserved) = (median(ours), median(unobserved));
    Row {
        what: "64 MB over the wire, observed",
        ours: format!("{ours:.0} MB/s"),
        reference: Some(format!("{unobserved:.0} MB/s")),
        figure: ours / unobserved,
        promise: Promise::AtLeast(0.5, "×"),
    }
}

/// Seconds from the first send's enter to the last recv's exit in a run.
fn observed(fork_server: &ForkServer) -> f64 {
    let mut text = "server listen\nclient connect\nserver accept\n".to_owned();
    for _ in 0..MEGABYTES {
        text += "client send 1M &\nserver recv 1M all => 1048576\nwait client\n";
    }
    let script = script::parse(&text).expect("a script without mistakes");
    let request = RunRequest::new(script, Pace::FULL);
    let limits = Limits {
        events: u32::MAX,
        ..Limits::of(Duration::from_secs(60))
    };
    let control = RunControl::new(false);
    let (mut begin, mut end) = (None, 0);
    let mut sink = |event: Event| {
        // As the lab keeps them.
        let line = serde_json::to_string(&event).expect("an event can be written");
        std::hint::black_box(line);
        match event.what {
            What::Call { call, phase, .. } if call == "send" && phase == CallPhase::Enter => {
                begin.get_or_insert(event.t);
            }
            What::Call { call, .. } if call == "recv" => end = event.t,
            What::End { how, reason, .. } => assert_eq!(how, Ending::Played, "{reason}"),
            _ => {}
        }
    };
    play(fork_server, &request, limits, &control, &mut sink).expect("the run is played");
    (end - begin.expect("a first send")) as f64 / 1e6
}

/// Seconds that the same calls take where packets are only moved.
fn forwarded(fork_server: &ForkServer) -> f64 {
    let Pair { client, server, .. } = &Pair::new(fork_server);
    let listen = Call::Listen {
        port: 7000,
        backlog: 16,
    };
    server.call("listener", listen);
    client.call("conn", Call::Connect { port: 7000 });
    server.call("conn", Call::Accept);
    let start = Instant::now();
    for _ in 0..MEGABYTES {
        let send = Call::Send {
            payload: Payload::Bytes(1 << 20),
            more: false,
        };
        let recv = Call::Recv {
            room: 1 << 20,
            all: true,
            peek: false,
        };
        client.order("conn", send);
        server.call("conn", recv);
        client.done();
    }
    start.elapsed().as_secs_f64()
}
