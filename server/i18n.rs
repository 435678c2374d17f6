//! The languages that fourwave speaks, and its words in them: web/words/en.toml and zh.toml, the same keys in both.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A language that the pages and pictures speak.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// As in the `lang` attribute (RFC 5646).
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }

    /// The other language.
    pub fn other(self) -> Language {
        match self {
            Language::English => Language::Chinese,
            Language::Chinese => Language::English,
        }
    }

    /// All words in this language, by their keys.
    pub fn table(self) -> &'static BTreeMap<String, String> {
        static TABLES: LazyLock<[BTreeMap<String, String>; 2]> = LazyLock::new(|| {
            [
                include_str!("../web/words/en.toml"),
                include_str!("../web/words/zh.toml"),
            ]
            .map(embedded_toml)
        });
        &TABLES[self as usize]
    }

    /// The text of a key; the key itself where there is none, which a test finds.
    pub fn word(self, key: &str) -> &str {
        self.table().get(key).map_or(key, String::as_str)
    }

    /// The text of a key with its gaps filled, such as `{time}`.
    pub fn say(self, key: &'static str, values: &[(&str, &str)]) -> String {
        let text = self.word(key).to_owned();
        values.iter().fold(text, |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// A text in this language.
    pub fn of(self, words: &Text) -> &str {
        match self {
            Language::English => &words.en,
            Language::Chinese => &words.zh,
        }
    }

    /// The language of a tag; region and script do not count.
    pub fn named(tag: &str) -> Option<Language> {
        match tag
            .trim()
            .split(['-', '_'])
            .next()?
            .to_ascii_lowercase()
            .as_str()
        {
            "en" => Some(Language::English),
            "zh" => Some(Language::Chinese),
            _ => None,
        }
    }
}

/// A text in both languages.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// Reads a TOML file that is part of the program.
///
/// # Panics
/// Where the file is not as `T` has it: a mistake of ours, which every test meets.
pub(crate) fn embedded_toml<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("an embedded file is broken: {error}"))
}
