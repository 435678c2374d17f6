//! One step: a line begins, is played and checked, and ends.

use crate::event::{StepPhase, What};
use crate::lab::run::director::outcome::{describe, fits, found};
use crate::lab::run::director::{Director, Interruption, is_quiet};
use crate::lab::run::engine::Engine;
use crate::lab::sandbox::clock::now;
use crate::lab::sandbox::protocol::Order;
use crate::script::ast::{Action, Outcome, Step};
use crate::script::facts;

impl Director<'_, '_> {
    /// Plays a line of the composed script: does what it says.
    pub(crate) fn play_step(
        &mut self,
        step: &Step,
        action: &dyn Fn(&mut Self, &Step) -> Result<(), Interruption>,
    ) -> Result<(), Interruption> {
        (self.line, self.tail) = (step.line, step.line);
        if let Some(label) = &step.label {
            self.engine.timeline.emit_passed(); // before the label
            self.labels
                .insert(label.clone(), self.engine.timeline.len());
        }
        self.mark(step.line);
        self.emit_step(step.line, Some(step), StepPhase::Begin);
        self.playing = true;
        let played = action(self, step);
        (self.playing, self.collecting) = (false, false);
        played?;
        self.end_step();
        Ok(())
    }

    /// The line that was being played has ended.
    pub(crate) fn end_step(&mut self) {
        self.note_caught();
        let step = self.composer.at(self.line).cloned();
        self.emit_step(self.line, step.as_ref(), StepPhase::End);
        self.mark(self.tail + 1);
        (self.heard, self.rested) = (now(), now());
    }

    pub(crate) fn emit_step(&mut self, line: usize, step: Option<&Step>, phase: StepPhase) {
        self.engine.timeline.emit(What::Step {
            line,
            text: step.map(|step| step.text.clone()).unwrap_or_default(),
            phase,
            facts: step.map(facts::of_step),
        });
    }

    pub(crate) fn step(&mut self, step: &Step) -> Result<(), Interruption> {
        match &step.action {
            Action::Call {
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
                self.engine.actors[actor]
                    .order(&order)
                    .map_err(|source| self.failed(actor, source))?;
                if step.background {
                    // The next line finds this call returned or asleep, so that what each did can be told apart.
                    return self.until(|engine| !engine.actors[actor].is_busy());
                }
                self.collect(step, actor)?;
                self.pause(self.pace.beat)
            }
            Action::Wait { actor } => {
                let actor = self.present(actor)?;
                self.collect(step, actor)
            }
            Action::Start {
                actor,
                name,
                beginning,
            } => self.start(actor, name, *beginning),
            Action::Signal { actor, signal } => {
                self.signal(actor, *signal)?;
                self.settle()?;
                self.pause(self.pace.beat)
            }
            Action::Exit { actor } => {
                self.exit(actor)?;
                self.settle()?;
                self.pause(self.pace.beat)
            }
            Action::Host { host, action } => {
                self.host_action(*host, action)?;
                self.settle()?;
                self.pause(self.pace.beat)
            }
            Action::Wire(action) => {
                self.wire_action(action)?;
                self.settle()
            }
            Action::Sleep(time) => self.pause(*time),
            Action::Settle => self.settle(),
            Action::Check { what, within } => self.expect(step, what, *within),
        }
    }

    /// Waits until an actor's order is carried out and all has settled, and checks what it gave. An order that must
    /// block, or may because of an interactive line, is waited for until nothing happens any more and the actor's thread sleeps.
    fn collect(&mut self, step: &Step, actor: usize) -> Result<(), Interruption> {
        let must_block = step.expected.contains(&Outcome::Blocked);
        let may_block = must_block || self.interactive;
        let blocked = |engine: &Engine<'_>| {
            (may_block || engine.wire.is_held())
                && is_quiet(engine)
                && engine.wire.is_empty()
                && engine.actors[actor].is_asleep()
        };
        self.collecting = true;
        self.until(|engine| {
            let actor = &engine.actors[actor];
            actor.outcome.is_some() || !actor.is_alive() || blocked(engine)
        })?;
        self.collecting = false;
        if !self.engine.actors[actor].is_alive() {
            return Err(self.missing(actor));
        }
        self.settle()?;
        let outcome = self.engine.actors[actor].outcome.clone();
        if self.interactive {
            self.note_outcome(step, outcome.as_ref());
        } else if outcome.is_none() && !must_block {
            self.wait_later(actor);
            return Ok(());
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

    pub(crate) fn check(&mut self, step: &Step, ok: bool, expected: String, actual: String) {
        self.ok &= ok || step.claim.is_some();
        let (label, claim) = (step.label.clone(), step.claim.clone());
        self.engine.timeline.emit(What::Check {
            line: self.line,
            label,
            ok,
            expected,
            actual,
            claim,
        });
    }
}
