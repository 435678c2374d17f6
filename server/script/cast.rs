//! Who is on stage as a script goes on: which actors exist, who is still in a call, which labels are taken.

use std::collections::{BTreeMap, BTreeSet};

use super::{Deed, Mistake, Outcome, Step};
use crate::message::Call;

/// What is known after the lines so far.
pub(super) struct Cast {
    actors: BTreeMap<String, Actor>,
    labels: BTreeSet<String>,
    /// Host and name of each socket that a line named.
    sockets: BTreeSet<(String, String)>,
}

/// The most actors of one script.
const MOST_ACTORS: usize = 16;
/// What a line can begin with besides an actor.
const WORDS: [&str; 5] = ["wire", "expect", "wait", "sleep", "settle"];

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
            sockets: BTreeSet::new(),
        }
    }
}

impl Cast {
    /// Takes note of a step, or says why it cannot be played after the lines before it.
    pub(super) fn admit(&mut self, step: Step) -> Result<Step, Mistake> {
        if let Some(label) = &step.label
            && !self.labels.insert(label.clone())
        {
            let found = format!("the label `{label}` again");
            let length = label.chars().count();
            return Err(Mistake::new(
                step.line,
                step.begin,
                length,
                found,
                "another name".into(),
            ));
        }
        self.check_form(&step)?;
        match &step.deed {
            Deed::Call {
                actor,
                on,
                named,
                call,
            } => {
                self.free(&step, actor)?;
                let host = self.actors[actor].process.clone();
                let makes = matches!(call, Call::Listen { .. } | Call::Connect { .. });
                if !makes {
                    self.known(&step, &host, on)?;
                }
                self.sockets.insert((host, named.clone()));
                if step.background || step.expected.contains(&Outcome::Blocked) {
                    self.set(actor, Now::Busy(step.line));
                }
            }
            Deed::Thread { actor, name } => {
                let process = self.alive(&step, actor)?.process;
                if self.actors.contains_key(name) || WORDS.contains(&name.as_str()) {
                    return Err(mistake(
                        &step,
                        format!("`{name}`, which is taken"),
                        "another name".into(),
                    ));
                }
                if self.actors.len() >= MOST_ACTORS {
                    let found = format!("actor number {}", MOST_ACTORS + 1);
                    return Err(mistake(&step, found, format!("at most {MOST_ACTORS}")));
                }
                // Known from here on, also where its maker is in a call: one mistake is enough.
                self.actors.insert(
                    name.clone(),
                    Actor {
                        process,
                        now: Now::Free,
                    },
                );
                self.free(&step, actor)?;
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
            Deed::Expect { host, socket, .. } => self.known(&step, host.name(), socket)?,
            Deed::Delay(_) | Deed::Sleep(_) | Deed::Settle => {}
        }
        Ok(step)
    }

    /// Whether some line above gave a host's socket this name; `conn` and `listener` may also come without.
    fn known(&self, step: &Step, host: &str, socket: &str) -> Result<(), Mistake> {
        let named = (host.to_owned(), socket.to_owned());
        if ["conn", "listener"].contains(&socket) || self.sockets.contains(&named) {
            return Ok(());
        }
        let own = self
            .sockets
            .iter()
            .filter(|(of, _)| of == host)
            .map(|(_, name)| name.as_str());
        let names: Vec<&str> = own
            .filter(|name| !["conn", "listener"].contains(name))
            .collect();
        let expected = ["conn", "listener"]
            .into_iter()
            .chain(names)
            .collect::<Vec<_>>()
            .join(", ");
        Err(mistake(
            step,
            format!("the socket `{socket}` of {host}"),
            format!("one that it has ({expected})"),
        ))
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
        let receives = matches!(
            step.deed,
            Deed::Call {
                call: Call::Recv(_),
                ..
            }
        ) || is_wait;
        if !receives
            && step
                .expected
                .iter()
                .any(|expected| matches!(expected, Outcome::Text(_)))
        {
            return Err(mistake(
                step,
                "a text after a call that gives none".into(),
                "a number or an error's name".into(),
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
                match step.deed {
                    Deed::Thread { .. } => format!("`wait {name}` first"),
                    _ => format!("`wait {name}` first, or a thread"),
                },
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
