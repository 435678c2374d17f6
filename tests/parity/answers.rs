//! The answers of a run, read off its events twice: here, and by the page.

use fourwave::content::scenario::{Question, QuestionSubject};
use serde_json::{Value, json};

use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Events, Server, play};

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
        QuestionSubject::State(host) => {
            let of_host = |event: &&Value| {
                event["type"] == "state"
                    && event["host"] == host.name()
                    && event["socket"]["peer"] != "0.0.0.0:0"
            };
            let last = events.0[..=end].iter().rfind(of_host);
            last.map_or("CLOSED", |event| event["to"].as_str().unwrap())
                .to_owned()
        }
        QuestionSubject::Gives => {
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
        QuestionSubject::Sends(flags) => {
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
            "const {{ answer }} = await import('/assets/now/scripts/model/quiz-answer.js');
             const {{ History }} = await import('/assets/now/scripts/model/model.js');
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
