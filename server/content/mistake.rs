//! A script's mistakes in words, from web/words/script.en.toml and script.zh.toml.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::content::file_error::draw_at;
use crate::i18n::Language;
use crate::script::{Diagnostic, Expected, Found};

/// A diagnostic in a language. Shown as `LINE:COLUMN: found …, expected …`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mistake {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// Characters that are wrong; at least 1.
    pub length: usize,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
}

impl Mistake {
    /// A diagnostic's words in a language.
    pub fn new(diagnostic: &Diagnostic, language: Language) -> Mistake {
        let Diagnostic {
            line,
            column,
            length,
            found,
            expected,
        } = diagnostic;
        Mistake {
            line: *line,
            column: *column,
            length: *length,
            found: found_text(found, language),
            expected: expected_text(expected, language),
        }
    }

    /// The mistake under its line of `text`, as compilers show it; `name` is the text's.
    pub fn draw(&self, name: &str, text: &str) -> String {
        let message = format!("found {}, expected {}", self.found, self.expected);
        draw_at(name, text, [self.line, self.column, self.length], &message)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: found {}, expected {}",
            self.line, self.column, self.found, self.expected
        )
    }
}

/// Diagnostics in a language.
pub fn in_language(language: Language, diagnostics: &[Diagnostic]) -> Vec<Mistake> {
    let worded = diagnostics
        .iter()
        .map(|diagnostic| Mistake::new(diagnostic, language));
    worded.collect()
}

/// What stands there, in a language.
pub fn found_text(found: &Found, language: Language) -> String {
    fill(&texts(language).found[found.key()], &found.gaps())
}

/// What should stand there, in a language.
pub fn expected_text(expected: &Expected, language: Language) -> String {
    fill(&texts(language).expected[expected.key()], &expected.gaps())
}

/// The texts of one language, by key.
#[derive(Deserialize)]
struct Texts {
    found: BTreeMap<String, String>,
    expected: BTreeMap<String, String>,
}

static ENGLISH: LazyLock<Texts> =
    LazyLock::new(|| read(include_str!("../../web/words/script.en.toml")));
static CHINESE: LazyLock<Texts> =
    LazyLock::new(|| read(include_str!("../../web/words/script.zh.toml")));

fn read(text: &str) -> Texts {
    toml::from_str(text).expect("a table of texts for what is found, and one for what is expected")
}

fn texts(language: Language) -> &'static Texts {
    match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    }
}

fn fill(text: &str, gaps: &[(&str, &str)]) -> String {
    gaps.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::vocabulary::{SOCKET_OPTIONS, WIRE_ACTIONS};

    /// The gaps of a text, in the order of their names.
    fn gaps(text: &str) -> Vec<&str> {
        let mut gaps: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|part| Some(part.split_once('}')?.0))
            .collect();
        gaps.sort_unstable();
        gaps
    }

    #[test]
    fn every_key_has_a_text_in_both_languages_with_the_same_gaps() {
        for texts in [&*ENGLISH, &*CHINESE] {
            for (keys, texts) in [
                (Found::KEYS, &texts.found),
                (Expected::KEYS, &texts.expected),
            ] {
                for (key, expected) in keys {
                    let mut expected = expected.to_vec();
                    expected.sort_unstable();
                    let text = texts
                        .get(*key)
                        .unwrap_or_else(|| panic!("{key} has a text"));
                    assert_eq!(gaps(text), expected, "{key}: {text}");
                }
                assert_eq!(texts.len(), keys.len(), "no text without a key");
            }
        }
    }

    #[test]
    fn gaps_are_filled_in_each_languages_order() {
        let found = Found::UnknownSocket {
            socket: "x".into(),
            host: "client".into(),
        };
        for (language, expected) in [
            (Language::English, "the socket `x` of client"),
            (Language::Chinese, "client 的套接字 `x`"),
        ] {
            assert_eq!(found_text(&found, language), expected);
        }
    }

    #[test]
    fn lists_of_words_name_every_word() {
        for language in [Language::English, Language::Chinese] {
            for (expected, words) in [
                (Expected::SocketOption, &SOCKET_OPTIONS[..]),
                (Expected::WireAction, &WIRE_ACTIONS[..]),
            ] {
                let text = expected_text(&expected, language);
                let listed = |word: &&str| text.split([' ', ',', '、']).any(|part| part == *word);
                assert!(words.iter().all(listed), "{text}");
            }
        }
    }
}
