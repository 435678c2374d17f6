//! The program of one host of a script, in a programming language that the visitor chooses.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::codegen::{ProgramLanguage, beginning, program};
use crate::event::host::Host;
use crate::i18n::Language::English;
use crate::script::ast::Script;
use crate::web::api::scripts::script_of;
use crate::web::error::{ApiError, wrong};

/// Which program of a script.
#[derive(Deserialize)]
pub(crate) struct ProgramQuery {
    host: Host,
    language: ProgramLanguage,
    /// The program ends before this line, where the rest would answer a question.
    before: Option<usize>,
}

/// Which program of a script that the visitor wrote.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgramRequest {
    script: String,
    host: Host,
    language: ProgramLanguage,
}

/// GET /api/scenarios/ID/program?host=client&language=python, and `&before=LINE` for its beginning alone
pub(crate) async fn of_scenario(
    Path(id): Path<String>,
    query: Result<Query<ProgramQuery>, QueryRejection>,
) -> Response {
    match query {
        Ok(Query(query)) => answer(script_of(Some(id), None, English), query),
        Err(error) => wrong(&error.body_text()),
    }
}

/// POST /api/program, with a script of one's own.
pub(crate) async fn of_script(request: Result<Json<ProgramRequest>, JsonRejection>) -> Response {
    match request {
        Ok(Json(ProgramRequest {
            script,
            host,
            language,
        })) => {
            let query = ProgramQuery {
                host,
                language,
                before: None,
            };
            answer(script_of(None, Some(script), English), query)
        }
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// The program as plain text, or why there is none.
fn answer(found: Result<(Option<String>, Script), ApiError>, query: ProgramQuery) -> Response {
    let ProgramQuery {
        host,
        language,
        before,
    } = query;
    let made = found.map(|(_, script)| match before {
        Some(line) => beginning(&script, line, host, language),
        None => program(&script, host, language),
    });
    made.into_response()
}
