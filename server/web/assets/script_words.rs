//! The words that the page's scripts say.

use std::collections::BTreeMap;

use crate::i18n::Language;

/// A script that gives the page its words, for a language and all scripts of the page.
pub(crate) fn script(language: Language, scripts: &str) -> String {
    let table = serde_json::to_string(&said(language, scripts)).expect("texts become JSON");
    format!("globalThis.words = {table};\n")
}

/// The words that scripts say: all of a kind, which is the part of a key before its first dot, that a script names. The
/// other words are for templates alone.
fn said(language: Language, scripts: &str) -> BTreeMap<&'static str, &'static str> {
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
