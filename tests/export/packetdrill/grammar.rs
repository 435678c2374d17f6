//! The part of packetdrill's `parser.y` that scripts for one TCP connection use, with the rules of its `tcp_packet.c` and
//! `run_system_call.c`: numbers must agree, calls must be known, one call may block at a time.

use std::collections::BTreeSet;

use super::lexer::{Token, tokens};

/// The action of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Packet { outbound: bool, len: usize },
    Call(String),
    Command,
}

/// The calls of `system_call_table` that scripts for TCP use, with their numbers of arguments.
const CALLS: &[(&str, usize)] = &[
    ("socket", 3),
    ("bind", 3),
    ("listen", 2),
    ("accept", 3),
    ("connect", 3),
    ("read", 3),
    ("recv", 4),
    ("write", 3),
    ("send", 4),
    ("fcntl", 3),
    ("close", 1),
    ("shutdown", 2),
    ("getsockopt", 5),
    ("setsockopt", 5),
    ("poll", 3),
];

/// The symbols of `symbols_linux.c` and of every platform's table that these calls meet.
const SYMBOLS: &str = "SOCK_STREAM IPPROTO_TCP AF_UNSPEC SOL_SOCKET SOL_TCP SO_LINGER SO_REUSEADDR SO_RCVBUF SO_SNDBUF SO_KEEPALIVE \
    SO_ERROR TCP_NODELAY TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_LINGER2 TCP_USER_TIMEOUT SHUT_RD SHUT_WR \
    SHUT_RDWR MSG_PEEK MSG_WAITALL MSG_MORE F_SETFL O_RDWR O_NONBLOCK POLLIN POLLOUT POLLPRI POLLERR POLLHUP \
    POLLNVAL POLLRDHUP EAGAIN EBADF EPIPE EINVAL ENOTCONN EISCONN ECONNRESET ECONNREFUSED ECONNABORTED ETIMEDOUT \
    EADDRINUSE EADDRNOTAVAIL EINPROGRESS EALREADY EHOSTUNREACH ENETUNREACH ENETDOWN EOPNOTSUPP ENOTSOCK \
    EDESTADDRREQ EINTR ENOBUFS ENOMEM EMFILE";

/// The events of a script, or the place of its first mistake.
pub fn check(script: &str) -> Result<Vec<Action>, String> {
    let mut parser = Parser {
        tokens: tokens(script)?,
        at: 0,
        now: 0.0,
        busy: 0.0,
        open: BTreeSet::new(),
    };
    parser.script().map_err(|error| {
        let near =
            &parser.tokens[parser.at.saturating_sub(6)..parser.tokens.len().min(parser.at + 4)];
        format!("{error}, near {near:?}")
    })
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// The time of the current event, s.
    now: f64,
    /// The time of the return of a blocking call, s.
    busy: f64,
    /// The descriptors that calls have opened.
    open: BTreeSet<i64>,
}

type Parsed<T> = Result<T, String>;

impl Parser {
    // script: opt_options opt_init_command events opt_cleanup_command
    fn script(&mut self) -> Parsed<Vec<Action>> {
        while let Some(Token::Option(_)) = self.peek() {
            self.at += 1;
            if self.takes('=') {
                match self.next()? {
                    Token::Integer(_) | Token::Word(_) | Token::String(_) | Token::Address(_) => {}
                    other => return Err(format!("{other:?} is no value of an option")),
                }
            }
        }
        if let Some(Token::BackQuoted(_)) = self.peek() {
            self.at += 1;
        }
        let mut actions = vec![self.event()?];
        while self.peek().is_some() {
            actions.push(self.event()?);
        }
        Ok(actions)
    }

    // event: event_time action; of the times those that exports use: '+' time | time
    fn event(&mut self) -> Parsed<Action> {
        let relative = self.takes('+');
        let time = self.time()?;
        let base = if relative { self.now } else { 0.0 };
        if base + time < self.now {
            return Err("time goes back".into());
        }
        self.now = base + time;
        match self.peek() {
            Some(Token::Char('<' | '>')) => self.packet(),
            Some(Token::BackQuoted(_)) => {
                self.at += 1;
                Ok(Action::Command)
            }
            _ => self.call(base),
        }
    }

