//! Writes scripts that nobody thought of: any deed of the language, in any order that the parser takes.
//!
//! Whoever is in a call can do nothing else, and a call that never returns takes the run's whole time. So the author
//! keeps a rough idea of what blocks: such a call is mostly left to a thread, or to be found `blocked`; now and then it
//! is made all the same, and the run comes to its bound.

mod opening;

use super::dice::Dice;

const HOSTS: [&str; 2] = ["client", "server"];
const FILTERS: [&str; 12] = [
    "FIN",
    "SYN",
    "SYN,ACK",
    "RST",
    "data",
    "any",
    "ACK,!SYN",
    "FIN from client",
    "FIN from server",
    "data from client",
    "any from client",
    "any from server",
];

/// The script of a seed.
pub fn script(seed: u64) -> String {
    let mut author = Author {
        dice: Dice::new(seed),
        lines: Vec::new(),
        actors: Vec::new(),
        power: [true; 2],
        whole: true,
        queued: 0,
        readable: [false; 2],
        ended: [false; 2],
        sockets: [Vec::new(), Vec::new()],
    };
    author.enter("client".into(), 0);
    author.enter("server".into(), 1);
    author.opening();
    let length = author.lines.len() + 6 + author.dice.below(7);
    while author.lines.len() < length {
        author.deed();
    }
    author.lines.join("\n")
}

/// What is known of the play so far; a host is an index of [`HOSTS`].
struct Author {
    dice: Dice,
    lines: Vec<String>,
    actors: Vec<Actor>,
    power: [bool; 2],
    /// Whether segments arrive, as far as is known.
    whole: bool,
    /// Connections that wait to be accepted.
    queued: usize,
    /// Whether a recv finds something, and goes on finding the end of the stream.
    readable: [bool; 2],
    ended: [bool; 2],
    /// Names of sockets besides `conn` and `listener`.
    sockets: [Vec<String>; 2],
}

#[derive(Clone)]
struct Actor {
    name: String,
    host: usize,
    /// Its process: the name of the process's first actor.
    process: String,
    busy: bool,
    stopped: bool,
}

/// Whether a call returns at once.
#[derive(Clone, Copy, PartialEq)]
enum Returns {
    AtOnce,
    WhoKnows,
}

