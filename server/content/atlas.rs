//! The atlas: each of the eleven states against each stimulus, a segment that arrives or a call of the program.
//!
//! The code has how a connection is brought into a state and held there, and the stimulus. No code has the kernel's answer:
//! it is read from a run's events ([`answer`]), which `fourwave record` records ([`archive`]).

pub mod answer;
pub mod archive;
pub mod cell;
pub mod recorded;
pub(crate) mod texts;

pub use cell::{AtlasCell, Stimulus, TEST, Trial, Unreachable, cells, named, row};
