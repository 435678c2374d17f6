//! States come from the kernel, and every one is seen.

use crate::support::{Events, OPEN, play, play_unchecked};

/// RFC 9293, figure 5, with its note 2 (FIN_WAIT_1 → TIME_WAIT); written down here once more, apart from the program.
const DRAWN: &[(&str, &str)] = &[
    ("CLOSED", "LISTEN"),
    ("CLOSED", "SYN_SENT"),
    ("LISTEN", "SYN_RECEIVED"),
    ("LISTEN", "SYN_SENT"),
    ("SYN_SENT", "SYN_RECEIVED"),
    ("SYN_SENT", "ESTABLISHED"),
    ("SYN_RECEIVED", "ESTABLISHED"),
    ("SYN_RECEIVED", "FIN_WAIT_1"),
    ("ESTABLISHED", "FIN_WAIT_1"),
    ("ESTABLISHED", "CLOSE_WAIT"),
    ("FIN_WAIT_1", "FIN_WAIT_2"),
    ("FIN_WAIT_1", "CLOSING"),
    ("FIN_WAIT_1", "TIME_WAIT"),
    ("FIN_WAIT_2", "TIME_WAIT"),
    ("CLOSING", "TIME_WAIT"),
    ("CLOSE_WAIT", "LAST_ACK"),
    ("LAST_ACK", "CLOSED"),
    ("LISTEN", "CLOSED"),
    ("TIME_WAIT", "CLOSED"),
];

/// Holds every change against the diagram. An edge that is not drawn must be a reset or an abort: then a RST was on the
/// wire before it.
fn assert_true_to_the_diagram(events: &Events) {
    assert!(events.of("gap").is_empty(), "a gap:\n{events}");
    let mut last = std::collections::HashMap::new();
    for state in events.of("state") {
        let (from, to) = (
            state["from"].as_str().unwrap(),
            state["to"].as_str().unwrap(),
        );
        assert_eq!(state["observed"], true, "inferred: {state}");
        let socket = (
            state["host"].to_string(),
            state["socket"]["local"].to_string(),
            state["socket"]["peer"].to_string(),
        );
        if let Some(before) = last.insert(socket, to.to_owned()) {
            // Another connection between the same ends comes from the listening socket.
            let is_new = before == "CLOSED" && from == "LISTEN";
            assert!(
                before == from || is_new,
                "a state between was not told: {state}"
            );
        }
        if !DRAWN.contains(&(from, to)) {
            assert_eq!(to, "CLOSED", "no edge of the diagram: {state}");
            assert!(
                events.sent().iter().any(|sent| sent.contains("RST")),
                "closed without a reset: {state}"
            );
        }
    }
}

#[test]
fn the_four_waves_pass_every_state_at_zero_delay() {
    let events = play(&format!(
        "{OPEN}client close\nserver recv => 0\nserver close\nexpect client TIME_WAIT\nexpect server CLOSED"
    ));
    assert_true_to_the_diagram(&events);
    assert_eq!(
        events.path("client", false),
        [
            "SYN_SENT",
            "ESTABLISHED",
            "FIN_WAIT_1",
            "FIN_WAIT_2",
            "TIME_WAIT"
        ]
    );
    assert_eq!(
        events.path("server", false),
        [
            "SYN_RECEIVED",
            "ESTABLISHED",
            "CLOSE_WAIT",
            "LAST_ACK",
            "CLOSED"
        ]
    );
    assert_eq!(events.path("server", true), ["LISTEN"]);
    let closing = [
        "client:FIN,ACK",
        "server:ACK",
        "server:FIN,ACK",
        "client:ACK",
    ];
    assert!(
        events.sent().ends_with(&closing.map(String::from)),
        "{:?}",
        events.sent()
    );
}

#[test]
fn both_ends_closing_at_once_pass_through_closing() {
    let events = play(&format!(
        "{OPEN}wire delay 400ms\nclient close &\nserver close &\nwait client => 0\nwait server => 0\nsettle\n\
         expect client TIME_WAIT\nexpect server TIME_WAIT"
    ));
    assert_true_to_the_diagram(&events);
    for host in ["client", "server"] {
        assert!(
            events
                .path(host, false)
                .ends_with(&["FIN_WAIT_1", "CLOSING", "TIME_WAIT"]),
            "{events}"
        );
    }
}

