//! The director plays a script's lines in order. A line begins when the one before it has settled.

use std::collections::HashMap;
use std::time::Duration;

use super::hand::Hand;
use super::outcome::{describe, fits, found};
use super::touch::Mark;
use super::world::{SOON, World};
use super::{Pace, Play, RunError};
use crate::clock::{Nanos, now};
use crate::event::{Ending, StepPhase, What};
use crate::message::Order;
use crate::nursery::Nursery;
use crate::script::{Composer, Deed, Outcome, Step};

/// A line counts as settled when so long nothing has happened: longer than a delayed ACK waits.
const QUIET: Nanos = 60_000_000;

/// Why a script was not played to its end.
pub(super) enum Interruption {
    /// Somebody stopped the run, it came to a bound of ours, or an actor is not there any more.
    Ended {
        how: Ending,
        line: usize,
        reason: String,
    },
    /// The machine failed us.
    Failed(RunError),
}

impl From<RunError> for Interruption {
    fn from(error: RunError) -> Interruption {
        Interruption::Failed(error)
    }
}

/// Plays one script in one world.
pub(super) struct Director<'w, 'a> {
    pub(super) world: &'w mut World<'a>,
    pub(super) nursery: &'w Nursery,
    /// Where each label's line began: the next event's `seq`.
    pub(super) labels: HashMap<String, u32>,
    pace: Pace,
    deadline: Nanos,
    limit: Duration,
    most_events: u32,
    /// Where lines by hand come from, if anybody may say any.
    pub(super) hand: Option<&'w Hand>,
    /// The script, with what was done by hand.
    pub(super) composer: Composer,
    /// The line being played, or that was played last.
    pub(super) line: usize,
    /// All lines up to this one were begun: it is the line being played, or one for the wire that somebody said meanwhile.
    pub(super) tail: usize,
    /// Which line each segment was sent in.
    pub(super) marks: Vec<Mark>,
    /// When somebody last said a line, or one ended.
    pub(super) heard: Nanos,
    /// Whether the line being played was said by hand.
    pub(super) by_hand: bool,
    /// Whether a line is being played.
    pub(super) playing: bool,
    /// Whether its call is waited for.
    pub(super) collecting: bool,
    /// When the last line ended, or the last of what came after it that the script tells of.
    pub(super) rested: Nanos,
    /// Whether no line is being played, and none is left to play.
    pub(super) resting: bool,
    /// Whether every check so far was true.
    ok: bool,
}

impl<'w, 'a> Director<'w, 'a> {
    pub(super) fn new(
        world: &'w mut World<'a>,
        nursery: &'w Nursery,
        play: &Play<'_>,
        hand: Option<&'w Hand>,
    ) -> Director<'w, 'a> {
        Director {
            world,
            nursery,
            labels: HashMap::new(),
            pace: play.pace,
            deadline: now().saturating_add(play.limit.as_nanos().try_into().unwrap_or(Nanos::MAX)),
            limit: play.limit,
            most_events: play.most_events,
            hand,
            composer: Composer::new(play.script),
            line: 0,
            tail: 0,
            marks: Vec::new(),
            heard: now(),
            by_hand: false,
            playing: false,
            collecting: false,
            rested: now(),
            resting: false,
            ok: true,
        }
    }

    /// Plays every line, and in an open run those that are said: the last event.
    ///
    /// # Errors
    /// Where the machine failed.
    pub(super) fn play(mut self) -> Result<What, RunError> {
        self.world.wire.orders.delay = self.pace.delay;
        let open = self.hand.and_then(|hand| hand.open);
        let played = self.script().and_then(|()| match open {
            Some(limit) => self.stay_open(limit),
            None => Ok(()),
        });
        let (how, line, reason) = match played {
            Ok(()) if self.ok => (Ending::Played, None, "played to the end".into()),
            Ok(()) => {
                let reason = "played to the end; not every check was true".into();
                (Ending::Played, None, reason)
            }
            Err(Interruption::Ended { how, line, reason }) => {
                (how, (!self.resting).then_some(line), reason)
            }
            Err(Interruption::Failed(error)) => return Err(error),
        };
        let whole = matches!(how, Ending::Played | Ending::Finished | Ending::Idle);
        Ok(What::End {
            ok: whole && self.ok,
            how,
            line,
            reason,
        })
    }

