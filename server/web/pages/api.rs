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
    frame: Layout,
    /// This server, as it is reached.
    server: String,
}

/// GET /api
pub(crate) async fn api(
    State(server): State<AppState>,
    locale: Locale,
    uri: Uri,
    origin: BaseUrl,
) -> Response {
    let frame = Layout::new(&server, &locale, &uri).await;
    let server = origin.address("");
    let server = server.unwrap_or_else(|| "http://localhost".into());
    page(&Api { frame, server }, &locale, StatusCode::OK)
}
