//! The words of the pages, in English and Chinese: web/words/en.toml and zh.toml, the same keys in both.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use std::convert::Infallible;

use crate::scenario;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Language {
    English,
    Chinese,
}

impl Language {
    /// As in the `lang` attribute (RFC 5646).
    pub(super) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }

    pub(super) fn other(self) -> Language {
        match self {
            Language::English => Language::Chinese,
            Language::Chinese => Language::English,
        }
    }

    /// The words of the page in this language.
    pub(super) fn table(self) -> &'static BTreeMap<String, String> {
        static TABLES: OnceLock<[BTreeMap<String, String>; 2]> = OnceLock::new();
        let tables = TABLES.get_or_init(|| {
            [
                include_str!("../../web/words/en.toml"),
                include_str!("../../web/words/zh.toml"),
            ]
            .map(|text| toml::from_str(text).expect("the words are a table of texts"))
        });
        &tables[self as usize]
    }

    /// One text; its key where there is none, which a test finds.
    pub(super) fn word(self, key: &'static str) -> &'static str {
        self.table().get(key).map_or(key, String::as_str)
    }

    /// A scenario's text in this language.
    pub(super) fn of(self, words: &scenario::Words) -> &str {
        match self {
            Language::English => &words.en,
            Language::Chinese => &words.zh,
        }
    }

    fn named(tag: &str) -> Option<Language> {
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

/// The language that a request asks for, by `?lang=`, else by its cookie, else by Accept-Language; and whether it was
/// by the address, so that it shall be remembered.
pub(super) struct Asked(pub(super) Language, pub(super) bool);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Infallible> {
        let header = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value: &axum::http::HeaderValue| value.to_str().ok())
                .unwrap_or("")
        };
        let query = parts
            .uri
            .query()
            .unwrap_or("")
            .split('&')
            .find_map(|part| part.strip_prefix("lang="));
        if let Some(language) = query.and_then(Language::named) {
            return Ok(Asked(language, true));
        }
        let cookie = header(header::COOKIE)
            .split(';')
            .find_map(|part| part.trim().strip_prefix("lang="));
        let language = cookie
            .and_then(Language::named)
            .or_else(|| accepted(header(header::ACCEPT_LANGUAGE)));
        Ok(Asked(language.unwrap_or(Language::English), false))
    }
}

/// The most wanted of our languages in an Accept-Language header (RFC 9110, section 12.5.4).
fn accepted(header: &str) -> Option<Language> {
    let wanted = header.split(',').filter_map(|part| {
        let (tag, quality) = part.split_once(';').unwrap_or((part, "q=1"));
        let quality: f32 = quality.trim().strip_prefix("q=")?.parse().ok()?;
        Some((Language::named(tag)?, quality)).filter(|_| quality > 0.0)
    });
    // Of equals the first one counts.
    wanted
        .fold(None, |best: Option<(Language, f32)>, next| {
            if best.is_some_and(|best| best.1 >= next.1) {
                best
            } else {
                Some(next)
            }
        })
        .map(|(language, _)| language)
}
