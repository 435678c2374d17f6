//! The page for an address that leads nowhere.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::web::extract::locale::Locale;
use crate::web::pages::layout::{Layout, page};
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound {
    layout: Layout,
    path: String,
    title: &'static str,
    /// What to know about pages of that kind.
    hint: Option<String>,
}

/// Any other address.
pub(crate) async fn not_found(
    State(server): State<AppState>,
    locale: Locale,
    uri: Uri,
) -> Response {
    not_found_with_hint(&server, &locale, &uri, None).await
}

/// No such page, with a hint.
pub(crate) async fn not_found_with_hint(
    server: &AppState,
    locale: &Locale,
    uri: &Uri,
    hint: Option<String>,
) -> Response {
    let title = locale.language.word("missing.title");
    render(server, locale, uri, (StatusCode::NOT_FOUND, title, hint)).await
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
    render(
        server,
        locale,
        uri,
        (StatusCode::SERVICE_UNAVAILABLE, title, hint),
    )
    .await
}

async fn render(
    server: &AppState,
    locale: &Locale,
    uri: &Uri,
    (status, title, hint): (StatusCode, &'static str, Option<String>),
) -> Response {
    let layout = Layout::new(server, locale, uri).await;
    let path = uri.path().to_owned();
    let not_found = NotFound {
        layout,
        path,
        title,
        hint,
    };
    page(&not_found, locale, status)
}