    fn time(&mut self) -> Parsed<f64> {
        let time = match self.next()? {
            Token::Float(text) => text.parse().map_err(|_| format!("{text} is no time"))?,
            Token::Integer(number) => number as f64,
            other => return Err(format!("{other:?} is no time")),
        };
        if time < 0.0 {
            Err("negative time".into())
        } else {
            Ok(time)
        }
    }

    // tcp_packet_spec: packet_prefix opt_ip_info opt_port_info flags seq opt_ack opt_window opt_urg_ptr opt_tcp_options
    fn packet(&mut self) -> Parsed<Action> {
        let outbound = self.next()? == Token::Char('>');
        self.flags()?;
        let start = self.number(u32::MAX.into())?;
        self.expect(':')?;
        let end = self.number(u32::MAX.into())?;
        self.expect('(')?;
        let len = self.number(u16::MAX.into())?;
        self.expect(')')?;
        if end != start + len {
            return Err("inconsistent TCP sequence numbers and payload size".into());
        }
        if self.takes_name("ack") {
            self.number(u32::MAX.into())?;
        }
        if self.takes_name("win") {
            self.number(u16::MAX.into())?;
        } else if !outbound {
            return Err("window must be specified for inbound packets".into());
        }
        // The next packet's direction cannot follow here: a time stands before it.
        if matches!(self.peek(), Some(Token::Char('<'))) {
            self.options(outbound)?;
        }
        Ok(Action::Packet {
            outbound,
            len: len as usize,
        })
    }

    // flags: WORD opt_ack_flag | '.' | '-'
    fn flags(&mut self) -> Parsed<()> {
        match self.next()? {
            Token::Word(letters) => {
                if let Some(wrong) = letters.chars().find(|letter| !"FSRPEWAU".contains(*letter)) {
                    return Err(format!("Invalid TCP flag: '{wrong}'"));
                }
                self.takes('.');
                Ok(())
            }
            Token::Char('.' | '-') => Ok(()),
            other => Err(format!("{other:?} are no flags")),
        }
    }

    fn options(&mut self, outbound: bool) -> Parsed<()> {
        self.expect('<')?;
        if matches!(self.peek(), Some(Token::Ellipsis)) {
            self.at += 1;
            if !outbound {
                return Err("<...> for TCP options can only be used with outbound packets".into());
            }
            return self.expect('>');
        }
        let mut bytes = self.tcp_option()?;
        while self.takes(',') {
            bytes += self.tcp_option()?;
        }
        match bytes {
            bytes if bytes % 4 != 0 => Err("TCP options are not padded correctly".into()),
            41.. => Err("TCP header too large".into()),
            _ => self.expect('>'),
        }
    }

    /// Reads an option; its length in bytes.
    fn tcp_option(&mut self) -> Parsed<usize> {
        let Token::Reserved(name) = self.next()? else {
            return Err("no option".into());
        };
        Ok(match name.as_str() {
            "nop" | "eol" => 1,
            "sackOK" => 2,
            "mss" => {
                self.number(u16::MAX.into())?;
                4
            }
            "wscale" => {
                self.number(u8::MAX.into())?;
                3
            }
            "TS" => {
                for part in ["val", "ecr"] {
                    if !self.takes_name(part) {
                        return Err(format!("no {part}"));
                    }
                    self.number(u32::MAX.into())?;
                }
                10
            }
            "sack" => {
                let mut bytes = 2;
                while matches!(self.peek(), Some(Token::Integer(_))) {
                    self.number(u32::MAX.into())?;
                    self.expect(':')?;
                    self.number(u32::MAX.into())?;
                    bytes += 8;
                }
                bytes
            }
            other => return Err(format!("{other} is no option")),
        })
    }

