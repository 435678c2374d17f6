//! Writes events that no run would tell in that order: every kind, with any values that their fields can have. They are
//! written as the JSON that later programs may read, and read from that.

use fourwave::event::Event;
use serde_json::{Value, json};

use super::rng::Dice;

const HOSTS: [&str; 2] = ["client", "server"];
const STATES: [&str; 11] = [
    "LISTEN",
    "SYN_SENT",
    "SYN_RECEIVED",
    "ESTABLISHED",
    "FIN_WAIT_1",
    "FIN_WAIT_2",
    "CLOSE_WAIT",
    "CLOSING",
    "LAST_ACK",
    "TIME_WAIT",
    "CLOSED",
];
const LETTERS: [&str; 16] = [
    "a",
    "Z",
    "7",
    " ",
    "\"",
    "\\",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "<",
    "四",
    "次挥手",
    "é",
    "\u{2028}",
    "🌊",
];

/// The events of a seed, a `run` event first.
pub fn events(seed: u64) -> Vec<Event> {
    let mut author = Author(Dice::new(seed));
    let count = 1 + author.0.below(40);
    let events = (0..count).map(|seq| {
        let mut event = if seq == 0 { author.run() } else { author.any() };
        event["seq"] = json!(seq);
        event["t"] = json!(author.number());
        serde_json::from_value(event.clone()).unwrap_or_else(|error| panic!("{error}: {event}"))
    });
    events.collect()
}

struct Author(Dice);

impl Author {
    fn any(&mut self) -> Value {
        let host = self.host();
        match self.0.below(13) {
            0 => {
                json!({ "type": "step", "line": self.size(), "text": self.text(), "phase": self.0.pick(&["begin", "end"]) })
            }
            1 => self.call(),
            2 | 3 => self.segment(),
            4 => json!({
                "type": "passed", "from": host, "source": self.address(), "destination": self.address(),
                "segments": self.small(), "bytes": self.number(), "since": self.number(),
            }),
            5 => json!({
                "type": "state", "host": host, "socket": self.socket(), "from": self.0.pick(&STATES),
                "to": self.0.pick(&STATES), "cause": self.cause(), "observed": self.coin(),
            }),
            6 => json!({
                "type": "gap", "host": host, "socket": self.socket(), "from": self.0.pick(&STATES), "to": self.0.pick(&STATES),
            }),
            7 => json!({
                "type": "queue", "host": host, "socket": self.socket(), "recv_q": self.small(), "send_q": self.small(),
            }),
            8 => json!({
                "type": "timer", "host": host, "socket": self.socket(), "timer": self.timer(), "expires_ms": self.small(),
                "retransmits": self.0.below(256), "user_timeout_ms": self.small(),
            }),
            9 => self.descriptors(),
            10 => json!({
                "type": "process", "host": host, "actor": self.text(), "pid": self.id(), "tid": self.id(),
                "what": self.0.pick(&["started", "forked", "stopped", "continued", "exited", "killed", "lost"]),
            }),
            11 if self.coin() == json!(true) => {
                json!({ "type": "host", "host": host, "what": "sysctl", "sysctl": self.text() })
            }
            11 => json!({
                "type": "host", "host": host, "what": self.0.pick(&["link_down", "link_up", "crashed", "booted"]),
            }),
            _ => self.judgement(),
        }
    }

    fn run(&mut self) -> Value {
        let mut facts =
            || json!({ "address": self.text(), "sysctls": { self.text(): self.text() } });
        let hosts = json!({ "client": facts(), "server": facts() });
        json!({
            "type": "run", "scenario": self.maybe(Author::text), "script": self.text(), "kernel": self.text(),
            "machine": self.maybe(Author::text), "began": self.number(), "delay": self.number(), "hosts": hosts,
        })
    }

    fn call(&mut self) -> Value {
        json!({
            "type": "call", "host": self.host(), "actor": self.text(), "pid": self.id(), "tid": self.id(),
            "call": self.text(), "args": [self.text(), self.text()], "phase": self.0.pick(&["enter", "exit"]),
            "enter": self.small(), "result": self.id(), "errno": self.maybe(Author::text),
            "data": self.maybe(Author::text), "words": self.maybe(Author::text), "made": self.maybe(Author::text),
            "cause": self.maybe(Author::cause),
        })
    }

