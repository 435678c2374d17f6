//! A run that is exported.

use crate::event::{Event, What};
use crate::i18n::Language;
use crate::web::recording_ref::RecordingRef;

/// A run that somebody wants to keep.
pub(crate) struct ExportedRun {
    /// How its files are called, behind `fourwave-`.
    pub(crate) name: String,
    /// The page that shows it, as a path.
    pub(crate) page: String,
    /// The same as an absolute address, where it is known how this server is called.
    pub(crate) address: Option<String>,
    /// Its events, one a line.
    pub(crate) events: String,
}

/// What a run is called: as its lesson or its cell of the atlas, else as any script.
pub(crate) fn title(events: &[Event], language: Language) -> String {
    let scenario = match events.first().map(|event| &event.what) {
        Some(What::Run { scenario, .. }) => scenario.as_deref(),
        _ => None,
    };
    let recording_ref = scenario.map(RecordingRef::of_scenario);
    let title = recording_ref.and_then(|known| known.title(language));
    title.unwrap_or_else(|| language.word("export.untitled").to_owned())
}
