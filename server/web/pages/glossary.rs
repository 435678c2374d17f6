//! A state's page and an error's: what it is, and in which recordings it occurs.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};

use crate::content::catalogue::CatalogueEntry;
use crate::content::glossary::{self, Entry};
use crate::event::host::Host;
use crate::recording::digest::Met;
use crate::tcp::errno;
use crate::web::extract::locale::Locale;
use crate::web::pages::course::known;
use crate::web::pages::layout::{Layout, clock, moment, page};
use crate::web::pages::not_found;
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "glossary.html")]
struct Occurs {
    frame: Layout,
    name: &'static str,
    /// Linux's number of an error.
    number: Option<i32>,
    /// The class of a state's colour.
    state: bool,
    entry: &'static Entry,
    text: &'static str,
    lessons: Vec<Lesson>,
}

/// A lesson in which it occurs.
struct Lesson {
    known: &'static CatalogueEntry,
    /// Where, and when first in µs.
    moments: Vec<(Host, u64)>,
}

/// GET /state/NAME
pub(crate) async fn state(
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
    let occurs = Occurs {
        frame: Layout::new(&server, &locale, &uri).await,
        name: state.name(),
        number: None,
        state: true,
        entry,
        text: entry.text(locale.language),
        lessons: lessons(known().await, |known| of(&known.digest.states, &state)),
    };
    page(&occurs, &locale, StatusCode::OK)
}

/// GET /error/NAME; a number, or Winsock's name, leads to Linux's.
pub(crate) async fn error(
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
    let occurs = Occurs {
        frame: Layout::new(&server, &locale, &uri).await,
        name: error,
        number: errno::number(error),
        state: false,
        entry,
        text: entry.text(locale.language),
        lessons: lessons(known().await, |known| {
            of(&known.digest.errnos, &error.to_owned())
        }),
    };
    page(&occurs, &locale, StatusCode::OK)
}

fn of<T: PartialEq>(met: &[Met<T>], what: &T) -> Vec<(Host, u64)> {
    let of_it = met.iter().filter(|met| met.what == *what);
    of_it.map(|met| (met.host, met.t)).collect()
}

fn lessons(
    known: &'static [CatalogueEntry],
    moments: impl Fn(&CatalogueEntry) -> Vec<(Host, u64)>,
) -> Vec<Lesson> {
    let lessons = known.iter().map(|known| Lesson {
        known,
        moments: moments(known),
    });
    lessons
        .filter(|lesson| !lesson.moments.is_empty())
        .collect()
}
