//! The description of the API, <https://spec.openapis.org/oas/v3.1.0>, from web/openapi: TOML is written there, since people read
//! and write it, and JSON is served, which tools read. Nothing of it is made from the handlers: the tests hold one against
//! the other, so that neither can change alone.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::i18n::embedded_toml;

/// The document's parts. Each has tables of the whole.
const PARTS: [&str; 9] = [
    include_str!("../../../web/openapi/about.toml"),
    include_str!("../../../web/openapi/runs.toml"),
    include_str!("../../../web/openapi/recordings.toml"),
    include_str!("../../../web/openapi/kept.toml"),
    include_str!("../../../web/openapi/taken.toml"),
    include_str!("../../../web/openapi/scripts.toml"),
    include_str!("../../../web/openapi/writing.toml"),
    include_str!("../../../web/openapi/events.toml"),
    include_str!("../../../web/openapi/parts.toml"),
];

/// GET /api/openapi.json
pub(crate) async fn document() -> Response {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let parts = PARTS.map(embedded_toml::<Value>);
        let whole = parts.into_iter().reduce(join);
        whole.unwrap_or_default().to_string()
    });
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, DOCUMENT.as_str()).into_response()
}

/// The tables of both, where both have one of a name joined likewise.
///
/// # Panics
/// Where both have something else of the same name.
fn join(one: Value, other: Value) -> Value {
    let (Value::Object(mut one), Value::Object(other)) = (one, other) else {
        panic!("two parts of the document say the same");
    };
    for (name, value) in other {
        let joined = match one.remove(&name) {
            Some(present) => join(present, value),
            None => value,
        };
        one.insert(name, joined);
    }
    Value::Object(one)
}
