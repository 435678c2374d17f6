//! Kept recordings: the server keeps a shared run under a short address, and never changes it.
//!
//! POST /api/recordings keeps a run, which then is at /api/r/ID. GET /api/recordings/ID is a lesson's recording
//! (`recordings.rs`).

use std::net::SocketAddr;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::{ETag, HeaderMapExt, IfNoneMatch};
use serde::Deserialize;
use serde_json::json;

use crate::store::Day;
use crate::web::assets::gzip;
use crate::web::blocking::blocking;
use crate::web::error;
use crate::web::kept_store::{self, not_unpacked, store_error};
use crate::web::state::AppState;

/// Which run to keep.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeepRequest {
    run: String,
}

/// POST /api/recordings: keeps a run; of one that goes on the events by now.
pub(crate) async fn keep(
    State(server): State<AppState>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Result<Json<KeepRequest>, JsonRejection>,
) -> Response {
    let KeepRequest { run } = match request {
        Ok(Json(request)) => request,
        Err(error) => return error::ApiError::from(error).into_response(),
    };
    let Some(live) = server.lab.find(&run) else {
        return error::unknown_run(&run);
    };
    if let Err(wait) = server.keeping.take(from.ip(), Instant::now()) {
        let seconds = wait.as_secs() + 1;
        return error::ApiError::Often { seconds }.into_response();
    }
    // Each event is in the list as a whole or not at all.
    match blocking(move || server.store.keep(&live.events(0), Day::today())).await {
        Ok(id) => {
            let address = format!("/r/{id}");
            let location = [(header::LOCATION, address.clone())];
            let kept = json!({ "id": id, "address": address });
            (StatusCode::CREATED, location, Json(kept)).into_response()
        }
        Err(error) => store_error(&error),
    }
}

/// GET /api/r/ID: the events of a kept recording, one a line.
pub(crate) async fn events(
    State(server): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let packed = match kept_store::packed(&server, &id).await {
        Ok(events) => events.packed,
        Err(refusal) => return refusal,
    };
    // Weak: gzipped or not, with facts about its lines or from before there were any, it is the same recording.
    let tag: ETag = format!("W/\"{id}\"")
        .parse()
        .expect("an id has letters and digits");
    let known = headers.typed_get::<IfNoneMatch>();
    let is_known = known.is_some_and(|known| !known.precondition_passes(&tag));
    let kind = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    let mut response = if is_known {
        let vary = [(header::VARY, "Accept-Encoding")];
        (StatusCode::NOT_MODIFIED, kind, vary).into_response()
    } else {
        match gzip::answer(&headers, packed.into()) {
            Ok(answer) => (kind, answer).into_response(),
            Err(error) => return not_unpacked(&id, &error),
        }
    };
    response.headers_mut().typed_insert(tag);
    response
}
