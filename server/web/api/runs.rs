//! The API for runs: start one, ask how far it is, say a line to it, stop it.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::HeaderMapExt;
use headers::authorization::{Authorization, Bearer};
use serde::Deserialize;
use serde_json::json;
use tracing::info;

use crate::content::mistake::in_language;
use crate::lab::run::LineRejection;
use crate::lab::run::request::{Pace, RunRequest};
use crate::lab::sandbox::remedy;
use crate::lab::{LiveRun, StartError};
use crate::script::parse;
use crate::web::api::events;
use crate::web::api::scripts::script_of;
use crate::web::api::start_request::{PaceName, StartQuery, StartRun};
use crate::web::blocking::blocking;
use crate::web::error::{ApiError, unknown_run, wrong};
use crate::web::extract::flag::Flag;
use crate::web::extract::locale::Locale;
use crate::web::state::AppState;

/// A line for an open run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineRequest {
    line: String,
}

/// POST /api/runs, and with `?follow=1` its events are the answer.
pub(crate) async fn start(
    State(server): State<AppState>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Locale { language, .. }: Locale,
    query: Result<Query<StartQuery>, QueryRejection>,
    request: Result<StartRun, ApiError>,
) -> Response {
    let request = match request {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    let Ok(Query(StartQuery { follow })) = query else {
        return wrong("`follow` is 1 or 0");
    };
    let named = |pace| match pace {
        PaceName::Follow => Pace::FOLLOW,
        PaceName::Again => Pace::AGAIN,
        PaceName::Full => Pace::FULL,
    };
    let (pace, then) = (named(request.pace), request.then.map(named));
    let found = match (request.open, &request.scenario, &request.script) {
        (true, None, text) => parse::parse_beginning(text.as_deref().unwrap_or_default())
            .map(|script| (None, script))
            .map_err(|mistakes| ApiError::Script {
                mistakes: in_language(language, &mistakes),
            }),
        _ => script_of(request.scenario, request.script, language),
    };
    let (scenario, script) = match found {
        Ok(found) => found,
        Err(refused) => return refused.into_response(),
    };
    if let Err(wait) = server.starting.take(from.ip(), Instant::now()) {
        let seconds = wait.as_secs() + 1;
        return ApiError::Often { seconds }.into_response();
    }
    // Starting builds nothing yet, but may have to start the fork server.
    let lab = server.lab.clone();
    let request = RunRequest {
        scenario,
        script,
        pace,
        then,
        open: request.open,
    };
    match blocking(move || lab.start(request)).await {
        Ok(live) => {
            info!(run = live.id, "run started");
            let events = format!("/api/runs/{}/events", live.id);
            let location = [(header::LOCATION, format!("/api/runs/{}", live.id))];
            if follow == Flag::Yes {
                let key = [("run-key", live.key.clone())];
                let events = events::stream(live, 0, &server);
                return (StatusCode::CREATED, location, key, events).into_response();
            }
            (
                StatusCode::CREATED,
                location,
                Json(json!({ "id": live.id, "key": live.key, "events": events })),
            )
                .into_response()
        }
        Err(StartError::Refused(refusal)) => ApiError::Machine {
            remedy: remedy::remedy(&refusal),
        }
        .into_response(),
        Err(StartError::Full(running)) => ApiError::Full { running }.into_response(),
        Err(StartError::Closed) => ApiError::Ending.into_response(),
    }
}

/// GET /api/runs/ID
pub(crate) async fn status(State(server): State<AppState>, Path(id): Path<String>) -> Response {
    match server.lab.find(&id) {
        Some(live) => {
            let progress = live.progress();
            let (scenario, events, ended) = (&live.scenario, progress.events, progress.ended);
            let (open, waiting) = (live.open, progress.place);
            Json(json!({ "id": live.id, "scenario": scenario, "open": open, "events": events, "ended": ended, "waiting": waiting }))
                .into_response()
        }
        None => unknown_run(&id),
    }
}

/// DELETE /api/runs/ID
pub(crate) async fn stop(
    State(server): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match server.lab.find(&id) {
        Some(live) if has_key(&headers, &live) => {
            server.lab.end(&live);
            StatusCode::ACCEPTED.into_response()
        }
        Some(_) => ApiError::Key.into_response(),
        None => unknown_run(&id),
    }
}

/// POST /api/runs/ID/lines: says a line to a run, which answers once it has begun it.
pub(crate) async fn say(
    State(server): State<AppState>,
    Path(id): Path<String>,
    Locale { language, .. }: Locale,
    headers: HeaderMap,
    request: Result<Json<LineRequest>, JsonRejection>,
) -> Response {
    let Some(live) = server.lab.find(&id) else {
        return unknown_run(&id);
    };
    if !has_key(&headers, &live) {
        return ApiError::Key.into_response();
    }
    let line = match request {
        Ok(Json(LineRequest { line })) => line,
        Err(error) => return ApiError::from(error).into_response(),
    };
    if line.contains(['\n', '\r']) {
        return wrong("one line at a time");
    }
    let refused = match live.say(line).await {
        Ok(line) => return Json(json!({ "line": line })).into_response(),
        Err(LineRejection::Mistakes(mistakes)) => ApiError::Script {
            mistakes: in_language(language, &mistakes),
        },
        Err(LineRejection::Over) => ApiError::Over,
        Err(LineRejection::NotOpen) => ApiError::NotOpen,
        Err(LineRejection::Full(waiting)) => ApiError::Busy { waiting },
    };
    refused.into_response()
}

/// Whether a request has the run's key: `Authorization: Bearer KEY` (RFC 6750, section 2.1).
fn has_key(headers: &HeaderMap, live: &LiveRun) -> bool {
    let key = headers.typed_get::<Authorization<Bearer>>();
    key.is_some_and(|key| key.token() == live.key)
}
