//! Actors are real processes and threads that make real calls.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::processes::{await_end, descendants};
use crate::support::{
    OPEN, Server, command, events_of, events_to_end, play, play_unchecked, request, start_run,
    until_told,
};

#[test]
fn a_call_is_told_when_it_starts_and_when_it_returns() {
    let events = play(&format!(
        "{OPEN}server recv &\nclient send \"hi\" => 2\nwait server => \"hi\""
    ));
    let recv: Vec<&Value> = events
        .of("call")
        .into_iter()
        .filter(|call| call["call"] == "recv")
        .collect();
    let [enter, exit] = recv[..] else {
        panic!("{events}")
    };
    assert_eq!(
        (&enter["phase"], &enter["args"]),
        (&json!("enter"), &json!(["4", "65536"]))
    );
    assert_eq!(
        (&exit["phase"], &exit["enter"], &exit["data"]),
        (&json!("exit"), &enter["seq"], &json!("hi"))
    );
    let send = events
        .of("call")
        .into_iter()
        .find(|call| call["call"] == "send")
        .unwrap();
    assert!(
        enter["seq"].as_u64() < send["seq"].as_u64() && send["seq"].as_u64() < exit["seq"].as_u64()
    );
}

#[test]
fn a_call_comes_before_what_it_sends_and_returns_after() {
    for _ in 0..5 {
        let events = play(&format!("{OPEN}client close\nserver close"));
        let at = |found: &dyn Fn(&Value) -> bool| events.0.iter().position(found).unwrap();
        let close = |phase: &'static str| {
            move |event: &Value| {
                event["call"] == "close" && event["actor"] == "client" && event["phase"] == phase
            }
        };
        let fin = |phase: &'static str| {
            move |event: &Value| {
                event["phase"] == phase
                    && event["from"] == "client"
                    && event["flags"] == json!(["FIN", "ACK"])
            }
        };
        let order = [
            at(&close("enter")),
            at(&|e| e["to"] == "FIN_WAIT_1"),
            at(&fin("sent")),
        ];
        assert!(order.is_sorted(), "{order:?}\n{events}");
        assert!(
            order[2] < at(&close("exit")) && order[2] < at(&fin("delivered")),
            "{events}"
        );
        assert!(
            events
                .0
                .windows(2)
                .all(|pair| pair[0]["t"].as_u64() <= pair[1]["t"].as_u64())
        );
    }
}

#[test]
fn a_thread_blocks_while_another_shuts_down() {
    let events = play(&format!(
        "{OPEN}client thread reader\nreader recv => blocked\nclient shutdown both => 0\nwait reader => 0\nexpect client FIN_WAIT_2"
    ));
    let process = |actor: &str| {
        events
            .of("process")
            .into_iter()
            .find(|event| event["actor"] == actor)
            .unwrap()
            .clone()
    };
    let (client, reader) = (process("client"), process("reader"));
    assert_eq!(client["pid"], reader["pid"]);
    assert_ne!(client["tid"], reader["tid"]);
}

#[test]
fn a_killed_process_says_goodbye_with_a_fin() {
    let events = play(&format!(
        "{OPEN}client kill\nserver recv => 0\nexpect client FIN_WAIT_2\nexpect server CLOSE_WAIT"
    ));
    assert!(
        !events.sent().iter().any(|sent| sent.contains("RST")),
        "{events}"
    );
    let fin_wait = events
        .of("state")
        .into_iter()
        .find(|state| state["to"] == "FIN_WAIT_1")
        .unwrap();
    assert_eq!(fin_wait["cause"], "kill");
    let killed = events
        .of("process")
        .into_iter()
        .find(|event| event["what"] == "killed")
        .unwrap();
    assert_eq!(killed["actor"], "client");
}

/// Each of these was once told as the deed of somebody else.
#[test]
fn causes_are_told_right_where_several_things_go_on() {
    let cause = |script: &str, host: &str, to: &str| {
        let events = play(&format!("{OPEN}{script}"));
        let state = events
            .of("state")
            .into_iter()
            .find(|state| state["host"] == host && state["to"] == to)
            .cloned();
        let cause = state.unwrap_or_else(|| panic!("{events}"))["cause"].clone();
        let by = cause["call"]
            .as_u64()
            .map(|seq| events.0[seq as usize].clone());
        by.map_or(cause, |call| {
            json!(format!(
                "{}:{}",
                call["actor"].as_str().unwrap(),
                call["call"].as_str().unwrap()
            ))
        })
    };
    for _ in 0..5 {
        // The listening socket and the connection end with their process, while another process is killed too.
        let both = play(&format!("{OPEN}client recv &\nclient kill\nserver kill"));
        let closed = both
            .of("state")
            .into_iter()
            .find(|state| state["to"] == "CLOSED" && state["socket"]["peer"] == "0.0.0.0:0");
        assert_eq!(closed.unwrap()["cause"], "kill", "{both}");
        let last = both
            .of("state")
            .into_iter()
            .find(|state| state["to"] == "LAST_ACK");
        assert_eq!(last.unwrap()["cause"], "kill", "{both}");
        // A close that blocks and sends nothing.
        let blocked =
            "client thread other\nclient set linger 1s\nclient send 200K\nother close => blocked";
        assert_eq!(cause(blocked, "client", "FIN_WAIT_1"), "other:close");
        // A call that was started after the one that acted.
        let two = "client thread x\nclient thread y\nx shutdown write &\ny recv &\nsettle";
        assert_eq!(cause(two, "client", "FIN_WAIT_1"), "x:shutdown");
        let twice = "client thread a\nclient close &\na close &\nwait a => EBADF";
        assert_eq!(cause(twice, "client", "FIN_WAIT_1"), "client:close");
    }
}