/// At zero delay the two FINs may or may not cross; whichever way it goes, every state on it is seen.
#[test]
fn closing_at_zero_delay_leaves_no_gap_whoever_is_first() {
    let script =
        format!("{OPEN}client close &\nserver close &\nwait client => 0\nwait server => 0\nsettle");
    for _ in 0..15 {
        let events = play(&script);
        assert_true_to_the_diagram(&events);
        let ends: Vec<_> = ["client", "server"]
            .map(|host| *events.path(host, false).last().unwrap())
            .to_vec();
        assert!(ends.contains(&"TIME_WAIT"), "{events}");
    }
}

#[test]
fn time_wait_comes_with_the_time_it_has_left() {
    let events = play(&format!(
        "{OPEN}client close\nserver close\nexpect client TIME_WAIT"
    ));
    let entered = events
        .0
        .iter()
        .position(|event| event["to"] == "TIME_WAIT")
        .unwrap();
    let timer = events.0[entered..]
        .iter()
        .find(|event| event["type"] == "timer")
        .unwrap();
    assert_eq!(
        (timer["timer"].as_str(), timer["host"].as_str()),
        (Some("time_wait"), Some("client"))
    );
    let left = timer["expires_ms"].as_u64().unwrap();
    assert!((50_000..=60_100).contains(&left), "{left}");
}

#[test]
fn a_change_names_its_cause() {
    let events = play(&format!(
        "{OPEN}client close\nserver close\nexpect client TIME_WAIT"
    ));
    let cause = |to: &str, host: &str| {
        let found = events
            .of("state")
            .into_iter()
            .find(|state| state["to"] == to && state["host"] == host);
        found.unwrap()["cause"].clone()
    };
    let call = &events.0[cause("FIN_WAIT_1", "client")["call"].as_u64().unwrap() as usize];
    assert_eq!(
        (call["call"].as_str(), call["phase"].as_str()),
        (Some("close"), Some("enter"))
    );
    let id = cause("CLOSE_WAIT", "server")["segment"].clone();
    let segment = events
        .of("segment")
        .into_iter()
        .find(|segment| segment["id"] == id && segment["phase"] == "delivered");
    assert_eq!(segment.unwrap()["flags"], serde_json::json!(["FIN", "ACK"]));
    let listen = &events.0[cause("LISTEN", "server")["call"].as_u64().unwrap() as usize];
    assert_eq!(listen["call"], "listen");
    let connect = &events.0[cause("SYN_SENT", "client")["call"].as_u64().unwrap() as usize];
    assert_eq!(connect["call"], "connect");
}

#[test]
fn a_connection_that_takes_the_place_of_one_in_time_wait_is_another() {
    let second = "client bind 4000 as again\nclient connect on again => 0\nserver accept as again";
    let events = play(&format!(
        "server listen\nclient bind 4000\nclient connect\nserver accept\nserver close\nclient close\n\
         expect server TIME_WAIT\n{second}\nexpect server.again ESTABLISHED"
    ));
    assert_true_to_the_diagram(&events);
    assert!(
        events.path("server", false).ends_with(&[
            "TIME_WAIT",
            "CLOSED",
            "SYN_RECEIVED",
            "ESTABLISHED"
        ]),
        "{events}"
    );
}

#[test]
fn a_wrong_expectation_is_told_and_fails_the_run() {
    let events = play_unchecked(&format!("{OPEN}expect client CLOSE_WAIT\nclient close"));
    let check = events.of("check")[0];
    assert_eq!(
        (check["ok"].as_bool(), check["actual"].as_str()),
        (Some(false), Some("ESTABLISHED"))
    );
    assert_eq!(events.0.last().unwrap()["ok"], false);
    assert!(
        !events.gave("client", "close").is_empty(),
        "the lines after it are played all the same"
    );
}
