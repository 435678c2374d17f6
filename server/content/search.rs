//! Finding lessons: what is written of them in both languages, and what occurs in their recordings. Plain substrings of
//! one text a lesson, made once.

use std::sync::LazyLock;

use crate::content::catalogue::{self, CatalogueEntry};
use crate::content::scenario::Scenario;
use crate::content::{glossary, markup};
use crate::i18n::{Language, Text};
use crate::recording::digest::Met;
use crate::tcp::state::State;

/// How much of a text is shown around what was found in it, in characters to each side.
const AROUND: usize = 60;

/// A lesson that was found.
pub(crate) struct SearchResult {
    pub(crate) lesson: &'static CatalogueEntry,
    /// What was looked for as the recording has it, such as `client FIN_WAIT_2`, and when first in µs.
    pub(crate) moments: Vec<(String, u64)>,
    /// Where it stands in the lesson's texts, as HTML, where it does.
    pub(crate) snippet: Option<String>,
}

/// All that may be looked for in a lesson.
struct IndexedLesson {
    entry: &'static CatalogueEntry,
    /// Its titles, folded.
    title: String,
    /// All of it, folded.
    all: String,
}

/// The lessons in which every word of the query occurs: first those that have it in their titles, then those whose
/// recordings have it, then those that only speak of it; each by the course.
pub(crate) fn find(query: &str, lang: Language) -> Vec<SearchResult> {
    let terms: Vec<Vec<String>> = query.split_whitespace().map(alternatives).collect();
    if terms.is_empty() {
        return Vec::new();
    }
    let has = |text: &str, term: &Vec<String>| term.iter().any(|word| text.contains(word));
    let lessons = index().iter();
    let mut found: Vec<&IndexedLesson> = lessons
        .filter(|lesson| terms.iter().all(|term| has(&lesson.all, term)))
        .collect();
    found.sort_by_key(|lesson| {
        let occurs = !moments(lesson.entry, &terms).is_empty();
        (!terms.iter().all(|term| has(&lesson.title, term)), !occurs)
    });
    let found = found.into_iter().map(|lesson| SearchResult {
        lesson: lesson.entry,
        moments: moments(lesson.entry, &terms),
        snippet: snippet(lesson.entry.scenario, &terms, lang),
    });
    found.collect()
}

/// The words that mean the same as a word of the query, folded: an error has a name and numbers, a state several names.
fn alternatives(word: &str) -> Vec<String> {
    let mut all = vec![fold(word)];
    if let Some(state) = glossary::state_named(word) {
        all = vec![fold(state.name())];
    }
    if let Some(name) = glossary::error_named(word) {
        all = vec![fold(name)];
        for winsock in &glossary::errors()[name].winsock {
            all.extend([fold(&winsock.name), winsock.number.to_string()]);
        }
    }
    all.dedup();
    all
}

/// Lower case, and one kind of joint: `TIME-WAIT` finds TIME_WAIT. Keeps every byte's place.
fn fold(text: &str) -> String {
    text.to_ascii_lowercase().replace('-', "_")
}

fn index() -> &'static [IndexedLesson] {
    static INDEX: LazyLock<Vec<IndexedLesson>> =
        LazyLock::new(|| catalogue::entries().iter().map(indexed).collect());
    &INDEX
}

fn indexed(lesson: &'static CatalogueEntry) -> IndexedLesson {
    let CatalogueEntry {
        scenario, digest, ..
    } = lesson;
    let mut all: Vec<String> = Vec::new();
    for lang in [Language::English, Language::Chinese] {
        all.extend(texts(scenario).map(|words| markup::plain_text(lang.of(words))));
        all.push(lang.word(scenario.chapter.title()).into());
    }
    all.push(scenario.id.clone());
    all.push(scenario.script.text.clone());
    let states = digest.states.iter();
    all.extend(states.map(|met| format!("{} {}", met.host, met.what.name())));
    let errnos = digest.errnos.iter();
    all.extend(errnos.map(|met| format!("{} {}", met.host, met.what)));
    all.extend(digest.calls.iter().map(|call| format!("{call}()")));
    all.extend(digest.flags.iter().cloned());
    all.extend(digest.judged.iter().map(|judged| judged.claim.clone()));
    IndexedLesson {
        entry: lesson,
        title: fold(&format!("{}\n{}", scenario.title.en, scenario.title.zh)),
        all: fold(&all.join("\n")),
    }
}

/// What is written of a lesson, and gives no question's answer away.
fn texts(scenario: &Scenario) -> impl Iterator<Item = &Text> {
    [&scenario.title, &scenario.summary]
        .into_iter()
        .chain(scenario.notes.values())
        .chain(&scenario.fix)
}

fn moments(lesson: &CatalogueEntry, terms: &[Vec<String>]) -> Vec<(String, u64)> {
    let is_meant = |name: &str| terms.iter().any(|term| term.contains(&fold(name)));
    let states = lesson.digest.states.iter();
    let states = states.filter(|met| is_meant(met.what.name()));
    let states =
        states.map(|met: &Met<State>| (format!("{} {}", met.host, met.what.name()), met.t));
    let errnos = lesson
        .digest
        .errnos
        .iter()
        .filter(|met| is_meant(&met.what));
    let errnos = errnos.map(|met| (format!("{} {}", met.host, met.what), met.t));
    states.chain(errnos).collect()
}

/// What stands around the first word of the query in the lesson's texts, in the visitor's language before the other.
fn snippet(scenario: &Scenario, terms: &[Vec<String>], lang: Language) -> Option<String> {
    let languages = [lang, lang.other()];
    let texts = languages.iter().flat_map(|lang| {
        let body = texts(scenario).skip(2); // title and summary are shown anyway
        body.map(|words| markup::plain_text(lang.of(words)))
    });
    for text in texts {
        let folded = fold(&text);
        let at = terms.iter().flatten().find_map(|word| {
            let start = folded.find(word.as_str())?;
            Some((start, start + word.len()))
        });
        if let Some((start, end)) = at {
            return Some(around(&text, start, end));
        }
    }
    None
}

fn around(text: &str, start: usize, end: usize) -> String {
    let from = text[..start].char_indices().rev().nth(AROUND - 1);
    let from = from.map_or(0, |(at, _)| at);
    // Not in the middle of a word, where words have spaces between them.
    let space = text[from..start]
        .find(' ')
        .filter(|space| from > 0 && *space < 16);
    let from = from + space.map_or(0, |space| space + 1);
    let to = text[end..].char_indices().nth(AROUND);
    let to = to.map_or(text.len(), |(at, _)| end + at);
    let space = text[end..to]
        .rfind(' ')
        .filter(|space| to < text.len() && to - end - space < 16);
    let to = space.map_or(to, |space| end + space);
    let [before, marked, after] =
        [&text[from..start], &text[start..end], &text[end..to]].map(markup::escape);
    let dots = |cut: bool| if cut { "…" } else { "" };
    format!(
        "{}{before}<mark>{marked}</mark>{after}{}",
        dots(from > 0),
        dots(to < text.len())
    )
}

/// The state or the error that a query means, if it is nothing but one: the address of its page.
pub(crate) fn exact_match(query: &str) -> Option<(&'static str, String)> {
    let word = query.trim();
    if let Some(state) = glossary::state_named(word) {
        return Some((state.name(), format!("/state/{}", state.name())));
    }
    let name = glossary::error_named(word)?;
    Some((name, format!("/error/{name}")))
}
