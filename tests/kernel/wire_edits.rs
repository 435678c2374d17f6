//! The wire, touched by hand while a run goes on, and the script that repeats it.

use fourwave::event::{Event, SegmentPhase, What};
use fourwave::recording;
use serde_json::json;

use crate::support::Server;
use crate::support::browser::{Browser, LAPTOP};
use crate::support::interactive_run::{ByHand, CONNECTED, end, repeats, replay, story};

#[tokio::test]
async fn segments_are_held_and_go_on_in_another_order() {
    let server = Server::start(&[]);
    let mut run = ByHand::open(&server, CONNECTED, "follow").await;
    run.until_line("server accept").await;
    run.say_all(&[
        "wire hold any",
        "client close",
        "server close",
        "wire release FIN from server seq 1",
        "wire release",
    ])
    .await;
    let (composed, events) = repeats(run, "follow").await;
    let expected = "wire hold any\nclient close => 0\nserver close => 0\nwire release FIN from server seq 1\nwire release";
    assert!(composed.ends_with(expected), "{composed}");
    let arrived = |event: &Event| match &event.what {
        What::Segment(segment) if segment.phase == SegmentPhase::Delivered => {
            Some(segment.from.name())
        }
        _ => None,
    };
    // The one that was sent last comes first.
    let arrived: Vec<&str> = events.iter().filter_map(arrived).skip(3).take(2).collect();
    assert_eq!(arrived, ["server", "client"]);
}

#[tokio::test]
async fn held_segments_are_dropped_and_duplicated() {
    let server = Server::start(&[]);
    let mut run = ByHand::open(&server, CONNECTED, "follow").await;
    run.until_line("server accept").await;
    run.say_all(&[
        "wire hold data from client",
        "client send \"x\"",
        "wire duplicate data from client",
        "wire drop 1 data from client seq 1 ack 1",
        "wire release",
        "server recv",
    ])
    .await;
    let (composed, events) = repeats(run, "follow").await;
    assert!(composed.ends_with("server recv => \"x\""), "{composed}");
    let phases: Vec<SegmentPhase> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Segment(segment) if segment.len == 1 => Some(segment.phase),
            _ => None,
        })
        .collect();
    use SegmentPhase::{Delivered, Dropped, Held, Injected, Sent};
    assert_eq!(phases, [Sent, Held, Injected, Held, Dropped, Delivered]);
}

#[tokio::test]
async fn a_fin_that_is_dropped_while_it_flies_is_sent_again() {
    let server = Server::start(&[]);
    let script = format!("{CONNECTED}\nclient close");
    let mut run = ByHand::open(&server, &script, "follow").await;
    run.until_segment("FIN", SegmentPhase::Sent).await;
    assert_eq!(run.say("wire drop FIN from client").await, 4);
    run.until_segment("FIN", SegmentPhase::Dropped).await;
    run.until_segment("FIN", SegmentPhase::Delivered).await;
    run.until("the client's state", |event| {
        matches!(
            event.what,
            What::State {
                to: fourwave::tcp::state::State::FinWait2,
                ..
            }
        )
    })
    .await;
    let (composed, _) = repeats(run, "follow").await;
    let expected = format!("{CONNECTED}\nwire drop FIN from client\nclient close\nsleep ");
    assert!(composed.starts_with(&expected), "{composed}");
}

#[tokio::test]
async fn what_flies_over_several_lines_is_written_before_the_first_of_them() {
    let server = Server::start(&[]);
    let script = format!(
        "{CONNECTED}\nclient set nodelay on\nclient thread t\nclient send \"one\" => 3\nclient send \"two\" &\n\
         sleep 100ms\nt send \"three\""
    );
    let mut run = ByHand::open(&server, &script, "follow").await;
    run.until("the third", |event| match &event.what {
        What::Segment(segment) => segment.len == 5 && segment.phase == SegmentPhase::Sent,
        _ => false,
    })
    .await;
    run.say("wire drop data from client seq 7").await;
    run.until_line("t send").await;
    let (composed, _) = repeats(run, "follow").await;
    let expected =
        "wire drop data from client seq 7\nclient send \"two\" &\nsleep 100ms\nt send \"three\"";
    assert!(composed.contains(expected), "{composed}");
}

#[tokio::test]
async fn a_handshake_that_is_held_in_its_middle_is_repeated() {
    let server = Server::start(&[]);
    let mut run = ByHand::open(&server, "server listen", "follow").await;
    run.until_line("server listen").await;
    run.say("client connect").await;
    run.until_segment("SYN", SegmentPhase::Delivered).await;
    // The SYN,ACK flies; the SYN went before.
    run.say("wire hold any").await;
    run.until_line("client connect").await;
    run.say("wire release").await;
    run.until_line("wait client").await;
    let (composed, _) = repeats(run, "follow").await;
    let expected = "server listen\nwire hold SYN,ACK from server seq 0 ack 1\nclient connect => blocked\nwire hold any\n";
    assert!(composed.starts_with(expected), "{composed}");
    assert!(
        composed.ends_with("wire release\nwait client => 0"),
        "{composed}"
    );
}

