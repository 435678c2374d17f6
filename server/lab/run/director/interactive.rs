//! An open run takes lines after its script, one after the other, until it is ended or idle for too long. A line that
//! cannot be played is refused before anything happens. No refused line ends the run.

use std::time::Duration;

use crate::event::{Ending, What};
use crate::lab::run::control::{LineRejection, QueuedLine};
use crate::lab::run::director::outcome::written;
use crate::lab::run::director::{Director, Interruption};
use crate::lab::sandbox::clock::{Nanos, now};
use crate::lab::sandbox::protocol::{HostTask, Returned};
use crate::script::ast::{Action, Beginning, HostAction, Outcome, Step, WireAction};
use crate::script::{Diagnostic, Expected, Found, Splice, facts, parse};

/// How long before its end an idle run says so; half its limit where that is shorter.
const WARNING: Duration = Duration::from_secs(60);
/// The longest time that one line may sleep.
const MAX_SLEEP: Nanos = 60_000_000_000;
/// A shorter pause in which nothing happens is none.
const MOMENT: Nanos = 20_000_000;
/// How long after the last thing that happened a line goes on, at most, when it is played again.
const AFTER: Nanos = 200_000_000;

impl Director<'_, '_> {
    /// Takes lines until the run ends; always ends in an interruption.
    pub(crate) fn stay_open(&mut self, limit: Duration) -> Result<(), Interruption> {
        let ended = self.take_lines(limit);
        self.playing = false;
        self.note_pause(); // what happened last is repeated too
        ended
    }

    fn take_lines(&mut self, limit: Duration) -> Result<(), Interruption> {
        let nanos = |time: Duration| time.as_nanos().try_into().unwrap_or(Nanos::MAX);
        let warning = WARNING.min(limit / 2);
        let mut warned = false;
        self.tail = self.composer.len();
        if let Some(pace) = self.then {
            self.go_on_at(pace);
        }
        (self.heard, self.rested) = (now(), now());
        self.mark(self.tail + 1);
        self.resting = true;
        loop {
            self.collect_returned()?;
            if let Some(said) = self.control.take(false) {
                self.heard = now();
                if std::mem::take(&mut warned) {
                    self.emit_idle(limit);
                }
                self.resting = false;
                self.take_line(said)?;
                self.resting = true;
                continue;
            }
            let warn_at = self.heard.saturating_add(nanos(limit - warning));
            let end_at = self.heard.saturating_add(nanos(limit));
            if now() >= end_at {
                let reason = format!("nobody said a line for {} s", limit.as_secs());
                return Err(self.ended(Ending::Idle, reason));
            }
            if now() >= warn_at && !warned {
                warned = true;
                self.emit_idle(warning);
            }
            self.turn(if warned { end_at } else { warn_at }, &|_| false)?;
        }
    }

    fn emit_idle(&mut self, left: Duration) {
        let ends_in_ms = left.as_millis() as u64;
        self.engine.timeline.emit(What::Idle { ends_in_ms });
    }

    /// Plays a queued line, or refuses it.
    fn take_line(&mut self, said: QueuedLine) -> Result<(), Interruption> {
        if parse::is_blank(&said.text) {
            said.begun(self.composer.len()); // a sign of life
            return Ok(());
        }
        if said.wire.is_some() {
            return self.edit_wire(said);
        }
        let admitted = self.composer.try_line(self.tail + 1, said.text.trim());
        let step = match admitted.and_then(|step| self.possible(step)) {
            Ok(step) => step,
            Err(mistakes) => {
                said.refuse(LineRejection::Mistakes(mistakes));
                return Ok(());
            }
        };
        self.note_pause();
        let at = self.tail + 1;
        let spliced = self.composer.replace(at, 0, vec![step.text.clone()]);
        if let Some(mistakes) = self.emit_splice(spliced) {
            said.refuse(LineRejection::Mistakes(mistakes));
            return Ok(());
        }
        said.begun(at);
        self.play_interactive(&Step { line: at, ..step })
    }

    /// Plays a line that is not of the given script. An actor killed from outside does not end the run.
    fn play_interactive(&mut self, step: &Step) -> Result<(), Interruption> {
        self.interactive = true;
        let played = self.play_step(step, &Self::step);
        self.interactive = false;
        match played {
            Err(Interruption::Ended {
                how: Ending::ActorLost,
                ..
            }) => {
                self.note_outcome(step, None);
                self.end_step();
                Ok(())
            }
            played => played,
        }
    }

