//! Recordings that somebody shares: kept by the server under a short address, and never changed.

use std::net::SocketAddr;
use std::sync::{Arc, Once};
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::{Server, api, blocking, packed};
use crate::lab::Live;
use crate::recording::{self, About};
use crate::store::{Day, Store, StoreError};

/// Which run to keep.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    run: String,
}

/// POST /api/recordings: keeps a run, ended or as far as it is by now.
pub(super) async fn keep(
    State(server): State<Server>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Response {
    let Wanted { run } = match wanted {
        Ok(Json(wanted)) => wanted,
        Err(error) => return api::Refused::from(error).into_response(),
    };
    let Some(live) = server.lab.find(&run) else {
        return api::unknown_run(&run);
    };
    if let Err(wait) = server.keeping.take(from.ip(), Instant::now()) {
        let seconds = wait.as_secs() + 1;
        return api::Refused::Often { seconds }.into_response();
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

/// What keeps each open run once it has ended, on the run's thread. One in which nothing was done is nothing to keep.
pub(super) fn keep_open_ones(store: Arc<Store>) -> Box<dyn Fn(&Live) + Send + Sync> {
    Box::new(move |live| {
        let events = live.events(0);
        let about = recording::about(events.iter().map(AsRef::as_ref));
        let has_lines = about.is_some_and(|about| !about.script.is_empty());
        if live.open
            && has_lines
            && let Err(error) = store.keep(&events, Day::today())
        {
            complain(&error);
        }
    })
}

/// GET /api/r/ID: the events of a kept recording, one a line.
pub(super) async fn events(
    State(server): State<Server>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let asked = id.clone();
    let found = blocking(move || server.store.events(&asked, Day::today())).await;
    let packed = match found {
        Ok(Some(packed)) => packed,
        Ok(None) => return api::unknown_recording(&id),
        Err(error) => return refused(&error),
    };
    // Weak: packed or not, it is the same recording.
    let tag = format!("W/\"{id}\"");
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
    match packed::answer(&headers, packed.into()) {
        Ok(answer) => (kind, tag, answer).into_response(),
        Err(error) => not_unpacked(&id, &error),
    }
}

/// The events of a kept recording, one a line.
pub(super) async fn lines(server: &Server, id: &str) -> Result<String, Response> {
    let (store, asked) = (server.store.clone(), id.to_owned());
    let unpacked = move || {
        let found = store.events(&asked, Day::today())?;
        Ok(found.map(|packed| recording::unpack(&packed)))
    };
    match blocking(unpacked).await {
        Ok(Some(Ok(lines))) => Ok(lines),
        Ok(Some(Err(error))) => Err(not_unpacked(id, &error)),
        Ok(None) => Err(api::unknown_recording(id)),
        Err(error) => Err(refused(&error)),
    }
}

fn not_unpacked(id: &str, error: &std::io::Error) -> Response {
    api::failed(format!("unpacking the recording {id}: {error}"))
}

/// What a kept recording is about.
pub(super) async fn about(server: &Server, id: &str) -> Result<Option<About>, StoreError> {
    let (store, id) = (server.store.clone(), id.to_owned());
    blocking(move || store.about(&id, Day::today())).await
}

/// Whether recordings can be kept, as far as that is known before one is: if not, whoever runs the server learns why.
pub(super) fn look(store: &Store) {
    if let Err(error) = store.look() {
        complain(&error);
    }
}

/// Tells whoever runs the server, once; visitors are told each time.
fn complain(error: &StoreError) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| eprintln!("fourwave: runs cannot be shared as recordings: {error}"));
}

fn refused(error: &StoreError) -> Response {
    let (status, kind) = match error {
        StoreError::Full { .. } => (StatusCode::INSUFFICIENT_STORAGE, "store_full"),
        StoreError::NoRun => (StatusCode::CONFLICT, "nothing"),
        StoreError::Taken(_) => (StatusCode::INTERNAL_SERVER_ERROR, "store"),
        StoreError::Folder { .. }
        | StoreError::Open { .. }
        | StoreError::Newer { .. }
        | StoreError::Read { .. }
        | StoreError::Write { .. } => (StatusCode::SERVICE_UNAVAILABLE, "store"),
    };
    if kind == "store" {
        complain(error);
    }
    let said = json!({ "error": kind, "message": error.to_string() });
    (status, Json(said)).into_response()
}
