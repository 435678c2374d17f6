//! A run to which lines are said, over HTTP, and what it told by then.

use std::pin::Pin;

use fourwave::event::{Event, SegmentPhase, StepPhase, What};
use fourwave::{recording, script};
use futures_util::{Stream, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{Server, connect, key_of, request_with, start_run, stop_run};

/// See the head of this file.
pub struct ByHand<'s> {
    pub server: &'s Server,
    pub id: String,
    socket: Pin<Box<dyn Stream<Item = Result<Message, Error>> + Send>>,
    pub events: Vec<Event>,
}

impl ByHand<'_> {
    /// An open run that begins with a script.
    pub async fn open<'s>(server: &'s Server, script: &str, pace: &str) -> ByHand<'s> {
        let wanted = json!({ "script": script, "pace": pace, "open": true });
        ByHand::start(server, wanted).await
    }

    pub async fn start(server: &Server, wanted: Value) -> ByHand<'_> {
        let id = start_run(server, wanted).await;
        let socket = Box::pin(connect(server, &id, 0).await);
        ByHand {
            server,
            id,
            socket,
            events: Vec::new(),
        }
    }

    /// What the run answers to a line, as status and JSON.
    pub async fn answer(&self, line: &str) -> (u16, Value) {
        let url = self.server.url(&format!("/api/runs/{}/lines", self.id));
        let key = key_of(&self.id);
        request_with("POST", &url, Some(json!({ "line": line })), Some(&key)).await
    }

    /// Says a line that must be taken; its number.
    pub async fn say(&self, line: &str) -> usize {
        let (status, answer) = self.answer(line).await;
        assert_eq!(status, 200, "{line}: {answer}");
        answer["line"].as_u64().unwrap() as usize
    }

    pub async fn say_all(&self, lines: &[&str]) {
        for line in lines {
            self.say(line).await;
        }
    }

    /// Waits until something has been told, which is looked for among what came since the last such wait.
    pub async fn until(&mut self, what: &str, told: impl Fn(&Event) -> bool) {
        let mut from = self.events.len();
        loop {
            if let Some(index) = self.events[from..].iter().position(&told) {
                self.events.truncate(from + index + 1);
                return;
            }
            from = self.events.len();
            assert!(self.more().await, "never: {what}\n{}", self.script());
        }
    }

    /// Waits until a segment with this bit is somewhere.
    pub async fn until_segment(&mut self, bit: &str, wanted: SegmentPhase) {
        let is_there = |event: &Event| match &event.what {
            What::Segment(segment) => {
                segment.phase == wanted && segment.flags.iter().any(|flag| flag == bit)
            }
            _ => false,
        };
        self.until(&format!("{bit} {wanted:?}"), is_there).await;
    }

    /// Waits until a line has ended whose text begins so.
    pub async fn until_line(&mut self, begin: &str) {
        let is_over = |event: &Event| match &event.what {
            What::Step { text, phase, .. } => *phase == StepPhase::End && text.starts_with(begin),
            _ => false,
        };
        self.until(begin, is_over).await;
    }

    /// Reads more; false where there is no more.
    async fn more(&mut self) -> bool {
        while let Some(message) = self.socket.next().await {
            match message.unwrap() {
                Message::Text(text) if text.starts_with("{\"waiting\"") => {}
                Message::Text(text) => {
                    self.events.extend(recording::read(&text));
                    return true;
                }
                _ => {}
            }
        }
        false
    }

    /// Ends it.
    pub async fn stop(mut self) -> Vec<Event> {
        stop_run(self.server, &self.id).await;
        self.rest().await
    }

    /// All that it tells until it ends.
    pub async fn rest(&mut self) -> Vec<Event> {
        self.socket = Box::pin(connect(self.server, &self.id, 0).await);
        self.events.clear();
        while self.more().await {}
        self.events.clone()
    }

    /// The script as it is by now, as far as was read.
    pub fn script(&self) -> String {
        recording::script(&self.events)
    }
}

/// How most begin.
pub const CONNECTED: &str = "server listen\nclient connect\nserver accept";

/// Ends the run, and expects that its own script is without mistakes and tells the same again; that script.
pub async fn repeats(run: ByHand<'_>, pace: &str) -> (String, Vec<Event>) {
    let server = run.server;
    run.say("").await; // taken when the line before has ended
    let events = run.stop().await;
    let composed = recording::script(&events);
    assert_eq!(end(&events), (true, "Finished".into()), "{composed}");
    script::parse(&composed).unwrap_or_else(|mistakes| panic!("{:?}\n{composed}", mistakes[0]));
    let again = replay(server, &composed, pace).await;
    assert_eq!(end(&again), (true, "Played".into()), "{composed}");
    assert_eq!(story(&events), story(&again), "{composed}");
    (composed, events)
}

/// All that a script does when nobody touches it.
pub async fn replay(server: &Server, script: &str, pace: &str) -> Vec<Event> {
    let wanted = json!({ "script": script, "pace": pace });
    ByHand::start(server, wanted).await.rest().await
}

/// Segments and states in their order, without what another run has otherwise: times, ports, numbers of packets. What is
/// lost comes last: a hand takes it off the wire some time after it was sent, and an order as soon as it is.
pub fn story(events: &[Event]) -> Vec<String> {
    let tell = |event: &Event| match &event.what {
        What::Segment(segment) => Some(format!(
            "{} {} seq {:?} ack {:?} len {} {:?}",
            segment.from,
            segment.flags.join(","),
            segment.seq_rel,
            segment.ack_rel,
            segment.len,
            segment.phase
        )),
        What::State { host, from, to, .. } => {
            Some(format!("{host} {} to {}", from.name(), to.name()))
        }
        _ => None,
    };
    let mut story: Vec<String> = events.iter().filter_map(tell).collect();
    story.sort_by_key(|told| told.ends_with("Dropped")); // stable
    story
}

/// How a run ended, and whether all was as it should be.
pub fn end(events: &[Event]) -> (bool, String) {
    match &events.last().expect("a run tells something").what {
        What::End { ok, how, .. } => (*ok, format!("{how:?}")),
        other => panic!("the last event is {other:?}"),
    }
}
