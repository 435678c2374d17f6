//! Completion in the editor.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::content::mistake::expected_text;
use crate::script;
use crate::web::error::{ApiError, wrong};
use crate::web::extract::locale::Locale;

/// A position in a script: line and column are 1-based, the column in characters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompletionRequest {
    script: String,
    line: usize,
    column: usize,
}

/// POST /api/complete: the words that can stand at a position, and the missing part where the line cannot end there.
pub(crate) async fn complete(
    Locale { language, .. }: Locale,
    request: Result<Json<CompletionRequest>, JsonRejection>,
) -> Response {
    let CompletionRequest {
        script,
        line,
        column,
    } = match request {
        Ok(Json(request)) => request,
        Err(error) => return ApiError::from(error).into_response(),
    };
    let Some(found) = script::complete(&script, line, column) else {
        return wrong(&format!("the script has no line {line}, column {column}"));
    };
    let lacking = found.lacking;
    Json(json!({
        "from": found.from,
        "completions": found.completions,
        "expected": lacking.map(|mistake| expected_text(&mistake.expected, language)),
    }))
    .into_response()
}
