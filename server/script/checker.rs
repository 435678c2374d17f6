//! Who is on stage as a script goes on: which actors exist, who is still in a call, which labels are taken.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::host::Host;
use crate::script::ast::{
    Action, Beginning, Expectation, Forgery, HostAction, Outcome, Signal, Step, WireAction,
};
use crate::script::diagnostic::{Diagnostic, Expected, Found};
use crate::script::vocabulary::WORDS;
use crate::tcp::call::Call;

/// What is known after the lines so far.
#[derive(Clone)]
pub(crate) struct Checker {
    actors: BTreeMap<String, ActorState>,
    labels: BTreeSet<String>,
    /// Hosts without power.
    dark: BTreeSet<Host>,
    /// Each socket that a line named, and its host.
    sockets: BTreeSet<(Host, String)>,
}

/// The most actors of one script.
const MAX_ACTORS: usize = 16;
#[derive(Clone)]
struct ActorState {
    host: Host,
    /// The first actor of its process: what ends the process ends all of its actors.
    process: String,
    now: Now,
}

#[derive(Clone, Copy)]
enum Now {
    Free,
    /// In a call since this line.
    Busy(usize),
    /// Ended on this line.
    Gone(usize),
}

impl Default for Checker {
    fn default() -> Checker {
        let mut checker = Checker {
            actors: BTreeMap::new(),
            labels: BTreeSet::new(),
            dark: BTreeSet::new(),
            sockets: BTreeSet::new(),
        };
        Host::BOTH
            .into_iter()
            .for_each(|host| checker.enter(host.name(), host));
        checker
    }
}

impl Checker {
    /// An actor with a process of its own.
    fn enter(&mut self, name: &str, host: Host) {
        self.actors.insert(
            name.to_owned(),
            ActorState {
                host,
                process: name.to_owned(),
                now: Now::Free,
            },
        );
    }

    /// Whoever came, also those that are gone.
    pub(crate) fn actors(&self) -> impl Iterator<Item = &str> {
        self.actors.keys().map(String::as_str)
    }