    /// Whether what the checker allows can be done in this engine too; nothing happens where it cannot.
    pub(crate) fn possible(&self, step: Step) -> Result<Step, Vec<Diagnostic>> {
        let refuse = |found: Found, expected: Expected| {
            Err(vec![Diagnostic::new(
                step.line,
                step.column,
                1,
                found,
                expected,
            )])
        };
        match &step.action {
            Action::Start {
                beginning: Beginning::Process,
                ..
            } => {}
            Action::Call { actor, .. }
            | Action::Start { actor, .. }
            | Action::Signal { actor, .. }
            | Action::Exit { actor }
            | Action::Wait { actor } => {
                let Ok(index) = self.present(actor) else {
                    let found = Found::ActorKilled {
                        actor: actor.clone(),
                    };
                    return refuse(found, Expected::PresentActor);
                };
                let must_run = matches!(step.action, Action::Start { .. } | Action::Exit { .. });
                if must_run && self.engine.actors[index].is_stopped() {
                    let actor = actor.clone();
                    let expected = Expected::ContinueFirst {
                        actor: actor.clone(),
                    };
                    return refuse(Found::ActorStopped { actor }, expected);
                }
            }
            Action::Host {
                host,
                action: HostAction::Sysctl { name, value },
            } => {
                // It is written twice; the first time says whether the kernel takes it.
                let task = HostTask::Sysctl {
                    name: name.clone(),
                    value: value.clone(),
                };
                if self.run_task(*host, task).is_err() {
                    let found = Found::ValueRefused {
                        value: value.clone(),
                    };
                    return refuse(found, Expected::OtherValue);
                }
            }
            Action::Wire(WireAction::Inject(forgery)) => {
                let tracker = &self.engine.hosts[forgery.to as usize].tracker;
                if tracker.ends(&forgery.socket).is_none() {
                    let found = Found::UnknownSocket {
                        socket: forgery.socket.clone(),
                        host: forgery.to.to_string(),
                    };
                    return refuse(found, Expected::ConnectedSocket);
                }
            }
            _ => {}
        }
        Ok(step)
    }

    /// Actors whose call has returned are waited for, by a line that the run writes itself.
    fn collect_returned(&mut self) -> Result<(), Interruption> {
        let busy: Vec<String> = self.composer.busy().map(Into::into).collect();
        for name in busy {
            let Ok(index) = self.present(&name) else {
                continue;
            };
            let Some(returned) = self.engine.actors[index].outcome.clone() else {
                continue;
            };
            let at = self.tail + 1;
            let plain = format!("wait {name}");
            let gave = written(None, &returned).map(|gave| format!("{plain} => {gave}"));
            let spliced = gave.map(|line| self.composer.replace(at, 0, vec![line]));
            let spliced = match spliced {
                Some(Ok(splice)) => Ok(splice),
                _ => self.composer.replace(at, 0, vec![plain]),
            };
            if self.emit_splice(spliced).is_none()
                && let Some(step) = self.composer.at(at).cloned()
            {
                self.play_interactive(&step)?;
            }
        }
        Ok(())
    }

    /// Writes down what a call gave, where its line did not say.
    pub(crate) fn note_outcome(&mut self, step: &Step, outcome: Option<&Returned>) {
        let call = match &step.action {
            Action::Call { call, .. } => Some(call),
            Action::Wait { .. } => None,
            _ => return, // it gives nothing
        };
        let gave = match outcome {
            // Played again it would wait for ever.
            None if !step.expected.contains(&Outcome::Blocked) => Some("blocked".into()),
            None => None,
            Some(returned) if step.expected.is_empty() => written(call, returned),
            Some(_) => None,
        };
        if let Some(gave) = gave {
            let spliced = self.composer.gave(self.line, &gave);
            self.emit_splice(spliced); // refused, the line says nothing
        }
    }

    /// Moves a call's expected result to a `wait` after the wire edit that made it block.
    pub(crate) fn wait_later(&mut self, actor: usize) {
        let name = &self.engine.actors[actor].name;
        let spliced = self.composer.blocked(self.line, self.tail, name);
        self.emit_splice(spliced); // refused, the script goes on as it is
    }

    /// What a kernel's timers did since the last line takes time when it is played again too; so does what they may have
    /// come closer to.
    pub(crate) fn note_pause(&mut self) {
        let (last, now) = (self.engine.timeline.last_activity(), now());
        let mut pause = if self.playing {
            0
        } else if self.engine.is_unacknowledged() {
            match now.saturating_sub(self.rested) {
                pause if last <= self.rested && pause < MOMENT => 0,
                pause => pause,
            }
        } else if last > self.rested {
            last - self.rested + (now.saturating_sub(last) / 2).min(AFTER)
        } else {
            0
        };
        let mut lines = Vec::new();
        while pause > 0 {
            let part = pause.min(MAX_SLEEP);
            lines.push(format!("sleep {}ms", part.div_ceil(1_000_000)));
            pause -= part;
        }
        let count = lines.len();
        if count == 0 {
            return;
        }
        let spliced = self.composer.replace(self.tail + 1, 0, lines);
        if self.emit_splice(spliced).is_none() {
            self.tail += count;
        }
    }

    /// Tells a change of the script; the mistakes, where it could not be made.
    pub(crate) fn emit_splice(
        &mut self,
        spliced: Result<Splice, Vec<Diagnostic>>,
    ) -> Option<Vec<Diagnostic>> {
        let Splice { at, remove, insert } = match spliced {
            Ok(splice) => splice,
            Err(mistakes) => return Some(mistakes),
        };
        let lines = insert.iter().map(|line| facts::of_line(line)).collect();
        self.engine.timeline.emit(What::Script {
            at,
            remove,
            insert,
            lines,
        });
        None
    }
}
