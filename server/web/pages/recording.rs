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
use crate::web::pages::layout::{Card, Layout, page, script_safe};
use crate::web::pages::not_found::{missing, unreadable};
use crate::web::pages::stage::{Stage, notes, on_paper, questions};
use crate::web::state::AppState;

/// GET /r/ID
pub(crate) async fn kept(
    State(server): State<AppState>,
    asked: Locale,
    origin: BaseUrl,
    uri: Uri,
    Path(id): Path<String>,
) -> Response {
    let lang = asked.0;
    let about = match kept_store::about(&server, &id).await {
        Ok(Some(about)) => about,
        Ok(None) => {
            let hint = Some(lang.word("missing.recording").into());
            return missing(&server, &asked, &uri, hint).await;
        }
        Err(error) => return unreadable(&server, &asked, &uri, &error.to_string()).await,
    };
    let mut frame = Layout::new(&server, &asked, &uri).await;
    let source = about.scenario.as_deref().and_then(catalogue::scenario);
    // Its notes and questions speak of its own lines.
    let lesson = source.filter(|lesson| lesson.script.text == about.script);
    let told = || story(about.story, lang);
    let title = lesson.map_or_else(told, |lesson| lang.of(&lesson.title).into());
    let what = source.map_or(frame.w("site.tagline"), |lesson| lang.of(&lesson.summary));
    let recording = format!("/api/r/{id}");
    frame.card = Card::new(
        &origin,
        lang,
        [&title, what],
        &format!("/r/{id}"),
        &recording,
    );
    let data = json!({
        "scenario": lesson.map(|lesson| &lesson.id),
        "script": about.script,
        "lines": facts::of_script(&about.script),
        "notes": lesson.map(|lesson| notes(lesson, lang)).unwrap_or_default(),
        "questions": lesson.map(|lesson| questions(lesson, lang)).unwrap_or_default(),
        "recording": recording,
        "kept": id,
        "live": frame.remedy.is_none(),
    });
    let stage = Stage {
        frame,
        title,
        summary: summary(&about, source, lang),
        sources: lesson.map_or(&[], |lesson| &lesson.sources),
        notes: lesson
            .map(|lesson| on_paper(lesson, lang))
            .unwrap_or_default(),
        starts: Vec::new(),
        further: None,
        data: script_safe(&data),
    };
    page(&stage, &asked, StatusCode::OK)
}

/// When and where it was recorded, and of which lesson; as HTML.
fn summary(about: &RecordingInfo, origin: Option<&Scenario>, lang: Language) -> String {
    let kernel = match &about.machine {
        Some(machine) => format!("{} ({machine})", about.kernel),
        None => about.kernel.clone(),
    };
    let recorded = match about.began {
        Some(_) => lang.word("kept.recorded"),
        None => lang.word("kept.recorded_undated"),
    };
    let recorded = markup::escape(&recorded.replace("{kernel}", &kernel));
    let when = about.began.map(|began| {
        let (date, minute) = utc(began);
        format!("<time datetime=\"{date}T{minute}Z\">{date} {minute} UTC</time>")
    });
    let recorded = recorded.replace("{when}", &when.unwrap_or_default());
    let Some(lesson) = origin else {
        return recorded;
    };
    let (id, title) = (&lesson.id, markup::escape(lang.of(&lesson.title)));
    if lesson.script.text == about.script {
        let of = lang.word("kept.of_lesson");
        format!("{recorded} <a href=\"/s/{id}\">{of}</a>")
    } else {
        let from = lang.word("kept.from_lesson");
        format!("{recorded} {from} <a href=\"/s/{id}\">{title}</a>")
    }
}

fn story(story: Story, lang: Language) -> String {
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
