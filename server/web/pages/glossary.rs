//! A state's page and an error's: what it is, and in which recordings it occurs.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};

use crate::content::catalogue::CatalogueEntry;
use crate::content::glossary::{self, GlossaryEntry};
use crate::event::host::Host;
use crate::recording::digest::Met;
use crate::tcp::errno;
use crate::web::extract::locale::Locale;
use crate::web::pages::course::lessons;
use crate::web::pages::layout::{Layout, clock, moment, page};
use crate::web::pages::not_found;
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "glossary.html")]
struct GlossaryPage {
    layout: Layout,
    name: &'static str,
    /// Linux's number of an error.
    number: Option<i32>,
    /// The class of a state's colour.
    state: bool,
    entry: &'static GlossaryEntry,
    text: &'static str,
    occurrences: Vec<Occurrence>,
}

/// A lesson in which it occurs.
struct Occurrence {
    lesson: &'static CatalogueEntry,
    /// Where, and when first in µs.
    moments: Vec<(Host, u64)>,
}

/// GET /state/NAME
pub(crate) async fn glossary_state(
    State(server): State<AppState>,
    locale: Locale,
    uri: Uri,
    Path(name): Path<String>,
) -> Response {
    let Some(state) = glossary::state_named(&name) else {
        return not_found(State(server), locale, uri).await;
    };
    if name != state.name() {
        return Redirect::to(&format!("/state/{}", state.name())).into_response();
    }
    let entry = glossary::state(state);
    let glossary = GlossaryPage {
        layout: Layout::new(&server, &locale, &uri).await,
        name: state.name(),
        number: None,
        state: true,
        entry,
        text: entry.text(locale.language),
        occurrences: occurrences(lessons().await, |lesson| of(&lesson.digest.states, &state)),
    };
    page(&glossary, &locale, StatusCode::OK)
}

/// GET /error/NAME; a number, or Winsock's name, leads to Linux's.
pub(crate) async fn glossary_error(
    State(server): State<AppState>,
    locale: Locale,
    uri: Uri,
    Path(name): Path<String>,
) -> Response {
    let Some(error) = glossary::error_named(&name) else {
        return not_found(State(server), locale, uri).await;
    };
    if name != error {
        return Redirect::to(&format!("/error/{error}")).into_response();
    }
    let entry = &glossary::errors()[error];
    let glossary = GlossaryPage {
        layout: Layout::new(&server, &locale, &uri).await,
        name: error,
        number: errno::number(error),
        state: false,
        entry,
        text: entry.text(locale.language),
        occurrences: occurrences(lessons().await, |lesson| {
            of(&lesson.digest.errnos, &error.to_owned())
        }),
    };
    page(&glossary, &locale, StatusCode::OK)
}

fn of<T: PartialEq>(met: &[Met<T>], what: &T) -> Vec<(Host, u64)> {
    let of_it = met.iter().filter(|met| met.what == *what);
    of_it.map(|met| (met.host, met.t)).collect()
}

fn occurrences(
    lessons: &'static [CatalogueEntry],
    moments: impl Fn(&CatalogueEntry) -> Vec<(Host, u64)>,
) -> Vec<Occurrence> {
    let all = lessons.iter().map(|lesson| Occurrence {
        lesson,
        moments: moments(lesson),
    });
    all.filter(|occurrence| !occurrence.moments.is_empty())
        .collect()
}
