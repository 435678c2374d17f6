//! The cells: every state against whatever can happen in it, as scripts.

use std::sync::LazyLock;

use Stimulus::*;

use crate::event::host::Host;
use crate::script::ast::Script;
use crate::script::parse;
use crate::tcp::state::State;

/// What can happen to a connection: a segment arrives, or its program makes a call.
#[allow(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stimulus {
    Syn,
    Ack,
    Data,
    Fin,
    /// A RST with the very number that is expected next.
    RstExact,
    /// A RST with another number inside the window.
    RstInside,
    /// A RST with a number outside the window.
    RstOutside,
    Send,
    Recv,
    ShutdownRead,
    ShutdownWrite,
    Close,
    /// close with SO_LINGER on and a time of 0.
    Abort,
}

impl Stimulus {
    /// All of them: first what arrives, then what the program calls.
    pub const ALL: [Stimulus; 13] = [
        Syn,
        Ack,
        Data,
        Fin,
        RstExact,
        RstInside,
        RstOutside,
        Send,
        Recv,
        ShutdownRead,
        ShutdownWrite,
        Close,
        Abort,
    ];

    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Syn => "syn",
            Ack => "ack",
            Data => "data",
            Fin => "fin",
            RstExact => "rst-exact",
            RstInside => "rst-inside",
            RstOutside => "rst-outside",
            Send => "send",
            Recv => "recv",
            ShutdownRead => "shutdown-read",
            ShutdownWrite => "shutdown-write",
            Close => "close",
            Abort => "abort",
        }
    }

    /// Whether the program does it; else it arrives.
    pub fn is_call(self) -> bool {
        matches!(
            self,
            Send | Recv | ShutdownRead | ShutdownWrite | Close | Abort
        )
    }
}

/// The label of the line that does it.
pub const TEST: &str = "test";

/// Longer than the kernel delays an acknowledgment: at most 200 ms (TCP_DELACK_MAX).
const DELAYED_ACK_WAIT: &str = "sleep 250ms";

/// A state and what happens in it.
#[derive(Clone, Debug)]
pub struct AtlasCell {
    /// The state.
    pub state: State,
    /// What happens in it.
    pub stimulus: Stimulus,
    /// How that is tried, or why it cannot be.
    pub plan: Result<Trial, Unreachable>,
}

/// How a cell is tried.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The host whose connection is in the state.
    pub host: Host,
    /// Brings it there, and then, in the line labelled [`TEST`], does what is to be tried.
    pub script: Script,
}

/// Why a cell cannot be tried.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Unreachable {
    /// There is no connection, so no number lies inside or outside anything.
    NoConnection,
    /// The peer's first number is not known yet, so there is no window.
    NoWindow,
}

impl AtlasCell {
    /// Its name: as in addresses, and as its runs say it.
    pub fn id(&self) -> String {
        format!("atlas/{}/{}", self.state.name(), self.stimulus.id())
    }
}

/// Every cell, state by state.
pub fn cells() -> &'static [AtlasCell] {
    static CELLS: LazyLock<Vec<AtlasCell>> = LazyLock::new(|| {
        let states = State::ALL.into_iter();
        states
            .flat_map(|state| Stimulus::ALL.map(|stimulus| cell(state, stimulus)))
            .collect()
    });
    &CELLS
}

/// The cell of that name, as [`AtlasCell::id`] gives it.
pub fn named(id: &str) -> Option<&'static AtlasCell> {
    cells().iter().find(|cell| cell.id() == id)
}

/// The cells of one state, in the order of [`Stimulus::ALL`].
pub fn row(state: State) -> &'static [AtlasCell] {
    let first = cells().iter().position(|cell| cell.state == state);
    let first = first.expect("every state has its cells");
    &cells()[first..first + Stimulus::ALL.len()]
}

fn cell(state: State, stimulus: Stimulus) -> AtlasCell {
    let plan = match unreachable(state, stimulus) {
        Some(why) => Err(why),
        None => Ok(trial(state, stimulus)),
    };
    AtlasCell {
        state,
        stimulus,
        plan,
    }
}

fn unreachable(state: State, stimulus: Stimulus) -> Option<Unreachable> {
    match (state, stimulus) {
        (State::Closed | State::Listen, RstInside | RstOutside) => Some(Unreachable::NoConnection),
        (State::SynSent, RstInside) => Some(Unreachable::NoWindow),
        _ => None,
    }
}

fn trial(state: State, stimulus: Stimulus) -> Trial {
    let (host, preparation) = preparation(state, stimulus);
    let socket = if state == State::Listen && stimulus.is_call() {
        " on listener"
    } else {
        ""
    };
    let test = if stimulus.is_call() {
        call(host, stimulus, socket)
    } else {
        arrival(state, host, stimulus)
    };
    let (before, test) = test.rsplit_once('\n').unwrap_or(("", &test));
    let text: String = [preparation, before]
        .iter()
        .flat_map(|part| part.lines())
        .map(|line| format!("{}\n", line.trim()))
        .chain([format!("{TEST}: {test}\n{DELAYED_ACK_WAIT}\n")])
        .collect();
    let script = parse::parse(&text)
        .unwrap_or_else(|mistakes| panic!("a script of the atlas is broken: {mistakes:?}\n{text}"));
    Trial { host, script }
}

