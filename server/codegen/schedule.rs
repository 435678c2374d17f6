//! When a program makes each call, without a director.
//!
//! Both programs follow one imagined clock. Each call that sends something takes [`UNIT`]: by then everything before the
//! call is acknowledged, as it is before a line of a script. A program pauses until the time of a call, except where the
//! call itself waits for an effect before it: an `accept` for the connection, a `recv` for the bytes or the end of the
//! stream. The pauses of both programs add up to the same time, so the programs do not drift apart.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::event::host::Host;
use crate::script::ast::{Action, Beginning, HostAction, Outcome, Script, Signal, Step};
use crate::tcp::call::{Call, How, POLL_EVENTS, Payload, SocketOption};

/// The time of a call that sends: longer than the delay of a delayed ACK (40 ms), with room for a busy machine.
const UNIT: Duration = Duration::from_millis(100);

/// The pause of a program before a call, and the reason for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pause {
    pub(crate) time: Duration,
    /// The steps of other actors in that time, by index. Without any, the pause waits for an acknowledgment.
    pub(crate) meanwhile: Vec<usize>,
}

/// The pause before each step of a script, and each actor's pause before its end.
pub(crate) fn pauses(script: &Script) -> (Vec<Pause>, BTreeMap<String, Pause>) {
    let mut clock = Clock::default();
    for host in Host::BOTH {
        clock.enter(host.name(), host, 0, Duration::ZERO);
    }
    let pauses = (0..script.steps.len())
        .map(|step| clock.step(script, step))
        .collect();
    let names: Vec<String> = clock.actors.keys().cloned().collect();
    clock.now += UNIT;
    let ends = names
        .into_iter()
        .map(|name| (name.clone(), clock.pause(&name)))
        .collect();
    (pauses, ends)
}

/// A step that another actor can notice.
struct Effect {
    step: usize,
    at: Duration,
    host: Host,
    actor: String,
    what: EffectKind,
}

#[derive(PartialEq)]
enum EffectKind {
    Connects,
    /// A number of bytes.
    Sends(usize),
    /// The end of the stream.
    Ends,
    /// Time passes for all actors.
    Time,
    Other,
}

struct ActorClock {
    host: Host,
    process: String,
    now: Duration,
    /// The number of effects that the actor knows.
    seen: usize,
    /// Bytes that wait for the actor's recv.
    unread: usize,
    in_call: bool,
}

#[derive(Default)]
struct Clock {
    now: Duration,
    effects: Vec<Effect>,
    actors: BTreeMap<String, ActorClock>,
    /// Non-blocking sockets.
    nonblocking: BTreeSet<(Host, String)>,
}

impl Clock {
    fn enter(&mut self, name: &str, host: Host, seen: usize, now: Duration) {
        let actor = ActorClock {
            host,
            process: name.to_owned(),
            now,
            seen,
            unread: 0,
            in_call: false,
        };
        self.actors.insert(name.to_owned(), actor);
    }

