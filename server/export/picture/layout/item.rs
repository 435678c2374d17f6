//! The items of a picture: segments, calls, states and notes, each with its height. [`super`] makes them of events; the
//! drawers read them.

use crate::event::host::Host;
use crate::event::labels::Kind;
use crate::event::{HostChange, ProcessChange};
use crate::tcp::state::State;

/// An item of the picture.
#[derive(Clone, Debug)]
pub(crate) struct PictureItem {
    /// The height at which the item begins.
    pub(crate) y: f64,
    pub(crate) kind: ItemKind,
}

/// The kinds of items.
#[derive(Clone, Debug)]
pub(crate) enum ItemKind {
    Segment(SegmentLine),
    Call {
        host: Host,
        text: String,
        /// The height of the return, if the call returned. The end of a process ends its calls too.
        end: Option<f64>,
        /// Whether the call waited, so that its result stands on a line of its own.
        waited: bool,
        gave: Option<String>,
        failed: bool,
    },
    State {
        host: Host,
        state: State,
        text: String,
        /// Whether the host's ribbon shows the state.
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
    /// A stretch of time without events, µs.
    Idle(u64),
}

/// The line of a segment, or of many segments of bulk data.
#[derive(Clone, Debug)]
pub(crate) struct SegmentLine {
    /// The segment's id; None where the line stands for many segments.
    pub(crate) id: Option<u32>,
    pub(crate) from: Host,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// 0, 1 or 2: the lane of the name. Segments that leave together have different lanes.
    pub(crate) lane: usize,
    /// The height at which the segment arrived, was lost, or would arrive.
    pub(crate) end: f64,
    /// Whether the segment is on the wire at the end.
    pub(crate) open: bool,
    pub(crate) held: bool,
    pub(crate) lost: bool,
    pub(crate) injected: bool,
}
