//! The grammar of one line.

use std::time::Duration;

use super::call;
use super::token::{self, Kind, Token};
use super::{Beginning, Deed, HostDeed, Mistake, Outcome, Signal, Step};
use crate::errno;
use crate::event::Host;
use crate::message::POLL_EVENTS;
use crate::state::State;

/// The longest time that a line may name.
const LONGEST_TIME: Duration = Duration::from_secs(60);
/// What can be said of an actor or a host besides its calls.
pub(super) const OTHERS: &str =
    "thread, fork, process, kill, stop, continue, exit, link, crash, boot, sysctl, destroy";
/// The sysctls that a script may write: each belongs to the host's own network namespace (ip-sysctl).
pub(super) const SYSCTLS: [&str; 20] = [
    "tcp_abort_on_overflow",
    "tcp_fin_timeout",
    "tcp_invalid_ratelimit",
    "tcp_keepalive_intvl",
    "tcp_keepalive_probes",
    "tcp_keepalive_time",
    "tcp_max_syn_backlog",
    "tcp_max_tw_buckets",
    "tcp_orphan_retries",
    "tcp_retries1",
    "tcp_retries2",
    "tcp_rfc1337",
    "tcp_sack",
    "tcp_syn_retries",
    "tcp_synack_retries",
    "tcp_syncookies",
    "tcp_timestamps",
    "tcp_tw_reuse",
    "tcp_window_scaling",
    "ip_local_port_range",
];

/// Reads a line; None where it has only a comment or nothing.
///
/// Whether its actor exists is not known here: see [`super::cast`].
pub(super) fn parse(number: usize, text: &str) -> Result<Option<Step>, Mistake> {
    let tokens = token::split(number, text)?;
    let end = tokens.last().map_or(0, |end| end.column - 1);
    let text: String = text.chars().take(end).collect::<String>().trim().to_owned();
    let mut line = Line {
        number,
        tokens,
        at: 0,
    };
    if line.peek() == &Kind::End {
        return Ok(None);
    }
    let begin = line.tokens[0].column;
    let label = line.label();
    let column = line.tokens[line.at].column;
    let claim = line.claim()?;
    let deed = if claim.is_some() && line.host_comes_first() {
        line.check()?
    } else {
        line.deed()?
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
        deed,
        expected,
        background,
    }))
}

/// The tokens of a line and how far they were read.
pub(super) struct Line {
    number: usize,
    tokens: Vec<Token>,
    pub(super) at: usize,
}

impl Line {
    pub(super) fn peek(&self) -> &Kind {
        &self.tokens[self.at].kind
    }

    pub(super) fn next(&mut self) -> Kind {
        let kind = self.peek().clone();
        if kind != Kind::End {
            self.at += 1;
        }
        kind
    }

    /// A mistake at the token that comes next.
    pub(super) fn mistake(&self, expected: impl Into<String>) -> Mistake {
        let token = &self.tokens[self.at];
        let found = match &token.kind {
            Kind::Word(word) => format!("`{word}`"),
            Kind::Text(text) => format!("the text {text:?}"),
            Kind::Mark(mark) => format!("`{mark}`"),
            Kind::End => "the end of the line".into(),
        };
        Mistake::new(
            self.number,
            token.column,
            token.length,
            found,
            expected.into(),
        )
    }

