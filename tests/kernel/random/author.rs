//! Writes scripts that nobody thought of: any deed of the language, in any order that the parser takes.
//!
//! Whoever is in a call can do nothing else, and a call that never returns takes the run's whole time. So the author
//! keeps a rough idea of what blocks: such a call is mostly left to a thread, or to be found `blocked`; now and then it
//! is made all the same, and the run comes to its bound.

mod calls;
mod lab;
mod opening;

use super::rng::Dice;

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

    fn known(&mut self, name: &str, change: impl FnOnce(&mut Actor)) {
        if let Some(actor) = self.actors.iter_mut().find(|actor| actor.name == name) {
            change(actor);
        }
    }

    fn new_name(&mut self) -> String {
        // Numbered by line: whoever ended never comes again.
        format!("n{}", self.lines.len() + 1)
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
