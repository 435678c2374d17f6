//! Free play: the stage with a run that takes one line after the other.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::json;

use crate::content::markup;
use crate::web::extract::locale::Locale;
use crate::web::pages::layout::{Layout, page, script_safe};
use crate::web::pages::stage::Stage;
use crate::web::state::AppState;

/// The starts of free play: the key of the name, and the lines that are played first.
const STARTS: [(&str, &str); 3] = [
    ("free.start.empty", ""),
    (
        "free.start.open",
        "server listen\nclient connect\nserver accept",
    ),
    (
        "free.start.half",
        "server listen\nclient connect\nserver accept\nclient shutdown write\nserver recv",
    ),
];

/// GET /play
pub(crate) async fn free_play(
    State(server): State<AppState>,
    locale: Locale,
    uri: Uri,
) -> Response {
    let layout = Layout::new(&server, &locale, &uri).await;
    let (title, summary) = (layout.w("play.title").into(), layout.w("play.summary"));
    let data = json!({
        "open": true,
        "script": "",
        "lines": [],
        "notes": {},
        "live": layout.remedy.is_none(),
    });
    let stage = Stage {
        layout,
        title,
        summary: markup::html(summary),
        sources: &[],
        notes: Vec::new(),
        starts: STARTS.to_vec(),
        next_steps: None,
        data: script_safe(&data),
    };
    page(&stage, &locale, StatusCode::OK)
}