    // syscall_spec: opt_end_time function_name function_arguments '=' expression opt_errno opt_note
    fn call(&mut self, base: f64) -> Parsed<Action> {
        if self.now + 1e-9 < self.busy {
            return Err("a system call while another blocks".into());
        }
        if matches!(self.peek(), Some(Token::Ellipsis)) {
            self.at += 1;
            // The end counts from the same time as the event.
            self.busy = base + self.time()?;
            if self.busy < self.now {
                return Err("a call ends before it begins".into());
            }
        }
        let Token::Word(name) = self.next()? else {
            return Err("no call".into());
        };
        let known = CALLS.iter().find(|(known, _)| *known == name);
        let (_, arguments) = *known.ok_or_else(|| format!("Unknown system call: '{name}'"))?;
        self.expect('(')?;
        let fd = match self.peek() {
            Some(Token::Integer(fd)) => Some(*fd),
            Some(Token::Char('[')) => self.polled(),
            _ => None,
        };
        let mut count = 0;
        while !self.takes(')') {
            if count > 0 {
                self.expect(',')?;
            }
            self.expression()?;
            count += 1;
        }
        if count != arguments {
            return Err(format!("Expected {arguments} args but got {count}"));
        }
        if name != "socket" && !fd.is_some_and(|fd| self.open.contains(&fd)) {
            return Err(format!("unable to find socket with script fd {fd:?}"));
        }
        self.expect('=')?;
        let Token::Integer(result) = self.next()? else {
            return Err("a result that is no number".into());
        };
        // opt_errno: WORD note
        if let Some(Token::Word(errno)) = self.peek().cloned() {
            self.at += 1;
            symbol(&errno)?;
            self.note()?;
        } else if result == -1 {
            return Err("a call that fails without an error".into());
        }
        if result >= 0 && ["socket", "accept"].contains(&name.as_str()) && !self.open.insert(result)
        {
            return Err(format!("duplicate fd {result}"));
        }
        if name == "close" {
            self.open.remove(&fd.unwrap_or(-1));
        }
        Ok(Action::Call(name))
    }

    /// The descriptor in `[{fd=3, …}]`.
    fn polled(&self) -> Option<i64> {
        match self.tokens.get(self.at + 4)? {
            Token::Integer(fd) => Some(*fd),
            _ => None,
        }
    }

    // note: '(' word_list ')'
    fn note(&mut self) -> Parsed<()> {
        self.expect('(')?;
        let mut words = 0;
        while !self.takes(')') {
            match self.next()? {
                Token::Word(_) => words += 1,
                Token::Reserved(name) if name == "flags" && words == 0 => words += 1,
                other => return Err(format!("{other:?} is no word")),
            }
        }
        if words == 0 {
            Err("no words".into())
        } else {
            Ok(())
        }
    }

    fn expression(&mut self) -> Parsed<()> {
        match self.next()? {
            Token::Ellipsis | Token::Integer(_) | Token::Hex(_) | Token::String(_) => {}
            Token::Word(name) => symbol(&name)?,
            Token::Char('[') => {
                self.expression()?;
                self.expect(']')?;
            }
            Token::Char('{') => self.structure()?,
            other => return Err(format!("{other:?} is no expression")),
        }
        if self.takes('|') {
            self.expression()
        } else {
            Ok(())
        }
    }

    // pollfd: '{' FD '=' expression ',' EVENTS '=' expression opt_revents '}'
    // linger: '{' ONOFF '=' INTEGER ',' LINGER '=' INTEGER '}'
    fn structure(&mut self) -> Parsed<()> {
        let names: &[&str] = if matches!(self.peek(), Some(Token::Reserved(name)) if name == "fd") {
            &["fd", "events", "revents"]
        } else {
            &["onoff", "linger"]
        };
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                self.expect(',')?;
            }
            if !self.takes_name(name) {
                return Err(format!("no {name}"));
            }
            self.expect('=')?;
            self.expression()?;
        }
        self.expect('}')
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Parsed<Token> {
        let token = self.peek().cloned().ok_or("the script ends")?;
        self.at += 1;
        Ok(token)
    }

    fn takes(&mut self, c: char) -> bool {
        let found = self.peek() == Some(&Token::Char(c));
        self.at += usize::from(found);
        found
    }

    fn takes_name(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Reserved(name)) if name == wanted);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, c: char) -> Parsed<()> {
        if self.takes(c) {
            Ok(())
        } else {
            Err(format!("expected {c:?}"))
        }
    }

    fn number(&mut self, most: i64) -> Parsed<i64> {
        match self.next()? {
            Token::Integer(number) if (0..=most).contains(&number) => Ok(number),
            other => Err(format!("{other:?} is not between 0 and {most}")),
        }
    }
}

fn symbol(name: &str) -> Parsed<()> {
    if SYMBOLS.split(' ').any(|known| known == name) {
        Ok(())
    } else {
        Err(format!("unknown symbol {name}"))
    }
}
