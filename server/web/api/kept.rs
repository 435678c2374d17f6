//! Recordings that somebody shares: kept by the server under a short address, and never changed.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::store::Day;
use crate::store::events::Events;
use crate::web::assets::gzip;
use crate::web::blocking::blocking;
use crate::web::error;
use crate::web::kept_store::{self, not_unpacked, refused};
use crate::web::state::AppState;

/// Which run to keep.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeepRequest {
    run: String,
}

/// POST /api/recordings: keeps a run, ended or as far as it is by now.
pub(crate) async fn keep(
    State(server): State<AppState>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    wanted: Result<Json<KeepRequest>, JsonRejection>,
) -> Response {
    let KeepRequest { run } = match wanted {
        Ok(Json(wanted)) => wanted,
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
            let place = [(header::LOCATION, address.clone())];
            let kept = json!({ "id": id, "address": address });
            (StatusCode::CREATED, place, Json(kept)).into_response()
        }
        Err(error) => refused(&error),
    }
}

/// GET /api/r/ID: the events of a kept recording, one a line.
pub(crate) async fn events(
    State(server): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Events { packed, has_facts } = match kept_store::packed(&server, &id).await {
        Ok(events) => events,
        Err(refused) => return refused,
    };
    // Weak: packed or not, it is the same recording. What a client has from before facts were added is another.
    let tag = format!("W/\"{id}{}\"", if has_facts { "" } else { "+facts" });
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known.flat_map(|value| value.to_str().unwrap_or("").split(','));
    let is_known = known.any(|known| known.trim() == tag || known.trim() == "*");
    let kind = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    let tag = [(header::ETAG, tag)];
    if is_known {
        let vary = [(header::VARY, "Accept-Encoding")];
        return (StatusCode::NOT_MODIFIED, kind, tag, vary).into_response();
    }
    match gzip::answer(&headers, packed.into()) {
        Ok(answer) => (kind, tag, answer).into_response(),
        Err(error) => not_unpacked(&id, &error),
    }
}
