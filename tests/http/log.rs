//! What a server writes to standard error.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::temp_dir::Folder;
use crate::support::{FOURWAVE, Server, command, ended_run, fetch, key_of};

const SCRIPT: &str = "server listen\nclient connect\nclient close\n";

/// Plays a run on a server with these options; the run's id, and all that the server wrote until its end.
async fn log_of(options: &[&str]) -> (String, String) {
    let folder = Folder::new();
    let log = folder.write("log", "");
    let mut command = Command::new(FOURWAVE);
    command.args(["--listen", "127.0.0.1:0"]).args(options);
    command.stderr(std::fs::File::create(&log).unwrap());
    let server = Server::spawn(command);
    let run = ended_run(&server, json!({ "script": SCRIPT, "pace": "full" })).await;
    fetch(server.url("/find?q=secret")).await;
    drop(server);
    (run, std::fs::read_to_string(log).unwrap())
}

#[tokio::test]
async fn each_request_and_each_run_has_lines_of_json() {
    let (run, log) = log_of(&["--log", "info", "--log-format", "json"]).await;
    let lines: Vec<Value> = (log.lines())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    let answered = |method: &str, path: &str, status: u16| {
        lines.iter().any(|line| {
            let (request, fields) = (&line["span"], &line["fields"]);
            request["method"] == method
                && request["path"] == path
                && fields["status"] == status
                && fields["latency_us"].is_u64()
        })
    };
    assert!(answered("POST", "/api/runs", 201), "{log}");
    assert!(answered("GET", "/find", 200), "{log}");
    let started = lines.iter().find(|line| line["fields"]["run"] == *run);
    let started = started.unwrap_or_else(|| panic!("no run {run} in {log}"));
    assert_eq!(started["span"]["path"], "/api/runs");
    // Nothing of who asked, for what, and by which right.
    for hidden in ["127.0.0.1", "secret", "client connect", &key_of(&run)] {
        assert!(!log.contains(hidden), "{hidden} in {log}");
    }
}

#[tokio::test]
async fn the_text_form_says_the_same_and_a_filter_chooses() {
    let (run, log) = log_of(&["--log", "info"]).await;
    assert!(log.contains("path=\"/api/runs\""), "{log}");
    assert!(log.contains(&format!("run=\"{run}\"")), "{log}");
    let (_, log) = log_of(&["--log", "fourwave::web::middleware=off,info"]).await;
    assert!(!log.contains("answered"), "{log}");
}

#[tokio::test]
async fn a_server_that_was_not_asked_says_nothing() {
    assert_eq!(log_of(&[]).await.1, "");
}

#[test]
fn a_filter_with_a_mistake_is_refused() {
    let output = command(&["--log", "fourwave=loud"], "");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("--log"), "{text}");
}
