//! A run with all that its exports need: events, names and addresses.

use crate::event::{Event, What};
use crate::i18n::Language;
use crate::web::recording_ref::RecordingRef;

/// A run to be exported.
pub(crate) struct ExportedRun {
    /// The name of its files, behind `fourwave-`.
    pub(crate) name: String,
    /// The path of the page that shows it.
    pub(crate) page: String,
    /// The absolute address of that page, where the server's name is known.
    pub(crate) address: Option<String>,
    /// Its events, one a line.
    pub(crate) events: String,
}

/// The title of a run: its lesson's, or its atlas cell's, else the one of any script.
pub(crate) fn title(events: &[Event], language: Language) -> String {
    let scenario = match events.first().map(|event| &event.what) {
        Some(What::Run { scenario, .. }) => scenario.as_deref(),
        _ => None,
    };
    let recording_ref = scenario.map(RecordingRef::of_scenario);
    let title = recording_ref.and_then(|known| known.title(language));
    title.unwrap_or_else(|| language.word("export.untitled").to_owned())
}