    /// The names that lines gave to sockets.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = &str> {
        self.sockets.iter().map(|(_, name)| name.as_str())
    }

    /// The labels of the lines so far.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(String::as_str)
    }

    /// Takes note of a step, or says why it cannot be played after the lines before it.
    pub(crate) fn admit(&mut self, step: Step) -> Result<Step, Diagnostic> {
        if let Some(label) = &step.label
            && !self.labels.insert(label.clone())
        {
            let found = Found::LabelTwice {
                label: label.clone(),
            };
            let length = label.chars().count();
            return Err(Diagnostic::new(
                step.line,
                step.begin,
                length,
                found,
                Expected::OtherName,
            ));
        }
        check_form(&step)?;
        match &step.action {
            Action::Call {
                actor,
                on,
                named,
                call,
            } => {
                let host = self.free(&step, actor)?.host;
                if !makes_its_socket(call) {
                    self.known(&step, host, on)?;
                }
                self.sockets.insert((host, named.clone()));
                if step.background || step.expected.contains(&Outcome::Blocked) {
                    self.set(actor, Now::Busy(step.line));
                }
            }
            Action::Start {
                actor,
                name,
                beginning,
            } => self.start(&step, actor, name, *beginning)?,
            Action::Signal { actor, signal } => {
                let process = self.alive(&step, actor)?.process;
                if *signal == Signal::Kill {
                    self.end(step.line, |actor| actor.process == process);
                }
            }
            Action::Exit { actor } => {
                let process = self.free(&step, actor)?.process;
                self.end(step.line, |actor| actor.process == process);
            }
            Action::Wait { actor } => {
                let Now::Busy(_) = self.alive(&step, actor)?.now else {
                    let found = Found::ActorInNoCall {
                        actor: actor.clone(),
                    };
                    return Err(mistake(&step, found, Expected::ActorInCall));
                };
                if !step.expected.contains(&Outcome::Blocked) {
                    self.set(actor, Now::Free);
                }
            }
            Action::Host { host, action } => self.host_action(&step, *host, action)?,
            Action::Check {
                what:
                    Expectation::Sent {
                        since: Some(label), ..
                    },
                ..
            } if !self.labels.contains(label) => {
                let found = Found::SinceLabel {
                    label: label.clone(),
                };
                return Err(mistake(&step, found, Expected::LabelAbove));
            }
            Action::Check {
                what: Expectation::State { host, socket, .. },
                ..
            }
            | Action::Check {
                what: Expectation::Queue { host, socket, .. },
                ..
            }
            | Action::Wire(WireAction::Inject(Forgery {
                to: host, socket, ..
            })) => self.known(&step, *host, socket)?,
            Action::Check { .. } | Action::Wire(_) | Action::Sleep(_) | Action::Settle => {}
        }
        Ok(step)
    }

    fn start(
        &mut self,
        step: &Step,
        actor: &str,
        name: &str,
        beginning: Beginning,
    ) -> Result<(), Diagnostic> {
        let gone = self
            .actors
            .get(name)
            .is_some_and(|actor| matches!(actor.now, Now::Gone(_)));
        if (self.actors.contains_key(name) && !gone) || WORDS.contains(&name) {
            let found = Found::NameTaken { name: name.into() };
            return Err(mistake(step, found, Expected::OtherName));
        }
        if self.actors.len() >= MAX_ACTORS {
            let number = (MAX_ACTORS + 1).to_string();
            let count = MAX_ACTORS.to_string();
            return Err(mistake(
                step,
                Found::ActorNumber { number },
                Expected::AtMost { count },
            ));
        }
        // Known from here on, also where its maker is in a call: one mistake is enough.
        match beginning {
            Beginning::Thread => {
                let ActorState { host, process, .. } = self.alive(step, actor)?;
                self.actors.insert(
                    name.to_owned(),
                    ActorState {
                        host,
                        process,
                        now: Now::Free,
                    },
                );
                self.free(step, actor)?;
            }
            Beginning::Fork => {
                let host = self.alive(step, actor)?.host;
                self.enter(name, host);
                self.free(step, actor)?;
            }
            Beginning::Process => match Host::BOTH.into_iter().find(|host| host.name() == actor) {
                Some(host) => {
                    self.has_power(step, host)?;
                    self.enter(name, host);
                }
                None => return Err(mistake(step, Found::word(actor), Expected::Host)),
            },
        }
        Ok(())
    }

    fn host_action(
        &mut self,
        step: &Step,
        host: Host,
        action: &HostAction,
    ) -> Result<(), Diagnostic> {
        match action {
            HostAction::Boot => {
                if !self.dark.remove(&host) {
                    let host = host.to_string();
                    return Err(mistake(
                        step,
                        Found::HostRuns { host },
                        Expected::CrashedHost,
                    ));
                }
                self.enter(host.name(), host);
            }
            HostAction::Crash => {
                self.has_power(step, host)?;
                self.dark.insert(host);
                self.end(step.line, |actor| actor.host == host);
            }
            HostAction::Link { .. } | HostAction::Sysctl { .. } | HostAction::Destroy { .. } => {
                self.has_power(step, host)?
            }
        }
        Ok(())
    }

    /// Whether some line above gave a host's socket this name; `conn` and `listener` may also come without.
    fn known(&self, step: &Step, host: Host, socket: &str) -> Result<(), Diagnostic> {
        const USUAL: [&str; 2] = ["conn", "listener"];
        if USUAL.contains(&socket) || self.sockets.contains(&(host, socket.to_owned())) {
            return Ok(());
        }
        let own = self
            .sockets
            .iter()
            .filter(|(of, _)| *of == host)
            .map(|(_, name)| name.as_str());
        let names: Vec<&str> = USUAL
            .into_iter()
            .chain(own.filter(|name| !USUAL.contains(name)))
            .collect();
        let found = Found::UnknownSocket {
            socket: socket.into(),
            host: host.to_string(),
        };
        let sockets = names.join(", ");
        Err(mistake(step, found, Expected::KnownSocket { sockets }))
    }

    fn has_power(&self, step: &Step, host: Host) -> Result<(), Diagnostic> {
        if !self.dark.contains(&host) {
            return Ok(());
        }
        let host = host.to_string();
        let expected = Expected::BootFirst { host: host.clone() };
        Err(mistake(step, Found::HostCrashed { host }, expected))
    }

    /// Each actor that is still there, with its host and its process.
    pub(crate) fn present(&self) -> impl Iterator<Item = (&str, Host, &str)> {
        let here = |actor: &ActorState| !matches!(actor.now, Now::Gone(_));
        let present = self.actors.iter().filter(move |(_, actor)| here(actor));
        present.map(|(name, actor)| (name.as_str(), actor.host, actor.process.as_str()))
    }

    /// Whether there never was an actor of this name, so that a new one can have it.
    pub(crate) fn is_unheard_of(&self, name: &str) -> bool {
        !self.actors.contains_key(name) && !WORDS.contains(&name)
    }

    /// Whether a host has no power.
    pub(crate) fn is_dark(&self, host: Host) -> bool {
        self.dark.contains(&host)
    }

    /// The actors that something ends.
    fn end(&mut self, line: usize, whose: impl Fn(&ActorState) -> bool) {
        self.actors
            .values_mut()
            .filter(|actor| whose(actor))
            .for_each(|actor| actor.now = Now::Gone(line));
    }

    fn alive(&self, step: &Step, name: &str) -> Result<ActorState, Diagnostic> {
        let Some(actor) = self.actors.get(name) else {
            let names: Vec<&str> = self.actors.keys().map(String::as_str).collect();
            let actors = names.join(", ");
            let expected = match step.action {
                Action::Wait { .. } => Expected::Actor { actors },
                _ => Expected::Subject { actors },
            };
            return Err(mistake(step, Found::word(name), expected));
        };
        match actor.now {
            Now::Gone(line) => {
                let found = Found::ActorEnded {
                    actor: name.into(),
                    line: line.to_string(),
                };
                Err(mistake(step, found, Expected::PresentActor))
            }
            _ => Ok(actor.clone()),
        }
    }

    fn free(&self, step: &Step, name: &str) -> Result<ActorState, Diagnostic> {
        let actor = self.alive(step, name)?;
        match actor.now {
            Now::Busy(line) => {
                let actor = name.to_owned();
                let expected = match step.action {
                    Action::Start { .. } => Expected::WaitFirst { actor },
                    _ => Expected::WaitFirstOrThread { actor },
                };
                let found = Found::ActorBusy {
                    actor: name.into(),
                    line: line.to_string(),
                };
                Err(mistake(step, found, expected))
            }
            _ => Ok(actor),
        }
    }

    /// The actors that are in a call.
    pub(crate) fn busy(&self) -> impl Iterator<Item = &str> {
        let busy = |actor: &ActorState| matches!(actor.now, Now::Busy(_));
        let actors = self.actors.iter().filter(move |(_, actor)| busy(actor));
        actors.map(|(name, _)| name.as_str())
    }

    fn set(&mut self, name: &str, now: Now) {
        if let Some(actor) = self.actors.get_mut(name) {
            actor.now = now;
        }
    }
}

