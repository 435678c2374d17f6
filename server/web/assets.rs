//! The files of the page: out of the binary, and in debug builds out of the folder, to edit without building.

pub(crate) mod gzip;
pub(crate) mod imports;
pub(crate) mod script_words;
pub(crate) mod source;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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

/// How long a debug build takes its files to be unchanged. Reading all of them for each request would take a third of
/// the tests' time.
const UNCHANGED: Duration = Duration::from_secs(1);

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
    let files = current();
    let keep = if asked == files.version {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let Some(gzipped) = files.gzipped(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let head = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)];
    let answer = gzip::answer(&headers, gzipped).expect("the file was packed here");
    (head, answer).into_response()
}

/// A name for the files as they are now. Addresses carry it, so that a browser may keep a file for ever.
pub(crate) fn version() -> String {
    current().version.clone()
}

/// The modules that a page's own script needs before it runs, by their paths below `scripts/`. A page that preloads all
/// of them waits for none after another.
pub(crate) fn modules(entry: &'static str) -> Vec<String> {
    let files = current();
    let mut found = lock(&files.modules);
    let modules = found
        .entry(entry)
        .or_insert_with(|| imports::closure(entry, |module| text(&format!("scripts/{module}"))));
    modules.clone()
}

/// The modules that a page loads once its own script runs: those of `later` that `entry` does not need already.
pub(crate) fn later_modules(entry: &'static str, later: &'static str) -> Vec<String> {
    let first = modules(entry);
    let mut later = modules(later);
    later.retain(|module| !first.contains(module));
    later
}

/// A file as it is served, for a page that carries it within.
pub(crate) fn text(path: &str) -> Option<String> {
    if let Some(name) = path.strip_prefix("words/") {
        let mut languages = [Language::English, Language::Chinese].into_iter();
        let language = languages.find(|language| name == format!("{}.js", language.tag()))?;
        let names = Files::iter().filter(|name| name.ends_with(".js"));
        let scripts: String = names.filter_map(|name| text(&name)).collect();
        return Some(script_words::script(language, &scripts));
    }
    match path.rsplit('.').next() {
        Some("js") => Some(source::without_comments(&read(path)?)),
        Some("css") => source::joined_style(path, &read),
        _ => read(path),
    }
}

/// A file as it stands in the repository.
fn read(path: &str) -> Option<String> {
    String::from_utf8(Files::get(path)?.data.into_owned()).ok()
}

/// The files at one time, and what was made of them since.
struct Snapshot {
    version: String,
    modules: Mutex<BTreeMap<&'static str, Vec<String>>>,
    gzipped: Mutex<BTreeMap<String, Bytes>>,
}

/// The files as they are now. A binary carries its files, so only a debug build looks again.
fn current() -> Arc<Snapshot> {
    static LAST: Mutex<Option<(Arc<Snapshot>, Instant)>> = Mutex::new(None);
    let mut last = lock(&LAST);
    let snapshot = match &*last {
        Some((snapshot, when)) if !cfg!(debug_assertions) || when.elapsed() < UNCHANGED => {
            return snapshot.clone();
        }
        Some((snapshot, _)) if snapshot.version == hash() => snapshot.clone(),
        _ => Arc::new(Snapshot {
            version: hash(),
            modules: Mutex::default(),
            gzipped: Mutex::default(),
        }),
    };
    *last = Some((snapshot.clone(), Instant::now()));
    snapshot
}

impl Snapshot {
    /// A file as it is served, packed once.
    fn gzipped(&self, path: &str) -> Option<Bytes> {
        if let Some(gzipped) = lock(&self.gzipped).get(path) {
            return Some(gzipped.clone());
        }
        let mut gzipped = Vec::new();
        GzEncoder::new(text(path)?.as_bytes(), Compression::best())
            .read_to_end(&mut gzipped)
            .expect("reading memory does not fail");
        let gzipped = Bytes::from(gzipped);
        lock(&self.gzipped).insert(path.to_owned(), gzipped.clone());
        Some(gzipped)
    }
}

fn hash() -> String {
    let mut hasher = DefaultHasher::new();
    for name in Files::iter() {
        let hash = Files::get(&name).map(|file| file.metadata.sha256_hash());
        hash.hash(&mut hasher);
    }
    for language in [Language::English, Language::Chinese] {
        language.table().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// Locks; a panic elsewhere leaves a whole map, since each insertion is one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
