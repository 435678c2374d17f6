//! The pictures of a run, and how they are made.
//!
//! [`layout`] gives every event a height. [`ladder`] draws the layout with the [`svg_writer`], in the colours of the
//! [`palette`]. [`svg`] adds title, calls and footer: that is the picture. [`card`] is the ladder's last part in the size
//! that chats show, [`thumbnail`] the small picture of a lesson. [`png`] renders an SVG as pixels.

pub(crate) mod card;
pub(crate) mod ladder;
pub(crate) mod layout;
pub(crate) mod palette;
pub(crate) mod png;
pub(crate) mod svg;
pub(crate) mod svg_writer;
pub mod thumbnail;
