//! A run in the formats of other people's tools. Pure functions: events in, text or bytes out.
//!
//! [`Format`] names them. The picture is made in four steps: [`layout`] says where each event stands, [`ladder`] draws
//! that with a [`pen`], [`svg`] puts title and footer around it, [`png`] makes dots of it; [`preview`] is the same ladder
//! for the cards of chats. [`markdown`], [`packetdrill`] and [`json`] read the events themselves.

mod facts;
mod json;
mod ladder;
mod layout;
mod markdown;
mod packetdrill;
mod palette;
mod pen;
mod png;
mod preview;
mod svg;

use serde::Deserialize;

use crate::event::{Event, Host};
use crate::language::Language;
use crate::pcapng;

pub use palette::Theme;
pub use png::RenderError;

/// What a run can be exported as.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// A capture file: [`crate::pcapng`].
    Pcapng,
    /// One JSON object with the script and every event.
    Json,
    /// The picture, to be scaled and printed.
    Svg,
    /// The picture in dots.
    Png,
    /// A text with a Mermaid sequence diagram, as GitHub shows it.
    Markdown,
    /// A script for packetdrill, in which one host is under test.
    Packetdrill,
}

impl Format {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Format; 6] = [
        Format::Pcapng,
        Format::Svg,
        Format::Png,
        Format::Markdown,
        Format::Packetdrill,
        Format::Json,
    ];

    /// As addresses name it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Pcapng => "pcapng",
            Format::Json => "json",
            Format::Svg => "svg",
            Format::Png => "png",
            Format::Markdown => "md",
            Format::Packetdrill => "packetdrill",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// How its files' names end.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Packetdrill => "pkt",
            format => format.name(),
        }
    }

    /// Its media type (RFC 6838), with the charset where it is text.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Pcapng => pcapng::MEDIA_TYPE,
            Format::Json => "application/json",
            Format::Svg => "image/svg+xml",
            Format::Png => "image/png",
            Format::Markdown => "text/markdown; charset=utf-8",
            Format::Packetdrill => "text/plain; charset=utf-8",
        }
    }

    /// Whether a browser can show it by itself.
    pub fn is_shown(self) -> bool {
        matches!(self, Format::Svg | Format::Png)
    }
}

/// What is known of a run beside its events.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// What it is called, in the language of the export.
    pub title: String,
    /// The absolute address of the page that shows it, if there is one.
    pub address: Option<String>,
}

/// How an export shall be.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
pub struct Wish {
    /// The colours of pictures.
    #[serde(default)]
    pub theme: Theme,
    /// The host that packetdrill has under test; the client where none is named.
    pub host: Option<Host>,
    /// Of a PNG, whether it is the card for chats, 1200 × 630; its value is `1`.
    #[serde(default, deserialize_with = "is_one")]
    pub preview: bool,
}

fn is_one<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "1" => Ok(true),
        "0" => Ok(false),
        other => Err(serde::de::Error::custom(format!(
            "preview is 1 or 0, not {other:?}"
        ))),
    }
}

/// A run's export, from however many of its events there are.
///
/// # Errors
/// Where a picture cannot be made of dots.
pub fn export(
    events: &[Event],
    format: Format,
    about: &About,
    language: Language,
    wish: Wish,
) -> Result<Vec<u8>, RenderError> {
    let host = wish.host.unwrap_or(Host::Client);
    Ok(match format {
        Format::Pcapng => pcapng::capture(events),
        Format::Json => json::object(events).into_bytes(),
        Format::Svg => picture(events, about, language, wish.theme).into_bytes(),
        Format::Png => png::picture(events, about, language, wish)?,
        Format::Markdown => markdown::text(events, about, language).into_bytes(),
        Format::Packetdrill => packetdrill::script(events, about, host).into_bytes(),
    })
}

/// The picture of a run as SVG, with the fonts of whoever looks at it.
pub fn picture(events: &[Event], about: &About, language: Language, theme: Theme) -> String {
    svg::draw(events, about, language, theme, &pen::SYSTEM)
}

/// The events of a run's JSON export.
///
/// # Errors
/// Where the text is none.
pub fn from_json(text: &str) -> Result<Vec<Event>, serde_json::Error> {
    json::events(text)
}