/// Whether a call makes the socket of its name where there is none.
fn makes_its_socket(call: &Call) -> bool {
    matches!(
        call,
        Call::Socket | Call::Bind { .. } | Call::Listen { .. } | Call::Connect { .. }
    )
}

/// Only calls give something and can be left running; only what is checked can be claimed.
fn check_form(step: &Step) -> Result<(), Diagnostic> {
    let is_call = matches!(step.action, Action::Call { .. });
    let gives = is_call || matches!(step.action, Action::Wait { .. });
    if step.background && !is_call {
        return Err(mistake(
            step,
            Found::BackgroundOfNoCall,
            Expected::NoBackground,
        ));
    }
    if !step.expected.is_empty() && !gives {
        return Err(mistake(step, Found::ResultOfNothing, Expected::NoResult));
    }
    let receives = matches!(
        step.action,
        Action::Call {
            call: Call::Recv { .. } | Call::Name | Call::Peer,
            ..
        } | Action::Wait { .. }
    );
    if !receives
        && step
            .expected
            .iter()
            .any(|expected| matches!(expected, Outcome::Text(_)))
    {
        return Err(mistake(step, Found::TextOfNoText, Expected::OtherResult));
    }
    if step.background && !step.expected.is_empty() {
        return Err(mistake(
            step,
            Found::ResultAndBackground,
            Expected::ResultOfWait,
        ));
    }
    if step.claim.is_some()
        && step.expected.is_empty()
        && !matches!(step.action, Action::Check { .. })
    {
        return Err(mistake(
            step,
            Found::NothingChecked,
            Expected::CheckAfterClaim,
        ));
    }
    Ok(())
}

/// A mistake of the line as a whole, marked where its action begins.
fn mistake(step: &Step, found: Found, expected: Expected) -> Diagnostic {
    Diagnostic::new(step.line, step.column, 1, found, expected)
}
