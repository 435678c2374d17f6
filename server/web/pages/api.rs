//! The API for people: what it is, and commands that work when they are pasted.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::web::extract::base_url::BaseUrl;
use crate::web::extract::locale::Locale;
use crate::web::pages::layout::{Layout, page};
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "api.html")]
struct Api {
    layout: Layout,
    /// This server, as it is reached.
    server: String,
}

/// GET /api
pub(crate) async fn api(
    State(server): State<AppState>,
    locale: Locale,
    uri: Uri,
    base_url: BaseUrl,
) -> Response {
    let layout = Layout::new(&server, &locale, &uri).await;
    let server = base_url.address("");
    let server = server.unwrap_or_else(|| "http://localhost".into());
    page(&Api { layout, server }, &locale, StatusCode::OK)
}
