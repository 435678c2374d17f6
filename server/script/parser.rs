//! The grammar of one line.

pub(crate) mod call;
pub(crate) mod expect;
pub(crate) mod wire;

use crate::event::host::Host;
use crate::script::ast::{Action, Beginning, HostAction, Outcome, Signal, Step};
use crate::script::cursor::Line;
use crate::script::diagnostic::{Diagnostic, Expected, Found};
use crate::script::lexer::{self, TokenKind};
use crate::script::parser::call::expected_call;
use crate::script::vocabulary::SYSCTLS;
use crate::tcp::call::POLL_EVENTS;
use crate::tcp::errno;
use crate::tcp::state::State;

/// Reads a line; None where it has only a comment or nothing.
///
/// Whether its actor exists is not known here: see [`crate::script::checker`].
pub(crate) fn parse(number: usize, text: &str) -> Result<Option<Step>, Diagnostic> {
    let tokens = lexer::split(number, text)?;
    let end = tokens.last().map_or(0, |end| end.column - 1);
    let text: String = text.chars().take(end).collect::<String>().trim().to_owned();
    let mut line = Line {
        number,
        tokens,
        at: 0,
    };
    if line.peek() == &TokenKind::End {
        return Ok(None);
    }
    let begin = line.tokens[0].column;
    let label = line.label();
    let column = line.tokens[line.at].column;
    let claim = line.claim()?;
    let action = if claim.is_some() && line.host_comes_first() {
        line.check()?
    } else {
        line.action()?
    };
    let expected = if line.mark("=>") {
        line.outcomes()?
    } else {
        Vec::new()
    };
    let background = line.mark("&");
    line.end()?;
    Ok(Some(Step {
        line: number,
        column,
        text,
        label,
        begin,
        claim,
        action,
        expected,
        background,
    }))
}

impl Line {
    fn label(&mut self) -> Option<String> {
        let TokenKind::Word(word) = self.peek().clone() else {
            return None;
        };
        if self.tokens[self.at + 1].kind != TokenKind::Mark(":") {
            return None;
        }
        self.at += 2;
        Some(word)
    }

    fn action(&mut self) -> Result<Action, Diagnostic> {
        let TokenKind::Word(subject) = self.peek().clone() else {
            return Err(self.mistake(Expected::Subject {
                actors: "client, server".into(),
            }));
        };
        self.at += 1;
        match subject.as_str() {
            "settle" => Ok(Action::Settle),
            "sleep" => Ok(Action::Sleep(self.time()?)),
            "wait" => Ok(Action::Wait {
                actor: self.name(Expected::ActorName)?,
            }),
            "expect" => self.check(),
            "wire" => Ok(Action::Wire(self.wire()?)),
            _ => self.action_of(subject),
        }
    }

    /// What an actor or a host does, or is done to it.
    fn action_of(&mut self, actor: String) -> Result<Action, Diagnostic> {
        let TokenKind::Word(word) = self.peek().clone() else {
            return Err(self.mistake(expected_call()));
        };
        let host = Host::BOTH.into_iter().find(|host| host.name() == actor);
        let signal = |signal| Action::Signal {
            actor: actor.clone(),
            signal,
        };
        self.at += 1;
        let action = match word.as_str() {
            "thread" | "fork" | "process" => {
                let beginning = match word.as_str() {
                    "thread" => Beginning::Thread,
                    "fork" => Beginning::Fork,
                    _ => Beginning::Process,
                };
                let name = self.name(Expected::NewActorName)?;
                return Ok(Action::Start {
                    actor,
                    name,
                    beginning,
                });
            }
            "kill" => return Ok(signal(Signal::Kill)),
            "stop" => return Ok(signal(Signal::Stop)),
            "continue" => return Ok(signal(Signal::Continue)),
            "exit" => return Ok(Action::Exit { actor }),
            "link" => HostAction::Link {
                up: self.word(Expected::UpOrDown, |word| match word {
                    "up" => Some(true),
                    "down" => Some(false),
                    _ => None,
                })?,
            },
            "crash" => HostAction::Crash,
            "boot" => HostAction::Boot,
            "sysctl" => self.sysctl()?,
            "destroy" => HostAction::Destroy {
                socket: self.optional_name("conn")?,
            },
            _ => {
                self.at -= 1;
                return self.call(actor);
            }
        };
        match host {
            Some(host) => Ok(Action::Host { host, action }),
            None => {
                self.at = self.tokens.len() - 1;
                let found = Found::word(actor);
                Err(Diagnostic::new(self.number, 1, 1, found, Expected::Host))
            }
        }
    }

    fn sysctl(&mut self) -> Result<HostAction, Diagnostic> {
        let names = SYSCTLS.join(", ");
        let name = self.word(Expected::Sysctl { names }, |word| {
            SYSCTLS.into_iter().find(|name| *name == word)
        })?;
        let mut value = self
            .word(Expected::Number, |word| word.parse::<u32>().ok())?
            .to_string();
        if name == "ip_local_port_range" {
            let last = self.word(Expected::LastPort, |word| word.parse::<u16>().ok())?;
            value = format!("{value} {last}");
        }
        Ok(HostAction::Sysctl {
            name: format!("net.ipv4.{name}"),
            value,
        })
    }

    fn outcomes(&mut self) -> Result<Vec<Outcome>, Diagnostic> {
        let mut outcomes = vec![self.outcome()?];
        while self.keyword("or") {
            outcomes.push(self.outcome()?);
        }
        Ok(outcomes)
    }

    fn outcome(&mut self) -> Result<Outcome, Diagnostic> {
        if let TokenKind::Text(text) = self.peek().clone() {
            self.next();
            return Ok(Outcome::Text(text));
        }
        let mut words = Vec::new();
        let is_event = |word: &str| POLL_EVENTS.iter().any(|(name, _)| *name == word);
        while let TokenKind::Word(word) = self.peek().clone()
            && (is_event(&word)
                || (words.is_empty() && (errno::is_name(&word) || State::named(&word).is_some())))
        {
            self.at += 1;
            let alone = !is_event(&word);
            words.push(word);
            if alone {
                break;
            }
        }
        if !words.is_empty() {
            return Ok(Outcome::Words(words));
        }
        self.word(Expected::Outcome, |word| match word {
            "blocked" => Some(Outcome::Blocked),
            _ => word.parse().ok().map(Outcome::Number),
        })
    }
}
