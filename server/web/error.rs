//! The errors of the API: one JSON object each, `{"error": KIND, …}`, with the HTTP status that belongs to it.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::content::mistake::Mistake;
use crate::lab::sandbox::remedy;

/// Why a request was not carried out.
#[derive(Serialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub(crate) enum ApiError {
    /// The request itself is wrong.
    Request { message: String },
    /// The script has mistakes.
    Script { mistakes: Vec<Mistake> },
    /// The machine does not let hosts be built.
    Machine { remedy: remedy::Remedy },
    /// Too many runs go on.
    Full { running: usize },
    /// The named thing does not exist.
    Unknown { message: String },
    /// The request lacks the run's key, which only the run's starter has.
    Key,
    /// The run has ended.
    Over,
    /// The run takes lines for the wire only.
    NotOpen,
    /// Too many lines wait for the run.
    Busy { waiting: usize },
    /// The server is about to end.
    Ending,
    /// A page of another origin asks for something that only ours may.
    Origin { message: String },
    /// The request calls this server by a name that is not its own.
    Name { message: String },
    /// The address does not take this method.
    Method { message: String },
    /// The request is too large.
    Large { message: String },
    /// The request's body has a media type that is not read here.
    MediaType { message: String },
    /// This client has asked too often. It may ask again after so many seconds.
    Often { seconds: u64 },
    /// The server failed.
    Failed { message: String },
}

impl ApiError {
    /// The error of a request that was refused before a handler saw it.
    pub(crate) fn of(status: StatusCode, message: String) -> ApiError {
        match status {
            StatusCode::FORBIDDEN => ApiError::Origin { message },
            StatusCode::NOT_FOUND => ApiError::Unknown { message },
            StatusCode::METHOD_NOT_ALLOWED => ApiError::Method { message },
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::Large { message },
            StatusCode::MISDIRECTED_REQUEST => ApiError::Name { message },
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::MediaType { message },
            _ if status.is_server_error() => ApiError::Failed { message },
            _ => ApiError::Request { message },
        }
    }
}

impl From<JsonRejection> for ApiError {
    fn from(error: JsonRejection) -> ApiError {
        ApiError::of(error.status(), error.body_text())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match self {
            ApiError::Request { .. } => StatusCode::BAD_REQUEST,
            ApiError::Script { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ApiError::Machine { .. } | ApiError::Full { .. } | ApiError::Ending => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            ApiError::Unknown { .. } => StatusCode::NOT_FOUND,
            ApiError::Key => StatusCode::FORBIDDEN,
            ApiError::Over | ApiError::NotOpen => StatusCode::CONFLICT,
            ApiError::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            ApiError::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            ApiError::Origin { .. } => StatusCode::FORBIDDEN,
            ApiError::Name { .. } => StatusCode::MISDIRECTED_REQUEST,
            ApiError::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            ApiError::Large { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            ApiError::MediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ApiError::Often { seconds } => {
                let after = [(header::RETRY_AFTER, seconds.to_string())];
                return (StatusCode::TOO_MANY_REQUESTS, after, Json(self)).into_response();
            }
        };
        (status, Json(self)).into_response()
    }
}

pub(crate) fn wrong(message: &str) -> Response {
    ApiError::Request {
        message: message.into(),
    }
    .into_response()
}

pub(crate) fn failed(message: String) -> Response {
    ApiError::Failed { message }.into_response()
}

pub(crate) fn unknown(message: String) -> Response {
    ApiError::Unknown { message }.into_response()
}

pub(crate) fn unknown_run(id: &str) -> Response {
    ApiError::Unknown {
        message: format!("there is no run {id:?}, or it is long over"),
    }
    .into_response()
}

pub(crate) fn unknown_recording(id: &str) -> Response {
    ApiError::Unknown {
        message: format!("there is no recording {id:?}"),
    }
    .into_response()
}
