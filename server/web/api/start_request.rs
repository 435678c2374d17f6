//! The body of a request that starts a run: JSON, or a bare script with the rest in the address, which is shorter to type.

use axum::Json;
use axum::extract::{FromRequest, Query, Request};
use axum::http::StatusCode;
use headers::{ContentType, HeaderMapExt, Mime};
use serde::Deserialize;

use crate::web::error::ApiError;
use crate::web::extract::flag::Flag;

/// The options that a bare script has in its address.
#[derive(Deserialize)]
struct ScriptQuery {
    pub(crate) pace: Option<PaceName>,
    pub(crate) open: Option<Flag>,
}

impl<S: Send + Sync> FromRequest<S> for StartRun {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<StartRun, ApiError> {
        let Query(ScriptQuery { pace, open }) =
            Query::try_from_uri(request.uri()).map_err(|error| {
                let message = error.body_text();
                ApiError::Request { message }
            })?;
        let media_type = request.headers().typed_get::<ContentType>();
        let media_type = media_type.map(Mime::from);
        match media_type.as_ref().map_or("", Mime::essence_str) {
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

/// The options in the address of every such request.
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
