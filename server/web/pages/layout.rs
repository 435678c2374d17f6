//! What every page needs: its language, its files, what the machine refuses.

use askama::Template;
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};

use crate::content::markup;
use crate::i18n::{Language, Text};
use crate::lab::sandbox::remedy::{self, Remedy};
use crate::web::assets;
use crate::web::blocking::blocking;
use crate::web::extract::base_url::BaseUrl;
use crate::web::extract::locale::Locale;
use crate::web::state::AppState;

/// What every page needs.
pub(crate) struct Layout {
    pub(crate) lang: Language,
    pub(crate) version: String,
    /// This page's path.
    pub(crate) path: String,
    /// This page's address in the other language.
    pub(crate) switch: String,
    /// What the machine refuses, if it does.
    pub(crate) remedy: Option<Remedy>,
    /// What chats show beside a link to this page, if there is something to show.
    pub(crate) preview: Option<LinkPreview>,
}

/// What chats show beside a link: <https://ogp.me>.
pub(crate) struct LinkPreview {
    pub(crate) title: String,
    /// In a sentence or two, without marks.
    pub(crate) description: String,
    /// The absolute address of the page.
    pub(crate) page: String,
    /// The absolute address of the picture: a PNG of 1200 × 630 dots.
    pub(crate) image: String,
}

impl LinkPreview {
    /// The preview of a page that shows a run, by the addresses of the page and of the run's events. None where nobody knows
    /// how this server is called.
    pub(crate) fn new(
        base_url: &BaseUrl,
        language: Language,
        [title, description]: [&str; 2],
        page: &str,
        events: &str,
    ) -> Option<LinkPreview> {
        let tag = language.tag();
        Some(LinkPreview {
            title: title.into(),
            description: markup::plain_text(description),
            page: base_url.address(page)?,
            image: base_url.address(&format!("{events}/png?preview=1&lang={tag}"))?,
        })
    }
}

impl Layout {
    pub(crate) async fn new(server: &AppState, locale: &Locale, uri: &Uri) -> Layout {
        let lab = server.lab.clone();
        let ability = blocking(move || lab.ability()).await;
        let query = uri.query().unwrap_or("").split('&');
        let kept = query.filter(|part| !part.is_empty() && !part.starts_with("lang="));
        let other = format!("lang={}", locale.language.other().tag());
        let query: Vec<&str> = kept.chain([other.as_str()]).collect();
        Layout {
            lang: locale.language,
            version: assets::version(),
            path: uri.path().to_owned(),
            switch: format!("?{}", query.join("&")),
            remedy: ability.err().map(|refusal| remedy::remedy(&refusal)),
            preview: None,
        }
    }

    /// A scenario's text as HTML.
    pub(crate) fn html(&self, words: &Text) -> String {
        markup::html(self.lang.of(words))
    }

    pub(crate) fn w(&self, key: &'static str) -> &'static str {
        self.lang.word(key)
    }
}

/// Renders a page; the language that its address asked for is remembered.
pub(crate) fn page(template: &impl Template, locale: &Locale, status: StatusCode) -> Response {
    let html = template
        .render()
        .expect("templates render whatever they are given");
    let mut response = (
        status,
        [(header::VARY, "Accept-Language, Cookie")],
        Html(html),
    )
        .into_response();
    if locale.is_named {
        let cookie = format!(
            "lang={}; Path=/; Max-Age=31536000; SameSite=Lax",
            locale.language.tag()
        );
        response.headers_mut().insert(
            header::SET_COOKIE,
            cookie.parse().expect("a cookie of plain letters"),
        );
    }
    response
}

/// JSON that can stand inside a script element: no `</script>` can occur in it.
pub(crate) fn script_safe(data: &serde_json::Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

/// A moment of a run as addresses name it: ms since it began, and just behind the event, so that it has happened.
pub(crate) fn moment(t: u64) -> String {
    format!("{:.4}", t as f64 / 1000.0 + 0.0005)
}

/// The same for people.
pub(crate) fn clock(t: u64) -> String {
    format!("{:.1} s", t as f64 / 1e6)
}
