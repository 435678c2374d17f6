//! Suggestions: the lines that could come next in a script.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::content::mistake::{Mistake, in_language};
use crate::i18n::Language;
use crate::script::{self, Diagnostic, Suggestion};
use crate::web::error::ApiError;
use crate::web::extract::locale::Locale;

/// POST /api/offers: the actions of each actor after a script, which is the body; a refused action has its reason.
pub(crate) async fn suggestions(Locale { language, .. }: Locale, text: String) -> Response {
    match script::offers(&text) {
        Ok(offers) => {
            let offers: Vec<Value> = offers
                .into_iter()
                .map(|offer| suggestion_json(language, offer))
                .collect();
            Json(json!({ "offers": offers })).into_response()
        }
        Err(mistakes) => ApiError::Script {
            mistakes: in_language(language, &mistakes),
        }
        .into_response(),
    }
}

fn suggestion_json(language: Language, offer: Suggestion) -> Value {
    let Suggestion {
        actor,
        host,
        line,
        kind,
        verb,
        arguments,
        socket,
        makes,
        rare,
        reason,
    } = offer;
    let reason = reason.map(|reason| sentence(language, &reason));
    json!({
        "actor": actor,
        "host": host,
        "line": line,
        "kind": kind,
        "verb": verb,
        "arguments": arguments,
        "socket": socket,
        "makes": makes,
        "rare": rare,
        "reason": reason,
    })
}

/// What is in the way and what would clear it, as one sentence.
fn sentence(language: Language, reason: &Diagnostic) -> String {
    let Mistake {
        found, expected, ..
    } = Mistake::new(reason, language);
    language.say(
        "offer.reason",
        &[("found", &found), ("expected", &expected)],
    )
}
