//! Exercise sheets: a run as a table with blanks, or its segments in no order. Pure: the same events and the same seed
//! give the same sheet, and its key.
//!
//! [`table`] makes rows of the events and says which cells can be concluded from the others, [`blanks`] chooses among
//! those, [`shuffle`] mixes.

pub mod blanks;
pub mod inferable;
pub mod rng;
pub mod shuffle;
pub mod table;

pub use rng::Rng;
