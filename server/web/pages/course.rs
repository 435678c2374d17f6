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
    layout: Layout,
    chapters: Vec<ChapterLessons>,
    /// The first lesson's id.
    first: &'static str,
}

/// A chapter that has lessons.
struct ChapterLessons {
    chapter: Chapter,
    number: usize,
    lessons: Vec<&'static CatalogueEntry>,
}

/// GET /
pub(crate) async fn course(State(server): State<AppState>, locale: Locale, uri: Uri) -> Response {
    let layout = Layout::new(&server, &locale, &uri).await;
    let lessons = lessons().await;
    let chapter_lessons = |(index, chapter): (usize, Chapter)| ChapterLessons {
        chapter,
        number: index + 1,
        lessons: lessons
            .iter()
            .filter(|lesson| lesson.scenario.chapter == chapter)
            .collect(),
    };
    let chapters = Chapter::ALL.into_iter().enumerate().map(chapter_lessons);
    let course = Course {
        layout,
        chapters: chapters
            .filter(|chapter| !chapter.lessons.is_empty())
            .collect(),
        first: lessons.first().map_or("", |lesson| &lesson.scenario.id),
    };
    page(&course, &locale, StatusCode::OK)
}

/// The lessons with the digests of their recordings. The first call reads all recordings, on a thread of its own.
pub(crate) async fn lessons() -> &'static [CatalogueEntry] {
    blocking(catalogue::entries).await
}
