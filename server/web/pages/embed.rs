//! The stage alone, for a frame in somebody else's page.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::i18n::Language;
use crate::web::assets;
use crate::web::extract::locale::Locale;
use crate::web::pages::layout::{page, script_safe};
use crate::web::recording_ref::RecordingRef;

/// What every page has that stands without the site's bar.
pub(crate) struct BareLayout {
    pub(crate) lang: Language,
    pub(crate) version: String,
}

impl BareLayout {
    pub(crate) fn new(lang: Language) -> BareLayout {
        BareLayout {
            lang,
            version: assets::version(),
        }
    }

    pub(crate) fn w(&self, key: &'static str) -> &'static str {
        self.lang.word(key)
    }
}

#[derive(Template)]
#[template(path = "embed.html")]
struct Embed {
    layout: BareLayout,
    title: String,
    /// The page that shows the same with everything around it.
    link: Option<String>,
    /// `light`, `dark`, or empty: as the visitor's system is.
    theme: &'static str,
    data: String,
}

/// The options that the address has.
#[derive(Deserialize)]
pub(crate) struct EmbedQuery {
    of: Option<String>,
    paused: Option<String>,
    answers: Option<String>,
    theme: Option<String>,
    t: Option<String>,
}

/// GET /embed?of=RECORDING
pub(crate) async fn embed(
    Locale { language: lang, .. }: Locale,
    Query(query): Query<EmbedQuery>,
) -> Response {
    let recording_ref = query.of.as_deref().and_then(RecordingRef::named);
    let title = recording_ref.as_ref().and_then(|known| known.title(lang));
    // Whether a kept recording exists, and for how long a run does, only the answer to the page's own question says.
    let unknown = match recording_ref {
        None => true,
        Some(RecordingRef::Lesson(_) | RecordingRef::Cell(_)) => title.is_none(),
        Some(RecordingRef::Run(_) | RecordingRef::Kept(_)) => false,
    };
    let known = recording_ref.filter(|_| !unknown);
    let run = match &known {
        Some(RecordingRef::Run(id)) => Some(id),
        _ => None,
    };
    let page_path = known.as_ref().map_or("/".into(), RecordingRef::page);
    let data = json!({
        "events": known.as_ref().map(RecordingRef::events),
        "run": run,
        "page": page_path,
        "paused": query.paused.as_deref() == Some("1"),
        "answers": query.answers.as_deref() != Some("0"),
        "t": query.t.and_then(|t| t.parse().ok()).filter(|t: &f64| t.is_finite()),
    });
    let embed = Embed {
        layout: BareLayout::new(lang),
        title: title.unwrap_or_else(|| "fourwave".into()),
        link: Some(page_path.clone()),
        theme: match query.theme.as_deref() {
            Some("dark") => "dark",
            Some("light") => "light",
            _ => "",
        },
        data: script_safe(&data),
    };
    let status = match unknown {
        true => StatusCode::NOT_FOUND,
        false => StatusCode::OK,
    };
    // In a frame nothing is remembered: the language is the address's.
    let locale = Locale {
        language: lang,
        is_named: false,
    };
    page(&embed, &locale, status)
}
