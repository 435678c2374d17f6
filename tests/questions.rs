//! Questions stop the play before the answer shows, and the run answers them; the lens names results as Windows does.

use std::time::Duration;

use fourwave::scenario::{About, Question};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::browser::Browser;
use crate::support::{Events, Server, play};

const LAPTOP: [u32; 2] = [1280, 900];
const STATES: &str =
    "[...document.querySelectorAll('.host .state')].map((state) => state.textContent).join(' ')";

/// The run's answer, read off its events by other means than the page does.
pub fn answer(question: &Question, events: &Events) -> String {
    let step = |phase: &str| {
        let of_line = |event: &&Value| {
            event["type"] == "step" && event["line"] == question.line && event["phase"] == phase
        };
        let event = events.0.iter().find(of_line).expect("the line was played");
        event["seq"].as_u64().unwrap() as usize
    };
    let (begin, end) = (step("begin"), step("end"));
    match &question.about {
        About::State(host) => {
            let of_host = |event: &&Value| {
                event["type"] == "state"
                    && event["host"] == host.name()
                    && event["socket"]["peer"] != "0.0.0.0:0"
            };
            let last = events.0[..=end].iter().rfind(of_host);
            last.map_or("CLOSED", |event| event["to"].as_str().unwrap())
                .to_owned()
        }
        About::Gives => {
            let prepares = ["socket", "bind", "epoll_create1", "epoll_ctl"];
            let tidies = |event: &Value| event["args"][0].to_string().contains("<eventpoll>");
            // A line's own calls; those of the actor that it waits for, where it does.
            let text = events.0[begin]["text"].as_str().unwrap();
            let waited = text
                .split_once("wait ")
                .and_then(|(_, rest)| rest.split(' ').next());
            let is_own = |event: &&Value| {
                event["type"] == "call"
                    && match waited {
                        Some(actor) => event["actor"] == actor,
                        None => event["seq"].as_u64() >= Some(begin as u64),
                    }
            };
            let calls: Vec<&Value> = events.0[..=end].iter().filter(is_own).collect();
            let entered: Vec<&Value> = calls
                .iter()
                .filter(|event| event["phase"] == "enter")
                .map(|event| &event["seq"])
                .collect();
            let is_preparing = |event: &Value| {
                (event["call"] == "close" && tidies(event))
                    || (prepares.iter().any(|call| event["call"] == *call)
                        && event["errno"].is_null())
            };
            let exits: Vec<&&Value> = calls
                .iter()
                .filter(|event| event["phase"] == "exit" && entered.contains(&&event["enter"]))
                .collect();
            // What only prepares is the line's own call where nothing comes after it.
            let deed = exits.iter().rfind(|event| !is_preparing(event));
            let exit = deed.or(exits.last());
            let Some(exit) = exit.filter(|exit| {
                (waited.is_none() && !is_preparing(exit))
                    || entered.last().is_some_and(|last| **last == exit["enter"])
            }) else {
                return "blocked".into();
            };
            match (&exit["errno"], &exit["words"], &exit["data"]) {
                (Value::String(word), ..) | (_, Value::String(word), _) => word.clone(),
                (.., Value::Null) => exit["result"].to_string(),
                (.., data) => data.to_string(),
            }
        }
        About::Sends(flags) => {
            let sent = |event: &&Value| {
                let bits: Vec<String> =
                    serde_json::from_value(event["flags"].clone()).unwrap_or_default();
                event["type"] == "segment" && event["phase"] == "sent" && flags.match_bits(&bits)
            };
            let first = events.0[begin..=end].iter().find(sent);
            first
                .map_or("nobody", |event| event["from"].as_str().unwrap())
                .to_owned()
        }
    }
}

/// Waits until the card is there, in that phase.
async fn until_phase(browser: &Browser, phase: &str) {
    browser
        .until(&format!(
            "document.querySelector('.question:not([hidden])')?.dataset.phase === '{phase}'"
        ))
        .await;
}

/// Waits until the page says where its run comes from.
async fn until_origin(browser: &Browser, origin: &str) {
    let says = format!("document.querySelector('.origin').textContent.startsWith('{origin}')");
    browser.until(&says).await;
}

