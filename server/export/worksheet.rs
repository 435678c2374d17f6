//! Worksheets: a run as a table with blanks, or its segments in random order. Pure: the same events and the same seed give
//! the same worksheet and the same key.
//!
//! [`table`] makes rows of the events, and marks the cells that a reader can infer. [`blanks`] chooses among these cells;
//! [`shuffle`] mixes the segments.

pub mod blanks;
pub mod inferable;
pub mod rng;
pub mod shuffle;
pub mod table;

pub use rng::Rng;
