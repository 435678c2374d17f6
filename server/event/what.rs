//! An event.

use std::collections::BTreeMap;
use std::net::SocketAddrV4;

use serde::{Deserialize, Serialize};

use crate::event::cause::{Cause, Timer};
use crate::event::host::Host;
use crate::event::line_facts::LineFacts;
use crate::event::process::{CallPhase, HostChange, HostFacts, ProcessChange};
use crate::event::segment::Segment;
use crate::event::socket::{OpenFile, Socket};
use crate::tcp::state::State;

/// One thing that happened.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Event {
    /// Its place in the run: 0, 1, 2 …
    pub seq: u32,
    /// µs since the run began (CLOCK_MONOTONIC); never less than the event's before it.
    pub t: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// The first event: the stage is built.
    Run {
        /// The scenario's id; None for a script that somebody typed.
        scenario: Option<String>,
        /// The script's text.
        script: String,
        /// The kernel's release, uname(2).
        kernel: String,
        /// The machine's architecture, uname(2).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        machine: Option<String>,
        /// When `t` was 0: µs since 1970 (CLOCK_REALTIME). None in recordings that are older than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        began: Option<u64>,
        /// The wire's delay that the run began with, µs.
        delay: u64,
        /// Whether it takes further lines after its script.
        #[serde(default, skip_serializing_if = "is_false")]
        open: bool,
        /// An open run ends when nobody has said a line for so long, ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idle_limit_ms: Option<u64>,
        /// Both hosts.
        hosts: BTreeMap<Host, HostFacts>,
        /// Facts about each line of the script; None for a line that does nothing.
        #[serde(default)]
        lines: Vec<Option<LineFacts>>,
    },
    /// The script is another from here on: something was done by hand, or what was done gave something. From line `at` on,
    /// `remove` lines are replaced. All of these changes, made to the script that the run began with, give the one that
    /// repeats what happened.
    Script {
        /// The first line that is another, 1-based.
        at: usize,
        /// How many lines are gone.
        remove: usize,
        /// The lines that are there instead.
        insert: Vec<String>,
        /// Facts about each of these; None for a line that does nothing.
        #[serde(default)]
        lines: Vec<Option<LineFacts>>,
    },
    /// Nobody has said a line to an open run for a while. Told once more, with the whole time, where somebody has since.
    Idle {
        /// When the run will end if nobody does, ms from now.
        ends_in_ms: u64,
    },
    /// A line of the script begins or ends; by hand one may begin, and end, while another goes on.
    Step {
        /// Its number in the script as it is now, 1-based.
        line: usize,
        /// Its text.
        text: String,
        /// Begin or end.
        phase: StepPhase,
        /// Facts about the line. None in recordings that are older than this.
        #[serde(flatten)]
        facts: Option<LineFacts>,
    },
    /// A system call starts or returns.
    Call {
        /// Where.
        host: Host,
        /// By whom.
        actor: String,
        /// Process id.
        pid: i32,
        /// Thread id.
        tid: i32,
        /// The call's name.
        call: String,
        /// Its arguments, as strace would print them.
        args: Vec<String>,
        /// Enter or exit, and what it gave.
        #[serde(flatten)]
        phase: CallPhase,
    },
    /// A segment leaves, arrives, or does not.
    Segment(Box<Segment>),
    /// Segments crossed the wire that stood out in nothing: too many to be told one by one. Its time is the last one's.
    Passed {
        /// The host that sent them.
        from: Host,
        /// Source address and port.
        source: SocketAddrV4,
        /// Destination address and port.
        destination: SocketAddrV4,
        /// How many.
        segments: u32,
        /// Their bytes of data.
        bytes: u64,
        /// When the first of them passed, µs since the run began.
        since: u64,
    },
    /// A connection, or a listening socket, changed its state.
    State {
        /// In which kernel.
        host: Host,
        /// Which one.
        socket: Socket,
        /// Its state until now.
        from: State,
        /// Its state from now on.
        to: State,
        /// What made it change.
        cause: Cause,
        /// False where the state was not read but lies on the only way between two that were.
        observed: bool,
    },
    /// Two readings of a socket's state between which RFC 9293 has no way, or more than one.
    Gap {
        /// In which kernel.
        host: Host,
        /// Which one.
        socket: Socket,
        /// The reading before.
        from: State,
        /// The reading now.
        to: State,
    },
    /// The bytes that wait in a socket changed in number.
    Queue {
        /// In which kernel.
        host: Host,
        /// Which one.
        socket: Socket,
        /// Received and not yet read; a FIN is not counted.
        recv_q: u32,
        /// Not yet acknowledged; neither SYN nor FIN is counted.
        send_q: u32,
    },
    /// A socket's timer was started, restarted or stopped.
    Timer {
        /// In which kernel.
        host: Host,
        /// Which one.
        socket: Socket,
        /// Which timer; None when none runs any more.
        timer: Option<Timer>,
        /// When it will expire, in ms from now.
        expires_ms: u32,
        /// How often this socket's oldest segment was sent again, or its silent peer was probed.
        retransmits: u8,
        /// In how many ms from now TCP_USER_TIMEOUT gives the connection up, where it was set and something is
        /// unacknowledged. Reckoned, not read: the kernel counts it from the first retransmission on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_timeout_ms: Option<u32>,
    },
    /// Which descriptors of a host's processes refer to which open sockets: all of them, whenever one came or went.
    Descriptors {
        /// Where.
        host: Host,
        /// The sockets that are open there, oldest first.
        files: Vec<OpenFile>,
    },
    /// A process began or ended.
    Process {
        /// Where.
        host: Host,
        /// Which actor.
        actor: String,
        /// Process id.
        pid: i32,
        /// Thread id.
        tid: i32,
        /// What happened to it.
        what: ProcessChange,
    },
    /// Something was done to a host.
    Host {
        /// Which.
        host: Host,
        /// What.
        #[serde(flatten)]
        what: HostChange,
    },
    /// Something was put to the test.
    Check {
        /// The script's line.
        line: usize,
        /// Its label.
        label: Option<String>,
        /// Whether it was so.
        ok: bool,
        /// What was asked.
        expected: String,
        /// What was found.
        actual: String,
        /// The statement's name, where it is somebody's claim.
        claim: Option<String>,
    },
    /// The last event.
    End {
        /// Whether the script was played to its end and every check was true.
        ok: bool,
        /// How the run ended.
        how: Ending,
        /// The line that was being played, where it was not the last one's end.
        line: Option<usize>,
        /// The same in words.
        reason: String,
    },
}

/// How a run ends.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Every line was played.
    Played,
    /// An open run was ended by hand.
    Finished,
    /// Nobody said a line to an open run for too long.
    Idle,
    /// Somebody stopped it.
    Stopped,
    /// Its time was over.
    TooLong,
    /// It made more events than a run may.
    TooMuch,
    /// An actor was ended from outside.
    ActorLost,
    /// The machine failed it.
    Failed,
}

pub(crate) fn is_false(value: &bool) -> bool {
    !value
}

#[allow(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepPhase {
    Begin,
    End,
}
