//! Finding: a form that works by itself, and at once where the page's script runs.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use crate::content::catalogue::{self, CatalogueEntry};
use crate::content::glossary;
use crate::content::scenario::Chapter;
use crate::content::search::{self as content_search, SearchResult};
use crate::tcp::state;
use crate::web::extract::locale::Locale;
use crate::web::pages::course::lessons;
use crate::web::pages::layout::{Layout, clock, moment, page};
use crate::web::state::AppState;

/// What is looked for.
#[derive(Default, Deserialize)]
pub(crate) struct SearchQuery {
    #[serde(default)]
    q: String,
}

/// As much of a query as is read.
const LONGEST: usize = 100;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    layout: Layout,
    query: String,
    results: Vec<SearchResult>,
    /// The state or error that is meant, and the address of its page.
    exact: Option<(&'static str, String)>,
    /// Claims of the article that say it: names and texts.
    claims: Vec<(&'static str, &'static str)>,
    /// What can be looked for, where nothing is.
    states: Vec<&'static str>,
    errors: Vec<&'static str>,
    calls: BTreeSet<&'static str>,
    chapters: Vec<Chapter>,
}

/// GET /find?q=
pub(crate) async fn search(
    State(server): State<AppState>,
    locale: Locale,
    uri: Uri,
    parameters: Result<Query<SearchQuery>, QueryRejection>,
) -> Response {
    let layout = Layout::new(&server, &locale, &uri).await;
    let Query(SearchQuery { q }) = parameters.unwrap_or_default();
    let query: String = q.trim().chars().take(LONGEST).collect();
    let lessons = lessons().await;
    let lang = locale.language;
    let folded = query.to_lowercase();
    let says = |text: &str| !folded.is_empty() && text.to_lowercase().contains(&folded);
    let claims = catalogue::claims().iter();
    let claims = claims.filter(|claim| {
        let [says_it, notes_it] =
            [&claim.says, &claim.note].map(|words| says(&words.en) || says(&words.zh));
        says_it || notes_it || says(&claim.name)
    });
    let search = SearchPage {
        layout,
        results: content_search::find(&query, lang),
        exact: content_search::exact_match(&query),
        claims: claims
            .map(|claim| (claim.name.as_str(), lang.of(&claim.says)))
            .collect(),
        states: state::State::ALL.map(state::State::name).to_vec(),
        errors: glossary::errors().keys().map(String::as_str).collect(),
        calls: calls(lessons),
        chapters: chapters(lessons),
        query,
    };
    page(&search, &locale, StatusCode::OK)
}

/// The chapters that have lessons.
fn chapters(lessons: &[CatalogueEntry]) -> Vec<Chapter> {
    let has = |chapter: &Chapter| lessons.iter().any(|one| one.scenario.chapter == *chapter);
    Chapter::ALL.into_iter().filter(has).collect()
}

fn calls(lessons: &'static [CatalogueEntry]) -> BTreeSet<&'static str> {
    let calls = lessons.iter().flat_map(|lesson| &lesson.digest.calls);
    calls.map(String::as_str).collect()
}
