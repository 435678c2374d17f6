//! The lessons, for scripts that look for one: in both languages, as their files have them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::content::catalogue;
use crate::content::scenario::{Chapter, Choice, Question, Scenario};
use crate::content::source::Citation;
use crate::i18n::Text;
use crate::web::error::ApiError;

/// A lesson in the list.
#[derive(Serialize)]
struct Listed {
    id: &'static str,
    chapter: Chapter,
    title: &'static Text,
    summary: &'static Text,
    /// Its page.
    page: String,
    /// Its recorded run.
    recording: String,
}

/// A lesson with all that its file has.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    listed: Listed,
    script: &'static str,
    notes: &'static BTreeMap<String, Text>,
    questions: Vec<QuestionJson>,
    fix: Option<&'static Text>,
    next: &'static [String],
    sources: &'static [Citation],
}

/// A question. No answer is marked as right: the run answers it.
#[derive(Serialize)]
struct QuestionJson {
    at: &'static str,
    line: usize,
    about: String,
    ask: &'static Text,
    choices: Vec<Offered>,
}

/// One answer to choose.
#[derive(Serialize)]
struct Offered {
    value: &'static str,
    text: Option<&'static Text>,
    why: &'static Text,
}

/// GET /api/scenarios: all lessons, in the order of the course.
pub(crate) async fn all() -> Response {
    let all: Vec<Listed> = catalogue::scenarios().iter().map(listed).collect();
    Json(serde_json::json!({ "scenarios": all })).into_response()
}

/// GET /api/scenarios/ID
pub(crate) async fn one(Path(id): Path<String>) -> Response {
    let Some(scenario) = catalogue::scenario(&id) else {
        let message = format!("there is no scenario {id:?}");
        return ApiError::Unknown { message }.into_response();
    };
    Json(Whole {
        listed: listed(scenario),
        script: &scenario.script.text,
        notes: &scenario.notes,
        questions: scenario.questions.iter().map(asked).collect(),
        fix: scenario.fix.as_ref(),
        next: &scenario.next,
        sources: &scenario.sources,
    })
    .into_response()
}

fn listed(scenario: &'static Scenario) -> Listed {
    let id = &scenario.id;
    Listed {
        id,
        chapter: scenario.chapter,
        title: &scenario.title,
        summary: &scenario.summary,
        page: format!("/s/{id}"),
        recording: format!("/api/recordings/{id}"),
    }
}

fn asked(question: &'static Question) -> QuestionJson {
    let Question {
        at,
        line,
        about,
        ask,
        choices,
    } = question;
    let offered = |choice: &'static Choice| Offered {
        value: &choice.value,
        text: choice.text.as_ref(),
        why: &choice.why,
    };
    QuestionJson {
        at,
        line: *line,
        about: about.to_string(),
        ask,
        choices: choices.iter().map(offered).collect(),
    }
}
