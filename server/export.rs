//! A run in the formats of other people's tools. Pure functions: events in, text or bytes out.
//!
//! [`Format`] names them. The picture is made in four steps: [`layout`] says where each event stands, [`ladder`] draws
//! that with a [`pen`], [`svg`] puts title and footer around it, [`png`] makes dots of it; [`preview`] is the same ladder
//! for the cards of chats. [`markdown`], [`packetdrill`] and [`json`] read the events themselves.

pub mod format;
pub(crate) mod json;
pub(crate) mod markdown;
pub mod options;
pub(crate) mod packetdrill;
pub mod pcapng;
pub mod picture;
pub(crate) mod run_facts;
pub mod terminal;
pub mod text_width;
pub mod worksheet;

use crate::event::Event;
use crate::event::host::Host;
use crate::export::format::Format;
use crate::export::options::{ExportInfo, ExportOptions};
use crate::i18n::Language;

pub use picture::palette::Theme;
pub use picture::png::RenderError;

/// A run's export, from however many of its events there are.
///
/// # Errors
/// Where a picture cannot be made of dots.
pub fn export(
    events: &[Event],
    format: Format,
    about: &ExportInfo,
    language: Language,
    wish: ExportOptions,
) -> Result<Vec<u8>, RenderError> {
    let host = wish.host.unwrap_or(Host::Client);
    Ok(match format {
        Format::Pcapng => pcapng::capture(events),
        Format::Json => json::object(events).into_bytes(),
        Format::Svg => picture(events, about, language, wish.theme).into_bytes(),
        Format::Png => picture::png::picture(events, about, language, wish)?,
        Format::Markdown => markdown::text(events, about, language).into_bytes(),
        Format::Packetdrill => packetdrill::script(events, about, host).into_bytes(),
    })
}

/// The picture of a run as SVG, with the fonts of whoever looks at it.
pub fn picture(events: &[Event], about: &ExportInfo, language: Language, theme: Theme) -> String {
    picture::svg::draw(events, about, language, theme, &picture::svg_writer::SYSTEM)
}

/// The events of a run's JSON export.
///
/// # Errors
/// Where the text is none.
pub fn from_json(text: &str) -> Result<Vec<Event>, serde_json::Error> {
    json::events(text)
}
