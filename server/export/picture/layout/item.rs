//! What stands in a picture.

use crate::event::host::Host;
use crate::event::labels::Kind;
use crate::event::{HostChange, ProcessChange};
use crate::tcp::state::State;

/// What is drawn at one height.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Where it begins.
    pub(crate) y: f64,
    pub(crate) what: Drawn,
}

/// The kinds of what is drawn.
#[derive(Clone, Debug)]
pub(crate) enum Drawn {
    Segment(Line),
    Call {
        host: Host,
        text: String,
        /// Where it returned, if it did; a process that ended ends its calls too.
        end: Option<f64>,
        /// Whether it had to wait.
        waited: bool,
        gave: Option<String>,
        failed: bool,
    },
    State {
        host: Host,
        state: State,
        text: String,
        /// Whether the host's ribbon shows it.
        ribbon: bool,
        observed: bool,
        gap: bool,
    },
    Process {
        host: Host,
        actor: String,
        what: ProcessChange,
    },
    Host {
        host: Host,
        what: HostChange,
    },
    /// Nothing happened for so long, µs.
    Idle(u64),
}

/// A segment's way, or that of many which are told as one.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// None where it stands for many.
    pub(crate) id: Option<u32>,
    pub(crate) from: Host,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// Those that leave together have their names beside each other: 0, 1 or 2.
    pub(crate) lane: usize,
    /// Where it arrived or was lost, or would arrive.
    pub(crate) end: f64,
    /// Whether it is on the wire to the last.
    pub(crate) open: bool,
    pub(crate) held: bool,
    pub(crate) lost: bool,
    pub(crate) injected: bool,
}
