//! Runs in the formats of other tools, as files to keep.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::{Server, api};
use crate::{catalogue, pcapng, recording};

/// GET /api/runs/ID/pcapng: the capture of a run, or of what there is by now where it goes on.
pub(super) async fn run_pcapng(State(server): State<Server>, Path(id): Path<String>) -> Response {
    match server.lab.find(&id) {
        Some(live) => pcapng(&live.id, live.events(0).join("\n")).await,
        None => api::unknown_run(&id),
    }
}

/// GET /api/recordings/ID/pcapng: the capture of a recorded run.
pub(super) async fn recording_pcapng(Path(id): Path<String>) -> Response {
    match catalogue::recording_lines(&id) {
        Some(events) => pcapng(&id, events).await,
        None => api::unknown_recording(&id),
    }
}

/// Reading all events of a long run takes tens of ms, which no other request shall wait for.
pub(super) async fn pcapng(name: &str, events: String) -> Response {
    let capture = tokio::task::spawn_blocking(move || pcapng::capture(&recording::read(&events)));
    let headers = [
        (header::CONTENT_TYPE, pcapng::MEDIA_TYPE.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"fourwave-{name}.pcapng\""),
        ),
    ];
    let capture = capture.await.expect("events were written by this program");
    (headers, capture).into_response()
}
