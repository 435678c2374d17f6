//! The API for runs: start one, ask how far it is, stop it; and the recordings.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::live::{self, Flag};
use super::phrases::in_language;
use super::words::Asked;
use super::{Server, blocking, packed};
use crate::atlas;
use crate::catalogue;
use crate::lab::{self, Live, StartError};
use crate::remedy;
use crate::run::{Pace, Unsaid};
use crate::script::{self, Mistake, Script};

mod wanted;

/// What to play: a scenario of ours by its id, or a script.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    scenario: Option<String>,
    script: Option<String>,
    #[serde(default)]
    pace: WantedPace,
    /// How fast what is said to it goes, where that is another pace.
    then: Option<WantedPace>,
    /// Whether the run takes further lines after its script, which may be empty.
    #[serde(default)]
    open: bool,
}

/// A line that somebody says to a run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    line: String,
}

/// What the address of such a request says.
#[derive(Deserialize)]
pub(super) struct Beside {
    #[serde(default)]
    follow: Flag,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WantedPace {
    #[default]
    Follow,
    Again,
    Full,
}

/// Why a request was not carried out.
#[derive(Serialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub(super) enum Refused {
    /// The request itself is wrong.
    Request { message: String },
    /// The script has mistakes.
    Script { mistakes: Vec<Mistake> },
    /// The machine does not let hosts be built.
    Machine { remedy: remedy::Remedy },
    /// Too many runs go on.
    Full { running: usize },
    /// There is no such thing.
    Unknown { message: String },
    /// Only who started the run may do that, and has its key.
    Key,
    /// The run has ended.
    Over,
    /// The run takes lines for the wire only.
    NotOpen,
    /// Too many lines wait for the run.
    Busy { waiting: usize },
    /// The server is about to end.
    Ending,
    /// A page of another origin asks for what only ours may.
    Origin { message: String },
    /// The request calls this server by a name that is not its own.
    Name { message: String },
    /// The address does not take this method.
    Method { message: String },
    /// The request is too large.
    Large { message: String },
    /// The request's body is of a kind that is not read here.
    MediaType { message: String },
    /// This client has asked too often; there is room again after so many seconds.
    Often { seconds: u64 },
    /// The server failed.
    Failed { message: String },
}

impl Refused {
    /// What was refused before a handler saw it.
    pub(super) fn of(status: StatusCode, message: String) -> Refused {
        match status {
            StatusCode::FORBIDDEN => Refused::Origin { message },
            StatusCode::NOT_FOUND => Refused::Unknown { message },
            StatusCode::METHOD_NOT_ALLOWED => Refused::Method { message },
            StatusCode::PAYLOAD_TOO_LARGE => Refused::Large { message },
            StatusCode::MISDIRECTED_REQUEST => Refused::Name { message },
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Refused::MediaType { message },
            _ if status.is_server_error() => Refused::Failed { message },
            _ => Refused::Request { message },
        }
    }
}