#[tokio::test]
async fn a_wire_that_is_cut_in_the_middle_of_a_line_loses_the_same_again() {
    let server = Server::start(&[]);
    let script = format!("{CONNECTED}\nclient set nodelay on");
    let mut run = ByHand::open(&server, &script, "follow").await;
    run.until_line("client set").await;
    run.say("client send 2000").await;
    // One of two has arrived, and its ACK flies with the other.
    run.until("the first to arrive", |event| match &event.what {
        What::Segment(segment) => segment.len > 0 && segment.phase == SegmentPhase::Delivered,
        _ => false,
    })
    .await;
    run.say("wire cut").await;
    run.until_line("client send").await;
    run.say("wire mend").await;
    // What was not acknowledged is sent again, and is now.
    run.until("an ACK of all of it", |event| match &event.what {
        What::Segment(segment) => {
            segment.ack_rel == Some(2001) && segment.phase == SegmentPhase::Delivered
        }
        _ => false,
    })
    .await;
    run.say("server recv").await;
    let (composed, _) = repeats(run, "follow").await;
    assert!(composed.contains("wire drop "), "{composed}");
}

#[tokio::test]
async fn an_order_in_the_middle_of_a_line_stands_before_it() {
    let server = Server::start(&[]);
    let script =
        format!("{CONNECTED}\nclient thread t\nclient recv => blocked\nsleep 1s\nt send \"x\"");
    let mut run = ByHand::open(&server, &script, "full").await;
    run.until(
        "sleep",
        |event| matches!(&event.what, What::Step { text, .. } if text == "sleep 1s"),
    )
    .await;
    for (line, number) in [("wire duplicate data", 6), ("wire drop ACK from server", 7)] {
        assert_eq!(run.say(line).await, number);
    }
    run.until_line("t send").await;
    let (composed, _) = repeats(run, "full").await;
    let expected = "wire duplicate data\nwire drop ACK from server\nsleep 1s\nt send \"x\"";
    assert!(composed.contains(expected), "{composed}");
}

#[tokio::test]
async fn a_lesson_whose_wire_is_held_waits_and_goes_on() {
    let server = Server::start(&[]);
    let wanted = json!({ "scenario": "four-waves", "pace": "follow" });
    let mut run = ByHand::start(&server, wanted).await;
    run.until_segment("SYN", SegmentPhase::Sent).await;
    run.say("wire hold any").await;
    run.until_segment("SYN", SegmentPhase::Held).await;
    // Its connect is found blocked, and no other line begins.
    run.until_line("client connect").await;
    run.say("wire release").await;
    let events = run.rest().await;
    let composed = recording::script(&events);
    assert_eq!(end(&events), (true, "Played".into()), "{composed}");
    // How long somebody looked at it may be part of it.
    for expected in [
        "wire hold any\nclient connect => blocked\n",
        "wire release\nwait client\nserver accept",
    ] {
        assert!(composed.contains(expected), "{composed}");
    }
    let again = replay(&server, &composed, "follow").await;
    // Whether a SYN that waits is sent again is up to how busy the machine is.
    let states = |events: &[Event]| {
        let mut story = story(events);
        story.retain(|told| told.contains(" to "));
        story
    };
    assert_eq!(states(&events), states(&again), "{composed}");
    assert_notes_and_question_are_kept(&server, &run.id).await;
}

/// Notes stand at their lines though others came between, and the question is asked before its own.
async fn assert_notes_and_question_are_kept(server: &Server, run: &str) {
    let browser = Browser::fresh("en", LAPTOP).await;
    let visit = |asks: &str| {
        let url = server.url(&format!("/s/four-waves?questions={asks}#run={run}"));
        browser.visit(url)
    };
    visit("off").await;
    let row =
        |begin: &str| format!("$$('.script li').find((row) => row.title.startsWith('{begin}'))");
    browser
        .until(&format!("{} !== undefined", row("wire hold any")))
        .await;
    browser
        .get(&format!(
            "{}.querySelector('button').click() ?? null",
            row("wave3:")
        ))
        .await;
    browser
        .until("$('.script .current')?.title.startsWith('wave3:') && $('.note .text').textContent !== ''")
        .await;
    visit("on").await;
    browser
        .until("$('.question:not([hidden])')?.dataset.phase === 'asked'")
        .await;
    // It is asked before its line, and what would answer it is not shown.
    let code = |begin: &str| format!("{}.querySelector('button').textContent", row(begin));
    assert_eq!(browser.get(&code("wire hold")).await, "wire hold any");
    let veiled = "$$('.script li').filter((row) => row.textContent.includes('⋯')).length";
    assert_eq!(browser.get(veiled).await, 8);
    browser.assert_quiet().await;
}
