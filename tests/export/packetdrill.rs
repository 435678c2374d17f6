//! Exports for packetdrill, judged by its grammar. grammar.rs has the grammar as a strict checker, because packetdrill itself
//! needs root and changes the kernel's settings.

mod grammar;
mod lexer;

use fourwave::content::catalogue;
use fourwave::content::scenario::Chapter;
use fourwave::event::Event;
use fourwave::event::host::Host;
use fourwave::export::export;
use fourwave::export::format::Format;
use fourwave::export::options::{ExportInfo, ExportOptions};
use fourwave::i18n::Language;
use fourwave::recording;

use crate::kernel::random::author;
use crate::support::{play_unchecked, recorded};
use grammar::{Action, check};

fn script(events: &[Event], host: Host) -> String {
    let wish = ExportOptions {
        host: Some(host),
        ..ExportOptions::default()
    };
    let script = export(
        events,
        Format::Packetdrill,
        &ExportInfo::default(),
        Language::English,
        wish,
    );
    String::from_utf8(script.unwrap()).unwrap()
}

#[test]
fn every_lesson_is_a_script_of_its_language_for_both_hosts() {
    let mut complete = Vec::new();
    for scenario in catalogue::scenarios() {
        for host in Host::BOTH {
            let script = script(&recorded(&scenario.id), host);
            check(&script)
                .unwrap_or_else(|error| panic!("{} {host}: {error}\n{script}", scenario.id));
            let orderly = matches!(scenario.chapter, Chapter::Waves | Chapter::CloseAndShutdown);
            if orderly && !script.contains("// not said: ") {
                complete.push(format!("{} {host}", scenario.id));
            }
        }
    }
    // Most of the orderly runs can be written completely; the others have threads, processes that end, or several
    // connections.
    assert!(complete.len() >= 26, "{} {complete:#?}", complete.len());
}

#[test]
fn whatever_happens_is_a_script_of_its_language() {
    for seed in 0..12 {
        let lines = play_unchecked(&author::script(seed)).to_string();
        for host in Host::BOTH {
            let script = script(&recording::read(&lines), host);
            check(&script).unwrap_or_else(|error| panic!("seed {seed} {host}: {error}\n{script}"));
        }
    }
}

/// The segments that a host's kernel sent and received, by the events.
fn segments(events: &[Event], host: Host) -> Vec<(bool, usize)> {
    use fourwave::event::{SegmentPhase, What};
    let passed = events.iter().filter_map(|event| match &event.what {
        What::Segment(segment) if segment.phase == SegmentPhase::Sent && segment.from == host => {
            Some((true, segment.len))
        }
        What::Segment(segment)
            if segment.phase == SegmentPhase::Delivered && segment.to == host =>
        {
            Some((false, segment.len))
        }
        _ => None,
    });
    passed.collect()
}

#[test]
fn segments_and_calls_are_the_runs_own() {
    for id in [
        "four-waves",
        "half-close",
        "reset-linger-0",
        "lost-fin",
        "both-at-once",
    ] {
        for host in Host::BOTH {
            let events = recorded(id);
            let script = script(&events, host);
            let found = check(&script)
                .unwrap()
                .into_iter()
                .filter_map(|action| match action {
                    Action::Packet { outbound, len } => Some((outbound, len)),
                    Action::Call(_) | Action::Command => None,
                });
            assert_eq!(
                found.collect::<Vec<_>>(),
                segments(&events, host),
                "{id} {host}\n{script}"
            );
        }
    }
    let script = script(&recorded("half-close"), Host::Client);
    let calls = check(&script)
        .unwrap()
        .into_iter()
        .filter_map(|action| match action {
            Action::Call(name) => Some(name),
            Action::Packet { .. } | Action::Command => None,
        });
    assert_eq!(
        calls.collect::<Vec<_>>(),
        [
            "socket", "connect", "send", "shutdown", "recv", "recv", "close"
        ]
    );
    for line in [
        "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n",
        " connect(3, ..., ...) = 0\n",
        " > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1000 ecr 0,nop,wscale 7>\n",
        " > F. 6:6(0) ack 1 win ",
        " < P. 1:4(3) ack 7 win ",
        " close(3) = 0\n",
    ] {
        assert!(script.contains(line), "no {line:?} in\n{script}");
    }
}

#[test]
fn what_cannot_be_said_is_told_at_the_head_and_where_it_happened() {
    let cases = [
        (
            "kill-unread",
            Host::Client,
            "a process ends, is stopped or goes on",
            "// not said: client: is killed\n",
        ),
        (
            "fork",
            Host::Server,
            "other processes call",
            "// not said: child: close(4)\n",
        ),
        (
            "close-while-recv",
            Host::Client,
            "calls overlap",
            "// not said: ",
        ),
        (
            "ports-exhausted",
            Host::Client,
            "there is more than one connection",
            "// not said: ",
        ),
        (
            "nic-off",
            Host::Client,
            "something is done to the host",
            "// not said: its link goes down\n",
        ),
        (
            "dup",
            Host::Client,
            "a call is made that it does not know",
            "// not said: client: dup(3)\n",
        ),
    ];
    for (id, host, head, there) in cases {
        let script = script(&recorded(id), host);
        let (before, after) = script.split_once("--tolerance_usecs").unwrap();
        assert!(before.contains(head), "{id}\n{script}");
        assert!(after.contains(there), "{id}\n{script}");
    }
    let complete = script(&recorded("four-waves"), Host::Client);
    assert!(
        !complete.contains("not said") && !complete.contains("cannot"),
        "{complete}"
    );
}

