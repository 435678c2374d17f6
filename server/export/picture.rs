//! Pictures of a run.

pub(crate) mod card;
pub(crate) mod ladder;
pub(crate) mod layout;
pub(crate) mod palette;
pub(crate) mod png;
pub(crate) mod svg;
pub(crate) mod svg_writer;
pub mod thumbnail;
