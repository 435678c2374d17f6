//! What is to be played, as it is asked for: JSON, or a bare script with the rest in the address, which is shorter to type.

use axum::Json;
use axum::extract::{FromRequest, Query, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use crate::web::error::ApiError;
use crate::web::extract::flag::Flag;

/// What the address of a request with a bare script says.
#[derive(Deserialize)]
struct InAddress {
    pub(crate) pace: Option<PaceName>,
    pub(crate) open: Option<Flag>,
}

impl<S: Send + Sync> FromRequest<S> for StartRun {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<StartRun, ApiError> {
        let Query(InAddress { pace, open }) =
            Query::try_from_uri(request.uri()).map_err(|error| {
                let message = error.body_text();
                ApiError::Request { message }
            })?;
        match kind(request.headers()).as_str() {
            "text/plain" => {
                let script = String::from_request(request, state).await;
                let script =
                    script.map_err(|error| ApiError::of(error.status(), error.body_text()))?;
                Ok(StartRun {
                    scenario: None,
                    script: Some(script),
                    pace: pace.unwrap_or_default(),
                    then: None,
                    open: open.unwrap_or_default() == Flag::Yes,
                })
            }
            "application/json" if pace.is_some() || open.is_some() => Err(ApiError::Request {
                message: "in JSON the pace, and whether the run is open, stand beside the script"
                    .into(),
            }),
            "application/json" => Ok(Json::from_request(request, state).await?.0),
            _ => Err(ApiError::of(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "send JSON as application/json, or a bare script as text/plain".into(),
            )),
        }
    }
}

/// The media type of a request's body without its parameters; empty where none is named.
fn kind(headers: &HeaderMap) -> String {
    let named = headers.get(header::CONTENT_TYPE);
    let named = named.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = named.split(';').next().unwrap_or("");
    essence.trim().to_ascii_lowercase()
}

/// What to play: a scenario of ours by its id, or a script.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartRun {
    pub(crate) scenario: Option<String>,
    pub(crate) script: Option<String>,
    #[serde(default)]
    pub(crate) pace: PaceName,
    /// How fast what is said to it goes, where that is another pace.
    pub(crate) then: Option<PaceName>,
    /// Whether the run takes further lines after its script, which may be empty.
    #[serde(default)]
    pub(crate) open: bool,
}

/// What the address of such a request says.
#[derive(Deserialize)]
pub(crate) struct StartQuery {
    #[serde(default)]
    pub(crate) follow: Flag,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaceName {
    #[default]
    Follow,
    Again,
    Full,
}
