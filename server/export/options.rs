//! What an export may be asked for.

use serde::Deserialize;

use crate::event::host::Host;
use crate::export::picture::palette::Theme;

/// What is known of a run beside its events.
#[derive(Clone, Debug, Default)]
pub struct ExportInfo {
    /// What it is called, in the language of the export.
    pub title: String,
    /// The absolute address of the page that shows it, if there is one.
    pub address: Option<String>,
}

/// How an export shall be.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
pub struct ExportOptions {
    /// The colours of pictures.
    #[serde(default)]
    pub theme: Theme,
    /// The host that packetdrill has under test; the client where none is named.
    pub host: Option<Host>,
    /// Of a PNG, whether it is the card for chats, 1200 × 630; its value is `1`.
    #[serde(default, deserialize_with = "is_one")]
    pub preview: bool,
}

pub(crate) fn is_one<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "1" => Ok(true),
        "0" => Ok(false),
        other => Err(serde::de::Error::custom(format!(
            "preview is 1 or 0, not {other:?}"
        ))),
    }
}