    fn script(&mut self) -> Result<(), Interruption> {
        loop {
            self.until(|world| !world.wire.is_held_by_hand())?;
            let Some(step) = self.composer.after(self.tail).cloned() else {
                return self.settle(); // what the last lines sent arrives, also where they ended in `&`
            };
            self.play_step(&step)?;
        }
    }

    /// Plays a line of the composed script.
    pub(super) fn play_step(&mut self, step: &Step) -> Result<(), Interruption> {
        (self.line, self.tail) = (step.line, step.line);
        if let Some(label) = &step.label {
            self.world.timeline.tell_passed(); // before the label
            self.labels.insert(label.clone(), self.world.timeline.len());
        }
        self.mark(step.line);
        self.tell_step(step.line, step.text.clone(), StepPhase::Begin);
        self.playing = true;
        let played = self.step(step);
        (self.playing, self.collecting) = (false, false);
        played?;
        self.end_step();
        Ok(())
    }

    /// The line that was being played has ended.
    pub(super) fn end_step(&mut self) {
        let text = self.composer.at(self.line).map(|step| step.text.clone());
        self.tell_step(self.line, text.unwrap_or_default(), StepPhase::End);
        self.mark(self.tail + 1);
        (self.heard, self.rested) = (now(), now());
    }

    pub(super) fn tell_step(&mut self, line: usize, text: String, phase: StepPhase) {
        self.world.timeline.tell(What::Step { line, text, phase });
    }

    fn step(&mut self, step: &Step) -> Result<(), Interruption> {
        match &step.deed {
            Deed::Call {
                actor,
                on,
                named,
                call,
            } => {
                let actor = self.present(actor)?;
                let order = Order::Call {
                    on: on.clone(),
                    named: named.clone(),
                    call: call.clone(),
                };
                self.world.actors[actor]
                    .order(&order)
                    .map_err(|source| self.failed(actor, source))?;
                if step.background {
                    // The next line finds this call returned or asleep, so that what each did can be told apart.
                    return self.until(|world| !world.actors[actor].is_busy());
                }
                self.collect(step, actor)?;
                self.pause(self.pace.beat)
            }
            Deed::Wait { actor } => {
                let actor = self.present(actor)?;
                self.collect(step, actor)
            }
            Deed::Start {
                actor,
                name,
                beginning,
            } => self.start(actor, name, *beginning),
            Deed::Signal { actor, signal } => {
                self.signal(actor, *signal)?;
                self.settle()?;
                self.pause(self.pace.beat)
            }
            Deed::Exit { actor } => {
                self.exit(actor)?;
                self.settle()?;
                self.pause(self.pace.beat)
            }
            Deed::Host { host, deed } => {
                self.host_deed(*host, deed)?;
                self.settle()?;
                self.pause(self.pace.beat)
            }
            Deed::Wire(deed) => {
                self.wire_deed(deed)?;
                self.settle()
            }
            Deed::Sleep(time) => self.pause(*time),
            Deed::Settle => self.settle(),
            Deed::Check { what, within } => self.expect(step, what, *within),
        }
    }

