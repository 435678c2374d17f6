//! The director plays a script's lines in order ([`crate::lab::run::director::step`]). A line begins when the one before it has settled.

pub(crate) mod actions;
pub(crate) mod expectations;
pub(crate) mod interactive;
pub(crate) mod outcome;
pub(crate) mod step;
pub(crate) mod wire_edits;

use std::collections::HashMap;
use std::time::Duration;

use crate::event::{Ending, What};
use crate::lab::run::control::RunControl;
use crate::lab::run::engine::{Engine, SOON};
use crate::lab::run::error::RunError;
use crate::lab::run::request::{Limits, Pace, RunRequest};
use crate::lab::sandbox::clock::{Nanos, now};
use crate::lab::sandbox::forkserver::ForkServer;
use crate::script::Composer;

/// A line counts as settled when so long nothing has happened: longer than a delayed ACK waits.
const QUIET: Nanos = 60_000_000;

/// Why a script was not played to its end.
pub(crate) enum Interruption {
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

/// Segments that were sent since an event were sent in, or before, a line.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) since: u32,
    /// The line before which is written what concerns them.
    pub(crate) line: usize,
}

/// Plays one script in one engine.
pub(crate) struct Director<'w, 'a> {
    pub(crate) engine: &'w mut Engine<'a>,
    pub(crate) fork_server: &'w ForkServer,
    /// Where each label's line began: the next event's `seq`.
    pub(crate) labels: HashMap<String, u32>,
    pub(crate) pace: Pace,
    /// The pace of lines that are said after the script, where it is another.
    pub(crate) then: Option<Pace>,
    /// Whether the run takes lines after its script.
    open: bool,
    deadline: Nanos,
    limits: Limits,
    /// Lines from outside.
    pub(crate) control: &'w RunControl,
    /// The script, with what was done by hand.
    pub(crate) composer: Composer,
    /// The line being played, or that was played last.
    pub(crate) line: usize,
    /// All lines up to this one were begun: it is the line being played, or one for the wire that somebody said meanwhile.
    pub(crate) tail: usize,
    /// Which line each segment was sent in.
    pub(crate) marks: Vec<Mark>,
    /// When somebody last said a line, or one ended.
    pub(crate) heard: Nanos,
    /// Whether the line being played was said by hand.
    pub(crate) interactive: bool,
    /// Whether a line is being played.
    pub(crate) playing: bool,
    /// Whether its call is waited for.
    pub(crate) collecting: bool,
    /// When the last line ended, or the last of what came after it that the script tells of.
    pub(crate) rested: Nanos,
    /// Whether no line is being played, and none is left to play.
    pub(crate) resting: bool,
    /// Whether every check so far was true.
    pub(crate) ok: bool,
}

