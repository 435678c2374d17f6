//! Why things happen: what a RST was sent for, which timer did it, what woke a call, what keeps a socket open.

use serde_json::{Value, json};

use crate::support::{Events, OPEN, play};

/// The first RST of a run: who sent it, and why.
fn reset(script: &str) -> (String, String) {
    let events = play(script);
    let mut segments = events.of("segment").into_iter();
    let sent = segments.find(|it| it["reset"] != Value::Null);
    let sent = sent.unwrap_or_else(|| panic!("no RST: {events}"));
    let word = |key: &str| sent[key].as_str().unwrap().to_owned();
    (word("from"), word("reset"))
}

#[test]
fn every_reset_has_its_reason() {
    for (script, from, reason) in [
        ("client send \"x\"\nserver close", "server", "unread_data"),
        (
            "client send \"x\"\nserver recv peek\nserver exit",
            "server",
            "unread_data",
        ),
        ("client send \"x\"\nserver kill", "server", "unread_data"),
        (
            "client send \"x\"\nclient close\nserver close",
            "server",
            "unread_data",
        ),
        ("client set linger 0\nclient close", "client", "linger_zero"),
        (
            "client shutdown write\nclient set linger 0\nclient exit",
            "client",
            "linger_zero",
        ),
        (
            "server set linger 0 on listener\nclient connect as two\nserver accept as two\nserver close on two",
            "server",
            "linger_zero", // accepted sockets inherit it
        ),
        ("client disconnect", "client", "disconnect"),
        ("server destroy", "server", "destroyed"),
        (
            "client connect as two\nserver close on listener",
            "server",
            "listener_closed",
        ),
        (
            "server close on listener\nclient connect as two => ECONNREFUSED",
            "server",
            "nothing_listens",
        ),
        (
            "server crash\nserver boot\nclient send \"x\"",
            "server",
            "no_such_connection",
        ),
        (
            "server close\nclient send \"x\"",
            "server",
            "data_after_close",
        ),
        (
            "server shutdown both\nclient send \"x\"",
            "server",
            "data_after_close",
        ),
        ("client set linger2 -1\nclient close", "client", "linger2"),
        (
            "client shutdown write\nclient set linger2 -1\nclient close",
            "client",
            "linger2",
        ),
        (
            "client set keepalive 1s 1s 1\nwire cut\nclient recv => ETIMEDOUT",
            "client",
            "keepalive_failed",
        ),
        (
            "wire hold SYN,ACK\nclient connect as two &\nwire inject SYN,ACK to client.two ack next+7\nsettle",
            "client",
            "never_sent",
        ),
    ] {
        let found = reset(&format!("{OPEN}{script}"));
        assert_eq!(found, (from.into(), reason.into()), "{script}");
    }
    // Each of these three handshakes finds room when it begins, but only two when they end.
    let full = "server sysctl tcp_abort_on_overflow 1\nserver sysctl tcp_syncookies 0\nserver listen backlog 1\n\
                client connect as first\nwire hold ACK,!SYN from client\nclient connect as second\nclient connect as third\n\
                wire release\nsettle";
    assert_eq!(reset(full), ("server".into(), "queue_full".into()));
}

/// The causes of what matches, where it was sent or changed.
fn causes(events: &Events, matches: impl Fn(&Value) -> bool) -> Vec<Value> {
    let all = events.0.iter().filter(|event| matches(event));
    all.map(|event| event["cause"].clone()).collect()
}

fn is_sent(event: &Value, flags: &str) -> bool {
    event["phase"] == "sent" && event["flags"] == json!(flags.split(',').collect::<Vec<_>>())
}

#[test]
fn a_timer_that_acts_has_its_name() {
    let timer = |name: &str| json!({ "timer": name });
    let lost = play(&format!(
        "{OPEN}wire drop FIN from client\nclient close\nexpect client FIN_WAIT_2 within 5s"
    ));
    let again = causes(&lost, |it| {
        is_sent(it, "FIN,ACK") && it["retransmission"] == true
    });
    assert_eq!(again, [timer("retransmit")], "{lost}");

    let silent = play(&format!(
        "{OPEN}client set keepalive 1s 1s 1\nwire cut\nclient recv => ETIMEDOUT"
    ));
    let probes = causes(&silent, |it| it["phase"] == "sent" && it["probe"] == true);
    assert_eq!(probes, [timer("keepalive")], "{silent}");
    let closed = causes(&silent, |it| it["to"] == "CLOSED");
    assert_eq!(closed, [timer("keepalive")], "{silent}");

    let orphan = play(&format!(
        "{OPEN}client sysctl tcp_fin_timeout 1\nclient close\nexpect client CLOSED within 5s"
    ));
    let closed = causes(&orphan, |it| it["to"] == "CLOSED");
    assert_eq!(closed, [timer("fin_wait_2")], "{orphan}");
    assert!(
        orphan
            .of("timer")
            .iter()
            .any(|it| it["timer"] == "fin_wait_2"),
        "{orphan}"
    );

    let shut = play(
        "server socket as listener\nserver set rcvbuf 4K on listener\nserver listen\nclient connect\nserver accept\n\
         client send 64K &\nsleep 700ms\nexpect server ESTABLISHED",
    );
    let probes = causes(&shut, |it| it["phase"] == "sent" && it["probe"] == true);
    assert!(
        !probes.is_empty() && probes.iter().all(|it| *it == timer("probe")),
        "{shut}"
    );
}

