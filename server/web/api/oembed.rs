//! oEmbed (oembed.com): what a page that is named in somebody's text is shown as there.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::{HeaderMapExt, Host};
use serde::Deserialize;
use serde_json::json;

use crate::content::markup;
use crate::i18n::Language;
use crate::recording;
use crate::web::extract::locale::Locale;
use crate::web::recording_ref::RecordingRef;
use crate::web::state::AppState;
use crate::web::{error, exported_run};

/// How large a frame is where nobody says, in CSS px.
const DEFAULT_WIDTH: u32 = 720;
const DEFAULT_HEIGHT: u32 = 540;

#[derive(Deserialize)]
pub(crate) struct OembedQuery {
    url: Option<String>,
    maxwidth: Option<String>,
    maxheight: Option<String>,
    format: Option<String>,
}

/// The code of a frame: what it may is what the page within needs, which is its own scripts and storage, and to open the
/// whole page beside it.
pub(crate) fn iframe(src: &str, title: &str, width: u32, height: u32) -> String {
    format!(
        "<iframe src=\"{}\" title=\"{}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" \
         sandbox=\"allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox\" allowfullscreen \
         style=\"border:0;max-width:100%\"></iframe>",
        markup::escape(src),
        markup::escape(title)
    )
}

/// The same, with gaps for the page's script: `{src}`.
pub(crate) fn iframe_template(title: &str) -> String {
    iframe("{src}", title, DEFAULT_WIDTH, DEFAULT_HEIGHT)
}

/// GET /oembed?url=PAGE
pub(crate) async fn oembed(
    State(server): State<AppState>,
    Locale { language: lang, .. }: Locale,
    headers: HeaderMap,
    Query(query): Query<OembedQuery>,
) -> Response {
    // XML is told apart from what nobody knows: the specification asks for 501 there.
    if query
        .format
        .is_some_and(|format| !format.eq_ignore_ascii_case("json"))
    {
        return (StatusCode::NOT_IMPLEMENTED, "only JSON is spoken here").into_response();
    }
    let Some(url) = query.url else {
        return error::wrong("name the page as url=ADDRESS");
    };
    let (Ok(width), Ok(height)) = (
        fit(DEFAULT_WIDTH, query.maxwidth),
        fit(DEFAULT_HEIGHT, query.maxheight),
    ) else {
        return error::wrong("maxwidth and maxheight are numbers of pixels, from 1 on");
    };
    let named = headers.typed_get::<Host>();
    let hosts = server.public_host().into_iter().chain(named);
    let hosts: Vec<String> = hosts.map(|host| host.to_string()).collect();
    let found = match embed_target(&url, &hosts) {
        Some(target) => title(&target.recording_ref, &server, lang)
            .await
            .map(|title| (target, title)),
        None => None,
    };
    let Some((target, title)) = found else {
        return error::unknown_recording(&url);
    };
    let title = format!("{title} · fourwave");
    let base_url = &target.base_url;
    let src = format!(
        "{base_url}/embed?of={}{}",
        target.recording_ref.value(),
        target.options
    );
    let answer = json!({
        "version": "1.0",
        "type": "rich",
        "provider_name": "fourwave",
        "provider_url": format!("{base_url}/"),
        "title": title,
        "html": iframe(&src, &title, width, height),
        "width": width,
        "height": height,
    });
    // Whoever asks from a browser may read what everybody may ask for.
    let open = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::VARY, "Accept-Language, Cookie"),
    ];
    (open, Json(answer)).into_response()
}

/// What a recording is called that this server has.
async fn title(recording_ref: &RecordingRef, server: &AppState, lang: Language) -> Option<String> {
    if let Some(title) = recording_ref.title(lang) {
        return Some(title);
    }
    let lines = recording_ref.lines(server).await.ok()?;
    let first = lines.lines().next().unwrap_or_default(); // it says what was played
    Some(exported_run::title(&recording::read(first), lang))
}

/// A size that is not above what was allowed.
fn fit(size: u32, most: Option<String>) -> Result<u32, ()> {
    match most.map(|most| most.parse()) {
        None => Ok(size),
        Some(Ok(most)) if most > 0 => Ok(size.min(most)),
        Some(_) => Err(()),
    }
}

/// What a page's address says of its frame.
#[derive(Debug, PartialEq)]
struct EmbedTarget {
    /// Scheme and host. Where only a path is given, as in the pages' own links, the page around the frame has the scheme.
    base_url: String,
    recording_ref: RecordingRef,
    /// Options of the frame, each with its `&`.
    options: String,
}

/// Reads the address of a page of this server, which has these names, the first for others; None where it is none.
fn embed_target(url: &str, hosts: &[String]) -> Option<EmbedTarget> {
    let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (base_url, rest) = match address.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            let (named, _) = rest.split_once('/')?;
            (format!("{scheme}://{named}"), &rest[named.len()..])
        }
        Some(_) => return None,
        None => (format!("//{}", hosts.first()?), address),
    };
    let (_, host) = base_url.split_once("//")?;
    if !hosts.iter().any(|own| own == host) {
        return None;
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let option = |part: &str, name: &str| {
        let value = part.split('&').find_map(|pair| pair.strip_prefix(name))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        (!value.is_empty() && value.bytes().all(plain)).then(|| format!("&{name}{value}"))
    };
    let options = [option(query, "lang="), option(fragment, "t=")];
    Some(EmbedTarget {
        base_url,
        recording_ref: RecordingRef::of_page(path)?,
        options: options.into_iter().flatten().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_host_are_targets() {
        let hosts = ["waves.test:4444", "127.0.0.1:4444"].map(String::from);
        let target = |url| embed_target(url, &hosts);
        let found = |base_url: &str, value: &str, options: &str| {
            Some(EmbedTarget {
                base_url: base_url.into(),
                recording_ref: RecordingRef::named(value).unwrap(),
                options: options.into(),
            })
        };
        for (url, expected) in [
            (
                "http://waves.test:4444/s/half-close",
                found("http://waves.test:4444", "s:half-close", ""),
            ),
            (
                "https://waves.test:4444/r/abc?lang=zh#t=12.500",
                found("https://waves.test:4444", "r:abc", "&lang=zh&t=12.500"),
            ),
            (
                "/atlas/TIME_WAIT/fin",
                found("//waves.test:4444", "atlas:TIME_WAIT/fin", ""),
            ),
            (
                "/s/half-close?lang=\"><script>",
                found("//waves.test:4444", "s:half-close", ""),
            ),
            (
                "http://127.0.0.1:4444/s/half-close",
                found("http://127.0.0.1:4444", "s:half-close", ""),
            ),
            ("http://elsewhere.test/s/half-close", None),
            ("http://waves.test/s/half-close", None),
            ("http://waves.test:4444", None),
            ("http://waves.test:4444/article", None),
            ("javascript://waves.test:4444/s/half-close", None),
            ("//elsewhere.test/s/half-close", None),
        ] {
            assert_eq!(target(url), expected, "{url}");
        }
    }
}