    fn segment(&mut self) -> Value {
        const RESETS: [&str; 4] = ["unread_data", "linger_zero", "queue_full", "unknown"];
        const PHASES: [&str; 5] = ["sent", "held", "injected", "delivered", "dropped"];
        json!({
            "type": "segment", "id": self.small(), "from": self.host(), "to": self.host(), "phase": self.0.pick(&PHASES),
            "source": self.address(), "destination": self.address(), "flags": ["FIN", self.text()],
            "seq_rel": self.maybe(Author::small), "ack_rel": self.maybe(Author::small), "seq_abs": self.small(),
            "ack_abs": self.small(), "window": self.0.below(65_536), "len": self.size(), "options": [self.text()],
            "data": self.maybe(Author::text), "retransmission": self.coin(), "probe": self.coin(),
            "cause": self.maybe(Author::cause), "reset": self.maybe(|author| json!(author.0.pick(&RESETS))),
            "bytes": self.maybe(Author::text), "due": self.maybe(Author::number), "reason": self.maybe(Author::text),
        })
    }

    fn descriptors(&mut self) -> Value {
        let files = (0..self.0.below(4)).map(|_| {
            let descriptor = json!({ "pid": self.id(), "fd": self.id() });
            json!({
                "inode": self.number(), "socket": self.maybe(Author::text), "descriptors": [descriptor],
                "calls": [self.small()],
            })
        });
        let files: Vec<Value> = files.collect();
        json!({ "type": "descriptors", "host": self.host(), "files": files })
    }

    fn judgement(&mut self) -> Value {
        const ENDINGS: [&str; 6] = [
            "played",
            "stopped",
            "too_long",
            "too_much",
            "actor_lost",
            "failed",
        ];
        if self.coin() == json!(true) {
            return json!({
                "type": "end", "ok": self.coin(), "how": self.0.pick(&ENDINGS), "line": self.maybe(Author::size),
                "reason": self.text(),
            });
        }
        json!({
            "type": "check", "line": self.size(), "label": self.maybe(Author::text), "ok": self.coin(),
            "expected": self.text(), "actual": self.text(), "claim": self.maybe(Author::text),
        })
    }

    fn socket(&mut self) -> Value {
        json!({ "name": self.maybe(Author::text), "local": self.address(), "peer": self.address() })
    }

    fn cause(&mut self) -> Value {
        match self.0.below(4) {
            0 => json!({ "call": self.small() }),
            1 => json!({ "segment": self.small() }),
            2 => json!({ "timer": self.timer() }),
            _ => json!(self.0.pick(&["kill", "crash", "destroy"])),
        }
    }

    fn timer(&mut self) -> Value {
        self.maybe(|author| {
            json!(author.0.pick(&[
                "retransmit",
                "keepalive",
                "time_wait",
                "fin_wait_2",
                "probe",
                "delayed_ack",
                "call"
            ]))
        })
    }

    fn address(&mut self) -> String {
        let byte = self.0.below(256);
        format!(
            "127.0.{byte}.{}:{}",
            self.0.below(256),
            self.0.below(65_536)
        )
    }

    fn text(&mut self) -> String {
        (0..self.0.below(12))
            .map(|_| self.0.pick(&LETTERS))
            .collect()
    }

    /// Nothing, as often as something.
    fn maybe<T: Into<Value>>(&mut self, what: impl Fn(&mut Author) -> T) -> Value {
        if self.0.percent(50) {
            Value::Null
        } else {
            what(self).into()
        }
    }

    fn host(&mut self) -> &'static str {
        self.0.pick(&HOSTS)
    }

    fn coin(&mut self) -> Value {
        json!(self.0.percent(50))
    }

    /// Up to the largest that a field of 64 bits holds, and often just that.
    fn number(&mut self) -> u64 {
        let least = self.0.below(1000) as u64;
        self.0
            .pick(&[least, least * 1_000_003, u64::MAX - least, 0, 1 << 53])
    }

    fn size(&mut self) -> u64 {
        self.number()
    }

    fn small(&mut self) -> u32 {
        let least = self.0.below(1000) as u32;
        self.0.pick(&[least, u32::MAX - least, 0])
    }

    fn id(&mut self) -> i32 {
        let least = self.0.below(1000) as i32;
        self.0.pick(&[least, -1, i32::MAX, i32::MIN])
    }
}