#[test]
fn what_somebody_wrote_cannot_leave_its_comment() {
    let lines = catalogue::recording_lines("half-close").unwrap();
    let hostile = lines.replace(
        "server listen",
        "server listen\\n0 `rm -rf /`\\u2028`x`\\u0085 */ %{ x }%",
    );
    let script = script(&recording::read(&hostile), Host::Client);
    let actions = check(&script).unwrap();
    assert!(
        !actions
            .iter()
            .any(|action| matches!(action, Action::Command)),
        "{script}"
    );
}

/// A correct script, to be broken.
const ORDER: &str = "--tolerance_usecs=50000\n\
    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n\
    +0...0.4 connect(3, ..., ...) = 0\n\
    +0 > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1000 ecr 0,nop,wscale 7>\n\
    +.4 < S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 1000 ecr 1000,nop,wscale 7>\n\
    +0 > . 1:1(0) ack 1 win 502 <nop,nop,TS val 1400 ecr 1000>\n\
    +1 send(3, ..., 5, 0) = 5\n\
    +0 > P. 1:6(5) ack 1 <...>\n\
    +.1 < . 1:1(0) ack 6 win 510\n\
    +0 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0\n\
    +0 getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0\n\
    +0 poll([{fd=3, events=POLLIN, revents=POLLIN|POLLRDHUP}], 1, 0) = 1\n\
    +0 recv(3, ..., 10, MSG_PEEK) = -1 ECONNRESET (Connection reset by peer)\n\
    +0 close(3) = 0 // the end\n";

#[test]
fn the_checker_refuses_what_packetdrill_would() {
    check(ORDER).unwrap();
    let broken = [
        ("+0 close(3) = 0", "close(3) = 0", "no time"),
        ("+.4 <", "+.4 + <", "two signs"),
        ("0:0(0) win 64240", "0-0(0) win 64240", "no colon"),
        (
            "1:6(5)",
            "1:7(5)",
            "an end that is not its beginning and length",
        ),
        ("1:6(5)", "1:6", "no length"),
        ("P. 1", "Q. 1", "a flag that is none"),
        ("P. 1", "PSH,ACK 1", "flags by their names"),
        (
            "ack 6 win 510",
            "ack 6",
            "something comes in without its window",
        ),
        (
            "ack 6 win 510",
            "ack 6 win 70000",
            "a window of more than 16 bits",
        ),
        (
            "ack 6 win 510",
            "win 510 ack 6",
            "its parts in another order",
        ),
        (
            "<nop,nop,TS val 1400 ecr 1000>",
            "<nop,TS val 1400 ecr 1000>",
            "options without padding",
        ),
        (
            "<nop,nop,TS val 1400 ecr 1000>",
            "<nop,nop,timestamp 1400 1000>",
            "an option that is none",
        ),
        (
            "ack 6 win 510",
            "ack 6 win 510 <...>",
            "options left open of what comes in",
        ),
        (
            "send(3, ..., 5, 0)",
            "send(3, ..., 5)",
            "an argument too few",
        ),
        ("send(3", "send(4", "a descriptor that nobody made"),
        (
            "send(3, ..., 5, 0)",
            "write(3, \"hello\", 5, 0)",
            "an argument too many",
        ),
        ("send(", "transmit(", "a call that it does not know"),
        (
            "= -1 ECONNRESET (Connection reset by peer)",
            "= ECONNRESET",
            "an error without its number",
        ),
        (
            "(Connection reset by peer)",
            "",
            "an error without its text",
        ),
        (
            "(Connection reset by peer)",
            "(Connection, reset)",
            "a text with other than words",
        ),
        (
            "(Connection reset by peer)",
            "(Connection ack)",
            "a text with a name of its own",
        ),
        ("MSG_PEEK", "MSG_PEAK", "a symbol that it does not know"),
        (
            "+0...0.4 connect",
            "+0...+0.4 connect",
            "an end with a sign",
        ),
        (
            "+1 send",
            "+.5...0.4 send",
            "a call that ends before it begins",
        ),
        ("+0 > . 1", "+0 listen(3, 1) = 0\n+0 > . 1", ""),
        (
            "+0 > S 0",
            "+0 listen(3, 1) = 0\n+0 > S 0",
            "a call while another blocks",
        ),
        (
            "+0 close(3) = 0",
            "+0 close(3) = 0\n+0 close(3) = 0",
            "closed twice",
        ),
        (
            "--tolerance",
            "0 `true`\n--tolerance",
            "an option behind an event",
        ),
        (
            "// the end\n",
            "// the end",
            "a comment without the end of its line",
        ),
        ("// the end", "# the end", "a comment of another language"),
    ];
    for (from, to, why) in broken {
        assert!(ORDER.contains(from), "{from}");
        let checked = check(&ORDER.replacen(from, to, 1));
        assert_eq!(
            checked.is_err(),
            !why.is_empty(),
            "{why}: {from} → {to}: {checked:?}"
        );
    }
}
