//! The catalogue of endings: each way a connection can end, begin wrongly or be lost, played and held against what the
//! kernel does. Calls and their errors are asserted in the scripts, segments and states after them. A test for each row,
//! named after it.

mod abortive;
mod descriptors;
mod loss;
mod opening;
mod orderly;
mod time_wait;

use serde_json::Value;

use crate::support::{Events, play};

/// What happened in a script.
struct Row {
    events: Events,
    /// How many segments came before what the row is about.
    handshake: usize,
}

/// Plays a script after an open connection, whose handshake is left out of segments and states.
fn opened(script: &str) -> Row {
    opened_with("", script)
}

/// The same with small buffers at both ends: the receiver's window closes after 2896 bytes.
fn opened_small(script: &str) -> Row {
    let open = "server socket as listener\nserver set rcvbuf 4K on listener\nserver set sndbuf 4K on listener\n\
                client socket\nclient set rcvbuf 4K\nclient set sndbuf 4K\n";
    opened_with(open, script)
}

fn opened_with(before: &str, script: &str) -> Row {
    let open = "server listen\nclient connect\nserver accept\n";
    Row {
        handshake: 3,
        ..bare(&format!("{before}{open}{script}"))
    }
}

/// Plays a script from nothing. Every check in it must be true, and every state must have been seen.
fn bare(script: &str) -> Row {
    let events = play(script);
    assert!(events.of("gap").is_empty(), "{events}");
    let inferred = events
        .of("state")
        .into_iter()
        .find(|state| state["observed"] != true);
    assert!(inferred.is_none(), "{events}");
    Row {
        events,
        handshake: 0,
    }
}

impl Row {
    /// These segments were sent, in this order, and no others: `client:FIN,ACK`, with data `client:PSH,ACK(5)`. What was
    /// sent again is left out: a machine that is busy elsewhere sends more of that.
    #[track_caller]
    fn sent(self, expected: &str) -> Row {
        let sent = self.segments(|segment| segment["retransmission"] == false);
        assert_eq!(
            sent,
            expected.split_whitespace().collect::<Vec<_>>(),
            "{}",
            self.events
        );
        self
    }

    /// What was sent again.
    fn sent_again(&self) -> Vec<String> {
        self.segments(|segment| segment["retransmission"] == true)
    }

    fn segments(&self, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
        let sent = self
            .all("segment")
            .filter(|segment| segment["phase"] == "sent");
        let meant = sent.skip(self.handshake).filter(|segment| wanted(segment));
        meant.map(described).collect()
    }

    /// The states of the client's connection.
    #[track_caller]
    fn client(self, path: &str) -> Row {
        self.path("client", "conn", path)
    }

    /// The states of the server's connection.
    #[track_caller]
    fn server(self, path: &str) -> Row {
        self.path("server", "conn", path)
    }

    /// The states of a socket, by its name in the script.
    #[track_caller]
    fn path(self, host: &str, name: &str, expected: &str) -> Row {
        let states = self.all("state").filter(|state| self.is(state, host, name));
        let mut path: Vec<&str> = states.map(|state| state["to"].as_str().unwrap()).collect();
        if self.handshake > 0 && name == "conn" {
            path.drain(..=path.iter().position(|to| *to == "ESTABLISHED").unwrap());
        }
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(path, expected, "{host} {name}\n{}", self.events);
        self
    }

    /// Whether an event is about the socket of that name; one that nobody accepted yet will have it, or has no other.
    fn is(&self, event: &Value, host: &str, name: &str) -> bool {
        let of_host = |event: &Value| event["host"] == host && event["socket"].is_object();
        let ends = |event: &Value| {
            (
                event["socket"]["local"].clone(),
                event["socket"]["peer"].clone(),
            )
        };
        let listens = event["socket"]["peer"] == "0.0.0.0:0";
        let mut names = self
            .events
            .0
            .iter()
            .filter(|other| of_host(other) && ends(other) == ends(event))
            .filter_map(|other| other["socket"]["name"].as_str())
            .peekable();
        let nameless = names.peek().is_none() && name == "conn" && !listens;
        of_host(event) && (nameless || names.any(|other| other == name))
    }

    /// The times left in ms that a timer of the client's was told with.
    fn timers(&self, timer: &str) -> Vec<u64> {
        let of_client = self.all("timer").filter(|told| told["host"] == "client");
        of_client
            .filter(|told| told["timer"] == timer)
            .map(|told| told["expires_ms"].as_u64().unwrap())
            .collect()
    }

    /// How many bytes an actor's calls gave together.
    fn bytes(&self, actor: &str, call: &str) -> u64 {
        let given = self.events.gave(actor, call);
        given.iter().filter_map(Value::as_u64).sum()
    }

    fn all(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.events.of(kind).into_iter()
    }
}

fn described(segment: &Value) -> String {
    let flags = segment["flags"].as_array().unwrap();
    let flags: Vec<&str> = flags.iter().map(|flag| flag.as_str().unwrap()).collect();
    let data = match segment["len"].as_u64().unwrap() {
        0 => String::new(),
        length => format!("({length})"),
    };
    format!(
        "{}:{}{data}",
        segment["from"].as_str().unwrap(),
        flags.join(",")
    )
}
