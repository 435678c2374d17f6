//! One host's program before it has a language: the short list of statements that every language spells.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::event::host::Host;
use crate::tcp::call::Call;

/// A host's program.
pub(crate) struct HostProgram {
    pub(crate) host: Host,
    /// Each variable is assigned once; a script's name that is used again gets another variable.
    pub(crate) variables: Vec<Variable>,
    /// The first body runs when the program is started.
    pub(crate) bodies: Vec<Body>,
}

/// A socket's variable.
pub(crate) struct Variable {
    /// An identifier in all languages.
    pub(crate) name: String,
    /// Whether the socket listens; some languages have another type for such sockets.
    pub(crate) listens: bool,
}

/// The statements of one actor.
pub(crate) struct Body {
    /// An identifier in all languages.
    pub(crate) name: String,
    pub(crate) kind: BodyKind,
    pub(crate) statements: Vec<Statement>,
}

/// How a body begins to run.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum BodyKind {
    Main,
    Thread,
    Fork,
    /// A process of its own: the same program, started with the body's name as its argument.
    Program,
}

pub(crate) enum Statement {
    /// A line of the script, or a remark on one.
    Comment(String),
    /// A sleep, and the reason for it.
    Sleep(Duration, String),
    Call(CallSite),
    /// A thread or a fork begins; the index of its body.
    Start(usize),
    /// The whole process ends.
    Exit,
}

/// One call, and the facts about its socket that decide how languages spell it.
#[derive(Clone)]
pub(crate) struct CallSite {
    /// The variable of the socket that the call uses.
    pub(crate) socket: usize,
    /// The variable of the socket that the call makes: of accept and dup, and of a call whose `socket` is not made yet.
    pub(crate) makes: Option<usize>,
    pub(crate) call: Call,
    /// The port to which the socket was bound before.
    pub(crate) bound: Option<u16>,
    /// Whether the call may fail: its error is printed, and the program goes on.
    pub(crate) may_fail: bool,
    /// Whether the socket is non-blocking.
    pub(crate) nonblocking: bool,
    /// Whether the socket was closed before.
    pub(crate) closed: bool,
}

impl CallSite {
    /// The system call's name, for messages.
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

impl HostProgram {
    pub(crate) fn name(&self, variable: usize) -> &str {
        &self.variables[variable].name
    }

    /// The name of the program's class, in languages that want one.
    pub(crate) fn class(&self) -> &'static str {
        match self.host {
            Host::Client => "Client",
            Host::Server => "Server",
        }
    }

    /// Whether sockets are shared between threads.
    pub(crate) fn has_threads(&self) -> bool {
        self.bodies.iter().any(|body| body.kind == BodyKind::Thread)
    }

    /// The calls of a body, and of the bodies of kinds `inside` that are written inside of it.
    pub(crate) fn calls(&self, body: usize, inside: &[BodyKind]) -> Vec<&CallSite> {
        let mut calls = Vec::new();
        for statement in &self.bodies[body].statements {
            match statement {
                Statement::Call(site) => calls.push(site),
                Statement::Start(other) if inside.contains(&self.bodies[*other].kind) => {
                    calls.extend(self.calls(*other, inside));
                }
                _ => {}
            }
        }
        calls
    }

    /// The variables of the calls that [`HostProgram::calls`] gives, in order.
    pub(crate) fn used(&self, body: usize, inside: &[BodyKind]) -> Vec<usize> {
        let calls = self.calls(body, inside);
        let all = calls.iter().flat_map(|site| {
            let makes = site.makes;
            std::iter::once(site.socket).chain(makes)
        });
        let all: BTreeSet<usize> = all.collect();
        all.into_iter().collect()
    }

    /// The size of each body's buffer: the largest one that a recv of the program offers.
    pub(crate) fn room(&self) -> usize {
        let bodies = 0..self.bodies.len();
        let calls = bodies.flat_map(|body| self.calls(body, &[]));
        let rooms = calls.filter_map(|site| match site.call {
            Call::Recv { room, .. } => Some(room),
            _ => None,
        });
        rooms.max().unwrap_or(0).max(1)
    }

    /// The comments of a body, for languages that cannot spell its statements.
    pub(crate) fn comments(&self, body: usize) -> Vec<&str> {
        let statements = self.bodies[body].statements.iter();
        let lines = statements.flat_map(|statement| match statement {
            Statement::Comment(text) => vec![text.as_str()],
            Statement::Start(other) => self.comments(*other),
            _ => Vec::new(),
        });
        lines.collect()
    }

    /// Whether a language that has neither dup nor fork ever assigns a variable.
    pub(crate) fn is_made(&self, variable: usize) -> bool {
        (0..self.bodies.len())
            .filter(|body| self.bodies[*body].kind != BodyKind::Fork)
            .flat_map(|body| self.calls(body, &[]))
            .any(|site| site.makes == Some(variable) && site.call != Call::Dup)
    }

    /// Whether a body ends its process.
    pub(crate) fn exits(&self, body: usize) -> bool {
        let mut statements = self.bodies[body].statements.iter();
        statements.any(|statement| matches!(statement, Statement::Exit))
    }

    /// The bodies that are programs of their own.
    pub(crate) fn programs(&self) -> impl Iterator<Item = usize> {
        (0..self.bodies.len()).filter(|body| self.bodies[*body].kind == BodyKind::Program)
    }

    /// The bodies that are threads.
    pub(crate) fn threads(&self) -> impl Iterator<Item = usize> {
        (0..self.bodies.len()).filter(|body| self.bodies[*body].kind == BodyKind::Thread)
    }
}
