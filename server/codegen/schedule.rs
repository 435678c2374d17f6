//! When each call is made, by programs that nobody directs.
//!
//! Both programs share one clock in thought: each call that sends something takes [`UNIT`], so that everything before
//! it is acknowledged by then, as it is before a line of a script. A program rests until a call's time, except where
//! the call itself waits for what comes before it: an `accept` for the connection, a `recv` for the bytes or the end of
//! the stream. The rests of one program add up to those of the other, so nothing drifts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::event::host::Host;
use crate::script::ast::{Action, Beginning, HostAction, Outcome, Script, Signal, Step};
use crate::tcp::call::{Call, How, POLL_EVENTS, Payload, SocketOption};

/// Longer than a delayed ACK waits (40 ms), with room for a busy machine.
const UNIT: Duration = Duration::from_millis(100);

/// How long a program rests before a call, and for what.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rest {
    pub(crate) time: Duration,
    /// What others do meanwhile: indices of steps. Where there is none, it is for what was just sent to be acknowledged.
    pub(crate) meanwhile: Vec<usize>,
}

/// The rest before each step of a script, and for each actor the one before its end.
pub(crate) fn rests(script: &Script) -> (Vec<Rest>, BTreeMap<String, Rest>) {
    let mut clock = Clock::default();
    for host in Host::BOTH {
        clock.enter(host.name(), host, 0, Duration::ZERO);
    }
    let rests = (0..script.steps.len())
        .map(|step| clock.step(script, step))
        .collect();
    let names: Vec<String> = clock.actors.keys().cloned().collect();
    clock.now += UNIT;
    let ends = names
        .into_iter()
        .map(|name| (name.clone(), clock.rest(&name)))
        .collect();
    (rests, ends)
}

/// Something that another actor can notice.
struct Effect {
    step: usize,
    at: Duration,
    host: Host,
    actor: String,
    what: What,
}

#[derive(PartialEq)]
enum What {
    Connects,
    /// So many bytes.
    Sends(usize),
    /// Nothing more comes.
    Ends,
    /// Nobody's action: all wait.
    Time,
    Other,
}

struct Actor {
    host: Host,
    process: String,
    now: Duration,
    /// How many effects it knows.
    seen: usize,
    /// Bytes that wait for its recv.
    unread: usize,
    in_call: bool,
}

#[derive(Default)]
struct Clock {
    now: Duration,
    effects: Vec<Effect>,
    actors: BTreeMap<String, Actor>,
    /// Sockets that do not block.
    restless: BTreeSet<(Host, String)>,
}

impl Clock {
    fn enter(&mut self, name: &str, host: Host, seen: usize, now: Duration) {
        let actor = Actor {
            host,
            process: name.to_owned(),
            now,
            seen,
            unread: 0,
            in_call: false,
        };
        self.actors.insert(name.to_owned(), actor);
    }

    fn step(&mut self, script: &Script, index: usize) -> Rest {
        let step = &script.steps[index];
        match &step.action {
            Action::Call {
                actor, call, on, ..
            } => self.call(index, step, actor, call, on),
            Action::Wait { actor } => {
                self.wake(actor, &step.expected);
                if !step.expected.contains(&Outcome::Blocked) {
                    self.actor(actor).in_call = false;
                }
                Rest::default()
            }
            Action::Sleep(time) => {
                self.now += *time;
                let at = self.now;
                self.effects.push(Effect {
                    step: index,
                    at,
                    host: Host::Client,
                    actor: String::new(),
                    what: What::Time,
                });
                Rest::default()
            }
            Action::Start {
                actor,
                name,
                beginning,
            } => {
                let Some(Actor {
                    host,
                    process,
                    now,
                    seen,
                    ..
                }) = self.actors.get(actor)
                else {
                    return Rest::default();
                };
                // What its maker did is not news to it.
                let own = self
                    .effects
                    .iter()
                    .rposition(|effect| effect.actor == *actor);
                let seen = own.map_or(0, |own| own + 1).max(*seen);
                let (host, process, now) = (*host, process.clone(), *now);
                match beginning {
                    Beginning::Process => self.enter(name, host, self.effects.len(), self.now),
                    Beginning::Fork => self.enter(name, host, seen, now),
                    Beginning::Thread => {
                        self.enter(name, host, seen, now);
                        self.actor(name).process = process;
                    }
                }
                Rest::default()
            }
            Action::Signal {
                actor,
                signal: Signal::Kill,
            }
            | Action::Exit { actor } => {
                // It is the process's first actor that ends the program, where it is not in a call.
                let first = self.actor(actor).process.clone();
                let rest = match self.actor(&first).in_call {
                    true => Rest::default(),
                    false => self.timed(&first),
                };
                self.effect(index, &first, What::Ends);
                rest
            }
            Action::Host {
                host,
                action: HostAction::Boot,
            } => {
                self.enter(host.name(), *host, self.effects.len(), self.now);
                Rest::default()
            }
            _ => Rest::default(),
        }
    }

