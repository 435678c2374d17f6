//! A script as it was read.

use std::time::Duration;

use crate::event::host::Host;
use crate::script::filter::{Filter, Flags};
use crate::tcp::call::Call;
use crate::tcp::state::State;

/// A script without mistakes.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// As it was written.
    pub text: String,
    /// Its lines that do something, in order.
    pub steps: Vec<Step>,
}

/// A line that does something.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its number, 1-based.
    pub line: usize,
    /// Where its action begins, after any label: 1-based, in characters.
    pub column: usize,
    /// Its text, without comment.
    pub text: String,
    /// The name before the colon.
    pub label: Option<String>,
    /// Where the line's text begins: 1-based, in characters.
    pub begin: usize,
    /// What is done.
    pub action: Action,
    /// Whose claim its check is; a claim is judged, and never fails the run.
    pub claim: Option<String>,
    /// What it must give: one of these.
    pub expected: Vec<Outcome>,
    /// It ends in `&`: the next line begins at once.
    pub background: bool,
}

/// What a line does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// An actor makes a call.
    Call {
        /// Who.
        actor: String,
        /// The socket that the call uses.
        on: String,
        /// What the socket that it makes is called.
        named: String,
        /// The call.
        call: Call,
    },
    /// Another actor comes.
    Start {
        /// By whose action, or for [`Beginning::Process`] on whose host.
        actor: String,
        /// Its name.
        name: String,
        /// As what.
        beginning: Beginning,
    },
    /// An actor's process gets a signal.
    Signal {
        /// Whose process.
        actor: String,
        /// Which.
        signal: Signal,
    },
    /// An actor's process ends by itself.
    Exit {
        /// Whose process.
        actor: String,
    },
    /// Waits until an actor's call returns.
    Wait {
        /// Whose.
        actor: String,
    },
    /// Something is done to a host.
    Host {
        /// Which.
        host: Host,
        /// What.
        action: HostAction,
    },
    /// Something is done on the wire.
    Wire(WireAction),
    /// Nothing, for a while.
    Sleep(Duration),
    /// Waits until no segment is on its way and every byte is acknowledged.
    Settle,
    /// Looks whether something is so.
    Check {
        /// What.
        what: Expectation,
        /// It may take so long.
        within: Duration,
    },
}

/// As what an actor comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Beginning {
    /// Another thread of a process.
    Thread,
    /// A forked process, with the same descriptors.
    Fork,
    /// Another program on the host.
    Process,
}

/// The signals of scripts, signal(7).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signal {
    /// SIGKILL.
    Kill,
    /// SIGSTOP.
    Stop,
    /// SIGCONT.
    Continue,
}

/// What can be done to a host.
#[derive(Clone, Debug, PartialEq)]
pub enum HostAction {
    /// Its interface comes up or goes down.
    Link {
        /// Up or down.
        up: bool,
    },
    /// Its power fails: nothing leaves it any more, its programs and its kernel's memory are gone.
    Crash,
    /// It starts again.
    Boot,
    /// A sysctl is written.
    Sysctl {
        /// Its full name.
        name: String,
        /// Its value.
        value: String,
    },
    /// A socket is destroyed from outside: SOCK_DESTROY, sock_diag(7).
    Destroy {
        /// Which.
        socket: String,
    },
}

/// What can be done on the wire.
#[derive(Clone, Debug, PartialEq)]
pub enum WireAction {
    /// The time that each segment travels from now on.
    Delay(Duration),
    /// The wire is cut: what is on it and what is sent is lost.
    Cut,
    /// It is whole again.
    Mend,
    /// The next so many segments are lost.
    Drop(u32, Filter),
    /// Segments stay on the wire from now on.
    Hold(Filter),
    /// What is held goes on its way; without a filter all of it, and nothing is held any more.
    Release(Option<Filter>),
    /// The next segment arrives twice.
    Duplicate(Filter),
    /// A forged segment is delivered.
    Inject(Forgery),
}

/// A forged segment. Its numbers are relative to what the host that it goes to expects next.
#[derive(Clone, Debug, PartialEq)]
pub struct Forgery {
    /// The control bits.
    pub flags: Flags,
    /// The host that it goes to.
    pub to: Host,
    /// The socket there that it pretends to belong to.
    pub socket: String,
    /// Sequence number, from the next one that the host expects.
    pub seq: i64,
    /// Acknowledgment number, from the next one that the host will send.
    pub ack: i64,
    /// Data.
    pub data: String,
}

/// What can be looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// A connection's state in a host's kernel.
    State {
        /// In which kernel.
        host: Host,
        /// Which connection.
        socket: String,
        /// The state it must be in.
        state: State,
    },
    /// Whether a host has sent a segment.
    Sent {
        /// Which host.
        host: Host,
        /// Which segment; None for any.
        flags: Option<Flags>,
        /// Whether it must have sent one, or none.
        wanted: bool,
        /// Since the line with this label began; None for ever.
        since: Option<String>,
    },
    /// How many bytes wait to be read, or to be acknowledged.
    Queue {
        /// In which kernel.
        host: Host,
        /// Of which connection.
        socket: String,
        /// The receive queue, else the send queue.
        recv: bool,
        /// So many.
        bytes: u32,
    },
}

/// What a call must give.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// This return value.
    Number(i64),
    /// These bytes, received.
    Text(String),
    /// These words: an error's name, poll's events, a state.
    Words(Vec<String>),
    /// It must not return.
    Blocked,
}
