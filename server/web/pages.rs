//! The pages, rendered from web/pages.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::words::{Asked, Language};
use super::{Server, assets};
use crate::catalogue;
use crate::remedy::{self, Remedy};
use crate::scenario::{Choice, Question, Scenario, Source};

/// What every page needs.
struct Frame {
    lang: Language,
    version: String,
    /// This page's address in the other language.
    switch: String,
    /// What the machine refuses, if it does.
    remedy: Option<Remedy>,
}

impl Frame {
    fn w(&self, key: &'static str) -> &'static str {
        self.lang.word(key)
    }
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    frame: Frame,
    scenarios: &'static [Scenario],
}

#[derive(Template)]
#[template(path = "stage.html")]
struct Stage {
    frame: Frame,
    title: String,
    summary: String,
    sources: &'static [Source],
    /// What a labelled line means, for paper.
    notes: Vec<(String, String)>,
    /// What the page's scripts need to know, as JSON.
    data: String,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct Missing {
    frame: Frame,
    path: String,
}

/// GET /
pub(super) async fn start(State(server): State<Server>, asked: Asked) -> Response {
    let frame = frame(&server, &asked).await;
    page(
        &Start {
            frame,
            scenarios: catalogue::scenarios(),
        },
        &asked,
        StatusCode::OK,
    )
}

/// GET /s/ID
pub(super) async fn scenario(
    State(server): State<Server>,
    asked: Asked,
    uri: Uri,
    Path(id): Path<String>,
) -> Response {
    let Some(scenario) = catalogue::scenario(&id) else {
        return not_found(State(server), asked, uri).await;
    };
    let frame = frame(&server, &asked).await;
    let notes: serde_json::Map<_, _> = scenario
        .notes
        .iter()
        .map(|(label, note)| (label.clone(), json!(asked.0.of(note))))
        .collect();
    let on_paper = scenario.script.steps.iter().filter_map(|step| {
        let note = scenario.notes.get(step.label.as_ref()?)?;
        Some((step.text.clone(), asked.0.of(note).replace(['`', '*'], "")))
    });
    let on_paper = on_paper.collect();
    let data = json!({
        "scenario": id,
        "script": scenario.script.text,
        "notes": notes,
        "questions": questions(scenario, &asked),
        "recording": format!("/api/recordings/{id}"),
        "live": frame.remedy.is_none(),
        "words": asked.0.table(),
    });
    let (title, summary) = (
        asked.0.of(&scenario.title).into(),
        asked.0.of(&scenario.summary).into(),
    );
    page(
        &Stage {
            frame,
            title,
            summary,
            sources: &scenario.sources,
            notes: on_paper,
            data: script_safe(&data),
        },
        &asked,
        StatusCode::OK,
    )
}

/// A scenario's questions in one language, as web/scripts/questions.js reads them.
fn questions(scenario: &Scenario, asked: &Asked) -> Vec<serde_json::Value> {
    let choice = |choice: &Choice| {
        json!({
            "value": choice.value,
            "text": choice.text.as_ref().map(|text| asked.0.of(text)),
            "why": asked.0.of(&choice.why),
        })
    };
    let question = |question: &Question| {
        json!({
            "at": question.at,
            "line": question.line,
            "about": question.about.to_string(),
            "ask": asked.0.of(&question.ask),
            "choices": question.choices.iter().map(choice).collect::<Vec<_>>(),
        })
    };
    scenario.questions.iter().map(question).collect()
}

/// GET /try: a script of one's own, which stands in the address behind the #.
pub(super) async fn try_it(State(server): State<Server>, asked: Asked) -> Response {
    let frame = frame(&server, &asked).await;
    let (title, summary) = (frame.w("try.title").into(), frame.w("try.summary").into());
    let example = catalogue::scenarios()
        .first()
        .map_or("", |scenario| scenario.script.text.as_str());
    let data = json!({
        "script": example,
        "notes": {},
        "live": frame.remedy.is_none(),
        "words": asked.0.table(),
    });
    page(
        &Stage {
            frame,
            title,
            summary,
            sources: &[],
            notes: Vec::new(),
            data: script_safe(&data),
        },
        &asked,
        StatusCode::OK,
    )
}

/// Whatever else is asked for.
pub(super) async fn not_found(State(server): State<Server>, asked: Asked, uri: Uri) -> Response {
    let frame = frame(&server, &asked).await;
    page(
        &Missing {
            frame,
            path: uri.path().to_owned(),
        },
        &asked,
        StatusCode::NOT_FOUND,
    )
}

async fn frame(server: &Server, asked: &Asked) -> Frame {
    let lab = server.lab.clone();
    let ability = tokio::task::spawn_blocking(move || lab.ability())
        .await
        .expect("asking the machine does not panic");
    Frame {
        lang: asked.0,
        version: assets::version(),
        switch: format!("?lang={}", asked.0.other().tag()),
        remedy: ability.err().map(|refusal| remedy::remedy(&refusal)),
    }
}

fn page(template: &impl Template, asked: &Asked, status: StatusCode) -> Response {
    let html = template
        .render()
        .expect("templates render whatever they are given");
    let mut response = (
        status,
        [(header::VARY, "Accept-Language, Cookie")],
        Html(html),
    )
        .into_response();
    if asked.1 {
        let cookie = format!(
            "lang={}; Path=/; Max-Age=31536000; SameSite=Lax",
            asked.0.tag()
        );
        response.headers_mut().insert(
            header::SET_COOKIE,
            cookie.parse().expect("a cookie of plain letters"),
        );
    }
    response
}

/// JSON that can stand inside a script element: no `</script>` can occur in it.
fn script_safe(data: &serde_json::Value) -> String {
    data.to_string().replace('<', "\\u003c")
}
