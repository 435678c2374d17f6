//! The languages that fourwave speaks, and its words in them: web/words/en.toml and zh.toml, the same keys in both.

use std::collections::BTreeMap;
use std::sync::OnceLock;

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

    /// The other one.
    pub fn other(self) -> Language {
        match self {
            Language::English => Language::Chinese,
            Language::Chinese => Language::English,
        }
    }

    /// All words in this language, by their keys.
    pub fn table(self) -> &'static BTreeMap<String, String> {
        static TABLES: OnceLock<[BTreeMap<String, String>; 2]> = OnceLock::new();
        let tables = TABLES.get_or_init(|| {
            [
                include_str!("../web/words/en.toml"),
                include_str!("../web/words/zh.toml"),
            ]
            .map(|text| toml::from_str(text).expect("the words are a table of texts"))
        });
        &tables[self as usize]
    }

    /// One text; its key where there is none, which a test finds.
    pub fn word(self, key: &str) -> &str {
        self.table().get(key).map_or(key, String::as_str)
    }

    /// One text with its gaps filled, such as `{time}`.
    pub fn say(self, key: &'static str, values: &[(&str, &str)]) -> String {
        let text = self.word(key).to_owned();
        values.iter().fold(text, |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// A scenario's text in this language.
    pub fn of(self, words: &Text) -> &str {
        match self {
            Language::English => &words.en,
            Language::Chinese => &words.zh,
        }
    }

    /// The language of such a tag, whatever its region or script.
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
