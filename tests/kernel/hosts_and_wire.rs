//! What the lab can do to actors, hosts and the wire. Each script is an ending of its own, checked by the kernel.

use serde_json::Value;

use crate::support::{Events, OPEN, play};

/// Plays a script after an open connection; every check in it must be true, and no state may be missed.
fn lab(script: &str) -> Events {
    let events = play(&format!("{OPEN}{script}"));
    assert!(events.of("gap").is_empty(), "{events}");
    assert!(
        events
            .of("state")
            .iter()
            .all(|state| state["observed"] == true),
        "{events}"
    );
    events
}

#[test]
fn a_forked_child_is_another_process_with_the_same_connection() {
    let forked = lab(
        "client fork child\nnone: client close => 0\nclient send \"x\" => EBADF\nexpect client sent nothing since none\n\
         child send \"from the child\" => 14\nserver recv => \"from the child\"\nchild close\nexpect client FIN_WAIT_2",
    );
    let process = |actor: &str| {
        forked
            .of("process")
            .into_iter()
            .find(|event| event["actor"] == actor)
            .unwrap()
            .clone()
    };
    assert_ne!(process("client")["pid"], process("child")["pid"]);
    assert_eq!(process("child")["what"], "forked");
}

#[test]
fn poll_tells_what_happened() {
    lab(
        "server poll 0ms => OUT\nclient send \"x\" => 1\nserver poll => IN OUT\nclient shutdown write\n\
         server poll => IN OUT RDHUP\nclient set linger 0\nserver recv => \"x\"\nserver recv => 0",
    );
    lab(
        "client set linger 0\nclient close\nserver poll => IN OUT RDHUP ERR HUP\nserver get error => ECONNRESET\n\
         server get error => 0\nserver recv => 0\nserver send \"x\" => EPIPE",
    );
    lab(
        "client set nonblock on => 0\nclient recv => EAGAIN\nserver send \"hi\" => 2\nclient recv peek => \"hi\"\n\
         expect client recvq 2\nclient recv 2 all => \"hi\"\nexpect client recvq 0\nclient epoll 0ms => OUT",
    );
}

#[test]
fn a_socket_is_not_a_connection() {
    lab("client shutdown write\nserver close\nexpect client TIME_WAIT\nclient get state => CLOSED");
    lab("server name => \"127.0.0.2:7000\"\nclient peer => \"127.0.0.2:7000\"");
}

#[test]
fn held_fins_cross_and_go_on_when_released() {
    let events = lab(
        "wire hold FIN\nclient close\nserver close\nexpect client FIN_WAIT_1\nexpect server FIN_WAIT_1\n\
                      wire release FIN from client\nexpect server CLOSING\nwire release\nexpect client TIME_WAIT\nexpect server TIME_WAIT",
    );
    // The client's own FIN is acknowledged before the server's comes: no CLOSING there.
    assert!(
        events
            .path("client", false)
            .ends_with(&["FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT"]),
        "{events}"
    );
    assert!(
        events
            .path("server", false)
            .ends_with(&["FIN_WAIT_1", "CLOSING", "TIME_WAIT"]),
        "{events}"
    );
}

#[test]
fn what_is_held_is_lost_first_and_a_copy_of_it_is_held_too() {
    let events = lab(
        "wire hold data from client\nclient send \"x\" => 1\nwire duplicate data seq 1\nwire drop 2 data from client\nwire release\n\
         server recv => \"x\"\nwire drop data from client seq 3\nclient send \"y\" => 1\nserver recv => \"y\"",
    );
    let of = |phase: &str| {
        // What a busy machine sends again while it is held does not count.
        let first = |it: &&&Value| it["phase"] == phase && it["retransmission"] == false;
        events.of("segment").iter().filter(first).count()
    };
    // Both are lost, and the segment that the kernel sends again arrives; the next with that number never comes.
    assert_eq!(
        (of("held"), of("dropped"), of("injected")),
        (2, 2, 1),
        "{events}"
    );
}

#[test]
fn a_link_that_goes_down_and_comes_up_keeps_the_connection() {
    let events = lab(
        "client link down\nexpect client ESTABLISHED\nexpect server ESTABLISHED\nclient link up\n\
                      client send \"x\" => 1\nserver recv => \"x\"",
    );
    let changes: Vec<_> = events
        .of("host")
        .iter()
        .map(|event| event["what"].clone())
        .collect();
    assert_eq!(changes, ["link_down", "link_up"]);
}

#[test]
fn a_link_that_is_up_can_be_brought_up() {
    lab("client link up\nclient send \"x\" => 1\nserver recv => \"x\"");
}

#[test]
fn a_host_that_crashed_and_booted_answers_with_a_reset() {
    let events = lab(
        "crash: server crash\nexpect server sent nothing since crash\nexpect client ESTABLISHED\nserver boot\n\
                      client send \"x\" => 1\nclient recv => ECONNRESET\nexpect client CLOSED\nserver listen\n\
                      client connect as again => 0\nserver accept as again",
    );
    assert!(events.sent().contains(&"server:RST".into()), "{events}");
}

