//! Why a request was not carried out.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::lab::sandbox::remedy;
use crate::script::Mistake;

/// Why a request was not carried out.
#[derive(Serialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub(crate) enum Refused {
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
    pub(crate) fn of(status: StatusCode, message: String) -> Refused {
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

pub(crate) fn wrong(message: &str) -> Response {
    Refused::Request {
        message: message.into(),
    }
    .into_response()
}

pub(crate) fn failed(message: String) -> Response {
    Refused::Failed { message }.into_response()
}

pub(crate) fn unknown(message: String) -> Response {
    Refused::Unknown { message }.into_response()
}

pub(crate) fn unknown_run(id: &str) -> Response {
    Refused::Unknown {
        message: format!("there is no run {id:?}, or it is long over"),
    }
    .into_response()
}

pub(crate) fn unknown_recording(id: &str) -> Response {
    Refused::Unknown {
        message: format!("there is no recording {id:?}"),
    }
    .into_response()
}
