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
struct LessonSummary {
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
struct LessonDetails {
    #[serde(flatten)]
    summarized: LessonSummary,
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
    choices: Vec<ChoiceJson>,
}

/// One answer to choose.
#[derive(Serialize)]
struct ChoiceJson {
    value: &'static str,
    text: Option<&'static Text>,
    why: &'static Text,
}

/// GET /api/scenarios: all lessons, in the order of the course.
pub(crate) async fn all() -> Response {
    let all: Vec<LessonSummary> = catalogue::scenarios().iter().map(summary).collect();
    Json(serde_json::json!({ "scenarios": all })).into_response()
}

/// GET /api/scenarios/ID
pub(crate) async fn one(Path(id): Path<String>) -> Response {
    let Some(scenario) = catalogue::scenario(&id) else {
        let message = format!("there is no scenario {id:?}");
        return ApiError::Unknown { message }.into_response();
    };
    Json(LessonDetails {
        summarized: summary(scenario),
        script: &scenario.script.text,
        notes: &scenario.notes,
        questions: scenario.questions.iter().map(question_json).collect(),
        fix: scenario.fix.as_ref(),
        next: &scenario.next,
        sources: &scenario.sources,
    })
    .into_response()
}

fn summary(scenario: &'static Scenario) -> LessonSummary {
    let id = &scenario.id;
    LessonSummary {
        id,
        chapter: scenario.chapter,
        title: &scenario.title,
        summary: &scenario.summary,
        page: format!("/s/{id}"),
        recording: format!("/api/recordings/{id}"),
    }
}

fn question_json(question: &'static Question) -> QuestionJson {
    let Question {
        at,
        line,
        about,
        ask,
        choices,
    } = question;
    let choice_json = |choice: &'static Choice| ChoiceJson {
        value: &choice.value,
        text: choice.text.as_ref(),
        why: &choice.why,
    };
    QuestionJson {
        at,
        line: *line,
        about: about.to_string(),
        ask,
        choices: choices.iter().map(choice_json).collect(),
    }
}
