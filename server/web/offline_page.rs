//! One HTML file that plays a recording with no server and no network: the replay's modules, styles, words and the events
//! are inside.
//!
//! Nothing is built: each module stands in an import map as a `data:` address, and imports the others by bare names. The
//! file's own policy (CSP) allows these, what it holds by their hashes, and nothing from anywhere else.

use std::collections::BTreeMap;

use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::content::markup;
use crate::content::source::Citation;
use crate::i18n::{Language, Text};
use crate::script::facts;
use crate::web::assets::{self, imports};
use crate::web::pages::BareLayout;

/// A recording and its texts.
pub(crate) struct OfflineRecording<'a> {
    /// Its title.
    pub(crate) title: Text,
    /// Its summary, with the marks of a scenario's texts.
    pub(crate) summary: Option<&'a Text>,
    /// The notes of labelled lines, by their labels.
    pub(crate) notes: &'a BTreeMap<String, Text>,
    pub(crate) sources: &'a [Citation],
    /// The script that was played.
    pub(crate) script: &'a str,
    /// Its events, one a line.
    pub(crate) events: &'a str,
    /// The address of its page, as people read it.
    pub(crate) address: &'a str,
}

#[derive(Template)]
#[template(path = "offline.html")]
struct Offline<'a> {
    lang: Language,
    title: &'a str,
    policy: String,
    styles: String,
    scheme: String,
    imports: String,
    begin: &'static str,
    data: String,
    bodies: [(Language, String); 2],
}

/// The body of the file in one language.
#[derive(Template)]
#[template(path = "parts/offline_body.html")]
struct OfflineBody<'a> {
    layout: BareLayout,
    /// Always None: no whole page is at hand.
    link: Option<String>,
    title: &'a str,
    summary: Option<String>,
    sources: &'a [Citation],
    address: &'a str,
}

const ENTRY: &str = "pages/offline.js";
const BEGIN: &str = "import \"pages/offline.js\";";
/// The kinds of words that the scripts of a replay use.
const WORD_KINDS: [&str; 8] = [
    "stage.",
    "transport.",
    "timer.",
    "host.",
    "process.",
    "why.",
    "cause.",
    "reset.",
];

/// The file; it speaks both languages, `lang` first.
pub(crate) fn page(recording: &OfflineRecording<'_>, lang: Language) -> String {
    let styles = carried("styles/pages/offline.css");
    let scheme = carried("scripts/dom/system-theme.js");
    let imports = element_safe(&json!({ "imports": imports() }).to_string());
    let scripts = [&scheme, &imports, BEGIN].map(hash).join(" ");
    let policy = format!(
        "default-src 'none'; script-src {scripts} data:; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&styles)
    );
    let offline = Offline {
        lang,
        title: lang.of(&recording.title),
        policy,
        styles,
        scheme,
        imports,
        begin: BEGIN,
        data: data(recording),
        bodies: [Language::English, Language::Chinese]
            .map(|lang| (lang, offline_body(recording, lang))),
    };
    offline
        .render()
        .expect("templates render whatever they are given")
}

fn offline_body(recording: &OfflineRecording<'_>, lang: Language) -> String {
    let body = OfflineBody {
        layout: BareLayout::new(lang),
        link: None,
        title: lang.of(&recording.title),
        summary: recording
            .summary
            .map(|summary| markup::html(lang.of(summary))),
        sources: recording.sources,
        address: recording.address,
    };
    body.render()
        .expect("templates render whatever they are given")
}

/// The data of the page's scripts: words and notes in both languages, the script, and the events as recorded.
fn data(recording: &OfflineRecording<'_>) -> String {
    let both = |of: &dyn Fn(Language) -> Value| json!({ "en": of(Language::English), "zh-CN": of(Language::Chinese) });
    let notes = |lang: Language| {
        recording
            .notes
            .iter()
            .map(|(label, note)| (label.clone(), json!(lang.of(note))))
            .collect()
    };
    let words = |lang: Language| {
        let table = lang.table().iter();
        let said = table.filter(|(key, _)| WORD_KINDS.iter().any(|kind| key.starts_with(kind)));
        said.map(|(key, text)| (key.clone(), json!(text))).collect()
    };
    let said = json!({ "words": both(&words), "notes": both(&notes), "script": recording.script, "lines": facts::of_script(recording.script) });
    let events: Vec<&str> = recording
        .events
        .lines()
        .filter(|line| !line.is_empty())
        .collect();
    // The lines are JSON already, and become a list as they are.
    element_safe(&format!(
        "{{\"told\":{said},\"events\":[{}]}}",
        events.join(",\n")
    ))
}

/// JSON that can stand inside a script element: neither `</script>` nor `<!--` can occur in it. A `<` only stands in
/// texts there.
fn element_safe(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// Every module that the entry needs, by its bare name, as an address that carries it.
fn imports() -> BTreeMap<String, String> {
    let modules = assets::modules(ENTRY);
    let carried = modules.iter().map(|name| {
        let script = carried(&format!("scripts/{name}"));
        (name.clone(), address(&by_whole_path(name, &script)))
    });
    carried.collect()
}

/// A script whose imports name whole paths, since a `data:` address has no folder.
fn by_whole_path(name: &str, script: &str) -> String {
    let lines = script.lines().map(|line| match imports::specifier(line) {
        Some(specifier) => line.replace(specifier, &imports::resolve(name, specifier)),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A `data:` address of a script. Characters that an address would lose, or read as its end, are escaped (URL Standard,
/// section 4.4).
fn address(script: &str) -> String {
    let mut address = String::from("data:text/javascript;charset=utf-8,");
    for character in script.trim().chars() {
        match character {
            '%' | '#' | '<' | '\n' | '\r' | '\t' => {
                address += &format!("%{:02X}", character as u32)
            }
            character => address.push(character),
        }
    }
    address
}

/// The name of an inline text in a policy (CSP 3, section 2.3.1).
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

fn carried(path: &str) -> String {
    assets::text(path).unwrap_or_else(|| panic!("{path} is a text that is shipped"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_recorded_cannot_leave_its_element() {
        let hostile = "</script><script>alert(1)</script><!--<script>\u{2028}--></style>";
        let event = json!({ "seq": 0, "t": 0, "type": "call", "data": hostile }).to_string();
        let words = Text {
            en: hostile.into(),
            zh: hostile.into(),
        };
        let notes = BTreeMap::from([("fin".to_owned(), words.clone())]);
        let recording = OfflineRecording {
            title: words.clone(),
            summary: Some(&words),
            notes: &notes,
            sources: &[],
            script: hostile,
            events: &event,
            address: hostile,
        };
        let page = page(&recording, Language::English);
        assert!(!page.contains("alert(1)</script>"));
        assert!(!page.contains("<!--"));
        let (_, data) = page.split_once("id=\"data\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["events"][0]["data"], hostile);
        assert_eq!(data["told"]["script"], hostile);
        assert_eq!(data["told"]["notes"]["zh-CN"]["fin"], hostile);
    }

    #[test]
    fn every_module_is_inside_and_none_names_a_file() {
        let imports = imports();
        assert!(imports.contains_key("model/model.js") && imports.contains_key(ENTRY));
        for (name, address) in &imports {
            assert!(!address.contains(" from \"."), "{name}");
            for other in address.split(" from \"").skip(1) {
                assert!(
                    imports.contains_key(other.split('"').next().unwrap()),
                    "{name}"
                );
            }
        }
    }
}
