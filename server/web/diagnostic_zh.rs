//! What the parser of scripts says, in the visitor's language: web/words/script.zh.toml has its phrases with gaps.

use std::sync::OnceLock;

use crate::i18n::Language;
use crate::script::Mistake;

/// A phrase in English and in Chinese, each cut at its gaps; the Chinese gaps may name the English one that they take.
struct Phrase {
    english: Vec<String>,
    chinese: String,
}

/// The mistakes with what was found and expected in a language.
pub(crate) fn in_language(language: Language, mistakes: Vec<Mistake>) -> Vec<Mistake> {
    if language == Language::English {
        return mistakes;
    }
    let translated = mistakes.into_iter().map(|mistake| Mistake {
        found: chinese(&mistake.found),
        expected: chinese(&mistake.expected),
        ..mistake
    });
    translated.collect()
}

/// A text in Chinese; as it is where there is no such phrase, which is a word of the script language then.
fn chinese(text: &str) -> String {
    let fitting = phrases().iter().find_map(|phrase| {
        let gaps = gaps(text, &phrase.english)?;
        Some(fill(&phrase.chinese, &gaps))
    });
    fitting.unwrap_or_else(|| text.to_owned())
}

/// What stands in the gaps of a phrase, where a text is that phrase.
fn gaps<'t>(text: &'t str, parts: &[String]) -> Option<Vec<&'t str>> {
    let (first, rest) = parts.split_first()?;
    let mut left = text.strip_prefix(first.as_str())?;
    let mut gaps = Vec::new();
    for (index, part) in rest.iter().enumerate() {
        let last = index + 1 == rest.len();
        let at = if last {
            left.len().checked_sub(part.len())?
        } else {
            left.find(part.as_str())?
        };
        if !left.is_char_boundary(at) || left[at..] != *part && last {
            return None;
        }
        gaps.push(&left[..at]);
        left = &left[at + part.len()..];
    }
    left.is_empty().then_some(gaps)
}

fn fill(phrase: &str, gaps: &[&str]) -> String {
    let mut text = phrase.to_owned();
    for (index, gap) in gaps.iter().enumerate() {
        let named = format!("{{{index}}}");
        text = if text.contains(&named) {
            text.replace(&named, gap)
        } else {
            text.replacen("{}", gap, 1)
        };
    }
    text
}

fn phrases() -> &'static [Phrase] {
    static ALL: OnceLock<Vec<Phrase>> = OnceLock::new();
    ALL.get_or_init(|| {
        let text = include_str!("../../web/words/script.zh.toml");
        let table: toml::Table = toml::from_str(text).expect("the phrases are a table of texts");
        let mut all: Vec<Phrase> = table
            .into_iter()
            .map(|(english, chinese)| Phrase {
                english: english.split("{}").map(str::to_owned).collect(),
                chinese: chinese.as_str().unwrap_or_default().to_owned(),
            })
            .collect();
        // Of two that fit, the one that says more.
        all.sort_by_key(|phrase| std::cmp::Reverse(phrase.english.concat().len()));
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_in_their_places() {
        for (english, expected) in [
            ("the end of the line", "行尾"),
            ("the socket `x` of client", "client 的套接字 `x`"),
            ("an actor (client, server, r)", "角色（client, server, r）"),
            ("read, write or both", "read、write 或 both"),
            ("`conect`", "`conect`"),
        ] {
            assert_eq!(chinese(english), expected);
        }
    }
}
