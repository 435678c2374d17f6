//! What the atlas says and shows: its words, web/words/atlas.toml, and its recordings.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::api;
use super::words::Language;
use crate::atlas::archive::{self, Recorded};
use crate::atlas::{Cell, Stimulus, Unreachable};
use crate::catalogue;
use crate::recording;
use crate::scenario::{Source, Words};

/// The words of the atlas.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    page: BTreeMap<String, Words>,
    stimuli: BTreeMap<String, StimulusWords>,
    why: BTreeMap<String, Why>,
    notes: BTreeMap<String, Note>,
}

/// What happens to a connection, in words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StimulusWords {
    /// Above its column.
    pub(super) head: Words,
    /// With a state: the title of a cell.
    pub(super) title: Words,
    /// What is done.
    pub(super) what: Words,
}

/// Why a cell cannot be tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    /// In the cell.
    pub(super) short: Words,
    /// In a sentence.
    pub(super) text: Words,
}

/// What is worth saying of a cell.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    pub(super) text: Words,
    pub(super) sources: Vec<Source>,
}

/// The words of the atlas.
pub(super) fn texts() -> &'static Texts {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    TEXTS.get_or_init(|| {
        toml::from_str(include_str!("../../web/words/atlas.toml")).expect("the atlas has its words")
    })
}

impl Texts {
    pub(super) fn page(&self, key: &str) -> &Words {
        self.page
            .get(key)
            .unwrap_or_else(|| panic!("the atlas has no word {key:?}"))
    }

    pub(super) fn stimulus(&self, stimulus: Stimulus) -> &StimulusWords {
        &self.stimuli[stimulus.id()]
    }

    pub(super) fn why(&self, why: Unreachable) -> &Why {
        &self.why[name(why)]
    }

    pub(super) fn note(&self, cell: &Cell) -> Option<&Note> {
        let (state, stimulus) = (cell.state.name(), cell.stimulus.id());
        self.notes.get(&format!("{state}/{stimulus}"))
    }
}

/// A reason's name, for addresses within the page.
pub(super) fn name(why: Unreachable) -> &'static str {
    match why {
        Unreachable::NoConnection => "no_connection",
        Unreachable::NoWindow => "no_window",
    }
}

/// The shipped recordings by the ids of their cells. Reads all of them when it is asked for the first time.
pub(super) fn recorded() -> &'static BTreeMap<String, Recorded> {
    static ALL: OnceLock<BTreeMap<String, Recorded>> = OnceLock::new();
    ALL.get_or_init(|| {
        let Some(packed) = catalogue::recording("atlas") else {
            return BTreeMap::new();
        };
        archive::read(&packed).unwrap_or_else(|error| panic!("the atlas is broken: {error}"))
    })
}

/// A cell's recording, packed.
fn packed(id: &str) -> Option<Vec<u8>> {
    let place = recorded().get(id)?.place.clone();
    Some(catalogue::recording("atlas")?.get(place)?.to_vec())
}

/// A cell's recorded run, one event a line.
pub(super) fn lines(id: &str) -> Option<String> {
    let lines = recording::unpack(&packed(id)?);
    Some(lines.unwrap_or_else(|error| panic!("the atlas is broken: {error}")))
}

/// What a cell is called.
pub(super) fn title(cell: &Cell, language: Language) -> String {
    let words = texts().stimulus(cell.stimulus);
    language
        .of(&words.title)
        .replace("{state}", cell.state.name())
}

/// GET /api/atlas/STATE/STIMULUS: a cell's recorded run, one event a line.
pub(super) async fn recording(
    Path((state, stimulus)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let id = format!("atlas/{state}/{stimulus}");
    match packed(&id) {
        Some(packed) => api::shipped(&headers, packed),
        None => api::unknown_recording(&id),
    }
}
