//! The stage: a lesson, or a script of one's own.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use crate::content::scenario::{Choice, Question, Scenario};
use crate::content::source::Citation;
use crate::content::{catalogue, markup};
use crate::i18n::Language;
use crate::script::facts;
use crate::web::extract::base_url::BaseUrl;
use crate::web::extract::locale::Locale;
use crate::web::pages::compare::{LessonPair, lesson_pairs};
use crate::web::pages::layout::{Layout, LinkPreview, page, script_safe};
use crate::web::pages::not_found;
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "stage.html")]
pub(crate) struct Stage {
    pub(crate) layout: Layout,
    pub(crate) title: String,
    /// As HTML.
    pub(crate) summary: String,
    pub(crate) sources: &'static [Citation],
    /// The labelled lines with their notes, for paper.
    pub(crate) notes: Vec<(String, String)>,
    /// The starts of free play; empty on other stages.
    pub(crate) starts: Vec<(&'static str, &'static str)>,
    /// The next steps of a lesson; None on other stages.
    pub(crate) next_steps: Option<NextSteps>,
    /// The data of the page's scripts, as JSON.
    pub(crate) data: String,
}

impl Stage {
    /// Whether the visitor can write here. Other stages hand their scripts to /try for that.
    fn has_editor(&self) -> bool {
        self.layout.path == "/try"
    }

    /// The name of this stage among the three; its style and its script are called so.
    fn entry(&self) -> &'static str {
        if self.has_editor() {
            "try"
        } else if self.starts.is_empty() {
            "lesson"
        } else {
            "play"
        }
    }

    /// The page's own script.
    fn module(&self) -> &'static str {
        match self.entry() {
            "try" => "pages/try.js",
            "play" => "pages/play.js",
            _ => "pages/lesson.js",
        }
    }
}

/// The next steps after a lesson.
pub(crate) struct NextSteps {
    scenario: &'static Scenario,
    /// The line of a program that fixes the problem, as HTML.
    fix: Option<String>,
    /// The lessons before and after it in the course.
    before: Option<&'static Scenario>,
    after: Option<&'static Scenario>,
    /// The lessons that its file names.
    next: Vec<&'static Scenario>,
    /// The lessons to compare it with.
    pairs: Vec<LessonPair>,
}

/// GET /s/ID
pub(crate) async fn lesson(
    State(server): State<AppState>,
    locale: Locale,
    base_url: BaseUrl,
    uri: Uri,
    Path(id): Path<String>,
) -> Response {
    let Some(scenario) = catalogue::scenario(&id) else {
        return not_found(State(server), locale, uri).await;
    };
    let mut layout = Layout::new(&server, &locale, &uri).await;
    let lang = locale.language;
    let recording = format!("/api/recordings/{id}");
    let texts = [&scenario.title, &scenario.summary].map(|text| lang.of(text));
    layout.preview = LinkPreview::new(&base_url, lang, texts, &format!("/s/{id}"), &recording);
    let data = json!({
        "scenario": id,
        "script": scenario.script.text,
        "lines": facts::of_script(&scenario.script.text),
        "notes": notes(scenario, lang),
        "questions": questions(scenario, lang),
        "recording": recording,
        "live": layout.remedy.is_none(),
    });
    let stage = Stage {
        layout,
        title: lang.of(&scenario.title).into(),
        summary: markup::html(lang.of(&scenario.summary)),
        sources: &scenario.sources,
        notes: printed_notes(scenario, lang),
        starts: Vec::new(),
        next_steps: Some(next_steps(scenario, lang)),
        data: script_safe(&data),
    };
    page(&stage, &locale, StatusCode::OK)
}

/// A scenario's notes by their labels, in one language.
pub(crate) fn notes(scenario: &Scenario, lang: Language) -> serde_json::Map<String, Value> {
    let notes = scenario.notes.iter();
    notes
        .map(|(label, note)| (label.clone(), json!(lang.of(note))))
        .collect()
}

/// The labelled lines and their notes, for paper.
pub(crate) fn printed_notes(scenario: &Scenario, lang: Language) -> Vec<(String, String)> {
    let printed_notes = scenario.script.steps.iter().filter_map(|step| {
        let note = scenario.notes.get(step.label.as_ref()?)?;
        Some((step.text.clone(), markup::plain_text(lang.of(note))))
    });
    printed_notes.collect()
}

fn next_steps(scenario: &'static Scenario, lang: Language) -> NextSteps {
    let all = catalogue::scenarios();
    let place = all.iter().position(|other| other.id == scenario.id);
    let place = place.expect("a shipped scenario is among the shipped ones");
    let next = scenario.next.iter();
    let after = all.get(place + 1);
    NextSteps {
        scenario,
        fix: scenario.fix.as_ref().map(|fix| markup::html(lang.of(fix))),
        before: place.checked_sub(1).and_then(|place| all.get(place)),
        after,
        next: next.filter_map(|id| catalogue::scenario(id)).collect(),
        pairs: lesson_pairs()
            .filter(|pair| pair.has(&scenario.id))
            .collect(),
    }
}

/// A scenario's questions in one language, as web/scripts/views/questions.js reads them.
pub(crate) fn questions(scenario: &Scenario, lang: Language) -> Vec<Value> {
    let choice = |choice: &Choice| {
        json!({
            "value": choice.value,
            "text": choice.text.as_ref().map(|text| lang.of(text)),
            "why": lang.of(&choice.why),
        })
    };
    let question = |question: &Question| {
        json!({
            "at": question.at,
            "line": question.line,
            "about": question.about.to_string(),
            "ask": lang.of(&question.ask),
            "choices": question.choices.iter().map(choice).collect::<Vec<_>>(),
        })
    };
    scenario.questions.iter().map(question).collect()
}

/// GET /try: a script of one's own, which stands in the address behind the #.
pub(crate) async fn try_it(State(server): State<AppState>, locale: Locale, uri: Uri) -> Response {
    let layout = Layout::new(&server, &locale, &uri).await;
    let (title, summary) = (layout.w("try.title").into(), layout.w("try.summary"));
    let example = catalogue::scenario("four-waves");
    let example = example.map_or("", |scenario| scenario.script.text.as_str());
    let data = json!({
        "script": example,
        "lines": facts::of_script(example),
        "notes": {},
        "live": layout.remedy.is_none(),
    });
    let stage = Stage {
        layout,
        title,
        summary: markup::html(summary),
        sources: &[],
        notes: Vec::new(),
        starts: Vec::new(),
        next_steps: None,
        data: script_safe(&data),
    };
    page(&stage, &locale, StatusCode::OK)
}
