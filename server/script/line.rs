//! The grammar of one line.

use std::time::Duration;

use super::token::{self, Kind, Token};
use super::{Deed, Mistake, Outcome, Step};
use crate::errno;
use crate::event::Host;
use crate::message::{Call, How, Payload};
use crate::state::State;

/// The port that `listen` binds and `connect` connects to where none is named.
const PORT: u16 = 7000;
/// The longest time that a line may name.
const LONGEST_TIME: Duration = Duration::from_secs(60);
/// The most bytes that a line may name.
const MOST_BYTES: usize = 1 << 20;

const CALLS: &str = "listen, connect, accept, send, recv, shutdown, close, set";

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
    let deed = line.deed()?;
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
        deed,
        expected,
        background,
    }))
}

/// The tokens of a line and how far they were read.
struct Line {
    number: usize,
    tokens: Vec<Token>,
    at: usize,
}

impl Line {
    fn peek(&self) -> &Kind {
        &self.tokens[self.at].kind
    }

    fn next(&mut self) -> Kind {
        let kind = self.peek().clone();
        if kind != Kind::End {
            self.at += 1;
        }
        kind
    }

    /// A mistake at the token that comes next.
    fn mistake(&self, expected: impl Into<String>) -> Mistake {
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

    fn mark(&mut self, mark: &str) -> bool {
        let is_next = matches!(self.peek(), Kind::Mark(next) if *next == mark);
        self.at += usize::from(is_next);
        is_next
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.peek(), Kind::Word(next) if next == keyword);
        self.at += usize::from(is_next);
        is_next
    }

