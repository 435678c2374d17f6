//! The start page: the course, chapter by chapter.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::content::catalogue::{self, CatalogueEntry};
use crate::content::scenario::Chapter;
use crate::web::blocking::blocking;
use crate::web::extract::locale::Locale;
use crate::web::pages::layout::{Layout, page};
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "course.html")]
struct Course {
    frame: Layout,
    chapters: Vec<Part>,
    /// The first lesson's id.
    first: &'static str,
}

/// A chapter that has lessons.
struct Part {
    chapter: Chapter,
    number: usize,
    lessons: Vec<&'static CatalogueEntry>,
}

/// GET /
pub(crate) async fn course(State(server): State<AppState>, locale: Locale, uri: Uri) -> Response {
    let frame = Layout::new(&server, &locale, &uri).await;
    let known = known().await;
    let part = |(index, chapter): (usize, Chapter)| Part {
        chapter,
        number: index + 1,
        lessons: known
            .iter()
            .filter(|known| known.scenario.chapter == chapter)
            .collect(),
    };
    let chapters = Chapter::ALL.into_iter().enumerate().map(part);
    let course = Course {
        frame,
        chapters: chapters.filter(|part| !part.lessons.is_empty()).collect(),
        first: known.first().map_or("", |known| &known.scenario.id),
    };
    page(&course, &locale, StatusCode::OK)
}

/// What is known of the lessons; reading all recordings for the first time shall hold nobody else up.
pub(crate) async fn known() -> &'static [CatalogueEntry] {
    blocking(catalogue::known).await
}
