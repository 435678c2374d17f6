//! What states and errors are: web/words/states.toml and errors.toml.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::content::source::Citation;
use crate::i18n::{Language, embedded_toml};
use crate::tcp::errno;
use crate::tcp::state::State;

/// A state or an error, explained.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GlossaryEntry {
    en: String,
    zh: String,
    /// Other names that it goes by.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// What Windows documents for such situations.
    #[serde(default)]
    pub(crate) winsock: Vec<Winsock>,
    pub(crate) sources: Vec<Citation>,
}

/// An error of Winsock's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Winsock {
    pub(crate) name: String,
    pub(crate) number: u32,
}

impl GlossaryEntry {
    pub(crate) fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }
}

type Glossary = BTreeMap<String, GlossaryEntry>;

fn states() -> &'static Glossary {
    static STATES: LazyLock<Glossary> =
        LazyLock::new(|| embedded_toml(include_str!("../../web/words/states.toml")));
    &STATES
}

/// The errors that are explained, by Linux's names.
pub(crate) fn errors() -> &'static Glossary {
    static ERRORS: LazyLock<Glossary> =
        LazyLock::new(|| embedded_toml(include_str!("../../web/words/errors.toml")));
    &ERRORS
}

/// What a state is.
pub(crate) fn state(state: State) -> &'static GlossaryEntry {
    &states()[state.name()]
}

/// The state of a name, as the RFC or as others write it.
pub(crate) fn state_named(name: &str) -> Option<State> {
    let name = name.to_ascii_uppercase().replace('-', "_");
    State::ALL
        .into_iter()
        .find(|one| one.name() == name || state(*one).also.contains(&name))
}

/// Linux's name of the error that goes by a name or a number, Linux's or Winsock's; of several the one that has no other
/// number there.
pub(crate) fn error_named(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_uppercase();
    let own = |(linux, _): &(&'static String, &GlossaryEntry)| {
        **linux == name || errno::number(linux).is_some_and(|number| number.to_string() == name)
    };
    let found = errors().iter().find(own).or_else(|| {
        let by_winsock = errors().iter().filter(|(_, entry)| {
            let is = |other: &Winsock| other.name == name || other.number.to_string() == name;
            entry.winsock.iter().any(is)
        });
        by_winsock.min_by_key(|(_, entry)| entry.winsock.len())
    });
    found.map(|(linux, _)| linux.as_str())
}