    fn call(&mut self, index: usize, step: &Step, actor: &str, call: &Call, on: &str) -> Rest {
        let host = self.actor(actor).host;
        let waits = step.background || step.expected.contains(&Outcome::Blocked);
        let blocks = !self.restless.contains(&(host, on.to_owned()));
        if let Call::Set(SocketOption::NonBlock(restless)) = call {
            let key = (host, on.to_owned());
            if *restless {
                self.restless.insert(key);
            } else {
                self.restless.remove(&key);
            }
        }
        let effect = match call {
            Call::Connect { .. } => Some(What::Connects),
            Call::Send { payload, .. } => Some(What::Sends(match payload {
                Payload::Text(text) => text.len(),
                Payload::Bytes(count) => *count,
            })),
            Call::Shutdown(How::Write | How::Both) | Call::Close | Call::Disconnect => {
                Some(What::Ends)
            }
            Call::Listen { .. } => Some(What::Other),
            _ => None,
        };
        let opens_the_play =
            self.effects.is_empty() && matches!(call, Call::Listen { .. } | Call::Connect { .. });
        let rest = if opens_the_play {
            Rest::default()
        } else if effect.is_some() {
            self.timed(actor)
        } else if blocks && self.waits_itself(actor, step, call, waits) {
            match self.owes_time(actor) {
                true => self.timed(actor),
                false => Rest::default(),
            }
        } else if self.pending(actor).next().is_some() && !is_private(call) {
            self.timed(actor)
        } else {
            Rest::default()
        };
        self.actor(actor).in_call = waits;
        // Whoever listens from the beginning is there before anyone connects.
        if let Some(what) = effect
            && !(opens_the_play && what == What::Other)
        {
            self.effect(index, actor, what);
        }
        rest
    }

    /// Whether a call returns when it shall without any rest before it, and what its actor knows then.
    fn waits_itself(&mut self, actor: &str, step: &Step, call: &Call, waits: bool) -> bool {
        const OUT: u32 = POLL_EVENTS[1].1;
        match call {
            _ if waits => true, // what wakes it comes later: see `wake`
            Call::Accept => {
                self.know(actor, |what| *what == What::Connects) || self.knows_all(actor)
            }
            Call::Recv { all, peek, .. } => self.recv(actor, &step.expected, *all, *peek),
            Call::Poll(awaited) | Call::Epoll(awaited) => {
                let is_in_time = awaited.time.is_none_or(|time| time > UNIT);
                is_in_time && awaited.events & OUT == 0 && self.one_pending(actor)
            }
            _ => false,
        }
    }

    fn recv(&mut self, actor: &str, expected: &[Outcome], all: bool, peek: bool) -> bool {
        let wanted = match expected.first() {
            Some(Outcome::Text(text)) => text.len(),
            Some(Outcome::Number(count)) if *count > 0 => *count as usize,
            Some(_) => {
                return self.know(actor, |what| *what == What::Ends) || self.knows_all(actor);
            }
            None => return self.one_pending(actor),
        };
        let mut takes = 0;
        let mut unread = self.actor(actor).unread;
        for effect in self.foreign(actor) {
            if unread >= wanted || (takes > 0 && !all) {
                break;
            }
            if let What::Sends(bytes) = effect.what {
                unread += bytes;
                takes += 1;
            }
        }
        if unread < wanted {
            return false;
        }
        for _ in 0..takes {
            self.know(actor, |what| matches!(what, What::Sends(_)));
        }
        self.actor(actor).unread = if peek { unread } else { unread - wanted };
        true
    }

    /// An actor whose call was left running is woken by what has happened since.
    fn wake(&mut self, actor: &str, expected: &[Outcome]) {
        let ended = !matches!(expected.first(), Some(Outcome::Text(_) | Outcome::Blocked));
        if ended && self.know(actor, |what| *what == What::Ends) {
            return;
        }
        if let Some(last) = self.foreign(actor).last().map(|effect| effect.at) {
            let seen = self.effects.len();
            let actor = self.actor(actor);
            actor.now = actor.now.max(last);
            actor.seen = seen;
        }
    }

