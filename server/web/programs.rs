//! What one host of a script does, as a program in the visitor's language.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::api::{Refused, script_of, wrong};
use crate::event::Host;
use crate::program::{Language, program};

/// Which program of a script.
#[derive(Deserialize)]
pub(super) struct Wanted {
    host: Host,
    language: Language,
}

/// The same, of a script that somebody typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfScript {
    script: String,
    host: Host,
    language: Language,
}

/// GET /api/scenarios/ID/program?host=client&language=python
pub(super) async fn of_scenario(
    Path(id): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    match wanted {
        Ok(Query(Wanted { host, language })) => answer(Some(id), None, host, language),
        Err(error) => wrong(&error.body_text()),
    }
}

/// POST /api/program, with a script of one's own.
pub(super) async fn of_script(wanted: Result<Json<OfScript>, JsonRejection>) -> Response {
    match wanted {
        Ok(Json(OfScript {
            script,
            host,
            language,
        })) => answer(None, Some(script), host, language),
        Err(error) => wrong(&error.body_text()),
    }
}

/// The program as plain text, or why there is none.
fn answer(
    scenario: Option<String>,
    script: Option<String>,
    host: Host,
    language: Language,
) -> Response {
    let made: Result<String, Refused> =
        script_of(scenario, script).map(|(_, script)| program(&script, host, language));
    made.into_response()
}