    /// The word that comes next, given to `read`; what `read` refuses is a mistake.
    fn word<T>(
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
    fn has_argument(&self) -> bool {
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
        const SUBJECT: &str = "an actor (client, server), wire, expect, wait, sleep or settle";
        let actor = match self.peek().clone() {
            Kind::Word(word) => word,
            _ => return Err(self.mistake(SUBJECT)),
        };
        self.at += 1;
        Ok(match actor.as_str() {
            "settle" => Deed::Settle,
            "sleep" => Deed::Sleep(self.time()?),
            "wait" => Deed::Wait {
                actor: self.name("an actor's name")?,
            },
            "expect" => self.expect()?,
            "wire" => {
                self.word("delay", |word| (word == "delay").then_some(()))?;
                Deed::Delay(self.time()?)
            }
            _ if self.keyword("kill") => Deed::Kill { actor },
            _ if self.keyword("thread") => Deed::Thread {
                actor,
                name: self.name("a name for the thread")?,
            },
            _ => self.call(actor)?,
        })
    }

    fn call(&mut self, actor: String) -> Result<Deed, Mistake> {
        let expected = format!("a call ({CALLS}), thread or kill");
        let word = match self.peek().clone() {
            Kind::Word(word) if CALLS.split(", ").any(|call| call == word) => word,
            _ => return Err(self.mistake(expected)),
        };
        self.at += 1;
        let call = match word.as_str() {
            "listen" => Call::Listen {
                port: self.port()?,
                backlog: if self.keyword("backlog") {
                    self.backlog()?
                } else {
                    128
                },
            },
            "connect" => Call::Connect { port: self.port()? },
            "accept" => Call::Accept,
            "send" => Call::Send(self.payload()?),
            "recv" => Call::Recv(if self.has_argument() {
                self.bytes()?
            } else {
                64 * 1024
            }),
            "shutdown" => Call::Shutdown(self.how()?),
            "close" => Call::Close,
            _ => self.option()?,
        };
        let (mut on, mut named) = (None, None);
        loop {
            if self.keyword("on") {
                on = Some(self.name("a socket's name")?);
            } else if matches!(self.peek(), Kind::Word(word) if word == "as") {
                if !matches!(
                    call,
                    Call::Listen { .. } | Call::Connect { .. } | Call::Accept
                ) {
                    return Err(self.mistake("`on` and a socket's name: this call makes no socket"));
                }
                self.at += 1;
                named = Some(self.name("a name for the socket")?);
            } else {
                break;
            }
        }
        let (on, named) = match call {
            // This makes a socket out of another.
            Call::Accept => (
                on.unwrap_or("listener".into()),
                named.unwrap_or("conn".into()),
            ),
            // These use the socket of a name, and make it where there is none.
            _ if on.is_some() && named.is_some() => {
                return Err(self.mistake("only `as`, or only `on`"));
            }
            _ => {
                let usual = if matches!(call, Call::Listen { .. }) {
                    "listener"
                } else {
                    "conn"
                };
                let name = named.or(on).unwrap_or(usual.into());
                (name.clone(), name)
            }
        };
        Ok(Deed::Call {
            actor,
            on,
            named,
            call,
        })
    }

    fn port(&mut self) -> Result<u16, Mistake> {
        if !self.has_argument() || matches!(self.peek(), Kind::Word(word) if word == "backlog") {
            return Ok(PORT);
        }
        self.word("a port (1 to 65535)", |word| {
            word.parse().ok().filter(|port| *port > 0)
        })
    }

    fn backlog(&mut self) -> Result<i32, Mistake> {
        self.word("a length for the queue (0 to 4096)", |word| {
            word.parse().ok().filter(|n| (0..=4096).contains(n))
        })
    }

    fn payload(&mut self) -> Result<Payload, Mistake> {
        if let Kind::Text(text) = self.peek().clone() {
            self.at += 1;
            return Ok(Payload::Text(text));
        }
        if !self.has_argument() {
            return Err(self.mistake("a text in quotes or a number of bytes"));
        }
        Ok(Payload::Bytes(self.bytes()?))
    }

    fn bytes(&mut self) -> Result<usize, Mistake> {
        self.word("a number of bytes (such as 5 or 64K, at most 1M)", |word| {
            let (digits, unit) = match word.strip_suffix(['K', 'M']) {
                Some(digits) => (
                    digits,
                    if word.ends_with('K') {
                        1 << 10
                    } else {
                        1 << 20
                    },
                ),
                None => (word, 1),
            };
            digits
                .parse::<usize>()
                .ok()?
                .checked_mul(unit)
                .filter(|bytes| *bytes <= MOST_BYTES)
        })
    }

    fn time(&mut self) -> Result<Duration, Mistake> {
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

    fn how(&mut self) -> Result<How, Mistake> {
        self.word("read, write or both", |word| match word {
            "read" => Some(How::Read),
            "write" => Some(How::Write),
            "both" => Some(How::Both),
            _ => None,
        })
    }

    fn option(&mut self) -> Result<Call, Mistake> {
        self.word("linger", |word| (word == "linger").then_some(()))?;
        self.word(
            "0, off or a time in whole seconds (such as 2s)",
            |word| match word {
                "off" => Some(Call::Linger(None)),
                _ => {
                    let seconds = word.strip_suffix('s').unwrap_or(word).parse().ok()?;
                    Some(Call::Linger(Some(Duration::from_secs(seconds))))
                        .filter(|_| seconds <= LONGEST_TIME.as_secs())
                }
            },
        )
    }

    /// A name that somebody chose: it begins with a letter, has 20 characters at most, and is neither `on` nor `as`.
    fn name(&mut self, expected: &str) -> Result<String, Mistake> {
        self.word(expected, |word| {
            (word.chars().count() <= 20
                && word.starts_with(char::is_alphabetic)
                && !["on", "as"].contains(&word))
            .then(|| word.into())
        })
    }

    fn expect(&mut self) -> Result<Deed, Mistake> {
        let host = self.word("a host (client, server)", |word| {
            Host::BOTH.into_iter().find(|host| host.name() == word)
        })?;
        let socket = if self.mark(".") {
            self.name("a socket's name")?
        } else {
            "conn".into()
        };
        let states = format!("a state ({})", State::ALL.map(State::name).join(", "));
        let state = self.word(&states, State::named)?;
        let within = if self.keyword("within") {
            self.time()?
        } else {
            Duration::ZERO
        };
        Ok(Deed::Expect {
            host,
            socket,
            state,
            within,
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
        const EXPECTED: &str = "a number, a text in quotes, an error's name or `blocked`";
        if let Kind::Text(text) = self.peek().clone() {
            self.next();
            return Ok(Outcome::Text(text));
        }
        self.word(EXPECTED, |word| match word {
            "blocked" => Some(Outcome::Blocked),
            _ if errno::is_name(word) => Some(Outcome::Errno(word.into())),
            _ => word.parse().ok().map(Outcome::Number),
        })
    }
}