    /// Goes on to a foreign effect; false where none is to come.
    fn know(&mut self, actor: &str, which: impl Fn(&What) -> bool) -> bool {
        let host = self.actor(actor).host;
        let seen = self.actor(actor).seen;
        let is_it = |effect: &&Effect| effect.host != host && which(&effect.what);
        let Some(place) = self.effects[seen..]
            .iter()
            .position(|effect| is_it(&effect))
        else {
            return false;
        };
        let at = self.effects[seen + place].at;
        let actor = self.actor(actor);
        actor.seen = seen + place + 1;
        actor.now = actor.now.max(at);
        true
    }

    fn one_pending(&mut self, actor: &str) -> bool {
        match self.foreign(actor).count() {
            0 => true,
            1 => self.know(actor, |what| *what != What::Time),
            _ => false,
        }
    }

    fn knows_all(&mut self, actor: &str) -> bool {
        self.pending(actor).next().is_none()
    }

    fn owes_time(&self, actor: &str) -> bool {
        self.pending(actor).any(|effect| effect.what == What::Time)
    }

    /// What an actor does not know yet.
    fn pending<'a>(&'a self, actor: &'a str) -> impl Iterator<Item = &'a Effect> {
        let seen = self.actors.get(actor).map_or(0, |actor| actor.seen);
        self.effects[seen..]
            .iter()
            .filter(move |effect| effect.actor != actor)
    }

    /// What of that comes from the other host.
    fn foreign<'a>(&'a self, actor: &'a str) -> impl Iterator<Item = &'a Effect> {
        let host = self.actors.get(actor).map(|actor| actor.host);
        self.pending(actor)
            .filter(move |effect| Some(effect.host) != host && effect.what != What::Time)
    }

    /// A call at a time of its own, after everything before it.
    fn timed(&mut self, actor: &str) -> Rest {
        // A connection that has just been made has nothing to be acknowledged.
        let is_fresh = |effect: &Effect| effect.what == What::Connects;
        if self.effects.iter().all(is_fresh) && self.foreign(actor).next().is_none() {
            self.actor(actor).seen = self.effects.len();
            return Rest::default();
        }
        self.now += UNIT;
        self.rest(actor)
    }

    fn rest(&mut self, name: &str) -> Rest {
        let meanwhile = self.pending(name).map(|effect| effect.step).collect();
        let (now, seen) = (self.now, self.effects.len());
        let actor = self.actor(name);
        let time = now.saturating_sub(actor.now);
        (actor.now, actor.seen) = (now, seen);
        Rest { time, meanwhile }
    }

    fn effect(&mut self, step: usize, actor: &str, what: What) {
        let (host, at) = (self.actor(actor).host, self.now);
        self.actor(actor).now = at;
        self.effects.push(Effect {
            step,
            at,
            host,
            actor: actor.to_owned(),
            what,
        });
    }

    /// The parser lets nobody act who does not exist.
    fn actor(&mut self, name: &str) -> &mut Actor {
        self.actors.get_mut(name).expect("an actor of the script")
    }
}

/// Calls that nobody notices and that notice nothing.
fn is_private(call: &Call) -> bool {
    matches!(
        call,
        Call::Socket | Call::Bind { .. } | Call::Set(_) | Call::Dup | Call::Name
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse::parse;

    /// The rests of a script's lines, in ms.
    fn rests_of(text: &str) -> Vec<u128> {
        let (rests, _) = rests(&parse(text).unwrap());
        rests.iter().map(|rest| rest.time.as_millis()).collect()
    }

    #[test]
    fn calls_that_wait_by_themselves_need_no_rest() {
        assert_eq!(
            rests_of(
                "server listen\nclient connect\nserver accept\nclient close\nserver recv => 0\nserver close"
            ),
            [0, 0, 0, 0, 0, 100]
        );
    }

    #[test]
    fn what_follows_a_send_rests_until_it_is_acknowledged() {
        assert_eq!(
            rests_of(
                "server listen\nclient connect\nserver accept\nclient send \"a\"\nclient send \"b\"\nserver recv => \"ab\"\n\
                 server send \"c\"\nclient recv => \"c\"\nsleep 1s\nclient close"
            ),
            [0, 0, 0, 0, 100, 200, 100, 0, 0, 1100]
        );
    }
}
