//! The API for people: what it is, and commands that work when they are pasted.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;

use super::frame::{Frame, page};
use crate::web::Server;
use crate::web::words::Asked;

#[derive(Template)]
#[template(path = "api.html")]
struct Api {
    frame: Frame,
    /// This server, as the visitor calls it.
    server: String,
}

/// GET /api
pub(in crate::web) async fn api(
    State(server): State<Server>,
    asked: Asked,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::new(&server, &asked, &uri).await;
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let server = format!("http://{}", host.unwrap_or("localhost"));
    page(&Api { frame, server }, &asked, StatusCode::OK)
}
