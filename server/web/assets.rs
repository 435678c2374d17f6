//! The files of the page, out of the binary (in debug builds out of the folder, to edit without building), and the words
//! that its scripts say.

pub(crate) mod gzip;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::sync::{Mutex, OnceLock};

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::read::GzEncoder;
use rust_embed::Embed;

use crate::i18n::Language;

#[derive(Embed)]
#[folder = "web/"]
#[include = "scripts/**/*.js"]
#[include = "styles/**/*.css"]
#[include = "images/*.svg"]
struct Files;

/// A name for the files as they are now: addresses carry it, so that a browser may keep what it has for ever.
pub(crate) fn version() -> String {
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
    for language in [Language::English, Language::Chinese] {
        language.table().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// A file as it is served, for a page that carries it within.
pub(crate) fn text(path: &str) -> Option<String> {
    String::from_utf8(served(path)?).ok()
}

/// The modules that one needs before it runs, itself among them, each by its path below `scripts/`: a page that names
/// them all waits for none twice.
pub(crate) fn modules(entry: &'static str) -> Vec<String> {
    static FOUND: Mutex<BTreeMap<&str, Vec<String>>> = Mutex::new(BTreeMap::new());
    let mut all = FOUND.lock().expect("reading scripts does not panic");
    if let Some(found) = all.get(entry).filter(|_| !cfg!(debug_assertions)) {
        return found.clone();
    }
    let mut found = vec![entry.to_owned()];
    let mut read = 0;
    while let Some(name) = found.get(read).cloned() {
        let script = text(&format!("scripts/{name}")).unwrap_or_default();
        for specifier in script.lines().filter_map(imported) {
            let module = resolve(&name, specifier);
            if !found.contains(&module) {
                found.push(module);
            }
        }
        read += 1;
    }
    all.insert(entry, found.clone());
    found
}

/// The specifier in the last line of an `import … from "./x.js";`.
pub(crate) fn imported(line: &str) -> Option<&str> {
    let (_, specifier) = line.split_once(" from \"")?;
    let (specifier, _) = specifier.split_once('"')?;
    specifier.starts_with('.').then_some(specifier)
}

/// The path that a relative specifier means in the file `from`.
pub(crate) fn resolve(from: &str, specifier: &str) -> String {
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.join("/")
}

/// GET /assets/VERSION/PATH
pub(crate) async fn file(
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
    let answer = gzip::answer(&headers, packed).expect("it was packed here");
    (head, answer).into_response()
}

/// A file as it is served, packed once.
fn packed(path: &str) -> Option<Bytes> {
    static PACKED: Mutex<BTreeMap<String, Bytes>> = Mutex::new(BTreeMap::new());
    let mut all = PACKED.lock().expect("packing does not panic");
    if let Some(packed) = all.get(path).filter(|_| !cfg!(debug_assertions)) {
        return Some(packed.clone());
    }
    let mut packed = Vec::new();
    GzEncoder::new(&*served(path)?, Compression::best())
        .read_to_end(&mut packed)
        .expect("reading memory does not fail");
    let packed = Bytes::from(packed);
    all.insert(path.to_owned(), packed.clone());
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
    Some(match path.rsplit('.').next() {
        Some("js") => without_comments(&file),
        Some("css") => joined(path)?.into_bytes(),
        _ => file.into_owned(),
    })
}

/// A style with those that it imports in the places of their `@import` lines, so that a page asks for one file.
fn joined(path: &str) -> Option<String> {
    let style = Files::get(path)?.data;
    let style = without_comments(&style);
    let mut all = String::new();
    for line in String::from_utf8(style).ok()?.lines() {
        match line
            .strip_prefix("@import \"")
            .and_then(|rest| rest.strip_suffix("\";"))
        {
            Some(specifier) => all += &joined(&resolve(path, specifier))?,
            None if line.trim().is_empty() => {}
            None => {
                all += line;
                all.push('\n');
            }
        }
    }
    Some(all)
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
