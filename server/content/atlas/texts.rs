//! The words of the atlas: web/words/atlas.toml.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::content::atlas::cell::{AtlasCell, Stimulus, Unreachable};
use crate::content::source::Citation;
use crate::i18n::{Language, Text, embedded_toml};

/// The words of the atlas.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    page: BTreeMap<String, Text>,
    stimuli: BTreeMap<String, StimulusWords>,
    why: BTreeMap<String, UnreachableWords>,
    notes: BTreeMap<String, CellNote>,
}

/// What happens to a connection, in words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StimulusWords {
    /// Above its column.
    pub(crate) head: Text,
    /// With a state: the title of a cell.
    pub(crate) title: Text,
    /// What is done.
    pub(crate) what: Text,
}

/// UnreachableWords a cell cannot be tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnreachableWords {
    /// In the cell.
    pub(crate) short: Text,
    /// In a sentence.
    pub(crate) text: Text,
}

/// What is worth saying of a cell.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CellNote {
    pub(crate) text: Text,
    pub(crate) sources: Vec<Citation>,
}

/// The words of the atlas.
pub(crate) fn texts() -> &'static Texts {
    static TEXTS: LazyLock<Texts> =
        LazyLock::new(|| embedded_toml(include_str!("../../../web/words/atlas.toml")));
    &TEXTS
}

impl Texts {
    pub(crate) fn page(&self, key: &str) -> &Text {
        self.page
            .get(key)
            .unwrap_or_else(|| panic!("the atlas has no word {key:?}"))
    }

    pub(crate) fn stimulus(&self, stimulus: Stimulus) -> &StimulusWords {
        &self.stimuli[stimulus.id()]
    }

    pub(crate) fn why(&self, why: Unreachable) -> &UnreachableWords {
        &self.why[name(why)]
    }

    pub(crate) fn note(&self, cell: &AtlasCell) -> Option<&CellNote> {
        let (state, stimulus) = (cell.state.name(), cell.stimulus.id());
        self.notes.get(&format!("{state}/{stimulus}"))
    }
}

/// A reason's name, for addresses within the page.
pub(crate) fn name(why: Unreachable) -> &'static str {
    match why {
        Unreachable::NoConnection => "no_connection",
        Unreachable::NoWindow => "no_window",
    }
}

/// What a cell is called.
pub(crate) fn title(cell: &AtlasCell, language: Language) -> String {
    let words = texts().stimulus(cell.stimulus);
    language
        .of(&words.title)
        .replace("{state}", cell.state.name())
}
