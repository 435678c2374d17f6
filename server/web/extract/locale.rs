//! The language that a visitor reads.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};

use crate::i18n::Language;
use crate::web::extract::quality_list::quality_list;

/// The language of an answer: by `?lang=`, else by the cookie, else by Accept-Language, else English.
#[derive(Clone, Copy)]
pub(crate) struct Locale {
    pub(crate) language: Language,
    /// The address named the language: a cookie shall remember it.
    pub(crate) is_named: bool,
}

impl<S: Sync> FromRequestParts<S> for Locale {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Locale, Infallible> {
        let mut query = parts.uri.query().unwrap_or("").split('&');
        let named = query.find_map(|part| part.strip_prefix("lang="));
        if let Some(language) = named.and_then(Language::named) {
            return Ok(Locale {
                language,
                is_named: true,
            });
        }
        let language = remembered(&parts.headers).or_else(|| accepted(&parts.headers));
        Ok(Locale {
            language: language.unwrap_or(Language::English),
            is_named: false,
        })
    }
}

/// The language in the cookie.
fn remembered(headers: &HeaderMap) -> Option<Language> {
    let cookies = headers.get(COOKIE).map(HeaderValue::to_str)?.ok()?;
    let mut cookies = cookies.split(';');
    let tag = cookies.find_map(|cookie| cookie.trim().strip_prefix("lang="))?;
    Language::named(tag)
}

/// The language of ours that Accept-Language prefers (RFC 9110, section 12.5.4); of equals the first one.
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let accepted = quality_list(headers, ACCEPT_LANGUAGE).filter(|(_, quality)| *quality > 0.0);
    let ours = accepted.filter_map(|(tag, quality)| Some((Language::named(tag)?, quality)));
    let best = ours.reduce(|best, next| if best.1 >= next.1 { best } else { next });
    best.map(|(language, _)| language)
}
