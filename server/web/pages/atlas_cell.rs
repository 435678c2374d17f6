//! A cell of the atlas on the stage.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::json;

use crate::content::atlas::texts::texts;
use crate::content::atlas::{self, TEST, texts as atlas_texts};
use crate::content::markup;
use crate::script::facts;
use crate::web::extract::base_url::BaseUrl;
use crate::web::extract::locale::Locale;
use crate::web::pages::layout::{Layout, LinkPreview, page, script_safe};
use crate::web::pages::not_found;
use crate::web::pages::stage::Stage;
use crate::web::state::AppState;

/// GET /atlas/STATE/STIMULUS
pub(crate) async fn atlas_cell(
    State(server): State<AppState>,
    locale: Locale,
    base_url: BaseUrl,
    uri: Uri,
    Path((state, stimulus)): Path<(String, String)>,
) -> Response {
    let found = atlas::named(&format!("atlas/{state}/{stimulus}"));
    let Some((cell, Ok(trial))) = found.map(|cell| (cell, &cell.plan)) else {
        return not_found(State(server), locale, uri).await;
    };
    let mut layout = Layout::new(&server, &locale, &uri).await;
    let (lang, words) = (locale.language, texts().stimulus(cell.stimulus));
    let note = texts().note(cell);
    let title = atlas_texts::title(cell, lang);
    let (id, recording) = (cell.id(), format!("/api/{}", cell.id()));
    layout.preview = LinkPreview::new(
        &base_url,
        lang,
        [&title, lang.of(&words.what)],
        &format!("/{id}"),
        &recording,
    );
    let (what, back) = (lang.of(&words.what), lang.of(texts().page("back")));
    let summary = format!(
        "{} <a href=\"/atlas#{state}/{stimulus}\">{}</a>",
        markup::html(what),
        markup::escape(back)
    );
    let notes = note.map(|note| (TEST, lang.of(&note.text)));
    let data = json!({
        "scenario": id,
        "script": trial.script.text,
        "lines": facts::of_script(&trial.script.text),
        "notes": notes.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "recording": recording,
        "live": layout.remedy.is_none(),
    });
    let stage = Stage {
        layout,
        title,
        summary,
        sources: note.map_or(&[], |note| &note.sources),
        notes: notes
            .map(|(_, note)| (state.clone(), markup::plain_text(note)))
            .into_iter()
            .collect(),
        starts: Vec::new(),
        next_steps: None,
        data: script_safe(&data),
    };
    page(&stage, &locale, StatusCode::OK)
}
