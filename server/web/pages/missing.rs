//! Whatever else is asked for.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::frame::{Frame, page};
use crate::web::Server;
use crate::web::words::Asked;

#[derive(Template)]
#[template(path = "missing.html")]
struct Missing {
    frame: Frame,
    path: String,
}

/// Any other address.
pub(in crate::web) async fn not_found(
    State(server): State<Server>,
    asked: Asked,
    uri: Uri,
) -> Response {
    let frame = Frame::new(&server, &asked, &uri).await;
    let path = uri.path().to_owned();
    page(&Missing { frame, path }, &asked, StatusCode::NOT_FOUND)
}
