//! The director plays a script's lines in order. A line begins when the one before it has settled.

use std::collections::HashMap;
use std::time::Duration;

use super::outcome::{describe, fits, found};
use super::world::{SOON, World};
use super::{Pace, Play, RunError};
use crate::clock::{Nanos, now};
use crate::event::{Ending, StepPhase, What};
use crate::message::Order;
use crate::nursery::Nursery;
use crate::script::{Deed, Outcome, Script, Step};

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
    /// The line being played, for messages.
    pub(super) line: usize,
    /// Whether every check so far was true.
    ok: bool,
}

impl<'w, 'a> Director<'w, 'a> {
    pub(super) fn new(
        world: &'w mut World<'a>,
        nursery: &'w Nursery,
        play: &Play<'_>,
    ) -> Director<'w, 'a> {
        Director {
            world,
            nursery,
            labels: HashMap::new(),
            pace: play.pace,
            deadline: now().saturating_add(play.limit.as_nanos().try_into().unwrap_or(Nanos::MAX)),
            limit: play.limit,
            most_events: play.most_events,
            line: 0,
            ok: true,
        }
    }

    /// Plays every line; whether all checks were true.
    pub(super) fn play(mut self, script: &Script) -> Result<bool, Interruption> {
        self.world.wire.orders.delay = self.pace.delay;
        for step in &script.steps {
            self.line = step.line;
            if let Some(label) = &step.label {
                self.world.timeline.tell_passed(); // before the label
                self.labels.insert(label.clone(), self.world.timeline.len());
            }
            self.tell_step(step, StepPhase::Begin);
            self.step(step)?;
            self.tell_step(step, StepPhase::End);
        }
        Ok(self.ok)
    }

    fn tell_step(&mut self, step: &Step, phase: StepPhase) {
        self.world.timeline.tell(What::Step {
            line: step.line,
            text: step.text.clone(),
            phase,
        });
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
    /// block is waited for until nothing happens any more and the actor's thread sleeps.
    fn collect(&mut self, step: &Step, actor: usize) -> Result<(), Interruption> {
        let may_block = step.expected.contains(&Outcome::Blocked);
        let blocked = |world: &World<'_>| {
            may_block && is_quiet(world) && world.wire.is_empty() && world.actors[actor].is_asleep()
        };
        self.until(|world| {
            let actor = &world.actors[actor];
            actor.outcome.is_some() || !actor.is_alive() || blocked(world)
        })?;
        if !self.world.actors[actor].is_alive() {
            return Err(self.missing(actor));
        }
        self.settle()?;
        let outcome = self.world.actors[actor].outcome.clone();
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
            line: step.line,
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
    fn turn(
        &mut self,
        due: Nanos,
        holds: &impl Fn(&World<'_>) -> bool,
    ) -> Result<bool, Interruption> {
        if holds(self.world) {
            return Ok(true);
        }
        self.world.turn(due)?;
        let line = self.line;
        if self.world.is_stopped() {
            return Err(self.ended(Ending::Stopped, format!("stopped on line {line}")));
        }
        if now() > self.deadline {
            let limit = self.limit.as_secs();
            let reason =
                format!("line {line} was still waiting when the run's {limit} s were over");
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