impl<'w, 'a> Director<'w, 'a> {
    pub(crate) fn new(
        engine: &'w mut Engine<'a>,
        fork_server: &'w ForkServer,
        request: &RunRequest,
        limits: Limits,
        control: &'w RunControl,
    ) -> Director<'w, 'a> {
        let limit = if request.open {
            limits.open
        } else {
            limits.run
        };
        Director {
            engine,
            fork_server,
            labels: HashMap::new(),
            pace: request.pace,
            then: request.then,
            open: request.open,
            deadline: now().saturating_add(limit.as_nanos().try_into().unwrap_or(Nanos::MAX)),
            limits,
            control,
            composer: Composer::new(&request.script),
            line: 0,
            tail: 0,
            marks: Vec::new(),
            heard: now(),
            interactive: false,
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
    pub(crate) fn play(mut self) -> Result<What, RunError> {
        self.engine.wire.orders.delay = self.pace.delay;
        let played = self.script().and_then(|()| match self.open {
            true => self.stay_open(self.limits.idle),
            false => Ok(()),
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
            self.until(|engine| !engine.wire.is_held())?;
            let Some(step) = self.composer.after(self.tail).cloned() else {
                return self.settle(); // what the last lines sent arrives, also where they ended in `&`
            };
            self.play_step(&step, &Self::step)?;
        }
    }

    /// Goes on at another pace; a delay that the script itself has ordered stays.
    pub(crate) fn go_on_at(&mut self, pace: Pace) {
        let delay = &mut self.engine.wire.orders.delay;
        if *delay == self.pace.delay {
            *delay = pace.delay;
        }
        self.pace = pace;
    }

    /// Waits until nothing is on the wire and everything is acknowledged, or until nothing happens any more.
    pub(crate) fn settle(&mut self) -> Result<(), Interruption> {
        self.engine.turn(now())?; // what was sent just now is on the wire from now on
        self.until(|engine| engine.is_calm() || (engine.wire.is_empty() && is_quiet(engine)))
    }

    /// Lets time pass.
    pub(crate) fn pause(&mut self, time: Duration) -> Result<(), Interruption> {
        let end = now() + time.as_nanos() as Nanos;
        self.until_at(end, |_| now() >= end)
    }

    pub(crate) fn until(
        &mut self,
        holds: impl Fn(&Engine<'_>) -> bool,
    ) -> Result<(), Interruption> {
        while !self.turn(now() + SOON.as_nanos() as Nanos, &holds)? {}
        Ok(())
    }

    fn until_at(
        &mut self,
        due: Nanos,
        holds: impl Fn(&Engine<'_>) -> bool,
    ) -> Result<(), Interruption> {
        while !self.turn(due, &holds)? {}
        Ok(())
    }

    /// Lets one thing happen, unless the condition holds already.
    pub(crate) fn turn(
        &mut self,
        due: Nanos,
        holds: &impl Fn(&Engine<'_>) -> bool,
    ) -> Result<bool, Interruption> {
        if holds(self.engine) {
            return Ok(true);
        }
        self.engine.turn(due)?;
        while let Some(said) = self.next_wire_edit() {
            self.edit_wire(said)?;
        }
        let line = self.line;
        if self.engine.is_stopped() {
            return Err(match self.open {
                true => self.ended(Ending::Finished, "ended by hand".into()),
                false => self.ended(Ending::Stopped, format!("stopped on line {line}")),
            });
        }
        if now() > self.deadline {
            let limit = if self.open {
                self.limits.open
            } else {
                self.limits.run
            };
            let limit = limit.as_secs();
            let reason = match self.resting {
                true => format!("the run's {limit} s were over"),
                false => {
                    format!("line {line} was still waiting when the run's {limit} s were over")
                }
            };
            return Err(self.ended(Ending::TooLong, reason));
        }
        if self.engine.timeline.len() > self.limits.events {
            let most = self.limits.events;
            let reason = format!("more than {most} events; stopped on line {line}");
            return Err(self.ended(Ending::TooMuch, reason));
        }
        Ok(false)
    }

    pub(crate) fn ended(&self, how: Ending, reason: String) -> Interruption {
        Interruption::Ended {
            how,
            line: self.line,
            reason,
        }
    }

    /// The actor of that name; an interruption where it is gone.
    pub(crate) fn present(&self, name: &str) -> Result<usize, Interruption> {
        let newest = self
            .engine
            .actors
            .iter()
            .rposition(|actor| actor.name == name);
        match newest {
            Some(actor) if self.engine.actors[actor].is_alive() => Ok(actor),
            Some(actor) => Err(self.missing(actor)),
            None => Err(self.ended(
                Ending::ActorLost,
                format!("line {}: there is no {name}", self.line),
            )),
        }
    }

    pub(crate) fn missing(&self, actor: usize) -> Interruption {
        let actor = &self.engine.actors[actor];
        let reason = format!(
            "line {}: {} (process {}) was ended from outside",
            self.line, actor.name, actor.pid
        );
        self.ended(Ending::ActorLost, reason)
    }

    pub(crate) fn failed(&self, actor: usize, source: std::io::Error) -> Interruption {
        match source.kind() {
            std::io::ErrorKind::BrokenPipe | std::io::ErrorKind::ConnectionReset => {
                self.missing(actor)
            }
            _ => RunError::Actor {
                name: self.engine.actors[actor].name.clone(),
                source,
            }
            .into(),
        }
    }
}

/// Whether nothing has happened for a while.
pub(crate) fn is_quiet(engine: &Engine<'_>) -> bool {
    now().saturating_sub(engine.timeline.last()) > QUIET
}
