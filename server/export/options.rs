//! The parameters of an export: facts about the run that its events do not have, and the options of a request.

use serde::Deserialize;

use crate::event::host::Host;
use crate::export::picture::palette::Theme;

/// Facts about a run that are not in its events.
#[derive(Clone, Debug, Default)]
pub struct ExportInfo {
    /// The title, in the language of the export.
    pub title: String,
    /// The absolute address of the page that shows the run, if there is one.
    pub address: Option<String>,
}

/// The options of an export, as the query of its address has them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
pub struct ExportOptions {
    /// The colours of pictures.
    #[serde(default)]
    pub theme: Theme,
    /// The host under test in a packetdrill script; the client where none is named.
    pub host: Option<Host>,
    /// Whether a PNG is the card that chats show beside a link, 1200 × 630 pixels. The query has `preview=1`.
    #[serde(default, rename = "preview", deserialize_with = "is_one")]
    pub card: bool,
}

/// Reads `1` or `0`.
fn is_one<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "1" => Ok(true),
        "0" => Ok(false),
        other => Err(serde::de::Error::custom(format!(
            "preview is 1 or 0, not {other:?}"
        ))),
    }
}
