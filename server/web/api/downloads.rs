//! What is taken away from a recording to be used elsewhere: a page that plays with no server, and exercise sheets.

use std::collections::BTreeMap;

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use crate::content::catalogue;
use crate::event::{Event, What};
use crate::i18n::{Language, Text};
use crate::recording;
use crate::web::blocking::blocking;
use crate::web::exported_run::{ExportedRun, title};
use crate::web::extract::locale::Locale;
use crate::web::offline_page::{self, OfflineRecording};
use crate::web::pages::{self, SheetInfo, SheetQuery};

/// The names of these formats in addresses.
pub(crate) const OFFLINE: &str = "html";
pub(crate) const WORKSHEET: &str = "exercise";

/// An exercise sheet, or its key.
pub(crate) async fn worksheet(run: ExportedRun, query: SheetQuery, locale: Locale) -> Response {
    let disposition = format!("inline; filename=\"fourwave-{}-exercise.html\"", run.name);
    let sheet = blocking(move || {
        let events = recording::read(&run.events);
        let info = SheetInfo {
            title: &title(&events, locale.language),
            page: &run.page,
            address: printed_address(&run),
        };
        pages::worksheet(&events, &info, query, &locale)
    });
    ([(header::CONTENT_DISPOSITION, disposition)], sheet.await).into_response()
}

/// A recording as a file that plays by itself.
pub(crate) async fn offline(run: ExportedRun, lang: Language) -> Response {
    let kind = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"fourwave-{}.html\"", run.name),
        ),
        (header::VARY, "Accept-Language, Cookie".to_owned()),
    ];
    let page = blocking(move || offline_page(&run.events, printed_address(&run), lang)).await;
    (kind, Html(page)).into_response()
}

/// Where its page is found, as people read it.
fn printed_address(run: &ExportedRun) -> &str {
    let address = run.address.as_deref().unwrap_or(&run.page);
    address
        .split_once("://")
        .map_or(address, |(_, address)| address)
}

fn offline_page(lines: &str, address: &str, lang: Language) -> String {
    let events = recording::read(lines);
    let (scenario, script) = run_of(&events);
    let lesson = scenario.as_deref().and_then(catalogue::scenario);
    let nothing = BTreeMap::new();
    let recording = OfflineRecording {
        title: Text {
            en: title(&events, Language::English),
            zh: title(&events, Language::Chinese),
        },
        summary: lesson.map(|lesson| &lesson.summary),
        notes: lesson.map_or(&nothing, |lesson| &lesson.notes),
        sources: lesson.map_or(&[], |lesson| &lesson.sources),
        script: &script,
        events: lines,
        address,
    };
    offline_page::page(&recording, lang)
}

/// The scenario that a run was of, and the script that repeats it.
fn run_of(events: &[Event]) -> (Option<String>, String) {
    let scenario = match events.first().map(|event| &event.what) {
        Some(What::Run { scenario, .. }) => scenario.clone(),
        _ => None,
    };
    (scenario, recording::script(events))
}
