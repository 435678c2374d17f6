//! A run in the formats of other tools. Pure functions: events in, text or bytes out.
//!
//! [`Format`] has the list. [`picture`] draws SVG and PNG, [`pcapng`] writes a capture file, [`packetdrill`] a test
//! script, [`markdown`] a text with a diagram, [`json`] one object. [`terminal`] draws a run while it is played;
//! [`worksheet`] makes exercises of it.

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

/// The export of a run, finished or not.
///
/// # Errors
/// Where a picture cannot be rendered as PNG.
pub fn export(
    events: &[Event],
    format: Format,
    info: &ExportInfo,
    language: Language,
    options: ExportOptions,
) -> Result<Vec<u8>, RenderError> {
    let host = options.host.unwrap_or(Host::Client);
    Ok(match format {
        Format::Pcapng => pcapng::capture(events),
        Format::Json => json::object(events).into_bytes(),
        Format::Svg => picture(events, info, language, options.theme).into_bytes(),
        Format::Png => picture::png::picture(events, info, language, options)?,
        Format::Markdown => markdown::text(events, info, language).into_bytes(),
        Format::Packetdrill => packetdrill::script(events, info, host).into_bytes(),
    })
}

/// The picture of a run as SVG, with the fonts of the viewer's system.
pub fn picture(events: &[Event], info: &ExportInfo, language: Language, theme: Theme) -> String {
    picture::svg::draw(events, info, language, theme, &picture::svg_writer::SYSTEM)
}

/// The events of a run's JSON export.
///
/// # Errors
/// Where the text is not such an export.
pub fn from_json(text: &str) -> Result<Vec<Event>, serde_json::Error> {
    json::events(text)
}
