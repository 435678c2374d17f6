//! Nothing is left behind: no process, no namespace, no device, no descriptor.
//!
//! What a thousand runs leave, some of them stopped in their middle, is counted in `random.rs`.

use std::collections::BTreeSet;
use std::process::Command;

use fourwave::event::{Event, ProcessChange, What};
use futures_util::future::join_all;
use rustix::process::Signal;
use serde_json::json;

use crate::support::interactive_run::{ByHand, end};
use crate::support::processes::{await_end, descendants, kill_descendant, processes_with};
use crate::support::resources::Held;
use crate::support::{FOURWAVE, Server, eventually, start_run, stop_run, until_told};

/// Every way in which a process comes to be, one that is stopped, and calls that wait for ever.
const WAITING: &str = "server listen\nclient connect\nserver accept\nclient thread reader\nclient fork child\n\
                       server process other\nreader recv &\nchild stop\nserver recv => 0";
/// The processes of such a run.
const PROCESSES: usize = 4;

/// Starts some runs that wait for ever; returns when each has its processes.
async fn waiting_runs(server: &Server, count: usize) -> Vec<String> {
    let run = || start_run(server, json!({ "script": WAITING, "pace": "full" }));
    let ids = join_all((0..count).map(|_| run())).await;
    for id in &ids {
        until_told(server, id, "\"call\":\"recv\"", 2).await;
    }
    ids
}

async fn stop(server: &Server, ids: Vec<String>) {
    for id in ids {
        stop_run(server, &id).await;
    }
}

#[tokio::test]
async fn a_run_gives_everything_back() {
    let server = Server::start(&[]);
    let first = waiting_runs(&server, 1).await; // so that the server has made what it keeps
    stop(&server, first).await;
    let before = Held::at_rest(&server).await;
    assert_eq!(before.devices, 0, "{before:?}");
    let ids = waiting_runs(&server, 5).await;
    let during = Held::by(&server);
    assert_eq!(during.processes, 1 + 5 * PROCESSES, "{during:?}");
    assert_eq!((during.devices, during.runs), (5 * 2, 5), "{during:?}");
    assert_eq!(during.namespaces, before.namespaces + 5 * 2, "{during:?}");
    stop(&server, ids).await;
    Held::once(&server, |held| *held == before).await;
}

/// Ends the server by a signal in the middle of fifty runs; its exit code.
async fn ended_by(signal: Signal) -> Option<i32> {
    const RUNS: usize = 50;
    let mut server = Server::start(&["--max-runs", "50"]);
    waiting_runs(&server, RUNS).await;
    let children = descendants(server.pid());
    assert_eq!(children.len(), 1 + RUNS * PROCESSES);
    server.signal(signal);
    let code = server.ended();
    children.into_iter().for_each(await_end);
    code
}

/// Open runs, each with a call that waits for ever.
async fn open_runs(server: &Server, count: usize) -> Vec<ByHand<'_>> {
    let script = WAITING.replace("server recv => 0", "settle");
    let runs = (0..count).map(|_| async {
        let mut run = ByHand::open(server, &script, "full").await;
        run.until_line("settle").await;
        run.say("server recv").await;
        run.until_line("server recv").await;
        run
    });
    join_all(runs).await
}

#[tokio::test]
async fn open_runs_give_everything_back_and_one_does_not_touch_another() {
    let server = Server::start(&[]);
    for first in open_runs(&server, 1).await {
        first.stop().await; // so that the server has made what it keeps, the store among it
    }
    let before = Held::at_rest(&server).await;
    let mut runs = open_runs(&server, 5).await;
    assert_eq!(Held::by(&server).processes, 1 + 5 * PROCESSES);
    // All processes of one are killed from outside; the others go on.
    let pid = |event: &Event| match event.what {
        What::Process { pid, .. } => Some(pid),
        _ => None,
    };
    let pids: BTreeSet<i32> = runs[0].events.iter().filter_map(pid).collect();
    for pid in pids {
        kill_descendant(server.pid(), pid, Signal::KILL);
    }
    let lost = |event: &Event| {
        matches!(
            event.what,
            What::Process {
                what: ProcessChange::Lost,
                ..
            }
        )
    };
    runs[0].until("that they are gone", lost).await;
    for run in &runs {
        run.say("settle").await;
    }
    for run in runs {
        let (ok, how) = end(&run.stop().await);
        assert_eq!((ok, how.as_str()), (true, "Finished"));
    }
    Held::once(&server, |held| *held == before).await;
}

#[tokio::test]
async fn a_server_that_is_killed_takes_its_open_runs_along() {
    for signal in [Signal::KILL, Signal::INT] {
        let mut server = Server::start(&[]);
        drop(open_runs(&server, 5).await);
        let children = descendants(server.pid());
        assert_eq!(children.len(), 1 + 5 * PROCESSES);
        server.signal(signal);
        server.ended();
        children.into_iter().for_each(await_end);
    }
}

#[tokio::test]
async fn a_server_that_is_killed_takes_its_children_along() {
    assert_eq!(ended_by(Signal::KILL).await, None);
}

#[tokio::test]
async fn ctrl_c_ends_the_runs_first() {
    assert_eq!(ended_by(Signal::INT).await, Some(0));
    assert_eq!(ended_by(Signal::TERM).await, Some(0));
}

#[tokio::test]
async fn a_server_that_ends_while_it_builds_leaves_nobody() {
    for signal in [Signal::KILL, Signal::INT] {
        // Whoever comes to be from now on has the mark, also one that is nobody's child any more.
        let mark = format!("FOURWAVE_TEST={}-{signal:?}", std::process::id());
        let mut command = Command::new(FOURWAVE);
        let (name, value) = mark.split_once('=').unwrap();
        command.env(name, value).args(["--listen", "127.0.0.1:0"]);
        let mut server = Server::spawn(command);
        let run = || start_run(&server, json!({ "script": WAITING, "pace": "full" }));
        join_all((0..20).map(|_| run())).await; // started, and not waited for
        assert!(!processes_with(&mark).is_empty(), "the server has it");
        server.signal(signal);
        server.ended();
        eventually("nobody is left", || async {
            processes_with(&mark).is_empty().then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_fork_server_that_is_killed_is_started_again() {
    let server = Server::start(&[]);
    waiting_runs(&server, 1).await;
    let children = descendants(server.pid());
    let fork_server = rustix::process::Pid::from_raw(children[0]).unwrap();
    rustix::process::kill_process(fork_server, Signal::KILL).unwrap();
    children.into_iter().for_each(await_end);
    Held::once(&server, |held| held.devices == 0).await;
    waiting_runs(&server, 1).await;
}