/// Everything of the page that an eye, a pointer or a screen reader can meet.
async fn told(browser: &Browser) -> String {
    let told = "[...document.querySelectorAll('main *, footer *')]
        .filter((node) => !node.closest('.later, [hidden], .choices, .further, defs'))
        .flatMap((node) => [node.title, node.ariaLabel, [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join('')])
        .join('\\n') + document.querySelector('#said').textContent";
    browser.get(told).await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_recording_waits_for_an_answer_and_then_gives_the_runs() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("en", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    assert!(
        !told(&browser).await.contains("FIN_WAIT"),
        "nor before the play begins"
    );
    browser.click("#speed option[value='4']").await;
    browser.click(".invitation [data-act=recording]").await;
    until_phase(&browser, "asked").await;
    browser
        .until("document.activeElement.matches('.question fieldset')")
        .await;
    assert_eq!(
        browser.get(STATES).await,
        "ESTABLISHED ESTABLISHED",
        "the line has not begun"
    );
    let shows = told(&browser).await;
    for secret in [
        "FIN_WAIT",
        "CLOSE_WAIT",
        "TIME_WAIT",
        "close(3)",
        "FIN,",
        "=> 0",
    ] {
        assert!(!shows.contains(secret), "{secret} in {shows}");
    }
    let ticks = browser
        .get("[...document.querySelectorAll('.ticks line')].filter((tick) => parseFloat(tick.getAttribute('x1')) / 100 > document.querySelector('#scrub').value / 1000).length")
        .await;
    assert_eq!(ticks, 0, "no tick ahead tells of a change");

    // Play does not go past it; a wrong answer does, and the run says what is right.
    browser.press(" ").await;
    until_phase(&browser, "asked").await;
    browser.press("1").await;
    until_phase(&browser, "told").await;
    let card = browser.text(".question").await;
    assert!(
        card.contains("Not this time. In this run the client is now in FIN_WAIT_2."),
        "{card}"
    );
    assert!(
        card.contains("the descriptor is gone") && card.contains("half of the goodbye"),
        "why it was tempting, and what is right: {card}"
    );
    assert_eq!(browser.get(STATES).await, "FIN_WAIT_2 CLOSE_WAIT");
    assert_eq!(browser.text(".score span").await, "0 of 1 right");
    assert!(!told(&browser).await.contains("LAST_ACK"));

    // It waits there until it was read.
    browser.press(Key::Enter.value().to_string()).await;
    until_phase(&browser, "asked").await;
    browser.click(".choices button[value='0']").await;
    until_phase(&browser, "told").await;
    assert!(browser.text(".verdict").await.starts_with("Right."));
    browser.press(" ").await;

    // Escape skips: the next line is played unasked.
    until_phase(&browser, "asked").await;
    browser.press(Key::Escape.value().to_string()).await;
    browser
        .until(&format!("{STATES} === 'TIME_WAIT CLOSED'"))
        .await;
    browser
        .until("document.querySelector('.question').hidden")
        .await;
    assert_eq!(browser.text(".score span").await, "1 of 2 right");

    browser.visit(server.url("/s/four-waves?lang=en")).await;
    assert_eq!(browser.text(".score span").await, "1 of 2 right");
    browser.click(".score button").await;
    browser
        .until("document.querySelector('.score').hidden")
        .await;

    // Stepping comes to a question, and the next step goes past it.
    browser.click(".invitation [data-act=recording]").await;
    until_origin(&browser, "Recorded on Linux").await;
    let steps = "const frame = () => new Promise(requestAnimationFrame);
        const card = document.querySelector('.question');
        for (let n = 0; n < 60; n++) {
          const hidden = card.hidden;
          document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
          await frame(); await frame();
          if (!hidden) return card.hidden;
        }
        return 'never asked'";
    assert_eq!(browser.call(steps).await, true);
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_live_run_goes_on_while_its_question_waits() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("zh-CN", LAPTOP).await;
    browser.visit(server.url("/s/reset-linger-0")).await;
    browser.click("#pace option[value=full]").await;
    browser.click(".transport .primary").await;
    until_phase(&browser, "asked").await;
    until_origin(&browser, "刚在本机内核上运行过").await;
    assert_eq!(browser.get(STATES).await, "ESTABLISHED ESTABLISHED");
    let shows = told(&browser).await;
    for secret in ["CLOSED", "ECONNRESET", "EPIPE", "RST, ACK"] {
        assert!(!shows.contains(secret), "{secret} in {shows}");
    }
    browser.press("3").await;
    until_phase(&browser, "told").await;
    assert!(browser.text(".verdict").await.starts_with("猜对了。"));
    browser.press(Key::Enter.value().to_string()).await;
    until_phase(&browser, "asked").await;
    browser.press("2").await;
    until_phase(&browser, "told").await;
    assert!(browser.text(".verdict").await.contains("\"hello\""));
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn who_wants_no_questions_gets_none() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("en", LAPTOP).await;
    let plays_through = async || {
        browser.click("#speed option[value='4']").await;
        browser.click(".invitation [data-act=recording]").await;
        browser
            .until(&format!("{STATES} === 'TIME_WAIT CLOSED'"))
            .await;
    };
    // A link that says so, for this visit and in the other language too.
    browser
        .visit(server.url("/s/half-close?questions=off"))
        .await;
    browser.click("#language").await;
    browser
        .until("document.documentElement.lang === 'zh-CN'")
        .await;
    plays_through().await;

    // The switch, in the middle of a question.
    browser.visit(server.url("/s/half-close?lang=en")).await;
    browser.click(".invitation [data-act=recording]").await;
    until_phase(&browser, "asked").await;
    browser.click(".predict input").await;
    browser
        .until(&format!("{STATES} === 'TIME_WAIT CLOSED'"))
        .await;

    // It is remembered.
    browser.visit(server.url("/s/half-close")).await;
    assert_eq!(
        browser
            .get("document.querySelector('.predict input').checked")
            .await,
        false
    );
    plays_through().await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn through_the_lens_every_result_has_winsocks_name_and_says_so() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/reset-linger-0")).await;
    browser.click(".invitation [data-act=recording]").await;
    until_origin(&browser, "Recorded on Linux").await;
    browser.press(Key::End.value().to_string()).await;
    let calls = "[...document.querySelectorAll('.call .gave')].map((gave) => gave.textContent)";
    let script = "[...document.querySelectorAll('.script .gave')].map((gave) => gave.textContent)";
    browser
        .until(&format!("{calls}.includes(' = EPIPE')"))
        .await;
    assert!(!told(&browser).await.contains("WSA"));

    browser.click("#lens option[value=winsock]").await;
    browser
        .until(&format!("{calls}.includes(' = WSAECONNABORTEDWin')"))
        .await;
    browser
        .until(&format!("{script}.includes('✓ WinWSAECONNRESET 10054')"))
        .await;
    browser
        .until("document.querySelector('.documents').checkVisibility()")
        .await;
    let shows = told(&browser).await;
    assert!(!shows.contains("= EPIPE"), "{shows}");
    let unmarked = "[...document.querySelectorAll('main *')].filter((node) => /WSA/.test([...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join(''))
        && !node.matches('title') && !node.querySelector('sup, .mark')).length";
    assert_eq!(browser.get(unmarked).await, 0, "each name has its mark");
    assert!(shows.contains("WSAECONNABORTED 10053: documented by Windows, not observed"));

    // Remembered by the browser; on the host's card, at the moment behind the error; and gone with the lens.
    browser.visit(server.url("/s/reset-linger-0?lang=en")).await;
    browser.click(".invitation [data-act=recording]").await;
    until_origin(&browser, "Recorded on Linux").await;
    browser.click(".script li[data-line='11']").await;
    browser
        .until("document.querySelector('.host.server .actors').textContent.includes('recv(4) = WinWSAECONNRESET 10054')")
        .await;
    browser.click("#lens option[value=errno]").await;
    browser
        .until(
            "document.querySelector('.documents').hidden && !document.querySelector('.documented')",
        )
        .await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn winsocks_code_follows_from_how_things_came_to_be() {
    let script = r#"
server listen
client connect
server accept
client set nonblock on
client recv                         => EAGAIN
client shutdown write               => 0
client dup as second
client send "x" on second           => EPIPE
client shutdown read                => 0
client recv                         => 0
client close on second
client close
client recv                         => EBADF
client connect 8000 as other        => ECONNREFUSED
client socket as lone
client recv on lone                 => ENOTCONN
client send "x" on lone             => EPIPE
client connect as kept
server accept as kept
client set keepalive 1s 1s 1 on kept
client connect as patient
server accept as patient
client set user_timeout 1s on patient
wire cut
client send "x" on patient          => 1
client recv on patient              => ETIMEDOUT
client recv on kept                 => ETIMEDOUT
"#;
    let events = tokio::task::spawn_blocking(move || play(script))
        .await
        .unwrap();
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/try")).await;
    browser
        .driver
        .set_script_timeout(Duration::from_secs(60))
        .await
        .unwrap();
    let given = browser
        .call(&format!(
            "const folder = document.querySelector('script[type=module]').src.replace(/[^/]*$/, '');
             const {{ Winsock }} = await import(folder + 'lens.js');
             const events = {};
             const lens = new Winsock();
             for (const event of events) lens.add(event);
             const named = events.filter((event) => event.type === 'check' && lens.names.has(event.seq));
             return named.map((event) => `${{event.actual}}: ${{lens.names.get(event.seq).join(' ')}}`);",
            serde_json::to_string(&events.0).unwrap()
        ))
        .await;
    assert_eq!(
        given,
        json!([
            "EAGAIN: WSAEWOULDBLOCK 10035",
            "EPIPE: WSAESHUTDOWN 10058",
            "0: WSAESHUTDOWN 10058",
            "EBADF: WSAENOTSOCK 10038",
            "ECONNREFUSED: WSAECONNREFUSED 10061",
            "ENOTCONN: WSAENOTCONN 10057",
            "EPIPE: WSAENOTCONN 10057",
            "ETIMEDOUT: WSAETIMEDOUT 10060",
            "ETIMEDOUT: WSAENETRESET 10052",
        ])
    );
}

#[tokio::test]
async fn the_page_reads_each_kind_of_answer_off_the_run() {
    let script = r#"
server listen
client connect
server accept
a: server thread reader
b: reader recv &
c: client send "hi"
d: wait reader => "hi"
e: server recv => blocked
f: client shutdown write
g: client set linger 0
h: client close
"#;
    let asked = [
        ("b", "gives", "blocked"),
        ("c", "gives", "2"),
        ("d", "gives", "\"hi\""),
        ("e", "gives", "blocked"),
        ("c", "sends FIN", "nobody"),
        ("c", "sends ACK,!PSH", "server"),
        ("f", "sends FIN", "client"),
        ("f", "state of client", "FIN_WAIT_2"),
        ("h", "sends RST", "client"),
        ("h", "state of server", "CLOSED"),
        ("a", "state of server", "ESTABLISHED"),
    ];
    let events = tokio::task::spawn_blocking(move || play(script))
        .await
        .unwrap();
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/try")).await;
    let answers = browser
        .call(&format!(
            "const folder = document.querySelector('script[type=module]').src.replace(/[^/]*$/, '');
             const {{ answer }} = await import(folder + 'answer.js');
             const {{ History }} = await import(folder + 'model.js');
             const history = new History();
             for (const event of {}) history.add(event);
             const seq = (label, phase) => history.events.find((event) => event.type === 'step' && event.phase === phase && event.text.startsWith(`${{label}}:`)).seq;
             return {}.map(([label, about]) => answer(about, history, seq(label, 'begin'), seq(label, 'end')));",
            serde_json::to_string(&events.0).unwrap(),
            serde_json::to_string(&asked).unwrap(),
        ))
        .await;
    let expected: Vec<&str> = asked.iter().map(|(.., answer)| *answer).collect();
    assert_eq!(answers, json!(expected));
}
