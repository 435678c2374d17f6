//! The grammar of calls and their options.

use crate::script::ast::Action;
use crate::script::cursor::Line;
use crate::script::diagnostic::{Diagnostic, Expected};
use crate::script::lexer::TokenKind;
use crate::script::vocabulary::{CALLS, OTHER_ACTIONS, SOCKET_OPTIONS};
use crate::tcp::call::{Await, Call, How, POLL_EVENTS, Payload, Query, SocketOption};

/// The port that `listen` binds and `connect` connects to where none is named.
const PORT: u16 = 7000;
/// The most bytes that a line may name.
const MAX_PAYLOAD: usize = 1 << 20;

/// How many of poll's events are asked for; the others come unasked.
const ASKED: usize = 3;

impl Line {
    /// A call, and the sockets that it uses and makes.
    pub(crate) fn call(&mut self, actor: String) -> Result<Action, Diagnostic> {
        let word = match self.peek().clone() {
            TokenKind::Word(word) if CALLS.contains(&word.as_str()) => word,
            _ => return Err(self.mistake(expected_call())),
        };
        self.at += 1;
        let call = match word.as_str() {
            "socket" => Call::Socket,
            "bind" => Call::Bind { port: self.port()? },
            "listen" => Call::Listen {
                port: self.port()?,
                backlog: if self.keyword("backlog") {
                    self.backlog()?
                } else {
                    128
                },
            },
            "connect" => Call::Connect { port: self.port()? },
            "disconnect" => Call::Disconnect,
            "accept" => Call::Accept,
            "send" => Call::Send {
                payload: self.payload()?,
                more: self.keyword("more"),
            },
            "recv" => self.recv()?,
            "shutdown" => Call::Shutdown(self.how()?),
            "close" => Call::Close,
            "dup" => Call::Dup,
            "poll" => Call::Poll(self.awaited()?),
            "epoll" => Call::Epoll(self.awaited()?),
            "set" => Call::Set(self.option()?),
            "get" => Call::Get(self.query()?),
            "name" => Call::Name,
            _ => Call::Peer,
        };
        let (mut on, mut named) = (None, None);
        loop {
            let is_next =
                |word: &str| matches!(self.peek(), TokenKind::Word(next) if next.as_str() == word);
            // Only these make a socket out of another, and name both.
            let both = matches!(call, Call::Accept | Call::Dup);
            if (is_next("on") && named.is_some() || is_next("as") && on.is_some()) && !both {
                return Err(self.mistake(Expected::AsOrOn));
            }
            if on.is_none() && self.keyword("on") {
                on = Some(self.name(Expected::SocketName)?);
            } else if named.is_none()
                && matches!(self.peek(), TokenKind::Word(word) if word == "as")
            {
                let makes = matches!(
                    call,
                    Call::Socket
                        | Call::Bind { .. }
                        | Call::Listen { .. }
                        | Call::Connect { .. }
                        | Call::Accept
                        | Call::Dup
                );
                if !makes {
                    return Err(self.mistake(Expected::OnlyOn));
                }
                self.at += 1;
                named = Some(self.name(Expected::NewSocketName)?);
            } else {
                break;
            }
        }
        let (on, named) = match call {
            Call::Accept => (
                on.unwrap_or("listener".into()),
                named.unwrap_or("conn".into()),
            ),
            Call::Dup => match named {
                Some(named) => (on.unwrap_or("conn".into()), named),
                None => return Err(self.mistake(Expected::AsDescriptor)),
            },
            // These use the socket of a name, and make it where there is none.
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
        Ok(Action::Call {
            actor,
            on,
            named,
            call,
        })
    }

    fn port(&mut self) -> Result<u16, Diagnostic> {
        if !self.has_argument() || matches!(self.peek(), TokenKind::Word(word) if word == "backlog")
        {
            return Ok(PORT);
        }
        self.word(Expected::Port, |word| {
            word.parse().ok().filter(|port| *port > 0)
        })
    }

    fn backlog(&mut self) -> Result<i32, Diagnostic> {
        self.word(Expected::Backlog, |word| {
            word.parse().ok().filter(|n| (0..=4096).contains(n))
        })
    }

    fn payload(&mut self) -> Result<Payload, Diagnostic> {
        if let TokenKind::Text(text) = self.peek().clone() {
            self.at += 1;
            return Ok(Payload::Text(text));
        }
        if !self.has_argument() {
            return Err(self.mistake(Expected::TextOrBytes));
        }
        Ok(Payload::Bytes(self.bytes()?))
    }

    fn recv(&mut self) -> Result<Call, Diagnostic> {
        let (mut room, mut all, mut peek) = (64 * 1024, false, false);
        while self.has_argument() {
            if self.keyword("all") {
                all = true;
            } else if self.keyword("peek") {
                peek = true;
            } else {
                room = self.bytes()?;
            }
        }
        Ok(Call::Recv { room, all, peek })
    }

    fn bytes(&mut self) -> Result<usize, Diagnostic> {
        self.word(Expected::Bytes, |word| {
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
                .filter(|bytes| *bytes <= MAX_PAYLOAD)
        })
    }

    /// The events that poll asks for, all where none is named, and the time after which it gives up, never where none is.
    fn awaited(&mut self) -> Result<Await, Diagnostic> {
        let (named, all) = POLL_EVENTS[..ASKED]
            .iter()
            .fold((0, 0), |(named, all), (name, bit)| {
                let bit_named = if self.keyword(name) { *bit } else { 0 };
                (named | bit_named, all | bit)
            });
        let time = if self.has_argument() {
            Some(self.time()?)
        } else {
            None
        };
        let events = if named == 0 { all } else { named };
        Ok(Await { events, time })
    }

    fn how(&mut self) -> Result<How, Diagnostic> {
        self.word(Expected::How, |word| match word {
            "read" => Some(How::Read),
            "write" => Some(How::Write),
            "both" => Some(How::Both),
            _ => None,
        })
    }

    fn option(&mut self) -> Result<SocketOption, Diagnostic> {
        let name = self.word(Expected::SocketOption, |word| {
            SOCKET_OPTIONS.into_iter().find(|option| *option == word)
        })?;
        Ok(match name {
            "linger" => SocketOption::Linger(self.seconds_or_off()?),
            "keepalive" => SocketOption::Keepalive(match self.seconds_or_off()? {
                None => None,
                Some(idle) => {
                    let interval = self.seconds()?;
                    Some((
                        idle,
                        interval,
                        self.word(Expected::Probes, |word| word.parse().ok())?,
                    ))
                }
            }),
            "user_timeout" => SocketOption::UserTimeout(self.time()?),
            "reuseaddr" => SocketOption::ReuseAddr(self.on_or_off()?),
            "nodelay" => SocketOption::NoDelay(self.on_or_off()?),
            "rcvbuf" => SocketOption::RcvBuf(self.bytes()? as u32),
            "sndbuf" => SocketOption::SndBuf(self.bytes()? as u32),
            "nonblock" => SocketOption::NonBlock(self.on_or_off()?),
            _ => SocketOption::Linger2(self.word(Expected::SecondsOrNever, |word| {
                word.strip_suffix('s')
                    .unwrap_or(word)
                    .parse()
                    .ok()
                    .filter(|seconds| (-1..=60).contains(seconds))
            })?),
        })
    }

    fn on_or_off(&mut self) -> Result<bool, Diagnostic> {
        self.word(Expected::OnOrOff, |word| match word {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        })
    }

    fn seconds(&mut self) -> Result<u16, Diagnostic> {
        self.word(Expected::Seconds, |word| {
            word.strip_suffix('s').unwrap_or(word).parse().ok()
        })
    }

    fn seconds_or_off(&mut self) -> Result<Option<u16>, Diagnostic> {
        if self.keyword("off") {
            return Ok(None);
        }
        self.word(Expected::SecondsOrOff, |word| {
            word.strip_suffix('s')
                .unwrap_or(word)
                .parse()
                .ok()
                .filter(|seconds| *seconds <= 60)
                .map(Some)
        })
    }

    fn query(&mut self) -> Result<Query, Diagnostic> {
        self.word(Expected::Query, |word| match word {
            "error" => Some(Query::Error),
            "state" => Some(Query::State),
            "rcvbuf" => Some(Query::RcvBuf),
            "sndbuf" => Some(Query::SndBuf),
            _ => None,
        })
    }
}

/// A call, or something else that an actor does.
pub(crate) fn expected_call() -> Expected {
    Expected::Call {
        calls: CALLS.join(", "),
        others: OTHER_ACTIONS.join(", "),
    }
}
