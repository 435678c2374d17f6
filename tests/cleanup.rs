//! Nothing is left behind: no process, no namespace, no device.

use rustix::process::Signal;
use serde_json::json;

use crate::support::{Server, await_end, descendants, eventually, start_run};

/// The hosts that a process holds: by their TUN devices, which keep the namespaces alive, and by their processes.
fn hosts(pid: i32) -> [usize; 2] {
    let open = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .flatten();
    let targets: Vec<_> = open
        .filter_map(|fd| std::fs::read_link(fd.path()).ok())
        .collect();
    ["net/tun", "[pidfd]"].map(|kind| {
        targets
            .iter()
            .filter(|target| target.to_string_lossy().ends_with(kind))
            .count()
    })
}

const WAITING: &str = "server listen\nclient connect\nserver accept\nclient thread reader\nreader recv &\nserver recv => 0";

/// Starts some runs that wait for ever; returns when each has its processes.
async fn waiting_runs(server: &Server, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(start_run(server, json!({ "script": WAITING, "pace": "full" })).await);
    }
    eventually("every run is in its last line", || {
        let urls: Vec<String> = ids
            .iter()
            .map(|id| server.url(&format!("/api/runs/{id}/events")))
            .collect();
        async move {
            for url in urls {
                let text = reqwest::get(url).await.unwrap().text().await.unwrap();
                if text.matches("\"recv\"").count() < 2 {
                    return None;
                }
            }
            Some(())
        }
    })
    .await;
    ids
}

#[tokio::test]
async fn a_run_gives_everything_back() {
    let server = Server::start(&[]);
    waiting_runs(&server, 1).await; // so that the server has made what it keeps
    let before = descendants(server.pid()).len();
    let ids = waiting_runs(&server, 5).await;
    assert_eq!(descendants(server.pid()).len(), before + 2 * 5);
    assert_eq!(hosts(server.pid()), [2 * 6, 2 * 6]);
    for id in ids {
        reqwest::Client::new()
            .delete(server.url(&format!("/api/runs/{id}")))
            .send()
            .await
            .unwrap();
    }
    let pid = server.pid();
    eventually("processes and devices are gone", || async move {
        (descendants(pid).len() == before && hosts(pid) == [2, 2]).then_some(())
    })
    .await;
}

/// Ends the server by a signal in the middle of three runs; its exit code.
async fn ended_by(signal: Signal) -> Option<i32> {
    let mut server = Server::start(&[]);
    waiting_runs(&server, 3).await;
    let children = descendants(server.pid());
    assert_eq!(
        children.len(),
        1 + 2 * 3,
        "the nursery, and two actors a run"
    );
    server.signal(signal);
    let code = server.ended();
    children.into_iter().for_each(await_end);
    code
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
async fn a_nursery_that_is_killed_is_started_again() {
    let server = Server::start(&[]);
    waiting_runs(&server, 1).await;
    let children = descendants(server.pid());
    let nursery = rustix::process::Pid::from_raw(children[0]).unwrap();
    rustix::process::kill_process(nursery, Signal::KILL).unwrap();
    children.into_iter().for_each(await_end);
    let pid = server.pid();
    eventually("the devices are gone", || async move {
        (hosts(pid)[0] == 0).then_some(())
    })
    .await;
    waiting_runs(&server, 1).await;
}