impl From<JsonRejection> for Refused {
    fn from(error: JsonRejection) -> Refused {
        Refused::of(error.status(), error.body_text())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self {
            Refused::Request { .. } => StatusCode::BAD_REQUEST,
            Refused::Script { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Refused::Machine { .. } | Refused::Full { .. } | Refused::Ending => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Refused::Unknown { .. } => StatusCode::NOT_FOUND,
            Refused::Key => StatusCode::FORBIDDEN,
            Refused::Over | Refused::NotOpen => StatusCode::CONFLICT,
            Refused::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            Refused::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Refused::Origin { .. } => StatusCode::FORBIDDEN,
            Refused::Name { .. } => StatusCode::MISDIRECTED_REQUEST,
            Refused::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Refused::Large { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Refused::MediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refused::Often { seconds } => {
                let after = [(header::RETRY_AFTER, seconds.to_string())];
                return (StatusCode::TOO_MANY_REQUESTS, after, Json(self)).into_response();
            }
        };
        (status, Json(self)).into_response()
    }
}

/// POST /api/runs, and with `?follow=1` its events are the answer.
pub(super) async fn start(
    State(server): State<Server>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Asked(language, _): Asked,
    beside: Result<Query<Beside>, QueryRejection>,
    wanted: Result<Wanted, Refused>,
) -> Response {
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(refused) => return refused.into_response(),
    };
    let Ok(Query(Beside { follow })) = beside else {
        return wrong("`follow` is 1 or 0");
    };
    let named = |pace| match pace {
        WantedPace::Follow => Pace::FOLLOW,
        WantedPace::Again => Pace::AGAIN,
        WantedPace::Full => Pace::FULL,
    };
    let (pace, then) = (named(wanted.pace), wanted.then.map(named));
    let found = match (wanted.open, &wanted.scenario, &wanted.script) {
        (true, None, text) => script::parse_beginning(text.as_deref().unwrap_or_default())
            .map(|script| (None, script))
            .map_err(|mistakes| Refused::Script { mistakes }),
        _ => script_of(wanted.scenario, wanted.script),
    };
    let (scenario, script) = match found {
        Ok(found) => found,
        Err(Refused::Script { mistakes }) => {
            let mistakes = in_language(language, mistakes);
            return Refused::Script { mistakes }.into_response();
        }
        Err(refused) => return refused.into_response(),
    };
    if let Err(wait) = server.starting.take(from.ip(), Instant::now()) {
        let seconds = wait.as_secs() + 1;
        return Refused::Often { seconds }.into_response();
    }
    // Starting builds nothing yet, but may have to start the nursery.
    let lab = server.lab.clone();
    let wanted = lab::Wanted {
        scenario,
        script,
        pace,
        then,
        open: wanted.open,
    };
    match blocking(move || lab.start(wanted)).await {
        Ok(live) => {
            let events = format!("/api/runs/{}/events", live.id);
            let place = [(header::LOCATION, format!("/api/runs/{}", live.id))];
            if follow == Flag::Yes {
                let key = [("run-key", live.key.clone())];
                let events = live::stream(live, 0, &server);
                return (StatusCode::CREATED, place, key, events).into_response();
            }
            (
                StatusCode::CREATED,
                place,
                Json(json!({ "id": live.id, "key": live.key, "events": events })),
            )
                .into_response()
        }
        Err(StartError::Refused(refusal)) => Refused::Machine {
            remedy: remedy::remedy(&refusal),
        }
        .into_response(),
        Err(StartError::Full(running)) => Refused::Full { running }.into_response(),
        Err(StartError::Closed) => Refused::Ending.into_response(),
    }
}

pub(super) fn script_of(
    scenario: Option<String>,
    script: Option<String>,
) -> Result<(Option<String>, Script), Refused> {
    match (scenario, script) {
        (Some(id), None) => match script_named(&id) {
            Some(script) => Ok((Some(id), script)),
            None => Err(Refused::Unknown {
                message: format!("there is no scenario {id:?}"),
            }),
        },
        (None, Some(text)) => script::parse(&text)
            .map(|script| (None, script))
            .map_err(|mistakes| Refused::Script { mistakes }),
        _ => Err(Refused::Request {
            message: "name either a scenario or a script".into(),
        }),
    }
}

/// The script of a scenario, or of a cell of the atlas.
fn script_named(id: &str) -> Option<Script> {
    let scenario = catalogue::scenario(id).map(|scenario| &scenario.script);
    let trial = || Some(&atlas::named(id)?.plan.as_ref().ok()?.script);
    scenario.or_else(trial).cloned()
}

/// POST /api/check: the mistakes of a script, which is the body.
pub(super) async fn check(Asked(language, _): Asked, text: String) -> Response {
    let mistakes = script::parse(&text).err().unwrap_or_default();
    Json(json!({ "mistakes": in_language(language, mistakes) })).into_response()
}

/// GET /api/runs/ID
pub(super) async fn status(State(server): State<Server>, Path(id): Path<String>) -> Response {
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
pub(super) async fn stop(
    State(server): State<Server>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match server.lab.find(&id) {
        Some(live) if has_key(&headers, &live) => {
            server.lab.end(&live);
            StatusCode::ACCEPTED.into_response()
        }
        Some(_) => Refused::Key.into_response(),
        None => unknown_run(&id),
    }
}

/// POST /api/runs/ID/lines: says a line to a run, which answers once it has begun it.
pub(super) async fn say(
    State(server): State<Server>,
    Path(id): Path<String>,
    Asked(language, _): Asked,
    headers: HeaderMap,
    said: Result<Json<Said>, JsonRejection>,
) -> Response {
    let Some(live) = server.lab.find(&id) else {
        return unknown_run(&id);
    };
    if !has_key(&headers, &live) {
        return Refused::Key.into_response();
    }
    let line = match said {
        Ok(Json(Said { line })) => line,
        Err(error) => return Refused::from(error).into_response(),
    };
    if line.contains(['\n', '\r']) {
        return wrong("one line at a time");
    }
    let refused = match live.say(line).await {
        Ok(line) => return Json(json!({ "line": line })).into_response(),
        Err(Unsaid::Mistakes(mistakes)) => Refused::Script {
            mistakes: in_language(language, mistakes),
        },
        Err(Unsaid::Over) => Refused::Over,
        Err(Unsaid::NotOpen) => Refused::NotOpen,
        Err(Unsaid::Full(waiting)) => Refused::Busy { waiting },
    };
    refused.into_response()
}

/// Whether a request has the run's key: `Authorization: Bearer KEY` (RFC 6750, section 2.1).
fn has_key(headers: &HeaderMap, live: &Live) -> bool {
    let said = headers.get(header::AUTHORIZATION);
    let said = said.and_then(|value| value.to_str().ok()).unwrap_or("");
    let token = said
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    token.is_some_and(|(_, key)| key.trim() == live.key)
}

/// GET /api/recordings/ID: the recorded run of a scenario, one event a line.
pub(super) async fn recording(Path(id): Path<String>, headers: HeaderMap) -> Response {
    // The atlas's file is no recording of one run.
    match catalogue::scenario(&id).and_then(|_| catalogue::recording(&id)) {
        Some(packed) => shipped(&headers, packed.into_owned()),
        None => unknown_recording(&id),
    }
}

/// Events that are shipped packed, one a line.
pub(super) fn shipped(headers: &HeaderMap, packed: Vec<u8>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    let answer = packed::answer(headers, packed.into()).expect("what is shipped is packed");
    (kind, answer).into_response()
}

pub(super) fn wrong(message: &str) -> Response {
    Refused::Request {
        message: message.into(),
    }
    .into_response()
}

pub(super) fn failed(message: String) -> Response {
    Refused::Failed { message }.into_response()
}

pub(super) fn unknown(message: String) -> Response {
    Refused::Unknown { message }.into_response()
}

pub(super) fn unknown_run(id: &str) -> Response {
    Refused::Unknown {
        message: format!("there is no run {id:?}, or it is long over"),
    }
    .into_response()
}

pub(super) fn unknown_recording(id: &str) -> Response {
    Refused::Unknown {
        message: format!("there is no recording {id:?}"),
    }
    .into_response()
}