    fn step(&mut self, script: &Script, index: usize) -> Pause {
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
                Pause::default()
            }
            Action::Sleep(time) => {
                self.now += *time;
                let at = self.now;
                self.effects.push(Effect {
                    step: index,
                    at,
                    host: Host::Client,
                    actor: String::new(),
                    what: EffectKind::Time,
                });
                Pause::default()
            }
            Action::Start {
                actor,
                name,
                beginning,
            } => {
                let Some(ActorClock {
                    host,
                    process,
                    now,
                    seen,
                    ..
                }) = self.actors.get(actor)
                else {
                    return Pause::default();
                };
                // The new actor knows the effects of the actor that started it.
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
                Pause::default()
            }
            Action::Signal {
                actor,
                signal: Signal::Kill,
            }
            | Action::Exit { actor } => {
                // The process's first actor ends the program, unless it is in a call.
                let first = self.actor(actor).process.clone();
                let pause = match self.actor(&first).in_call {
                    true => Pause::default(),
                    false => self.timed(&first),
                };
                self.effect(index, &first, EffectKind::Ends);
                pause
            }
            Action::Host {
                host,
                action: HostAction::Boot,
            } => {
                self.enter(host.name(), *host, self.effects.len(), self.now);
                Pause::default()
            }
            _ => Pause::default(),
        }
    }

    fn call(&mut self, index: usize, step: &Step, actor: &str, call: &Call, on: &str) -> Pause {
        let host = self.actor(actor).host;
        let waits = step.background || step.expected.contains(&Outcome::Blocked);
        let blocks = !self.nonblocking.contains(&(host, on.to_owned()));
        if let Call::Set(SocketOption::NonBlock(nonblocking)) = call {
            let key = (host, on.to_owned());
            if *nonblocking {
                self.nonblocking.insert(key);
            } else {
                self.nonblocking.remove(&key);
            }
        }
        let effect = match call {
            Call::Connect { .. } => Some(EffectKind::Connects),
            Call::Send { payload, .. } => Some(EffectKind::Sends(match payload {
                Payload::Text(text) => text.len(),
                Payload::Bytes(count) => *count,
            })),
            Call::Shutdown(How::Write | How::Both) | Call::Close | Call::Disconnect => {
                Some(EffectKind::Ends)
            }
            Call::Listen { .. } => Some(EffectKind::Other),
            _ => None,
        };
        let is_first_call =
            self.effects.is_empty() && matches!(call, Call::Listen { .. } | Call::Connect { .. });
        let pause = if is_first_call {
            Pause::default()
        } else if effect.is_some() {
            self.timed(actor)
        } else if blocks && self.waits_itself(actor, step, call, waits) {
            match self.owes_time(actor) {
                true => self.timed(actor),
                false => Pause::default(),
            }
        } else if self.pending(actor).next().is_some() && !has_no_effect(call) {
            self.timed(actor)
        } else {
            Pause::default()
        };
        self.actor(actor).in_call = waits;
        // A listen at the beginning needs no pause: the server's program is started first.
        if let Some(what) = effect
            && !(is_first_call && what == EffectKind::Other)
        {
            self.effect(index, actor, what);
        }
        pause
    }

    /// Whether a call returns at the right time without a pause before it. Its actor then knows the effect that it
    /// waited for.
    fn waits_itself(&mut self, actor: &str, step: &Step, call: &Call, waits: bool) -> bool {
        const OUT: u32 = POLL_EVENTS[1].1;
        match call {
            _ if waits => true, // the effect that wakes it comes later: see `wake`
            Call::Accept => {
                self.know(actor, |what| *what == EffectKind::Connects) || self.knows_all(actor)
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
                return self.know(actor, |what| *what == EffectKind::Ends) || self.knows_all(actor);
            }
            None => return self.one_pending(actor),
        };
        let mut takes = 0;
        let mut unread = self.actor(actor).unread;
        for effect in self.foreign(actor) {
            if unread >= wanted || (takes > 0 && !all) {
                break;
            }
            if let EffectKind::Sends(bytes) = effect.what {
                unread += bytes;
                takes += 1;
            }
        }
        if unread < wanted {
            return false;
        }
        for _ in 0..takes {
            self.know(actor, |what| matches!(what, EffectKind::Sends(_)));
        }
        self.actor(actor).unread = if peek { unread } else { unread - wanted };
        true
    }

    /// Wakes an actor whose call was left running: it knows the effects since then.
    fn wake(&mut self, actor: &str, expected: &[Outcome]) {
        let ended = !matches!(expected.first(), Some(Outcome::Text(_) | Outcome::Blocked));
        if ended && self.know(actor, |what| *what == EffectKind::Ends) {
            return;
        }
        if let Some(last) = self.foreign(actor).last().map(|effect| effect.at) {
            let seen = self.effects.len();
            let actor = self.actor(actor);
            actor.now = actor.now.max(last);
            actor.seen = seen;
        }
    }

    /// Moves an actor on to the next effect of the other host that `which` accepts; false where there is none.
    fn know(&mut self, actor: &str, which: impl Fn(&EffectKind) -> bool) -> bool {
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
            1 => self.know(actor, |what| *what != EffectKind::Time),
            _ => false,
        }
    }

    fn knows_all(&mut self, actor: &str) -> bool {
        self.pending(actor).next().is_none()
    }

    fn owes_time(&self, actor: &str) -> bool {
        self.pending(actor)
            .any(|effect| effect.what == EffectKind::Time)
    }

    /// The effects of others that an actor does not know yet.
    fn pending<'a>(&'a self, actor: &'a str) -> impl Iterator<Item = &'a Effect> {
        let seen = self.actors.get(actor).map_or(0, |actor| actor.seen);
        self.effects[seen..]
            .iter()
            .filter(move |effect| effect.actor != actor)
    }

    /// Those of the pending effects that the other host has made.
    fn foreign<'a>(&'a self, actor: &'a str) -> impl Iterator<Item = &'a Effect> {
        let host = self.actors.get(actor).map(|actor| actor.host);
        self.pending(actor)
            .filter(move |effect| Some(effect.host) != host && effect.what != EffectKind::Time)
    }

    /// The pause of a call that gets a time of its own, after everything before it.
    fn timed(&mut self, actor: &str) -> Pause {
        // A new connection has nothing that must be acknowledged.
        let is_fresh = |effect: &Effect| effect.what == EffectKind::Connects;
        if self.effects.iter().all(is_fresh) && self.foreign(actor).next().is_none() {
            self.actor(actor).seen = self.effects.len();
            return Pause::default();
        }
        self.now += UNIT;
        self.pause(actor)
    }

    fn pause(&mut self, name: &str) -> Pause {
        let meanwhile = self.pending(name).map(|effect| effect.step).collect();
        let (now, seen) = (self.now, self.effects.len());
        let actor = self.actor(name);
        let time = now.saturating_sub(actor.now);
        (actor.now, actor.seen) = (now, seen);
        Pause { time, meanwhile }
    }

    fn effect(&mut self, step: usize, actor: &str, what: EffectKind) {
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

    /// An actor of the script. The parser has refused lines of unknown actors.
    fn actor(&mut self, name: &str) -> &mut ActorClock {
        self.actors.get_mut(name).expect("an actor of the script")
    }
}

/// Whether a call neither has an effect nor depends on one.
fn has_no_effect(call: &Call) -> bool {
    matches!(
        call,
        Call::Socket | Call::Bind { .. } | Call::Set(_) | Call::Dup | Call::Name
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse::parse;

    /// The pauses before a script's lines, in ms.
    fn pauses_of(text: &str) -> Vec<u128> {
        let (pauses, _) = pauses(&parse(text).unwrap());
        pauses.iter().map(|pause| pause.time.as_millis()).collect()
    }

    #[test]
    fn calls_that_wait_by_themselves_need_no_pause() {
        assert_eq!(
            pauses_of(
                "server listen\nclient connect\nserver accept\nclient close\nserver recv => 0\nserver close"
            ),
            [0, 0, 0, 0, 0, 100]
        );
    }

    #[test]
    fn a_call_after_a_send_pauses_until_the_data_is_acknowledged() {
        assert_eq!(
            pauses_of(
                "server listen\nclient connect\nserver accept\nclient send \"a\"\nclient send \"b\"\nserver recv => \"ab\"\n\
                 server send \"c\"\nclient recv => \"c\"\nsleep 1s\nclient close"
            ),
            [0, 0, 0, 0, 100, 200, 100, 0, 0, 1100]
        );
    }
}
