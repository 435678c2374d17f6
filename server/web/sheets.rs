//! What is taken away from a recording to be used elsewhere: a page that plays with no server, and exercise sheets.

use std::collections::BTreeMap;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};

use super::offline::{self, Told};
use super::pages::{self, Wish};
use super::source::Source;
use super::words::Asked;
use super::{Server, api, exports};
use crate::event::{Event, What};
use crate::language::Language;
use crate::scenario::Words;
use crate::{catalogue, recording};

/// GET /api/recordings/ID/html
pub(super) async fn lesson_offline(
    server: State<Server>,
    asked: Asked,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    offline(&server, &asked, &headers, &Source::Lesson(id)).await
}

/// GET /api/atlas/STATE/STIMULUS/html
pub(super) async fn cell_offline(
    server: State<Server>,
    asked: Asked,
    headers: HeaderMap,
    Path((state, stimulus)): Path<(String, String)>,
) -> Response {
    offline(
        &server,
        &asked,
        &headers,
        &Source::Cell(format!("{state}/{stimulus}")),
    )
    .await
}

/// GET /api/runs/ID/html
pub(super) async fn run_offline(
    server: State<Server>,
    asked: Asked,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    offline(&server, &asked, &headers, &Source::Run(id)).await
}

/// GET /api/r/ID/html
pub(super) async fn kept_offline(
    server: State<Server>,
    asked: Asked,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    offline(&server, &asked, &headers, &Source::Kept(id)).await
}

/// GET /api/recordings/ID/exercise
pub(super) async fn lesson_exercise(
    server: State<Server>,
    asked: Asked,
    headers: HeaderMap,
    Path(id): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Response {
    exercise(&server, asked, &headers, &Source::Lesson(id), wish).await
}

/// GET /api/atlas/STATE/STIMULUS/exercise
pub(super) async fn cell_exercise(
    server: State<Server>,
    asked: Asked,
    headers: HeaderMap,
    Path((state, stimulus)): Path<(String, String)>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Response {
    exercise(
        &server,
        asked,
        &headers,
        &Source::Cell(format!("{state}/{stimulus}")),
        wish,
    )
    .await
}

/// GET /api/runs/ID/exercise
pub(super) async fn run_exercise(
    server: State<Server>,
    asked: Asked,
    headers: HeaderMap,
    Path(id): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Response {
    exercise(&server, asked, &headers, &Source::Run(id), wish).await
}

/// GET /api/r/ID/exercise
pub(super) async fn kept_exercise(
    server: State<Server>,
    asked: Asked,
    headers: HeaderMap,
    Path(id): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Response {
    exercise(&server, asked, &headers, &Source::Kept(id), wish).await
}

async fn exercise(
    server: &Server,
    asked: Asked,
    headers: &HeaderMap,
    source: &Source,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Response {
    let wish = match wish {
        Ok(Query(wish)) => wish,
        Err(error) => return api::wrong(&error.body_text()),
    };
    let events = match source.lines(server).await {
        Ok(lines) => recording::read(&lines),
        Err(unknown) => return unknown,
    };
    let title = exports::title(&events, asked.0);
    let (page, address) = (source.page(), address(headers, source));
    let about = pages::About {
        title: &title,
        page: &page,
        address: &address,
    };
    pages::exercise(&events, &about, wish, &asked)
}

/// A recording as a file that plays by itself.
async fn offline(
    server: &Server,
    Asked(lang, _): &Asked,
    headers: &HeaderMap,
    source: &Source,
) -> Response {
    let lines = match source.lines(server).await {
        Ok(lines) => lines,
        Err(unknown) => return unknown,
    };
    let (lang, address) = (*lang, address(headers, source));
    let kind = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"fourwave-{}.html\"", source.name()),
        ),
        (header::VARY, "Accept-Language, Cookie".to_owned()),
    ];
    // Reading all events of a long run takes tens of ms, which no other request shall wait for.
    let page = tokio::task::spawn_blocking(move || told(&lines, &address, lang));
    (
        kind,
        Html(page.await.expect("events were written by this program")),
    )
        .into_response()
}

fn told(lines: &str, address: &str, lang: Language) -> String {
    let events = recording::read(lines);
    let (scenario, script) = run_of(&events);
    let lesson = scenario.as_deref().and_then(catalogue::scenario);
    let nothing = BTreeMap::new();
    let told = Told {
        title: Words {
            en: exports::title(&events, Language::English),
            zh: exports::title(&events, Language::Chinese),
        },
        summary: lesson.map(|lesson| &lesson.summary),
        notes: lesson.map_or(&nothing, |lesson| &lesson.notes),
        sources: lesson.map_or(&[], |lesson| &lesson.sources),
        script: &script,
        events: lines,
        address,
    };
    offline::page(&told, lang)
}

/// The scenario and the script that a run was of.
fn run_of(events: &[Event]) -> (Option<String>, String) {
    match events.first().map(|event| &event.what) {
        Some(What::Run {
            scenario, script, ..
        }) => (scenario.clone(), script.clone()),
        _ => (None, String::new()),
    }
}

/// Where a page of this server is found, as people read it on paper.
fn address(headers: &HeaderMap, source: &Source) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    format!("{}{}", host.unwrap_or_default(), source.page())
}
