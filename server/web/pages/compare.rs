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
use crate::web::pages::course::known;
use crate::web::pages::layout::{Layout, page, script_safe};
use crate::web::recording_ref::RecordingRef;
use crate::web::state::AppState;

/// What the address names; of what else stands there nothing is wanted.
#[derive(Deserialize)]
pub(crate) struct Sides {
    a: Option<String>,
    b: Option<String>,
}

/// Two lessons that are worth comparing.
#[derive(Clone, Copy)]
pub(crate) struct Compared {
    left: &'static str,
    right: &'static str,
    pub(crate) ask: &'static Text,
}

impl Compared {
    pub(crate) fn has(&self, lesson: &str) -> bool {
        self.left == lesson || self.right == lesson
    }

    pub(crate) fn address(&self) -> String {
        format!("/compare?a=s:{}&b=s:{}", self.left, self.right)
    }
}

/// All that lessons offer, in the course's order.
pub(crate) fn compared() -> impl Iterator<Item = Compared> {
    catalogue::scenarios().iter().flat_map(|scenario| {
        scenario.pairs.iter().map(|pair| Compared {
            left: &scenario.id,
            right: &pair.with,
            ask: &pair.ask,
        })
    })
}

#[derive(Template)]
#[template(path = "compare.html")]
struct Compare {
    frame: Layout,
    sides: [Side; 2],
    data: String,
}

#[derive(Template)]
#[template(path = "chooser.html")]
struct Chooser {
    frame: Layout,
    /// What the address asks for, and why it cannot be had where that is so.
    sides: [Asking; 2],
    chapters: Vec<(Chapter, Vec<&'static CatalogueEntry>)>,
    pairs: Vec<Card>,
}

/// A recording that can be had.
struct Side {
    name: String,
    title: String,
}

/// One of the two selects.
struct Asking {
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
struct Card {
    pair: Compared,
    known: [&'static CatalogueEntry; 2],
}

/// GET /compare
pub(crate) async fn compare(
    State(server): State<AppState>,
    locale: Locale,
    uri: Uri,
    Query(wanted): Query<Sides>,
) -> Response {
    let frame = Layout::new(&server, &locale, &uri).await;
    let lang = locale.language;
    let [a, b] = [wanted.a, wanted.b].map(|name| name.filter(|name| !name.is_empty()));
    let found = [&a, &b].map(|name| title(&server, lang, name.as_deref()?));
    if let ([Some(left), Some(right)], Some(a), Some(b)) = (&found, &a, &b) {
        let side = |name: &String, title: &String| Side {
            name: name.clone(),
            title: title.clone(),
        };
        let sides = [side(a, left), side(b, right)];
        let data = json!({
            "sides": sides.each_ref().map(|side| json!({ "name": side.name, "title": side.title })),
            "live": frame.remedy.is_none(),
        });
        let data = script_safe(&data);
        return page(&Compare { frame, sides, data }, &locale, StatusCode::OK);
    }
    let is_wrong =
        |name: &Option<String>, found: &Option<String>| name.is_some() && found.is_none();
    let wrong = [is_wrong(&a, &found[0]), is_wrong(&b, &found[1])];
    let [left, right] = found;
    let chooser = Chooser {
        sides: [
            asking("a", "compare.left", a, left, wrong[0]),
            asking("b", "compare.right", b, right, wrong[1]),
        ],
        chapters: chapters(known().await),
        pairs: cards(known().await),
        frame,
    };
    let is_bad = wrong.contains(&true);
    let status = if is_bad {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    page(&chooser, &locale, status)
}

fn asking(
    field: &'static str,
    label: &'static str,
    value: Option<String>,
    found: Option<String>,
    is_wrong: bool,
) -> Asking {
    let value = value.unwrap_or_default();
    let is_lesson = value.starts_with("s:");
    Asking {
        field,
        label,
        other: found.filter(|_| !is_lesson),
        value,
        is_wrong,
    }
}

/// What a recording is called; None where there is none of that name. Whether a kept one is there its own address tells.
fn title(server: &AppState, lang: Language, name: &str) -> Option<String> {
    let source = RecordingRef::named(name)?;
    match &source {
        RecordingRef::Lesson(_) | RecordingRef::Cell(_) => source.title(lang),
        RecordingRef::Run(id) => {
            let live = server.lab.find(id)?;
            let of = live.scenario.as_deref().map(RecordingRef::of_scenario);
            let title = of.and_then(|of| of.title(lang));
            Some(title.unwrap_or_else(|| lang.word("try.title").to_owned()))
        }
        RecordingRef::Kept(id) => Some(format!("{} {id}", lang.word("compare.kept"))),
    }
}

fn chapters(known: &'static [CatalogueEntry]) -> Vec<(Chapter, Vec<&'static CatalogueEntry>)> {
    let of = |chapter| {
        known
            .iter()
            .filter(move |known| known.scenario.chapter == chapter)
    };
    let all = Chapter::ALL.map(|chapter| (chapter, of(chapter).collect()));
    all.into_iter().collect()
}

fn cards(known: &'static [CatalogueEntry]) -> Vec<Card> {
    let of = |id: &str| known.iter().find(|known| known.scenario.id == id);
    let card = |pair: Compared| {
        Some(Card {
            known: [of(pair.left)?, of(pair.right)?],
            pair,
        })
    };
    compared().filter_map(card).collect()
}
