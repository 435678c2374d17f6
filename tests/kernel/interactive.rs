//! Open runs: lines by hand, and the script that repeats them.

use fourwave::event::{Event, StepPhase, What};
use fourwave::recording;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustix::process::Signal;
use serde_json::json;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::interactive_run::{ByHand, CONNECTED, end, repeats};
use crate::support::processes::kill_descendant;
use crate::support::{Server, key_of, request, request_with, stop_run};

#[tokio::test]
async fn free_play_writes_the_script_that_repeats_it() {
    let server = Server::start(&[]);
    let run = ByHand::open(&server, "", "full").await;
    let numbers = [
        run.say("server listen").await,
        run.say("  client connect  # to port 7000").await,
        run.say("server accept").await,
    ];
    assert_eq!(numbers, [1, 2, 3]);
    run.say_all(&[
        "client send \"say \\\"hi\\\"\"",
        "fin: client shutdown write",
        "server recv",
        "server recv",
        "server send 1000",
        "client recv 5",
        "server close",
        "expect client sent FIN since fin",
        "client close",
        "server send \"late\"",
    ])
    .await;
    let (composed, _) = repeats(run, "full").await;
    let expected = "server listen => 0\nclient connect => 0\nserver accept => 4\nclient send \"say \\\"hi\\\"\" => 8\n\
                    fin: client shutdown write => 0\nserver recv => \"say \\\"hi\\\"\"\nserver recv => 0\n\
                    server send 1000 => 1000\nclient recv 5 => \"abcde\"\nserver close => 0\n\
                    expect client sent FIN since fin\nclient close => 0\nserver send \"late\" => EBADF";
    assert_eq!(composed, expected);
}

