//! The store of kept recordings, as handlers use it: without blocking a task, and with errors as answers.

use std::io;
use std::sync::{Arc, Once};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tracing::warn;

use crate::lab::LiveRun;
use crate::recording::{self, RecordingInfo};
use crate::script::facts::with_facts;
use crate::store::error::StoreError;
use crate::store::events::Events;
use crate::store::{Day, Store};
use crate::web::blocking::blocking;
use crate::web::error;
use crate::web::state::AppState;

/// Keeps each open run once it has ended, on the run's thread. A run without a line is not kept.
pub(crate) fn keep_open_ones(store: Arc<Store>) -> Box<dyn Fn(&LiveRun) + Send + Sync> {
    Box::new(move |live| {
        let events = live.events(0);
        let info = recording::about(events.iter().map(AsRef::as_ref));
        let has_lines = info.is_some_and(|info| !info.script.is_empty());
        if live.open
            && has_lines
            && let Err(error) = store.keep(&events, Day::today())
        {
            warn_once(&error);
        }
    })
}

/// The events of a kept recording, one a line.
pub(crate) async fn lines(server: &AppState, id: &str) -> Result<String, Response> {
    let (store, named) = (server.store.clone(), id.to_owned());
    let read = move || {
        let found = store.events(&named, Day::today())?;
        let unpacked = found.map(|events| recording::unpack(&events.packed));
        Ok(unpacked.map(|lines| lines.map(|lines| with_facts(&lines).into_owned())))
    };
    match blocking(read).await {
        Ok(Some(Ok(lines))) => Ok(lines),
        Ok(Some(Err(error))) => Err(not_unpacked(id, &error)),
        Ok(None) => Err(error::unknown_recording(id)),
        Err(error) => Err(store_error(&error)),
    }
}

/// The same, packed. `has_facts` says whether the bytes are those of the store.
pub(crate) async fn packed(server: &AppState, id: &str) -> Result<Events, Response> {
    let (store, asked) = (server.store.clone(), id.to_owned());
    let found = blocking(move || {
        let found = store.events(&asked, Day::today())?;
        Ok(found.map(|events| match events.has_facts {
            true => Ok(events),
            false => add_facts(&events.packed),
        }))
    });
    match found.await {
        Ok(Some(Ok(events))) => Ok(events),
        Ok(Some(Err(error))) => Err(not_unpacked(id, &error)),
        Ok(None) => Err(error::unknown_recording(id)),
        Err(error) => Err(store_error(&error)),
    }
}

/// The events of an older recording with facts about its lines.
fn add_facts(packed: &[u8]) -> io::Result<Events> {
    let lines = recording::unpack(packed)?;
    let packed = recording::pack_lines(with_facts(&lines).lines())?;
    Ok(Events {
        packed,
        has_facts: false,
    })
}

pub(crate) fn not_unpacked(id: &str, error: &std::io::Error) -> Response {
    error::failed(format!("unpacking the recording {id}: {error}"))
}

/// The facts of a kept recording: its script, scenario, kernel and time.
pub(crate) async fn info(server: &AppState, id: &str) -> Result<Option<RecordingInfo>, StoreError> {
    let (store, id) = (server.store.clone(), id.to_owned());
    blocking(move || store.info(&id, Day::today())).await
}

/// Warns the operator at the start where recordings cannot be kept, as far as that shows before the first one.
pub(crate) fn check_store(store: &Store) {
    if let Err(error) = store.check() {
        warn_once(&error);
    }
}

/// Warns the operator once. Visitors get the error each time.
pub(crate) fn warn_once(error: &StoreError) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| warn!("runs cannot be shared as recordings: {error}"));
}

pub(crate) fn store_error(error: &StoreError) -> Response {
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
        warn_once(error);
    }
    let said = json!({ "error": kind, "message": error.to_string() });
    (status, Json(said)).into_response()
}
