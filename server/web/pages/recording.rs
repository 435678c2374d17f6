//! A kept recording on the stage.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::json;

use crate::content::scenario::Scenario;
use crate::content::{catalogue, markup};
use crate::event::time::utc;
use crate::i18n::Language;
use crate::recording::{RecordingInfo, Story};
use crate::script::facts;
use crate::web::extract::base_url::BaseUrl;
use crate::web::extract::locale::Locale;
use crate::web::kept_store;
use crate::web::pages::layout::{Layout, LinkPreview, page, script_safe};
use crate::web::pages::not_found::{not_found_with_hint, unreadable};
use crate::web::pages::stage::{Stage, notes, printed_notes, questions};
use crate::web::state::AppState;

/// GET /r/ID
pub(crate) async fn recording(
    State(server): State<AppState>,
    locale: Locale,
    base_url: BaseUrl,
    uri: Uri,
    Path(id): Path<String>,
) -> Response {
    let lang = locale.language;
    let info = match kept_store::info(&server, &id).await {
        Ok(Some(info)) => info,
        Ok(None) => {
            let hint = Some(lang.word("missing.recording").into());
            return not_found_with_hint(&server, &locale, &uri, hint).await;
        }
        Err(error) => return unreadable(&server, &locale, &uri, &error.to_string()).await,
    };
    let mut layout = Layout::new(&server, &locale, &uri).await;
    let scenario = info.scenario.as_deref().and_then(catalogue::scenario);
    // A lesson's notes and questions are about the lesson's own lines.
    let lesson = scenario.filter(|lesson| lesson.script.text == info.script);
    let by_story = || story_title(info.story, lang);
    let title = lesson.map_or_else(by_story, |lesson| lang.of(&lesson.title).into());
    let what = scenario.map_or(layout.w("site.tagline"), |lesson| lang.of(&lesson.summary));
    let events = format!("/api/r/{id}");
    layout.preview = LinkPreview::new(
        &base_url,
        lang,
        [&title, what],
        &format!("/r/{id}"),
        &events,
    );
    let data = json!({
        "scenario": lesson.map(|lesson| &lesson.id),
        "script": info.script,
        "lines": facts::of_script(&info.script),
        "notes": lesson.map(|lesson| notes(lesson, lang)).unwrap_or_default(),
        "questions": lesson.map(|lesson| questions(lesson, lang)).unwrap_or_default(),
        "recording": events,
        "kept": id,
        "live": layout.remedy.is_none(),
    });
    let stage = Stage {
        layout,
        title,
        summary: summary(&info, scenario, lang),
        sources: lesson.map_or(&[], |lesson| &lesson.sources),
        notes: lesson
            .map(|lesson| printed_notes(lesson, lang))
            .unwrap_or_default(),
        starts: Vec::new(),
        next_steps: None,
        data: script_safe(&data),
    };
    page(&stage, &locale, StatusCode::OK)
}

/// The recording's time, kernel and lesson, as HTML.
fn summary(info: &RecordingInfo, scenario: Option<&Scenario>, lang: Language) -> String {
    let kernel = match &info.machine {
        Some(machine) => format!("{} ({machine})", info.kernel),
        None => info.kernel.clone(),
    };
    let recorded = match info.began {
        Some(_) => lang.word("kept.recorded"),
        None => lang.word("kept.recorded_undated"),
    };
    let recorded = markup::escape(&recorded.replace("{kernel}", &kernel));
    let when = info.began.map(|began| {
        let (date, minute) = utc(began);
        format!("<time datetime=\"{date}T{minute}Z\">{date} {minute} UTC</time>")
    });
    let recorded = recorded.replace("{when}", &when.unwrap_or_default());
    let Some(lesson) = scenario else {
        return recorded;
    };
    let (id, title) = (&lesson.id, markup::escape(lang.of(&lesson.title)));
    if lesson.script.text == info.script {
        let of = lang.word("kept.of_lesson");
        format!("{recorded} <a href=\"/s/{id}\">{of}</a>")
    } else {
        let from = lang.word("kept.from_lesson");
        format!("{recorded} {from} <a href=\"/s/{id}\">{title}</a>")
    }
}

fn story_title(story: Story, lang: Language) -> String {
    let (words, host) = match story {
        Story::Injected => (lang.word("story.injected"), None),
        Story::Refused => (lang.word("story.refused"), None),
        Story::Reset(host) => (lang.word("story.reset"), Some(host)),
        Story::Both(host) => (lang.word("story.both"), Some(host)),
        Story::One(host) => (lang.word("story.one"), Some(host)),
        Story::Open => (lang.word("story.open"), None),
        Story::Nothing => (lang.word("story.nothing"), None),
    };
    words.replace("{host}", host.map_or("", |host| host.name()))
}