    pub(super) fn mark(&mut self, mark: &str) -> bool {
        let is_next = matches!(self.peek(), Kind::Mark(next) if *next == mark);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.peek(), Kind::Word(next) if next == keyword);
        self.at += usize::from(is_next);
        is_next
    }

    /// The word that comes next, given to `read`; what `read` refuses is a mistake.
    pub(super) fn word<T>(
        &mut self,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Mistake> {
        let Kind::Word(word) = self.peek() else {
            return Err(self.mistake(expected));
        };
        let value = read(word).ok_or_else(|| self.mistake(expected))?;
        self.at += 1;
        Ok(value)
    }

    /// Whether another argument of a call stands next.
    pub(super) fn has_argument(&self) -> bool {
        match self.peek() {
            Kind::Word(word) => word != "on" && word != "as",
            Kind::Text(_) => true,
            Kind::Mark(_) | Kind::End => false,
        }
    }

    fn end(&self) -> Result<(), Mistake> {
        if self.peek() == &Kind::End {
            Ok(())
        } else {
            Err(self.mistake("the end of the line"))
        }
    }

    /// The token after the one that comes next.
    pub(super) fn after_next(&self) -> Option<&Kind> {
        self.tokens.get(self.at + 1).map(|token| &token.kind)
    }

    fn label(&mut self) -> Option<String> {
        let Kind::Word(word) = self.peek().clone() else {
            return None;
        };
        if self.tokens[self.at + 1].kind != Kind::Mark(":") {
            return None;
        }
        self.at += 2;
        Some(word)
    }

    fn deed(&mut self) -> Result<Deed, Mistake> {
        const SUBJECT: &str =
            "an actor (client, server), wire, expect, claim, wait, sleep or settle";
        let subject = match self.peek().clone() {
            Kind::Word(word) => word,
            _ => return Err(self.mistake(SUBJECT)),
        };
        self.at += 1;
        match subject.as_str() {
            "settle" => Ok(Deed::Settle),
            "sleep" => Ok(Deed::Sleep(self.time()?)),
            "wait" => Ok(Deed::Wait {
                actor: self.name("an actor's name")?,
            }),
            "expect" => self.check(),
            "wire" => Ok(Deed::Wire(self.wire()?)),
            _ => self.deed_of(subject),
        }
    }

    /// What an actor or a host does, or is done to it.
    fn deed_of(&mut self, actor: String) -> Result<Deed, Mistake> {
        let Kind::Word(word) = self.peek().clone() else {
            return Err(self.mistake(format!("a call ({}) or {OTHERS}", call::CALLS)));
        };
        let host = Host::BOTH.into_iter().find(|host| host.name() == actor);
        let signal = |signal| Deed::Signal {
            actor: actor.clone(),
            signal,
        };
        self.at += 1;
        let deed = match word.as_str() {
            "thread" | "fork" | "process" => {
                let beginning = match word.as_str() {
                    "thread" => Beginning::Thread,
                    "fork" => Beginning::Fork,
                    _ => Beginning::Process,
                };
                let name = self.name("a name for the new actor")?;
                return Ok(Deed::Start {
                    actor,
                    name,
                    beginning,
                });
            }
            "kill" => return Ok(signal(Signal::Kill)),
            "stop" => return Ok(signal(Signal::Stop)),
            "continue" => return Ok(signal(Signal::Continue)),
            "exit" => return Ok(Deed::Exit { actor }),
            "link" => HostDeed::Link {
                up: self.word("up or down", |word| match word {
                    "up" => Some(true),
                    "down" => Some(false),
                    _ => None,
                })?,
            },
            "crash" => HostDeed::Crash,
            "boot" => HostDeed::Boot,
            "sysctl" => self.sysctl()?,
            "destroy" => HostDeed::Destroy {
                socket: self.optional_name("conn")?,
            },
            _ => {
                self.at -= 1;
                return self.call(actor);
            }
        };
        match host {
            Some(host) => Ok(Deed::Host { host, deed }),
            None => {
                self.at = self.tokens.len() - 1;
                Err(Mistake::new(
                    self.number,
                    1,
                    1,
                    format!("`{actor}`"),
                    "a host (client, server)".into(),
                ))
            }
        }
    }

    fn sysctl(&mut self) -> Result<HostDeed, Mistake> {
        let names = format!("a sysctl ({})", SYSCTLS.join(", "));
        let name = self.word(&names, |word| {
            SYSCTLS.into_iter().find(|name| *name == word)
        })?;
        let mut value = self
            .word("a number", |word| word.parse::<u32>().ok())?
            .to_string();
        if name == "ip_local_port_range" {
            let last = self.word("the last port of the range", |word| {
                word.parse::<u16>().ok()
            })?;
            value = format!("{value} {last}");
        }
        Ok(HostDeed::Sysctl {
            name: format!("net.ipv4.{name}"),
            value,
        })
    }

    pub(super) fn time(&mut self) -> Result<Duration, Mistake> {
        self.word("a time (such as 20ms or 2s, at most 60s)", |word| {
            let (digits, unit) = match (word.strip_suffix("ms"), word.strip_suffix('s')) {
                (Some(digits), _) => (digits, 1),
                (None, Some(digits)) => (digits, 1000),
                (None, None) => return None,
            };
            let time = Duration::from_millis(digits.parse::<u64>().ok()?.checked_mul(unit)?);
            (time <= LONGEST_TIME).then_some(time)
        })
    }

    /// A name that somebody chose: it begins with a letter, has 40 characters at most, and is neither `on` nor `as`.
    pub(super) fn name(&mut self, expected: &str) -> Result<String, Mistake> {
        self.word(expected, |word| {
            (word.chars().count() <= 40
                && word.starts_with(char::is_alphabetic)
                && !["on", "as"].contains(&word))
            .then(|| word.into())
        })
    }

    /// A name, where one stands next.
    fn optional_name(&mut self, else_: &str) -> Result<String, Mistake> {
        if matches!(self.peek(), Kind::Word(_)) {
            self.name("a socket's name")
        } else {
            Ok(else_.into())
        }
    }

    /// A host, and after a dot one of its sockets.
    pub(super) fn host_and_socket(&mut self) -> Result<(Host, String), Mistake> {
        let host = self.host()?;
        let socket = if self.mark(".") {
            self.name("a socket's name")?
        } else {
            "conn".into()
        };
        Ok((host, socket))
    }

    pub(super) fn host(&mut self) -> Result<Host, Mistake> {
        self.word("a host (client, server)", |word| {
            Host::BOTH.into_iter().find(|host| host.name() == word)
        })
    }

    fn outcomes(&mut self) -> Result<Vec<Outcome>, Mistake> {
        let mut outcomes = vec![self.outcome()?];
        while self.keyword("or") {
            outcomes.push(self.outcome()?);
        }
        Ok(outcomes)
    }

    fn outcome(&mut self) -> Result<Outcome, Mistake> {
        const EXPECTED: &str =
            "a number, a text in quotes, an error's name, poll's events, a state or `blocked`";
        if let Kind::Text(text) = self.peek().clone() {
            self.next();
            return Ok(Outcome::Text(text));
        }
        let mut words = Vec::new();
        let is_event = |word: &str| POLL_EVENTS.iter().any(|(name, _)| *name == word);
        while let Kind::Word(word) = self.peek().clone()
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
        self.word(EXPECTED, |word| match word {
            "blocked" => Some(Outcome::Blocked),
            _ => word.parse().ok().map(Outcome::Number),
        })
    }
}