#[test]
fn a_sysctl_belongs_to_one_host() {
    let events = lab(
        "client sysctl tcp_fin_timeout 1\nclient close\nexpect client FIN_WAIT_2\nexpect client CLOSED within 5s\nexpect server CLOSE_WAIT",
    );
    assert_eq!(events.of("host")[0]["sysctl"], "net.ipv4.tcp_fin_timeout=1");
}

#[test]
fn a_forged_segment_seems_to_come_from_the_other_host() {
    let exact = lab(
        "wire inject RST to client\nexpect client CLOSED\nclient recv => ECONNRESET\nexpect server ESTABLISHED",
    );
    let forged = exact
        .of("segment")
        .into_iter()
        .find(|segment| segment["phase"] == "injected")
        .unwrap();
    assert_eq!(
        (&forged["from"], &forged["to"]),
        (&"server".into(), &"client".into())
    );
}

#[test]
fn a_stopped_process_takes_an_order_when_it_goes_on() {
    lab(
        "server stop\nserver recv &\nclient send \"x\" => 1\nexpect server recvq 1\nserver continue\nexpect server recvq 0\nwait server => \"x\"",
    );
    lab(
        "client stop\nclient close => blocked\nexpect client ESTABLISHED\nclient continue\nexpect client FIN_WAIT_2\nwait client => 0",
    );
}

#[test]
fn a_stop_wakes_recv_which_then_holds_the_socket_no_longer() {
    let events = lab(
        "client thread reader\nreader recv => blocked\nclient close => 0\nexpect client ESTABLISHED\n\
         client stop\nexpect client FIN_WAIT_2\nclient continue\nwait reader => EBADF",
    );
    let state = events
        .of("state")
        .into_iter()
        .find(|state| state["to"] == "FIN_WAIT_1")
        .unwrap();
    let enter = state["cause"]["call"].as_u64().expect("a call");
    assert_eq!(events.0[enter as usize]["call"], "recv");
}

#[test]
fn what_a_woken_call_does_comes_from_that_call() {
    let events = play(&format!(
        "{OPEN}client thread reader\nreader recv => blocked\nclient close => 0\nserver send 20K => 20480\n\
         expect client sent FIN\nexpect client CLOSED"
    ));
    // Nothing arrives while the thread that the first segment woke closes the socket.
    assert_eq!(
        events.path("client", false)[2..],
        ["FIN_WAIT_1", "CLOSED"],
        "{events}"
    );
    let fin = |state: &&Value| state["to"] == "FIN_WAIT_1";
    let state = events.of("state").into_iter().find(fin).unwrap();
    let enter = state["cause"]["call"].as_u64().expect("a call");
    assert_eq!(events.0[enter as usize]["call"], "recv");
}

#[test]
fn a_connect_whose_socket_was_closed_connects_and_sends_a_fin() {
    // Whether ESTABLISHED is read or inferred is up to the scheduler; it is told, with its cause.
    let events = play(
        "server listen\nclient thread other\nwire hold SYN,ACK\nother connect &\nclient close => 0\nwire release\n\
         wait other => 0\nexpect client FIN_WAIT_2",
    );
    let path = ["SYN_SENT", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2"];
    assert_eq!(events.path("client", false), path, "{events}");
    let causes: Vec<bool> = events
        .of("state")
        .iter()
        .filter(|state| state["host"] == "client")
        .map(|state| state["cause"]["segment"].is_u64())
        .collect();
    assert_eq!(causes, [false, true, false, true]);
}

#[test]
fn a_duplicated_segment_is_acknowledged_again_and_counted_once() {
    lab(
        "wire duplicate data from client\nclient send \"x\" => 1\nserver recv => \"x\"\nexpect server recvq 0\nexpect client ESTABLISHED",
    );
}

#[test]
fn what_the_last_line_sent_arrives() {
    let events = lab("wire delay 20ms\nclient close &");
    assert_eq!(events.path("server", false).last(), Some(&"CLOSE_WAIT"));
    assert_eq!(events.path("client", false).last(), Some(&"FIN_WAIT_2"));
}

#[test]
fn a_claim_is_judged_and_fails_nothing() {
    let events = lab(
        "client close\nserver close\nclaim article: server TIME_WAIT\nclaim kernel: server CLOSED\nclaim gives: client recv => 10058 or EBADF",
    );
    let verdicts: Vec<_> = events
        .of("check")
        .iter()
        .map(|check| (check["claim"].clone(), check["ok"].clone()))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("article".into(), false.into()),
            ("kernel".into(), true.into()),
            ("gives".into(), true.into())
        ]
    );
    assert_eq!(events.0.last().unwrap()["ok"], true);
}

#[test]
fn another_program_on_the_same_host() {
    lab(
        "client process other\nother connect as theirs => 0\nserver accept as second => 5\nother close on theirs\nexpect client.theirs FIN_WAIT_2\nexpect client ESTABLISHED",
    );
}
