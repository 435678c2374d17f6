//! Who is on stage as a script goes on: which actors exist, who is still in a call, which labels are taken.

use std::collections::{BTreeMap, BTreeSet};

use super::{Deed, Mistake, Outcome, Step};

/// What is known after the lines so far.
pub(super) struct Cast {
    actors: BTreeMap<String, Actor>,
    labels: BTreeSet<String>,
}

#[derive(Clone)]
struct Actor {
    /// The first actor of its process: a kill takes all actors of one process.
    process: String,
    now: Now,
}

#[derive(Clone, Copy)]
enum Now {
    Free,
    /// In a call since this line.
    Busy(usize),
    /// Killed on this line.
    Gone(usize),
}

impl Default for Cast {
    fn default() -> Cast {
        let actor = |name: &str| {
            (
                name.to_owned(),
                Actor {
                    process: name.to_owned(),
                    now: Now::Free,
                },
            )
        };
        Cast {
            actors: BTreeMap::from([actor("client"), actor("server")]),
            labels: BTreeSet::new(),
        }
    }
}

impl Cast {
    /// Takes note of a step, or says why it cannot be played after the lines before it.
    pub(super) fn admit(&mut self, step: Step) -> Result<Step, Mistake> {
        if let Some(label) = &step.label
            && !self.labels.insert(label.clone())
        {
            return Err(Mistake::new(
                step.line,
                1,
                label.len(),
                format!("the label `{label}` again"),
                "another name".into(),
            ));
        }
        self.check_form(&step)?;
        match &step.deed {
            Deed::Call { actor, .. } => {
                self.free(&step, actor)?;
                if step.background || step.expected.contains(&Outcome::Blocked) {
                    self.set(actor, Now::Busy(step.line));
                }
            }
            Deed::Thread { actor, name } => {
                self.free(&step, actor)?;
                if self.actors.contains_key(name)
                    || ["wire", "expect", "wait", "sleep", "settle"].contains(&name.as_str())
                {
                    return Err(mistake(
                        &step,
                        format!("`{name}`, which is taken"),
                        "another name".into(),
                    ));
                }
                let process = self.actors[actor].process.clone();
                self.actors.insert(
                    name.clone(),
                    Actor {
                        process,
                        now: Now::Free,
                    },
                );
            }
            Deed::Kill { actor } => {
                let process = self.alive(&step, actor)?.process;
                for other in self
                    .actors
                    .values_mut()
                    .filter(|other| other.process == process)
                {
                    other.now = Now::Gone(step.line);
                }
            }
            Deed::Wait { actor } => {
                let Now::Busy(_) = self.alive(&step, actor)?.now else {
                    return Err(mistake(
                        &step,
                        format!("{actor}, which is in no call"),
                        "an actor whose line ended in `&` or gave `blocked`".into(),
                    ));
                };
                if !step.expected.contains(&Outcome::Blocked) {
                    self.set(actor, Now::Free);
                }
            }
            Deed::Delay(_) | Deed::Sleep(_) | Deed::Settle | Deed::Expect { .. } => {}
        }
        Ok(step)
    }

    /// Only calls give something and can be left running.
    fn check_form(&self, step: &Step) -> Result<(), Mistake> {
        let (is_call, is_wait) = (
            matches!(step.deed, Deed::Call { .. }),
            matches!(step.deed, Deed::Wait { .. }),
        );
        if step.background && !is_call {
            return Err(mistake(
                step,
                "`&` after a line that is no call".into(),
                "no `&`".into(),
            ));
        }
        if !step.expected.is_empty() && !is_call && !is_wait {
            return Err(mistake(
                step,
                "`=>` after a line that gives nothing".into(),
                "no `=>`".into(),
            ));
        }
        if step.background && !step.expected.is_empty() {
            return Err(mistake(
                step,
                "`=>` and `&`".into(),
                "the `=>` where the call is collected (`wait ACTOR => …`)".into(),
            ));
        }
        Ok(())
    }

    fn alive(&self, step: &Step, name: &str) -> Result<Actor, Mistake> {
        let Some(actor) = self.actors.get(name) else {
            let names: Vec<&str> = self.actors.keys().map(String::as_str).collect();
            let expected = match step.deed {
                Deed::Wait { .. } => format!("an actor ({})", names.join(", ")),
                _ => format!(
                    "an actor ({}), wire, expect, wait, sleep or settle",
                    names.join(", ")
                ),
            };
            return Err(mistake(step, format!("`{name}`"), expected));
        };
        match actor.now {
            Now::Gone(line) => Err(mistake(
                step,
                format!("{name}, killed on line {line}"),
                "an actor that is still there".into(),
            )),
            _ => Ok(actor.clone()),
        }
    }

    fn free(&self, step: &Step, name: &str) -> Result<(), Mistake> {
        match self.alive(step, name)?.now {
            Now::Busy(line) => Err(mistake(
                step,
                format!("{name}, still in its call of line {line}"),
                format!("`wait {name}` first, or a thread"),
            )),
            _ => Ok(()),
        }
    }

    fn set(&mut self, name: &str, now: Now) {
        if let Some(actor) = self.actors.get_mut(name) {
            actor.now = now;
        }
    }
}

/// A mistake of the line as a whole, marked where its deed begins.
fn mistake(step: &Step, found: String, expected: String) -> Mistake {
    Mistake::new(step.line, step.column, 1, found, expected)
}
