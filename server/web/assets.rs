//! The files of the page, out of the binary (in debug builds out of the folder, to edit without building).

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "web/"]
#[include = "scripts/*.js"]
#[include = "styles/*.css"]
#[include = "images/*.svg"]
struct Files;

/// A name for the files as they are now: addresses carry it, so that a browser may keep what it has for ever.
pub(super) fn version() -> String {
    static SHIPPED: OnceLock<String> = OnceLock::new();
    if cfg!(debug_assertions) {
        hash()
    } else {
        SHIPPED.get_or_init(hash).clone()
    }
}

fn hash() -> String {
    let mut hasher = DefaultHasher::new();
    for name in Files::iter() {
        Files::get(&name)
            .map(|file| file.metadata.sha256_hash())
            .hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// A file as it is served, for a page that carries it within.
pub(super) fn text(path: &str) -> Option<String> {
    let file = Files::get(path)?.data;
    let served = match path.ends_with(".js") {
        true => without_comments(&file),
        false => file.into_owned(),
    };
    String::from_utf8(served).ok()
}

/// GET /assets/VERSION/PATH
pub(super) async fn file(Path((asked, path)): Path<(String, String)>) -> Response {
    let Some(file) = Files::get(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let keep = if asked == version() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)],
        match kind.starts_with("text/javascript") {
            true => Cow::Owned(without_comments(&file.data)),
            false => file.data,
        },
    )
        .into_response()
}

/// A script without the lines that are comments: they are for whoever reads the repository, and a fifth of the way there.
/// Empty lines stand in their places, so that an error names the right one.
fn without_comments(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    let mut within = false;
    let kept = script.lines().map(|line| {
        let start = line.trim_start();
        let begins = start.starts_with("/*");
        let is_comment = within || begins || start.starts_with("//");
        within = (within || begins) && !start.contains("*/");
        if is_comment { "" } else { line }
    });
    kept.collect::<Vec<_>>().join("\n").into_bytes()
}