impl Author {
    fn write(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn enter(&mut self, name: String, host: usize) {
        self.actors.push(Actor {
            process: name.clone(),
            name,
            host,
            busy: false,
            stopped: false,
        });
    }

    fn deed(&mut self) {
        match self.dice.below(100) {
            0..60 => self.call(),
            60..70 => self.wire(),
            70..79 => self.coming_and_going(),
            79..86 => self.host(),
            86..94 => self.time(),
            _ => self.look(),
        }
    }

    /// An actor that can be told to do something.
    fn free(&mut self) -> Option<Actor> {
        let free: Vec<Actor> = self
            .actors
            .iter()
            .filter(|actor| !actor.busy)
            .cloned()
            .collect();
        (!free.is_empty()).then(|| free[self.dice.below(free.len())].clone())
    }

    fn anyone(&mut self) -> Option<Actor> {
        (!self.actors.is_empty()).then(|| self.actors[self.dice.below(self.actors.len())].clone())
    }

    fn call(&mut self) {
        let Some(mut actor) = self.free() else {
            return self.coming_and_going();
        };
        let (mut call, mut returns) = self.some_call(actor.host);
        if actor.stopped {
            returns = Returns::WhoKnows;
        }
        if self.dice.percent(12) && !call.contains(" as ") && !call.contains(" on ") {
            let other = self.socket_of(actor.host);
            call = format!("{call} on {other}");
            if returns == Returns::AtOnce && !call.starts_with("set") && !call.starts_with("close")
            {
                returns = Returns::WhoKnows;
            }
        }
        if returns == Returns::AtOnce || self.dice.percent(2) {
            let end = match self.dice.below(12) {
                0 => " => 0",
                1 => " => EPIPE or ECONNRESET or 0",
                _ => "",
            };
            return self.write(format!("{} {call}{end}", actor.name));
        }
        if !actor.stopped && self.dice.percent(60) && self.actors.len() < 8 {
            let name = self.new_name();
            self.write(format!("{} thread {name}", actor.name));
            actor.name.clone_from(&name);
            self.actors.push(actor.clone());
        }
        let end = self.dice.pick(&["&", "&", "&", "=> blocked or 0"]);
        self.write(format!("{} {call} {end}", actor.name));
        self.known(&actor.name, |actor| actor.busy = true);
    }

    fn known(&mut self, name: &str, change: impl FnOnce(&mut Actor)) {
        if let Some(actor) = self.actors.iter_mut().find(|actor| actor.name == name) {
            change(actor);
        }
    }

    fn new_name(&mut self) -> String {
        // Numbered by line: whoever ended never comes again.
        format!("n{}", self.lines.len() + 1)
    }

    /// A socket's name that some line gave, or one of the usual two.
    fn socket_of(&mut self, host: usize) -> String {
        match self.sockets[host].as_slice() {
            [] => "listener".into(),
            names => names[self.dice.below(names.len())].clone(),
        }
    }

    /// A call, and whether it returns at once.
    fn some_call(&mut self, host: usize) -> (String, Returns) {
        use Returns::{AtOnce, WhoKnows};
        let peer = 1 - host;
        let if_whole = |author: &Author| if author.whole { AtOnce } else { WhoKnows };
        match self.dice.below(34) {
            0..5 => {
                let size = ["\"x\"", "\"hello\"", "1", "1460", "4K", "20K", "64K"];
                self.readable[peer] = self.whole;
                let more = if self.dice.percent(10) { " more" } else { "" };
                (format!("send {}{more}", self.dice.pick(&size)), AtOnce)
            }
            5 => ("send 1M".into(), WhoKnows),
            6..12 => {
                let returns = if self.readable[host] {
                    AtOnce
                } else {
                    WhoKnows
                };
                let recv = ["recv", "recv", "recv 2", "recv peek", "recv 1 peek"];
                self.readable[host] = self.ended[host];
                (self.dice.pick(&recv).into(), returns)
            }
            12 => ("recv 3 all".into(), WhoKnows),
            13..17 => {
                let how = self.dice.pick(&["write", "write", "read", "both"]);
                if how != "read" && self.whole {
                    (self.readable[peer], self.ended[peer]) = (true, true);
                }
                (format!("shutdown {how}"), AtOnce)
            }
            17..21 => {
                if self.whole {
                    (self.readable[peer], self.ended[peer]) = (true, true);
                }
                ("close".into(), AtOnce)
            }
            21 => {
                let name = format!("d{}", self.lines.len());
                self.sockets[host].push(name.clone());
                (format!("dup as {name}"), AtOnce)
            }
            22 => {
                let poll = ["poll 0ms", "poll 30ms", "epoll 20ms"];
                (self.dice.pick(&poll).into(), AtOnce)
            }
            23 => (self.dice.pick(&["poll", "epoll"]).into(), WhoKnows),
            24..27 => (self.option(), AtOnce),
            27 => {
                let get = ["get error", "get state", "get rcvbuf", "name", "peer"];
                (self.dice.pick(&get).into(), AtOnce)
            }
            28 => ("disconnect".into(), AtOnce),
            29 => {
                let name = format!("c{}", self.lines.len());
                self.sockets[host].push(name.clone());
                self.queued += 1;
                (format!("connect as {name}"), if_whole(self))
            }
            30 => ("connect".into(), if_whole(self)),
            31 => {
                let returns = if self.queued > 0 { AtOnce } else { WhoKnows };
                self.queued = self.queued.saturating_sub(1);
                let name = format!("a{}", self.lines.len());
                self.sockets[host].push(name.clone());
                (format!("accept as {name}"), returns)
            }
            32 => {
                let listen = [
                    "listen",
                    "listen backlog 0",
                    "listen 8000",
                    "close on listener",
                ];
                (self.dice.pick(&listen).into(), AtOnce)
            }
            _ => (
                self.dice.pick(&["bind 4000", "bind 7000", "socket"]).into(),
                AtOnce,
            ),
        }
    }

    fn option(&mut self) -> String {
        let option = self.dice.pick(&[
            "linger 0",
            "linger 0",
            "linger 1s",
            "linger off",
            "nonblock on",
            "nonblock on",
            "nodelay on",
            "reuseaddr on",
            "keepalive 1s 1s 1",
            "user_timeout 300ms",
            "rcvbuf 4K",
            "sndbuf 4K",
            "linger2 -1",
            "linger2 1s",
        ]);
        format!("set {option}")
    }

    fn wire(&mut self) {
        let filter = self.dice.pick(&FILTERS);
        let (line, whole) = match self.dice.below(16) {
            0..2 => (format!("wire drop {filter}"), self.whole),
            2 => (format!("wire drop 3 {filter}"), false),
            3..6 => (format!("wire hold {filter}"), false),
            6..8 => ("wire release".into(), true),
            8 => (format!("wire release {filter}"), self.whole),
            9..11 => (format!("wire duplicate {filter}"), self.whole),
            11 => {
                let delay = self.dice.pick(&["0ms", "1ms", "20ms"]);
                (format!("wire delay {delay}"), self.whole)
            }
            12 => ("wire cut".into(), false),
            13 => ("wire mend".into(), true),
            _ => {
                let flags = self
                    .dice
                    .pick(&["RST", "RST,ACK", "SYN", "FIN,ACK", "ACK", "PSH,ACK"]);
                let seq = self.dice.pick(&["", " seq next+1000", " seq next-1"]);
                let data = self.dice.pick(&["", "", " data \"forged\""]);
                let host = self.dice.pick(&HOSTS);
                (
                    format!("wire inject {flags} to {host}{seq}{data}"),
                    self.whole,
                )
            }
        };
        self.whole = whole;
        self.write(line);
    }

    fn coming_and_going(&mut self) {
        let name = self.new_name();
        let kind = self.dice.below(10);
        if kind < 2 {
            let host = self.dice.below(2);
            if self.power[host] && self.actors.len() < 10 {
                self.write(format!("{} process {name}", HOSTS[host]));
                self.enter(name, host);
            }
            return;
        }
        if kind < 5 {
            let Some(maker) = self.free().filter(|maker| !maker.stopped) else {
                return;
            };
            if self.actors.len() < 10 {
                let is_fork = self.dice.percent(60);
                let word = if is_fork { "fork" } else { "thread" };
                self.write(format!("{} {word} {name}", maker.name));
                let process = if is_fork {
                    name.clone()
                } else {
                    maker.process.clone()
                };
                self.actors.push(Actor {
                    name,
                    process,
                    busy: false,
                    ..maker
                });
            }
            return;
        }
        let Some(actor) = self.anyone() else {
            return;
        };
        match kind {
            5..7 => {
                self.write(format!("{} kill", actor.name));
                self.gone(|other| other.process == actor.process);
            }
            7 => {
                if !actor.busy && !actor.stopped {
                    self.write(format!("{} exit", actor.name));
                    self.gone(|other| other.process == actor.process);
                }
            }
            _ => {
                let word = if actor.stopped { "continue" } else { "stop" };
                self.write(format!("{} {word}", actor.name));
                for other in &mut self.actors {
                    if other.process == actor.process {
                        other.stopped = !actor.stopped;
                    }
                }
            }
        }
    }

    fn gone(&mut self, whose: impl Fn(&Actor) -> bool) {
        self.actors.retain(|actor| !whose(actor));
    }

    fn host(&mut self) {
        let host = self.dice.below(2);
        let name = HOSTS[host];
        if !self.power[host] {
            self.power[host] = true;
            self.write(format!("{name} boot"));
            return self.enter(name.into(), host);
        }
        match self.dice.below(10) {
            0..2 => {
                self.write(format!("{name} link down"));
                self.whole = false;
            }
            2 => {
                self.write(format!("{name} link up"));
                self.whole = true;
            }
            3 => {
                self.write(format!("{name} crash"));
                (self.power[host], self.whole) = (false, false);
                self.gone(|actor| actor.host == host);
            }
            4..7 => {
                let socket = self.socket_of(host);
                let socket = if self.dice.percent(70) {
                    "conn"
                } else {
                    &socket
                };
                self.write(format!("{name} destroy {socket}"));
            }
            _ => {
                let sysctl = self.dice.pick(&[
                    "tcp_fin_timeout 1",
                    "tcp_max_tw_buckets 0",
                    "tcp_timestamps 0",
                    "tcp_sack 0",
                    "tcp_rfc1337 1",
                    "tcp_tw_reuse 1",
                    "tcp_orphan_retries 1",
                    "tcp_retries2 2",
                    "tcp_syncookies 0",
                    "tcp_abort_on_overflow 1",
                    "tcp_syn_retries 1",
                ]);
                self.write(format!("{name} sysctl {sysctl}"));
            }
        }
    }

    fn time(&mut self) {
        let busy = self.anyone().filter(|actor| actor.busy);
        match (self.dice.below(4), busy) {
            (0, _) => {
                let time = self.dice.pick(&["1ms", "30ms", "250ms"]);
                self.write(format!("sleep {time}"));
            }
            (1, _) => self.write("settle"),
            (_, Some(actor)) if self.dice.percent(6) => {
                self.write(format!("wait {}", actor.name));
                self.known(&actor.name, |actor| actor.busy = false);
            }
            (_, Some(actor)) => self.write(format!("wait {} => blocked or 0", actor.name)),
            _ => {}
        }
    }

    fn look(&mut self) {
        let host = self.dice.pick(&HOSTS);
        let line = self.dice.pick(&[
            "expect HOST ESTABLISHED",
            "expect HOST TIME_WAIT within 100ms",
            "expect HOST CLOSED",
            "expect HOST sent RST",
            "expect HOST recvq 0",
            "claim somebody: HOST FIN_WAIT_2",
            "expect HOST.listener LISTEN",
        ]);
        self.write(line.replace("HOST", host));
    }
}
