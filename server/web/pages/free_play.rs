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

/// With what one can begin: the key of its name, and the lines that are played first.
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
pub(crate) async fn play(State(server): State<AppState>, asked: Locale, uri: Uri) -> Response {
    let frame = Layout::new(&server, &asked, &uri).await;
    let (title, summary) = (frame.w("play.title").into(), frame.w("play.summary"));
    let data = json!({
        "open": true,
        "script": "",
        "lines": [],
        "notes": {},
        "live": frame.remedy.is_none(),
    });
    let stage = Stage {
        frame,
        title,
        summary: markup::html(summary),
        sources: &[],
        notes: Vec::new(),
        starts: STARTS.to_vec(),
        further: None,
        data: script_safe(&data),
    };
    page(&stage, &asked, StatusCode::OK)
}
