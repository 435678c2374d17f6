//! Recordings of lessons.

use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use crate::content::catalogue;
use crate::web::assets::gzip;
use crate::web::error::unknown_recording;

/// GET /api/recordings/ID: the recorded run of a scenario, one event a line.
pub(crate) async fn recording(Path(id): Path<String>, headers: HeaderMap) -> Response {
    // The atlas's file is no recording of one run.
    match catalogue::scenario(&id).and_then(|_| catalogue::recording(&id)) {
        Some(gzipped) => shipped(&headers, gzipped.into_owned()),
        None => unknown_recording(&id),
    }
}

/// An answer of shipped events, one a line.
pub(crate) fn shipped(headers: &HeaderMap, gzipped: Vec<u8>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    let answer = gzip::answer(headers, gzipped.into()).expect("recordings are shipped gzipped");
    (kind, answer).into_response()
}