#[test]
fn bytes_that_wait_are_told_as_long_as_they_do() {
    let queues = |script: &str, host: &str| -> Vec<u64> {
        let events = play(&format!("{OPEN}{script}"));
        let of_host = events
            .of("queue")
            .into_iter()
            .filter(|queue| queue["host"] == host);
        of_host
            .map(|queue| queue["recv_q"].as_u64().unwrap())
            .collect()
    };
    // In TIME_WAIT, and after a reset, the kernel's table tells of no queues; what arrived is still there.
    let half_close = "client shutdown write\nserver send \"bye\"\nserver close\nexpect client TIME_WAIT\nclient recv => \"bye\"";
    assert_eq!(queues(half_close, "client"), [3, 0]);
    let reset = "client send \"hello\"\nclient set linger 0\nclient close\nserver recv 2 => \"he\"\nserver recv => \"llo\"";
    assert_eq!(queues(reset, "server"), [5, 3, 0]);
}

#[test]
fn a_name_means_the_socket_that_got_it_last() {
    play(&format!(
        "{OPEN}client close\nserver close\nexpect client TIME_WAIT\nserver close on listener\n\
         client connect => ECONNREFUSED\nexpect client CLOSED"
    ));
    play(&format!(
        "{OPEN}client close\nserver close\nclient connect\nexpect server ESTABLISHED"
    ));
}

#[test]
fn listening_needs_the_port_also_the_second_time() {
    play(
        "server listen 8000 as one\nserver listen 8000 as two => EADDRINUSE\nserver listen 8000 as two => EADDRINUSE",
    );
}

#[test]
fn a_long_text_is_compared_whole() {
    let text = "x".repeat(3000);
    play(&format!(
        "{OPEN}client send \"{text}\" => 3000\nserver recv => \"{text}\""
    ));
    let ctrl = "\u{1}".repeat(7000);
    play(&format!("{OPEN}client send \"{ctrl}\" => 7000"));
}

#[test]
fn linger_can_be_taken_back_and_can_wait() {
    let polite = play(&format!(
        "{OPEN}client set linger 0\nclient set linger off\nclient close => 0\nserver recv => 0"
    ));
    assert!(polite.sent().contains(&"client:FIN,ACK".into()));
    // With a time, close waits for the acknowledgment.
    play(&format!(
        "{OPEN}client set linger 5s\nclient close => 0\nexpect client FIN_WAIT_2"
    ));
}

#[test]
fn a_call_on_a_closed_socket_is_made_all_the_same() {
    play(&format!(
        "{OPEN}client close => 0\nclient recv => EBADF\nclient close => EBADF\nclient shutdown write => EBADF"
    ));
}

#[test]
fn errors_have_their_names() {
    play(
        "client connect => ECONNREFUSED\nclient recv => ENOTCONN\nserver listen\nclient close\nclient connect => 0\nclient connect => EISCONN",
    );
    play(&format!(
        "{OPEN}client shutdown write => 0\nclient send \"x\" => EPIPE\nserver recv => 0"
    ));
}

#[test]
fn sockets_have_names() {
    play(
        "server listen 8000 as second\nclient connect 8000 as other\nserver accept on second as theirs\n\
         server send \"hi\" on theirs => 2\nclient recv on other => \"hi\"\nexpect client.other ESTABLISHED\n\
         expect server.theirs ESTABLISHED\nexpect server.second LISTEN\nclient close on other\nexpect client.other FIN_WAIT_2",
    );
}

#[test]
fn a_line_that_waits_for_ever_ends_with_the_run() {
    let output = command(
        &["run", "-", "--limit", "1"],
        &format!("{OPEN}server recv => 0"),
    );
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("line 4 was still waiting when the run's 1 s were over"),
        "{text}"
    );
}

#[test]
fn blocked_is_an_answer_only_where_the_call_blocks() {
    let events = play_unchecked(&format!("{OPEN}client send \"x\" => blocked"));
    assert_eq!(events.of("check")[0]["actual"], "1");
}

#[tokio::test]
async fn an_actor_killed_from_outside_ends_its_run_and_no_other() {
    let server = Server::start(&[]);
    let waiting = json!({ "script": format!("{OPEN}server recv => 0"), "pace": "full" });
    let [doomed, spared] = [
        start_run(&server, waiting.clone()).await,
        start_run(&server, waiting).await,
    ];
    for id in [&doomed, &spared] {
        until_told(&server, id, "\"call\":\"recv\"", 1).await;
    }
    let pid = events_of(&server, &doomed)
        .await
        .of("process")
        .into_iter()
        .find(|event| event["actor"] == "server")
        .unwrap()["pid"]
        .as_i64()
        .unwrap() as i32;
    assert!(descendants(server.pid()).contains(&pid));
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    await_end(pid);
    assert_eq!(
        events_to_end(&server, &doomed).await.reason(),
        format!("line 4: server (process {pid}) was ended from outside")
    );
    let (_, status) = request("GET", &server.url(&format!("/api/runs/{spared}")), None).await;
    assert_eq!(status["ended"], false, "the other run goes on");
}
