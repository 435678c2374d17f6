//! Two runs side by side: /compare?a=s:close-unread&b=s:four-waves. web/scripts/share/recording-ref.js reads the same names.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::content::catalogue::{self, CatalogueEntry};
use crate::content::scenario::Chapter;
use crate::i18n::{Language, Text};
use crate::web::extract::locale::Locale;
use crate::web::pages::course::lessons;
use crate::web::pages::layout::{Layout, page, script_safe};
use crate::web::recording_ref::RecordingRef;
use crate::web::state::AppState;

/// What the address names; of what else stands there nothing is wanted.
#[derive(Deserialize)]
pub(crate) struct CompareQuery {
    a: Option<String>,
    b: Option<String>,
}

/// Two lessons that are worth comparing.
#[derive(Clone, Copy)]
pub(crate) struct LessonPair {
    left: &'static str,
    right: &'static str,
    pub(crate) ask: &'static Text,
}

impl LessonPair {
    pub(crate) fn has(&self, lesson: &str) -> bool {
        self.left == lesson || self.right == lesson
    }

    pub(crate) fn address(&self) -> String {
        format!("/compare?a=s:{}&b=s:{}", self.left, self.right)
    }
}

/// All that lessons offer, in the course's order.
pub(crate) fn lesson_pairs() -> impl Iterator<Item = LessonPair> {
    catalogue::scenarios().iter().flat_map(|scenario| {
        scenario.pairs.iter().map(|pair| LessonPair {
            left: &scenario.id,
            right: &pair.with,
            ask: &pair.ask,
        })
    })
}

#[derive(Template)]
#[template(path = "compare.html")]
struct Compare {
    layout: Layout,
    sides: [ComparedRun; 2],
    data: String,
}

#[derive(Template)]
#[template(path = "chooser.html")]
struct Chooser {
    layout: Layout,
    /// What the address asks for, and why it cannot be had where that is so.
    choices: [RunChoice; 2],
    chapters: Vec<(Chapter, Vec<&'static CatalogueEntry>)>,
    previews: Vec<PairPreview>,
}

/// A recording that can be had.
struct ComparedRun {
    name: String,
    title: String,
}

/// One of the two selects.
struct RunChoice {
    field: &'static str,
    /// The key of its label.
    label: &'static str,
    value: String,
    /// What is no lesson of ours, and so not in the list.
    other: Option<String>,
    /// There is no such recording.
    is_wrong: bool,
}

/// A pair with both its signs.
struct PairPreview {
    pair: LessonPair,
    lessons: [&'static CatalogueEntry; 2],
}

/// GET /compare
pub(crate) async fn compare(
    State(server): State<AppState>,
    locale: Locale,
    uri: Uri,
    Query(query): Query<CompareQuery>,
) -> Response {
    let layout = Layout::new(&server, &locale, &uri).await;
    let lang = locale.language;
    let [a, b] = [query.a, query.b].map(|name| name.filter(|name| !name.is_empty()));
    let found = [&a, &b].map(|name| title(&server, lang, name.as_deref()?));
    if let ([Some(left), Some(right)], Some(a), Some(b)) = (&found, &a, &b) {
        let side = |name: &String, title: &String| ComparedRun {
            name: name.clone(),
            title: title.clone(),
        };
        let sides = [side(a, left), side(b, right)];
        let data = json!({
            "sides": sides.each_ref().map(|side| json!({ "name": side.name, "title": side.title })),
            "live": layout.remedy.is_none(),
        });
        let data = script_safe(&data);
        return page(
            &Compare {
                layout,
                sides,
                data,
            },
            &locale,
            StatusCode::OK,
        );
    }
    let is_wrong =
        |name: &Option<String>, found: &Option<String>| name.is_some() && found.is_none();
    let wrong = [is_wrong(&a, &found[0]), is_wrong(&b, &found[1])];
    let [left, right] = found;
    let chooser = Chooser {
        choices: [
            run_choice("a", "compare.left", a, left, wrong[0]),
            run_choice("b", "compare.right", b, right, wrong[1]),
        ],
        chapters: chapters(lessons().await),
        previews: pair_previews(lessons().await),
        layout,
    };
    let is_bad = wrong.contains(&true);
    let status = if is_bad {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    page(&chooser, &locale, status)
}

fn run_choice(
    field: &'static str,
    label: &'static str,
    value: Option<String>,
    found: Option<String>,
    is_wrong: bool,
) -> RunChoice {
    let value = value.unwrap_or_default();
    let is_lesson = value.starts_with("s:");
    RunChoice {
        field,
        label,
        other: found.filter(|_| !is_lesson),
        value,
        is_wrong,
    }
}

/// What a recording is called; None where there is none of that name. Whether a kept one is there its own address tells.
fn title(server: &AppState, lang: Language, name: &str) -> Option<String> {
    let recording_ref = RecordingRef::named(name)?;
    match &recording_ref {
        RecordingRef::Lesson(_) | RecordingRef::Cell(_) => recording_ref.title(lang),
        RecordingRef::Run(id) => {
            let live = server.lab.find(id)?;
            let of = live.scenario.as_deref().map(RecordingRef::of_scenario);
            let title = of.and_then(|of| of.title(lang));
            Some(title.unwrap_or_else(|| lang.word("try.title").to_owned()))
        }
        RecordingRef::Kept(id) => Some(format!("{} {id}", lang.word("compare.kept"))),
    }
}

fn chapters(lessons: &'static [CatalogueEntry]) -> Vec<(Chapter, Vec<&'static CatalogueEntry>)> {
    let of = |chapter| {
        lessons
            .iter()
            .filter(move |lesson| lesson.scenario.chapter == chapter)
    };
    let all = Chapter::ALL.map(|chapter| (chapter, of(chapter).collect()));
    all.into_iter().collect()
}

fn pair_previews(lessons: &'static [CatalogueEntry]) -> Vec<PairPreview> {
    let of = |id: &str| lessons.iter().find(|lesson| lesson.scenario.id == id);
    let preview = |pair: LessonPair| {
        Some(PairPreview {
            lessons: [of(pair.left)?, of(pair.right)?],
            pair,
        })
    };
    lesson_pairs().filter_map(preview).collect()
}
