//! The files of the page, out of the binary (in debug builds out of the folder, to edit without building), and the words
//! that its scripts say.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::read::GzEncoder;
use rust_embed::Embed;

use super::packed;
use super::words::Language;

#[derive(Embed)]
#[folder = "web/"]
#[include = "scripts/*.js"]
#[include = "styles/*.css"]
#[include = "images/*.svg"]
struct Files;

/// How long a debug build takes its files to be as they were: looking at each for every request took half of the time of
/// the tests.
const UNCHANGED: Duration = Duration::from_secs(1);

/// A name for the files as they are now: addresses carry it, so that a browser may keep what it has for ever.
pub(super) fn version() -> String {
    static LAST: Mutex<Option<(String, Instant)>> = Mutex::new(None);
    let mut last = LAST.lock().expect("hashing does not panic");
    match &*last {
        Some((version, when)) if !cfg!(debug_assertions) || when.elapsed() < UNCHANGED => {
            version.clone()
        }
        _ => last.insert((hash(), Instant::now())).0.clone(),
    }
}

fn hash() -> String {
    let mut hasher = DefaultHasher::new();
    for name in Files::iter() {
        Files::get(&name)
            .map(|file| file.metadata.sha256_hash())
            .hash(&mut hasher);
    }
    for language in [Language::English, Language::Chinese] {
        language.table().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// A file as it is served, for a page that carries it within.
pub(super) fn text(path: &str) -> Option<String> {
    String::from_utf8(served(path)?).ok()
}

/// The modules that one needs before it runs, itself among them: a page that names them all waits for none twice.
pub(super) fn modules(entry: &'static str) -> Vec<String> {
    static FOUND: Mutex<BTreeMap<(String, &str), Vec<String>>> = Mutex::new(BTreeMap::new());
    let key = (version(), entry);
    let mut all = FOUND.lock().expect("reading scripts does not panic");
    if let Some(found) = all.get(&key) {
        return found.clone();
    }
    let mut found = vec![entry.to_owned()];
    let mut read = 0;
    while let Some(script) = found
        .get(read)
        .and_then(|name| text(&format!("scripts/{name}")))
    {
        let imported = script.lines().filter_map(|line| {
            let (_, name) = line.split_once(" from \"./")?;
            Some(name.split_once('"')?.0.to_owned())
        });
        for name in imported {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        read += 1;
    }
    all.insert(key, found.clone());
    found
}

/// GET /assets/VERSION/PATH
pub(super) async fn file(
    Path((asked, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let kind = match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "image/svg+xml",
    };
    let keep = if asked == version() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let Some(packed) = packed(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let head = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)];
    let answer = packed::answer(&headers, packed).expect("it was packed here");
    (head, answer).into_response()
}

/// A file as it is served, packed once.
fn packed(path: &str) -> Option<Bytes> {
    static PACKED: Mutex<BTreeMap<(String, String), Bytes>> = Mutex::new(BTreeMap::new());
    let key = (version(), path.to_owned());
    let mut all = PACKED.lock().expect("packing does not panic");
    if let Some(packed) = all.get(&key) {
        return Some(packed.clone());
    }
    let mut packed = Vec::new();
    GzEncoder::new(&*served(path)?, Compression::best())
        .read_to_end(&mut packed)
        .expect("reading memory does not fail");
    let packed = Bytes::from(packed);
    all.insert(key, packed.clone());
    Some(packed)
}

/// A file as it is served.
fn served(path: &str) -> Option<Vec<u8>> {
    if let Some(name) = path.strip_prefix("words/") {
        let all = [Language::English, Language::Chinese];
        let language = all
            .into_iter()
            .find(|language| name == format!("{}.js", language.tag()))?;
        let table = serde_json::to_string(&said(language)).expect("texts become JSON");
        return Some(format!("globalThis.words = {table};\n").into_bytes());
    }
    let file = Files::get(path)?.data;
    Some(match path.ends_with(".js") {
        true => without_comments(&file),
        false => file.into_owned(),
    })
}

/// The words that scripts say: all of a kind, which is what stands before a key's first dot, that one of them names. The
/// others are for templates alone.
fn said(language: Language) -> BTreeMap<&'static str, &'static str> {
    let scripts = Files::iter().filter(|name| name.ends_with(".js"));
    let scripts: String = scripts.filter_map(|name| text(&name)).collect();
    let names = |kind: &str| {
        ['"', '`']
            .iter()
            .any(|quote| scripts.contains(&format!("{quote}{kind}.")))
    };
    let mut kinds = BTreeMap::new();
    let table = language.table().iter().filter(|(key, _)| {
        let kind = key.split('.').next().expect("a text has a beginning");
        *kinds.entry(kind).or_insert_with(|| names(kind))
    });
    table
        .map(|(key, text)| (key.as_str(), text.as_str()))
        .collect()
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
