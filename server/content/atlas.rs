//! The atlas: each of the eleven states against what can arrive and what a program can call.
//!
//! What is written here is how a connection is brought into a state and held there, and what is then done to it. What
//! comes of it is written nowhere: it is read from a run's events ([`answer`]), recorded by `fourwave record`
//! ([`archive`]) and played again wherever somebody wants to see it.

pub mod answer;
pub mod archive;
pub mod cell;
pub mod recorded;
pub(crate) mod texts;

pub use cell::{AtlasCell, Stimulus, TEST, Trial, Unreachable, cells, named, row};
