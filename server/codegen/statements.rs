//! One host's program, in no language yet: the short list of statements that all languages spell.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::event::host::Host;
use crate::tcp::call::Call;

/// A host's program.
pub(crate) struct Plan {
    pub(crate) host: Host,
    /// Each is made once; a name that is used again has a variable of its own.
    pub(crate) variables: Vec<Variable>,
    /// The first is what runs when the program is started.
    pub(crate) bodies: Vec<Body>,
}

/// A socket's variable.
pub(crate) struct Variable {
    /// An identifier in all languages.
    pub(crate) name: String,
    /// It listens, which some languages have another type for.
    pub(crate) listens: bool,
}

/// What one actor does.
pub(crate) struct Body {
    /// An identifier in all languages.
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) statements: Vec<Statement>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Role {
    Main,
    Thread,
    Fork,
    /// A program of its own: this one, started with the body's name as its argument.
    Program,
}

pub(crate) enum Statement {
    /// A line of the script, or what is to be said of it.
    Comment(String),
    /// A rest, and why.
    Rest(Duration, String),
    Call(Deal),
    /// A thread or a fork begins: its body.
    Start(usize),
    /// The whole process ends.
    Exit,
}

/// One call.
#[derive(Clone)]
pub(crate) struct Deal {
    /// The variable of the socket that it uses.
    pub(crate) socket: usize,
    /// The variable of the socket that it makes: for accept and dup, and where `socket` is not made yet.
    pub(crate) makes: Option<usize>,
    pub(crate) call: Call,
    /// The port that the socket was bound to before.
    pub(crate) bound: Option<u16>,
    /// It is there to fail, or it may: its error is told, and the program goes on.
    pub(crate) may_fail: bool,
    /// Its socket does not block.
    pub(crate) restless: bool,
    /// Its socket was closed before.
    pub(crate) closed: bool,
}

impl Deal {
    /// The system call's name, where its error is told.
    pub(crate) fn word(&self) -> &'static str {
        match self.call {
            Call::Socket => "socket",
            Call::Bind { .. } => "bind",
            Call::Listen { .. } => "listen",
            Call::Connect { .. } | Call::Disconnect => "connect",
            Call::Accept => "accept",
            Call::Send { .. } => "send",
            Call::Recv { .. } => "recv",
            Call::Shutdown(_) => "shutdown",
            Call::Close => "close",
            Call::Dup => "dup",
            Call::Poll(_) => "poll",
            Call::Epoll(_) => "epoll",
            Call::Set(_) => "setsockopt",
            Call::Get(_) => "getsockopt",
            Call::Name => "getsockname",
            Call::Peer => "getpeername",
        }
    }
}

impl Plan {
    pub(crate) fn name(&self, variable: usize) -> &str {
        &self.variables[variable].name
    }

    /// What its class is called, in languages that want one.
    pub(crate) fn class(&self) -> &'static str {
        match self.host {
            Host::Client => "Client",
            Host::Server => "Server",
        }
    }

    /// Whether sockets are shared between threads.
    pub(crate) fn has_threads(&self) -> bool {
        self.bodies.iter().any(|body| body.role == Role::Thread)
    }

    /// The calls of a body, and of those that are written inside of it.
    pub(crate) fn calls(&self, body: usize, inside: &[Role]) -> Vec<&Deal> {
        let mut calls = Vec::new();
        for statement in &self.bodies[body].statements {
            match statement {
                Statement::Call(deal) => calls.push(deal),
                Statement::Start(other) if inside.contains(&self.bodies[*other].role) => {
                    calls.extend(self.calls(*other, inside));
                }
                _ => {}
            }
        }
        calls
    }

    /// The variables of such calls, in order.
    pub(crate) fn used(&self, body: usize, inside: &[Role]) -> Vec<usize> {
        let calls = self.calls(body, inside);
        let all = calls.iter().flat_map(|deal| {
            let makes = deal.makes;
            std::iter::once(deal.socket).chain(makes)
        });
        let all: BTreeSet<usize> = all.collect();
        all.into_iter().collect()
    }

    /// The largest room that a recv offers: that of each body's buffer.
    pub(crate) fn room(&self) -> usize {
        let bodies = 0..self.bodies.len();
        let calls = bodies.flat_map(|body| self.calls(body, &[]));
        let rooms = calls.filter_map(|deal| match deal.call {
            Call::Recv { room, .. } => Some(room),
            _ => None,
        });
        rooms.max().unwrap_or(0).max(1)
    }

    /// The lines of a body that a language cannot write.
    pub(crate) fn said(&self, body: usize) -> Vec<&str> {
        let statements = self.bodies[body].statements.iter();
        let lines = statements.flat_map(|statement| match statement {
            Statement::Comment(text) => vec![text.as_str()],
            Statement::Start(other) => self.said(*other),
            _ => Vec::new(),
        });
        lines.collect()
    }

    /// Whether a variable is ever made in a language that has neither dup nor fork.
    pub(crate) fn is_made(&self, variable: usize) -> bool {
        (0..self.bodies.len())
            .filter(|body| self.bodies[*body].role != Role::Fork)
            .flat_map(|body| self.calls(body, &[]))
            .any(|deal| deal.makes == Some(variable) && deal.call != Call::Dup)
    }

    /// Whether a body ends its process by itself.
    pub(crate) fn exits(&self, body: usize) -> bool {
        let mut statements = self.bodies[body].statements.iter();
        statements.any(|statement| matches!(statement, Statement::Exit))
    }

    /// The bodies that are programs of their own.
    pub(crate) fn programs(&self) -> impl Iterator<Item = usize> {
        (0..self.bodies.len()).filter(|body| self.bodies[*body].role == Role::Program)
    }

    /// The bodies that are threads.
    pub(crate) fn threads(&self) -> impl Iterator<Item = usize> {
        (0..self.bodies.len()).filter(|body| self.bodies[*body].role == Role::Thread)
    }
}