    /// Waits until an actor's order is carried out and all has settled, and checks what it gave. An order that must
    /// block, or may because of a hand, is waited for until nothing happens any more and the actor's thread sleeps.
    fn collect(&mut self, step: &Step, actor: usize) -> Result<(), Interruption> {
        let must_block = step.expected.contains(&Outcome::Blocked);
        let may_block = must_block || self.by_hand;
        let blocked = |world: &World<'_>| {
            (may_block || world.wire.is_held_by_hand())
                && is_quiet(world)
                && world.wire.is_empty()
                && world.actors[actor].is_asleep()
        };
        self.collecting = true;
        self.until(|world| {
            let actor = &world.actors[actor];
            actor.outcome.is_some() || !actor.is_alive() || blocked(world)
        })?;
        self.collecting = false;
        if !self.world.actors[actor].is_alive() {
            return Err(self.missing(actor));
        }
        self.settle()?;
        let outcome = self.world.actors[actor].outcome.clone();
        if self.by_hand {
            self.note_outcome(step, outcome.as_ref());
        } else if outcome.is_none() && !must_block {
            return Ok(self.wait_later(actor));
        }
        if !step.expected.is_empty() {
            let ok = step
                .expected
                .iter()
                .any(|expected| fits(expected, outcome.as_ref()));
            let expected = step
                .expected
                .iter()
                .map(describe)
                .collect::<Vec<_>>()
                .join(" or ");
            self.check(
                step,
                ok,
                expected,
                outcome.as_ref().map_or("blocked".into(), found),
            );
        }
        Ok(())
    }

    pub(super) fn check(&mut self, step: &Step, ok: bool, expected: String, actual: String) {
        self.ok &= ok || step.claim.is_some();
        let (label, claim) = (step.label.clone(), step.claim.clone());
        self.world.timeline.tell(What::Check {
            line: self.line,
            label,
            ok,
            expected,
            actual,
            claim,
        });
    }

    /// Waits until nothing is on the wire and everything is acknowledged, or until nothing happens any more.
    pub(super) fn settle(&mut self) -> Result<(), Interruption> {
        self.world.turn(now())?; // what was sent just now is on the wire from now on
        self.until(|world| world.is_calm() || (world.wire.is_empty() && is_quiet(world)))
    }

    /// Lets time pass.
    pub(super) fn pause(&mut self, time: Duration) -> Result<(), Interruption> {
        let end = now() + time.as_nanos() as Nanos;
        self.until_at(end, |_| now() >= end)
    }

    pub(super) fn until(&mut self, holds: impl Fn(&World<'_>) -> bool) -> Result<(), Interruption> {
        while !self.turn(now() + SOON.as_nanos() as Nanos, &holds)? {}
        Ok(())
    }

    fn until_at(
        &mut self,
        due: Nanos,
        holds: impl Fn(&World<'_>) -> bool,
    ) -> Result<(), Interruption> {
        while !self.turn(due, &holds)? {}
        Ok(())
    }

    /// Lets one thing happen, unless the condition holds already.
    pub(super) fn turn(
        &mut self,
        due: Nanos,
        holds: &impl Fn(&World<'_>) -> bool,
    ) -> Result<bool, Interruption> {
        if holds(self.world) {
            return Ok(true);
        }
        self.world.turn(due)?;
        while let Some(said) = self.next_touch() {
            self.touch(said)?;
        }
        let line = self.line;
        if self.world.is_stopped() {
            return Err(match self.hand.and_then(|hand| hand.open) {
                Some(_) => self.ended(Ending::Finished, "ended by hand".into()),
                None => self.ended(Ending::Stopped, format!("stopped on line {line}")),
            });
        }
        if now() > self.deadline {
            let limit = self.limit.as_secs();
            let reason = match self.resting {
                true => format!("the run's {limit} s were over"),
                false => {
                    format!("line {line} was still waiting when the run's {limit} s were over")
                }
            };
            return Err(self.ended(Ending::TooLong, reason));
        }
        if self.world.timeline.len() > self.most_events {
            let most = self.most_events;
            let reason = format!("more than {most} events; stopped on line {line}");
            return Err(self.ended(Ending::TooMuch, reason));
        }
        Ok(false)
    }

    pub(super) fn ended(&self, how: Ending, reason: String) -> Interruption {
        Interruption::Ended {
            how,
            line: self.line,
            reason,
        }
    }

    /// The actor of that name; an interruption where it is gone.
    pub(super) fn present(&self, name: &str) -> Result<usize, Interruption> {
        let newest = self
            .world
            .actors
            .iter()
            .rposition(|actor| actor.name == name);
        match newest {
            Some(actor) if self.world.actors[actor].is_alive() => Ok(actor),
            Some(actor) => Err(self.missing(actor)),
            None => Err(self.ended(
                Ending::ActorLost,
                format!("line {}: there is no {name}", self.line),
            )),
        }
    }

    pub(super) fn missing(&self, actor: usize) -> Interruption {
        let actor = &self.world.actors[actor];
        let reason = format!(
            "line {}: {} (process {}) was ended from outside",
            self.line, actor.name, actor.pid
        );
        self.ended(Ending::ActorLost, reason)
    }

    pub(super) fn failed(&self, actor: usize, source: std::io::Error) -> Interruption {
        match source.kind() {
            std::io::ErrorKind::BrokenPipe | std::io::ErrorKind::ConnectionReset => {
                self.missing(actor)
            }
            _ => RunError::Actor {
                name: self.world.actors[actor].name.clone(),
                source,
            }
            .into(),
        }
    }
}

fn is_quiet(world: &World<'_>) -> bool {
    now().saturating_sub(world.timeline.last()) > QUIET
}