#[tokio::test]
async fn a_call_blocks_while_the_other_side_acts_and_is_waited_for() {
    let server = Server::start(&[]);
    let mut run = ByHand::open(&server, CONNECTED, "full").await;
    assert_eq!(run.say("client recv").await, 4);
    let (status, answer) = run.answer("client close").await;
    assert_eq!(status, 422, "{answer}");
    assert_eq!(answer["mistakes"][0]["line"], 5);
    run.say("server send \"x\"").await;
    run.until_line("wait client").await;
    run.say("client close").await;
    let (composed, events) = repeats(run, "full").await;
    let expected =
        "client recv => blocked\nserver send \"x\" => 1\nwait client => \"x\"\nclient close => 0";
    assert_eq!(composed, format!("{CONNECTED}\n{expected}"));
    // Each line has the number that it had when it was played.
    let begun = |event: &Event| match &event.what {
        What::Step {
            line,
            phase: StepPhase::Begin,
            ..
        } => Some(*line),
        _ => None,
    };
    let lines: Vec<usize> = events.iter().filter_map(begun).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn threads_forks_programs_and_hosts_come_and_go_by_hand() {
    let server = Server::start(&[]);
    let run = ByHand::open(&server, CONNECTED, "full").await;
    run.say_all(&[
        "client thread reader",
        "reader recv",
        "client fork child",
        "client close",
        "child send \"from the child\"",
        "server recv",
        "client process other",
        "other connect as second",
        "server accept as second",
        "other kill",
        "server recv on second",
        "client sysctl tcp_fin_timeout 5",
        "client link down",
        "client link up",
        "server send \"hi\" more &",
        "settle",
        "child stop",
        "child continue",
        "server crash",
        "server boot",
        "child send \"x\"",
        "child recv",
        "sleep 10ms",
        "claim mine: client CLOSED",
    ])
    .await;
    repeats(run, "full").await;
}

#[tokio::test]
async fn what_cannot_be_played_is_refused_and_nothing_happens() {
    let server = Server::start(&[]);
    let mut run = ByHand::open(&server, "", "full").await;
    run.say_all(&["server listen", "client stop"]).await;
    run.until_line("client stop").await;
    let so_far = run.events.len();
    for (line, found) in [
        ("client fly", "`fly`"),
        ("client send \"x", "a text without its closing quote"),
        ("reader recv", "`reader`"),
        ("wait client", "client, which is in no call"),
        (
            "client send \"x\" => \"x\"",
            "a text after a call that gives none",
        ),
        ("expect client sent FIN since none", "since `none`"),
        ("client recv on none", "the socket `none` of client"),
        // The parser lets these pass; the world does not.
        ("wire inject RST to client", "the socket `conn` of client"),
        ("client thread another", "client, which is stopped"),
        ("client exit", "client, which is stopped"),
        (
            "client sysctl tcp_syn_retries 4294967295",
            "4294967295, which the kernel refuses",
        ),
    ] {
        let (status, answer) = run.answer(line).await;
        assert_eq!(
            (status, &answer["error"]),
            (422, &json!("script")),
            "{line}: {answer}"
        );
        assert_eq!(answer["mistakes"][0]["found"], found, "{answer}");
        assert_eq!(answer["mistakes"][0]["line"], 3, "{answer}");
    }
    assert_eq!(run.say("").await, 2);
    let events = run.stop().await;
    let told = events[so_far..].iter();
    let kinds: Vec<String> = told.map(|event| kind(event).to_string()).collect();
    assert!(kinds.iter().all(|kind| kind == "end"), "{kinds:?}");
}

fn kind(event: &Event) -> String {
    let event = serde_json::to_value(event).unwrap();
    event["type"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_actor_that_is_killed_from_outside_ends_nothing() {
    let server = Server::start(&[]);
    let mut run = ByHand::open(&server, CONNECTED, "full").await;
    run.say("client recv").await;
    run.until_line("client recv").await;
    let pid = |event: &Event| match &event.what {
        What::Process { pid, actor, .. } if actor == "client" => Some(*pid),
        _ => None,
    };
    let pid = run.events.iter().find_map(pid).unwrap();
    kill_descendant(server.pid(), pid, Signal::KILL);
    run.until("the end of the client", |event| kind(event) == "process")
        .await;
    let (status, answer) = run.answer("client kill").await;
    assert_eq!(status, 422, "{answer}");
    let found = "client, which was ended from outside";
    assert_eq!(answer["mistakes"][0]["found"], found);
    run.say("server recv").await;
    assert_eq!(end(&run.stop().await), (true, "Finished".into()));
}

#[tokio::test]
async fn only_who_has_the_key_acts_on_a_run() {
    let server = Server::start(&[]);
    let run = ByHand::open(&server, "", "full").await;
    let address = server.url(&format!("/api/runs/{}", run.id));
    let lines = format!("{address}/lines");
    let said = Some(json!({ "line": "server listen" }));
    for key in [None, Some(""), Some("another")] {
        let (status, answer) = request_with("POST", &lines, said.clone(), key).await;
        assert_eq!((status, &answer["error"]), (403, &json!("key")));
        let (status, answer) = request_with("DELETE", &address, None, key).await;
        assert_eq!((status, &answer["error"]), (403, &json!("key")));
    }
    let unknown = server.url("/api/runs/aaaaaaaa/lines");
    assert_eq!(request("POST", &unknown, said).await.0, 404);
    let key = key_of(&run.id);
    for body in [json!({}), json!({ "line": 1 }), json!({ "line": "a\nb" })] {
        let (status, answer) = request_with("POST", &lines, Some(body), Some(&key)).await;
        assert_eq!((status, &answer["error"]), (400, &json!("request")));
    }
    assert_eq!(run.say("server listen").await, 1);
}

#[tokio::test]
async fn mistakes_are_told_in_the_visitors_language() {
    let server = Server::start(&[]);
    let run = ByHand::open(&server, "", "full").await;
    run.say("client stop").await;
    for (line, found) in [
        ("client exit", "client，它已暂停"),
        ("wire inject RST to client", "client 的套接字 `conn`"),
        (
            "client sysctl tcp_syn_retries 4294967295",
            "4294967295，内核不接受",
        ),
    ] {
        let response = reqwest::Client::new()
            .post(server.url(&format!("/api/runs/{}/lines", run.id)))
            .header("accept-language", "zh")
            .bearer_auth(key_of(&run.id))
            .json(&json!({ "line": line }))
            .send()
            .await
            .unwrap();
        let answer: serde_json::Value = response.json().await.unwrap();
        assert_eq!(answer["mistakes"][0]["found"], found, "{answer}");
        let expected = answer["mistakes"][0]["expected"].as_str().unwrap();
        assert!(!expected.is_ascii(), "{expected}");
    }
}

#[tokio::test]
async fn a_run_that_is_not_open_takes_lines_for_the_wire_only() {
    let server = Server::start(&[]);
    let script = format!("{CONNECTED}\nclient recv => blocked\nsleep 60s");
    let run = ByHand::start(&server, json!({ "script": script, "pace": "full" })).await;
    let (status, answer) = run.answer("server send \"x\"").await;
    assert_eq!((status, &answer["error"]), (409, &json!("not_open")));
    run.say("wire cut").await;
    let events = run.stop().await;
    assert_eq!(end(&events), (false, "Stopped".into()));
    let over = ByHand::open(&server, "", "full").await;
    let (id, key) = (over.id.clone(), key_of(&over.id));
    over.stop().await;
    let lines = server.url(&format!("/api/runs/{id}/lines"));
    let (status, answer) = request_with(
        "POST",
        &lines,
        Some(json!({ "line": "settle" })),
        Some(&key),
    )
    .await;
    assert_eq!((status, &answer["error"]), (409, &json!("over")));
}

#[tokio::test]
async fn a_line_waits_for_the_one_before_it_and_too_many_are_refused() {
    let server = Server::start(&[]);
    let mut run = ByHand::open(&server, "", "full").await;
    run.say("sleep 60s").await;
    run.until("the line", |event| kind(event) == "step").await;
    // Sixteen may wait.
    let waiting: Vec<_> = (0..17).map(|_| run.answer("server listen")).collect();
    let mut answers = FuturesUnordered::from_iter(waiting);
    let (status, answer) = answers.next().await.unwrap();
    assert_eq!(
        (status, &answer["error"]),
        (429, &json!("busy")),
        "{answer}"
    );
    assert_eq!(answer["waiting"], 16);
    // What waits for a run that ends is told so.
    stop_run(&server, &run.id).await;
    while let Some((status, answer)) = answers.next().await {
        assert_eq!((status, &answer["error"]), (409, &json!("over")));
    }
    drop(answers);
    assert_eq!(recording::script(&run.rest().await), "sleep 60s");
}

#[tokio::test]
async fn an_idle_run_warns_and_ends() {
    let server = Server::start(&["--idle-limit", "2"]);
    let mut run = ByHand::open(&server, CONNECTED, "full").await;
    let warns = |event: &Event| matches!(event.what, What::Idle { ends_in_ms: 1000 });
    run.until("a warning", warns).await;
    run.say("").await; // a sign of life
    let goes_on = |event: &Event| matches!(event.what, What::Idle { ends_in_ms: 2000 });
    run.until("that it goes on", goes_on).await;
    run.until("another warning", warns).await;
    let events = run.rest().await;
    assert_eq!(end(&events), (true, "Idle".into()));
    assert_eq!(recording::script(&events), CONNECTED);
    let What::Run {
        open,
        idle_limit_ms,
        ..
    } = events[0].what
    else {
        panic!()
    };
    assert_eq!((open, idle_limit_ms), (true, Some(2000)));
}

#[tokio::test]
async fn an_open_run_has_a_bound() {
    let server = Server::start(&["--open-limit", "1"]);
    let mut run = ByHand::open(&server, "server listen", "full").await;
    assert_eq!(end(&run.rest().await), (false, "TooLong".into()));
}

#[tokio::test]
async fn the_page_shows_the_script_as_it_grows() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    let run = ByHand::open(&server, "server listen", "full").await;
    browser
        .visit(server.url(&format!("/try#run={}", run.id)))
        .await;
    run.say_all(&[
        "client connect",
        "server accept",
        "server recv",
        "client send \"x\"",
        "",
    ])
    .await;
    let rows = "$$('.script li').map((row) => row.title).join('\\n')";
    let composed = "server listen\nclient connect => 0\nserver accept => 4\nserver recv => blocked\n\
                    client send \"x\" => 1\nwait server => \"x\"";
    browser
        .until(&format!("{rows} === {}", json!(composed)))
        .await;
    run.stop().await;
    browser
        .until("$('.origin').textContent.includes('ended by hand')")
        .await;
    browser.assert_quiet().await;
}
