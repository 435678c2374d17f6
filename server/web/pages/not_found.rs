//! Whatever else is asked for.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::web::extract::locale::Locale;
use crate::web::pages::layout::{Layout, page};
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "not_found.html")]
struct Missing {
    frame: Layout,
    path: String,
    title: &'static str,
    /// What to know about pages of that kind.
    hint: Option<String>,
}

/// Any other address.
pub(crate) async fn not_found(State(server): State<AppState>, locale: Locale, uri: Uri) -> Response {
    missing(&server, &locale, &uri, None).await
}

/// No such page, with a hint.
pub(crate) async fn missing(
    server: &AppState,
    locale: &Locale,
    uri: &Uri,
    hint: Option<String>,
) -> Response {
    let title = locale.language.word("missing.title");
    show(server, locale, uri, (StatusCode::NOT_FOUND, title, hint)).await
}

/// A page that there may be, but that the machine does not give.
pub(crate) async fn unreadable(
    server: &AppState,
    locale: &Locale,
    uri: &Uri,
    why: &str,
) -> Response {
    let title = locale.language.word("kept.unreadable");
    let hint = Some(why.to_owned());
    show(
        server,
        locale,
        uri,
        (StatusCode::SERVICE_UNAVAILABLE, title, hint),
    )
    .await
}

async fn show(
    server: &AppState,
    locale: &Locale,
    uri: &Uri,
    (status, title, hint): (StatusCode, &'static str, Option<String>),
) -> Response {
    let frame = Layout::new(server, locale, uri).await;
    let path = uri.path().to_owned();
    let missing = Missing {
        frame,
        path,
        title,
        hint,
    };
    page(&missing, locale, status)
}
