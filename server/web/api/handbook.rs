//! What the editor has at hand: scripts to start from, and the language in short (web/handbook.toml).

use std::sync::LazyLock;

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::content::catalogue;
use crate::i18n::{Language, Text, embedded_toml};
use crate::web::extract::locale::Locale;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Handbook {
    examples: Vec<Example>,
    language: Vec<LineGroup>,
}

/// A small script to start from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    title: Text,
    script: String,
}

/// Lines of a kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineGroup {
    name: Text,
    rows: Vec<HandbookLine>,
}

/// A line, and what it does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandbookLine {
    line: String,
    en: String,
    zh: String,
}

static HANDBOOK: LazyLock<Handbook> =
    LazyLock::new(|| embedded_toml(include_str!("../../../web/handbook.toml")));

/// GET /api/handbook: examples by chapter (the small ones first, then every lesson's script), and the language's lines.
pub(crate) async fn handbook(Locale { language, .. }: Locale) -> Response {
    let small = HANDBOOK.examples.iter();
    let small = small.map(|it| example(language, &it.title, &it.script));
    let mut chapters = vec![json!({
        "name": language.word("editor.small"),
        "examples": small.collect::<Vec<Value>>(),
    })];
    for scenarios in catalogue::scenarios().chunk_by(|a, b| a.chapter == b.chapter) {
        let lessons = scenarios.iter();
        let lessons = lessons.map(|it| example(language, &it.title, &it.script.text));
        chapters.push(json!({
            "name": language.word(scenarios[0].chapter.title()),
            "examples": lessons.collect::<Vec<Value>>(),
        }));
    }
    let groups = HANDBOOK.language.iter().map(|group| {
        let rows = group.rows.iter();
        let does = |row: &HandbookLine| match language {
            Language::English => row.en.clone(),
            Language::Chinese => row.zh.clone(),
        };
        let rows = rows.map(|row| json!({ "line": row.line, "does": does(row) }));
        json!({ "name": language.of(&group.name), "rows": rows.collect::<Vec<Value>>() })
    });
    let answer = json!({ "chapters": chapters, "language": groups.collect::<Vec<Value>>() });
    ([(header::CACHE_CONTROL, "no-cache")], Json(answer)).into_response()
}

fn example(language: Language, title: &Text, script: &str) -> Value {
    json!({ "title": language.of(title), "script": script })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse::parse;

    #[test]
    fn every_line_that_is_shown_is_one_of_the_language() {
        for row in HANDBOOK.language.iter().flat_map(|group| &group.rows) {
            let text = format!(
                "fin: client fork child\n{}\nsettle",
                row.line.replace("fin:", "end:")
            );
            let text = text.replace("client fork child\nclient fork child", "client fork child");
            assert_eq!(parse(&text).map(|_| ()), Ok(()), "{}", row.line);
            for part in [&row.en, &row.zh].map(|text| text.matches('`').count() % 2) {
                assert_eq!(part, 0, "{}", row.line);
            }
        }
    }

    #[test]
    fn every_small_script_is_without_mistakes() {
        for example in &HANDBOOK.examples {
            assert_eq!(
                parse(&example.script).map(|_| ()),
                Ok(()),
                "{}",
                example.title.en
            );
        }
    }
}