/// How a connection of one host comes into a state and stays there. Where it takes a descriptor to make calls on, that
/// is kept by ending the connection with shutdown instead of close.
fn preparation(state: State, stimulus: Stimulus) -> (Host, &'static str) {
    use Host::{Client, Server};
    match state {
        // Calls are made on a fresh socket; what arrives is for a connection that was reset.
        State::Closed if stimulus.is_call() => (Client, "client socket"),
        State::Closed => (
            Server,
            "server listen
             client connect
             server accept
             server close on listener
             client set linger 0
             client close
             expect server CLOSED",
        ),
        State::Listen if stimulus.is_call() => (
            Server,
            "server listen
             expect server.listener LISTEN",
        ),
        // The connection before is over; the listening socket is what the next segment finds.
        State::Listen => (
            Server,
            "server listen
             client connect
             server accept
             client set linger 0
             client close
             expect server CLOSED
             expect server.listener LISTEN
             wire hold any from client",
        ),
        State::SynSent => (
            Client,
            "server listen
             wire hold SYN from client
             client socket
             client set nonblock on
             client connect => EINPROGRESS
             client set nonblock off
             expect client SYN_SENT",
        ),
        // A listening socket hands out no descriptor yet. With both ends opening at once there is one.
        State::SynReceived if stimulus.is_call() => (
            Client,
            "wire hold any from client
             client socket
             client set nonblock on
             client connect => EINPROGRESS
             client set nonblock off
             wire inject SYN to client
             expect client SYN_RECEIVED",
        ),
        State::SynReceived => (
            Server,
            "server listen
             wire hold ACK from client
             client connect
             expect server SYN_RECEIVED",
        ),
        State::Established => (
            Client,
            "server listen
             client connect
             server accept
             expect client ESTABLISHED",
        ),
        State::FinWait1 => (
            Client,
            "server listen
             client connect
             server accept
             wire hold FIN from client
             client shutdown write
             expect client FIN_WAIT_1",
        ),
        State::FinWait2 => (
            Client,
            "server listen
             client connect
             server accept
             client shutdown write
             expect client FIN_WAIT_2",
        ),
        State::CloseWait => (
            Server,
            "server listen
             client connect
             server accept
             client shutdown write
             expect server CLOSE_WAIT",
        ),
        State::Closing => (
            Client,
            "server listen
             client connect
             server accept
             wire hold FIN from client
             client shutdown write
             server shutdown write
             expect client CLOSING",
        ),
        State::LastAck => (
            Server,
            "server listen
             client connect
             server accept
             client shutdown write
             wire hold FIN from server
             server shutdown write
             expect server LAST_ACK",
        ),
        State::TimeWait => (
            Server,
            "server listen
             client connect
             server accept
             server shutdown write
             client shutdown write
             expect server TIME_WAIT
             wire hold any from client",
        ),
    }
}

/// What arrives at a host. Where its peer can send such a segment by itself, it does; else it is forged.
fn arrival(state: State, host: Host, stimulus: Stimulus) -> String {
    let peer = host.other();
    let peer_is_open = matches!(
        state,
        State::Established | State::FinWait1 | State::FinWait2
    );
    let peer_has_closed = matches!(
        state,
        State::CloseWait | State::Closing | State::LastAck | State::TimeWait
    );
    // The peer has not got the own FIN yet.
    let ack = match state {
        State::Closing | State::LastAck => " ack next-1",
        _ => "",
    };
    match stimulus {
        Syn => format!("wire inject SYN to {host} seq next+1000"),
        Ack => format!("wire inject ACK to {host}"),
        Data if peer_is_open => format!("{peer} send \"x\""),
        Data => format!("wire inject PSH,ACK to {host}{ack} data \"x\""),
        Fin if peer_is_open => format!("{peer} shutdown write"),
        // After the first FIN only that same one can come again.
        Fin if peer_has_closed => format!("wire inject FIN,ACK to {host} seq next-1{ack}"),
        Fin => format!("wire inject FIN,ACK to {host}"),
        // No number of the peer's is known yet: what is right or wrong is the number that the RST acknowledges.
        RstExact if state == State::SynSent => format!("wire inject RST,ACK to {host}"),
        RstOutside if state == State::SynSent => {
            format!("wire inject RST,ACK to {host} ack next+1000")
        }
        RstExact => format!("wire inject RST to {host}"),
        RstInside => format!("wire inject RST to {host} seq next+1000"),
        _ => format!("wire inject RST to {host} seq next-1000"),
    }
}

/// What the program calls. The last line must not wait: the call may never return.
fn call(host: Host, stimulus: Stimulus, socket: &str) -> String {
    match stimulus {
        Send => format!("{host} send \"x\"{socket} &"),
        Recv => format!("{host} recv{socket} &"),
        ShutdownRead => format!("{host} shutdown read{socket} &"),
        ShutdownWrite => format!("{host} shutdown write{socket} &"),
        Abort => format!("{host} set linger 0{socket}\n{host} close{socket} &"),
        _ => format!("{host} close{socket} &"),
    }
}
