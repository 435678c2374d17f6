//! All that can happen in a run: the only vocabulary that leaves one. The live page, the replay, the terminal and the
//! recordings read the same list.

pub mod cause;
pub mod host;
pub(crate) mod labels;
pub mod line_facts;
pub mod process;
pub mod segment;
pub mod socket;
pub mod time;
pub mod what;

pub use cause::{Cause, ResetReason, Timer};
pub use host::Host;
pub use line_facts::{LineFacts, LineKind};
pub use process::{CallPhase, Exit, HostChange, HostFacts, ProcessChange};
pub use segment::{Segment, SegmentPhase};
pub use socket::{Descriptor, OpenFile, Socket};
pub use what::{Ending, Event, StepPhase, What};
