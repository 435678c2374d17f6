//! Recordings of the atlas.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::content::atlas::recorded::gzipped;
use crate::web::api::recordings::shipped;
use crate::web::error::unknown_recording;

/// GET /api/atlas/STATE/STIMULUS: a cell's recorded run, one event a line.
pub(crate) async fn recording(
    Path((state, stimulus)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let id = format!("atlas/{state}/{stimulus}");
    match gzipped(&id) {
        Some(gzipped) => shipped(&headers, gzipped),
        None => unknown_recording(&id),
    }
}
