//! The command: run, record, serve.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use fourwave::recording;

use crate::support::temp_dir::Folder;
use crate::support::{Events, FOURWAVE, Server, command};

#[test]
fn run_draws_a_scenario_as_text() {
    let output = command(&["run", "four-waves"], "");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let place = |needle: &str| {
        text.find(needle)
            .unwrap_or_else(|| panic!("no {needle:?} in\n{text}"))
    };
    let story = [
        "listen(3, 128) = 0",
        "connect(3, 127.0.0.2:7000) …",
        "SYN_SENT",
        "SYN_RECEIVED",
        "accept(3) = 4",
        "FIN_WAIT_1",
        "CLOSE_WAIT",
        "FIN_WAIT_2",
        "LAST_ACK",
        "TIME_WAIT",
    ];
    assert!(story.map(place).is_sorted(), "{text}");
    let arrival = text
        .lines()
        .find(|line| line.contains("FIN,ACK") && line.contains('▶'))
        .unwrap();
    assert!(
        arrival.contains("CLOSE_WAIT"),
        "cause and effect stand on one line: {arrival}"
    );
    assert!(!text.contains('\x1b'), "no colours where nobody looks");
}

#[test]
fn run_plays_a_scenario_by_its_name_and_by_its_file() {
    for what in ["half-close", "scenarios/half-close.toml"] {
        let output = command(&["run", what], "");
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    let folder = Folder::new();
    let file = folder.write("script.txt", "server listen => 0\n");
    assert!(
        command(&["run", file.to_str().unwrap()], "")
            .status
            .success()
    );
}

#[test]
fn run_tells_a_failed_check_by_its_exit_code() {
    let output = command(
        &["run", "-"],
        "server listen\nclient connect => ECONNREFUSED",
    );
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("✗ line 2: expected ECONNREFUSED, found 0"),
        "{text}"
    );
}

#[test]
fn run_refuses_a_script_with_a_mistake_and_shows_it() {
    let output = command(
        &["run", "-"],
        "server listen\n客户端: client shutdwn write\n",
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "nothing runs");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains(
            "standard input:2:13: found `shutdwn`, expected a call (socket, bind, listen, connect,"
        ),
        "{text}"
    );
    assert!(
        text.contains("2 | 客户端: client shutdwn write") && text.contains("^^^^^^^"),
        "{text}"
    );
}

#[test]
fn run_names_the_scenarios_where_it_finds_none() {
    let output = command(&["run", "five-waves"], "");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("\"five-waves\"") && text.contains("four-waves, three-segments"),
        "{text}"
    );
}

#[test]
fn run_ends_when_its_reader_does() {
    let mut child = Command::new(FOURWAVE)
        .args(["run", "half-close", "--json", "--slow"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.contains("\"type\":\"run\""));
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn record_writes_what_is_shipped() {
    let folder = Folder::new();
    let right = std::fs::read("scenarios/reset-linger-0.toml").unwrap();
    folder.write("reset-linger-0.toml", right);
    let broken = "server listen\nclient connect => ECONNREFUSED\n";
    let scenario = std::fs::read_to_string("scenarios/four-waves.toml").unwrap();
    let (before, after) = scenario.split_once("server listen").unwrap();
    let after = after.split_once("'''").unwrap().1;
    let after = after.split_once("[[sources]]").unwrap().1;
    let wrong = format!("{before}{broken}'''\n[[sources]]{after}");
    folder.write("a-wrong-one.toml", wrong);
    let record = |ids: &[&str]| {
        let folder = ["record", "--folder", folder.as_str()];
        command(&[&folder, ids].concat(), "")
    };
    let output = record(&[]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("a-wrong-one.toml")
            && told.contains("line 2: expected ECONNREFUSED, found 0"),
        "{told}"
    );
    let kinds = |path: &std::path::Path| -> Vec<String> {
        let packed = std::fs::read(path).unwrap();
        let events = Events::parse(&recording::unpack(&packed).unwrap());
        events
            .of("state")
            .iter()
            .map(|state| format!("{} {}", state["host"], state["to"]))
            .collect()
    };
    let path = &recording::path("reset-linger-0");
    assert_eq!(
        kinds(&folder.file(path)),
        kinds(&std::path::Path::new("scenarios").join(path)),
        "recorded although another failed"
    );
    assert!(record(&["reset-linger-0"]).status.success());
    assert_eq!(record(&["no-such-one"]).status.code(), Some(2));
}

#[test]
fn doctor_finds_all_that_a_run_needs() {
    let output = command(&["doctor", "--listen", "127.0.0.1:0"], "");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.lines().all(|line| line.starts_with("✓ ")), "{text}");
    for name in [
        "kernel: Linux ",
        "open files: ",
        "processes: ",
        "namespaces: ",
        "TUN: opening /dev/net/tun",
        "network device: ",
        "sysctls: ",
        "socket table: ",
        "small tables: ",
        "destroy: ",
        "address: 127.0.0.1:0 is free",
    ] {
        assert!(text.contains(&format!("✓ {name}")), "{name}: {text}");
    }
    let trial = text
        .lines()
        .find(|line| line.contains("trial run"))
        .unwrap();
    let states = "client FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT, server CLOSE_WAIT LAST_ACK CLOSED";
    assert!(
        trial.contains(" ms: ") && trial.ends_with(states),
        "{trial}"
    );
}

#[test]
fn doctor_tells_of_a_port_in_use_but_runs_need_none() {
    let server = Server::start(&[]);
    let output = command(&["doctor", "--listen", &server.address], "");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let line = format!("– address: {}: Address already in use", server.address);
    assert!(
        text.contains(&line) && text.contains("fourwave --listen 127.0.0.1:0"),
        "{text}"
    );
}

#[test]
fn a_port_in_use_is_named_with_a_way_out() {
    let server = Server::start(&[]);
    let output = command(&["--listen", &server.address], "");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains(&format!("cannot serve on {}", server.address)) && text.contains("in use"),
        "{text}"
    );
    assert!(text.contains("--listen 127.0.0.1:0"), "{text}");
}
