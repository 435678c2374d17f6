//! Scripts: the script that a request means, and the check for mistakes.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::content::mistake::in_language;
use crate::content::{atlas, catalogue};
use crate::i18n::Language;
use crate::script::ast::Script;
use crate::script::parse;
use crate::web::error::ApiError;
use crate::web::extract::locale::Locale;

pub(crate) fn script_of(
    scenario: Option<String>,
    script: Option<String>,
    language: Language,
) -> Result<(Option<String>, Script), ApiError> {
    match (scenario, script) {
        (Some(id), None) => match script_named(&id) {
            Some(script) => Ok((Some(id), script)),
            None => Err(ApiError::Unknown {
                message: format!("there is no scenario {id:?}"),
            }),
        },
        (None, Some(text)) => {
            parse::parse(&text)
                .map(|script| (None, script))
                .map_err(|mistakes| ApiError::Script {
                    mistakes: in_language(language, &mistakes),
                })
        }
        _ => Err(ApiError::Request {
            message: "name either a scenario or a script".into(),
        }),
    }
}

/// The script of a scenario, or of a cell of the atlas.
pub(crate) fn script_named(id: &str) -> Option<Script> {
    let scenario = catalogue::scenario(id).map(|scenario| &scenario.script);
    let trial = || Some(&atlas::named(id)?.plan.as_ref().ok()?.script);
    scenario.or_else(trial).cloned()
}

/// POST /api/check: the mistakes of a script, which is the body.
pub(crate) async fn check(Locale { language, .. }: Locale, text: String) -> Response {
    let mistakes = parse::parse(&text).err().unwrap_or_default();
    Json(json!({ "mistakes": in_language(language, &mistakes) })).into_response()
}
