//! The language that a visitor reads.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::i18n::Language;

/// The language that a request asks for, by `?lang=`, else by its cookie, else by Accept-Language; and whether it was
/// by the address, so that it shall be remembered.
#[derive(Clone, Copy)]
pub(crate) struct Locale(pub(crate) Language, pub(crate) bool);

impl<S: Sync> FromRequestParts<S> for Locale {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Locale, Infallible> {
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
            return Ok(Locale(language, true));
        }
        let cookie = header(header::COOKIE)
            .split(';')
            .find_map(|part| part.trim().strip_prefix("lang="));
        let language = cookie
            .and_then(Language::named)
            .or_else(|| accepted(header(header::ACCEPT_LANGUAGE)));
        Ok(Locale(language.unwrap_or(Language::English), false))
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