#[test]
fn the_user_timeout_counts_from_the_first_retransmission() {
    let events = play(&format!(
        "{OPEN}client set user_timeout 700ms\nwire cut\nclient send \"x\"\nclient recv => ETIMEDOUT"
    ));
    let left: Vec<u64> = (events.of("timer").iter())
        .filter_map(|timer| timer["user_timeout_ms"].as_u64())
        .collect();
    assert!(
        left.len() > 1 && left.is_sorted_by(|a, b| a > b) && left[0] <= 700,
        "{left:?}"
    );
    let closed = causes(&events, |it| it["to"] == "CLOSED");
    assert_eq!(closed, [json!({ "timer": "retransmit" })]);
}

#[test]
fn a_call_that_woke_up_names_what_woke_it() {
    let woken = |script: &str, actor: &str, call: &str| {
        let events = play(&format!("{OPEN}{script}"));
        let exits = causes(&events, |it| {
            it["phase"] == "exit" && it["actor"] == actor && it["call"] == call
        });
        let cause = exits.last().unwrap_or_else(|| panic!("{events}")).clone();
        if cause["segment"].is_u64() {
            let mut segments = events.of("segment").into_iter();
            return segments.find(|it| it["id"] == cause["segment"]).unwrap()["flags"].clone();
        }
        match cause["call"].as_u64() {
            Some(seq) => events.0[seq as usize]["call"].clone(),
            None => cause,
        }
    };
    let data = "server thread r\nr recv &\nclient send \"x\"\nwait r => \"x\"";
    assert_eq!(woken(data, "r", "recv"), json!(["PSH", "ACK"]));
    let end = "server thread r\nr recv &\nclient close\nwait r => 0";
    assert_eq!(woken(end, "r", "recv"), json!(["FIN", "ACK"]));
    let both = "client thread r\nr recv &\nclient shutdown both\nwait r => 0";
    assert_eq!(woken(both, "r", "recv"), json!("shutdown"));
    let destroyed = "client thread r\nr recv &\nclient destroy\nwait r => ECONNABORTED";
    assert_eq!(woken(destroyed, "r", "recv"), json!("destroy"));
    let timeout =
        "client set user_timeout 500ms\nwire cut\nclient send \"x\"\nclient recv => ETIMEDOUT";
    assert_eq!(
        woken(timeout, "client", "recv"),
        json!({ "timer": "retransmit" })
    );
    let linger = "client set linger 1s\nwire cut\nclient close => 0";
    assert_eq!(woken(linger, "client", "close"), json!({ "timer": "call" }));
    // It never slept, so nothing woke it.
    assert_eq!(woken("client send \"x\"", "client", "send"), Value::Null);
}

/// The last picture of a host's descriptors: each socket with how many refer to it, and how many calls wait on it.
fn open_sockets(events: &Events, host: &str) -> Vec<(String, usize, usize)> {
    let mut pictures = events.of("descriptors").into_iter();
    let last = pictures.rfind(|it| it["host"] == host);
    let files = last.unwrap_or_else(|| panic!("{events}"))["files"].as_array();
    let count = |of: &Value| of.as_array().unwrap().len();
    (files.unwrap().iter())
        .map(|it| {
            let name = it["socket"].as_str().unwrap().to_owned();
            (name, count(&it["descriptors"]), count(&it["calls"]))
        })
        .collect()
}

#[test]
fn descriptors_refer_to_sockets_and_are_counted() {
    let client = |script: &str| open_sockets(&play(&format!("{OPEN}{script}")), "client");
    let conn = |descriptors, calls| vec![("conn".to_owned(), descriptors, calls)];
    assert_eq!(client("client dup as second"), conn(2, 0));
    assert_eq!(
        client("client dup as second\nclient fork child"),
        conn(4, 0)
    );
    assert_eq!(client("client fork child\nclient close"), conn(1, 0));
    assert_eq!(client("client fork child\nclient kill"), conn(1, 0));
    assert_eq!(client("client thread other"), conn(1, 0)); // threads share their descriptors
    assert_eq!(
        client("client thread r\nr recv &\nclient close"),
        conn(0, 1)
    );
    assert_eq!(
        client("client thread r\nr recv &\nclient close\nserver send \"x\"\nwait r"),
        []
    );
    assert_eq!(client("client kill"), []);
    let server = play(&format!("{OPEN}client close\nserver close"));
    assert_eq!(open_sockets(&server, "server"), [("listener".into(), 1, 0)]);
}

#[test]
fn a_segment_names_the_call_or_the_segment_that_made_it_leave() {
    let events = play(&format!(
        "{OPEN}client send \"x\"\nserver recv\nclient close\nserver close"
    ));
    for segment in events.of("segment") {
        if segment["phase"] != "sent" {
            assert!(segment.get("cause").is_none() && segment.get("bytes").is_none());
            continue;
        }
        let cause = &segment["cause"];
        let call = cause["call"]
            .as_u64()
            .map(|seq| events.0[seq as usize]["call"].clone());
        let flags = segment["flags"].to_string();
        match call {
            Some(call) if call == "connect" => assert_eq!(segment["flags"], json!(["SYN"])),
            Some(call) if call == "send" => assert_eq!(segment["len"], 1),
            Some(call) if call == "close" => assert!(flags.contains("FIN")),
            Some(call) => panic!("{call} sent {segment}"),
            None => assert!(
                flags.contains("ACK")
                    && (cause["segment"].is_u64() || cause["timer"] == "delayed_ack"),
                "{segment}"
            ),
        }
        let bytes = segment["bytes"].as_str().unwrap();
        assert!(bytes.starts_with("45") && bytes.len() >= 2 * 40, "{bytes}");
    }
}
