//! The start page: the course, chapter by chapter.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::frame::{Frame, page};
use crate::catalogue::{self, Known};
use crate::scenario::Chapter;
use crate::web::words::Asked;
use crate::web::{Server, blocking};

#[derive(Template)]
#[template(path = "course.html")]
struct Course {
    frame: Frame,
    chapters: Vec<Part>,
    /// The first lesson's id.
    first: &'static str,
}

/// A chapter that has lessons.
struct Part {
    chapter: Chapter,
    number: usize,
    lessons: Vec<&'static Known>,
}

/// GET /
pub(in crate::web) async fn course(
    State(server): State<Server>,
    asked: Asked,
    uri: Uri,
) -> Response {
    let frame = Frame::new(&server, &asked, &uri).await;
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
    page(&course, &asked, StatusCode::OK)
}

/// What is known of the lessons; reading all recordings for the first time shall hold nobody else up.
pub(super) async fn known() -> &'static [Known] {
    blocking(catalogue::known).await
}
