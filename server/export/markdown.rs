//! A run as Markdown with a Mermaid sequence diagram of calls, segments and states; GitHub draws such diagrams. The
//! checks and the script follow.

pub(crate) mod mermaid;

use std::fmt::Write as _;

use crate::event::{Event, What};
use crate::export::options::ExportInfo;
use crate::export::run_facts::Facts;
use crate::export::text_width::escape_controls;
use crate::i18n::Language;

/// Writes a run.
pub(crate) fn text(events: &[Event], info: &ExportInfo, language: Language) -> String {
    let facts = Facts::of(events);
    let mut text = format!(
        "# {}\n\n{}",
        escape(&info.title),
        escape(facts.provenance())
    );
    if let Some(address) = &info.address {
        let _ = write!(text, " · <{}>", address.replace(['<', '>', ' '], ""));
    }
    let diagram = mermaid::diagram(events, language);
    let _ = write!(text, "\n\n```mermaid\n{diagram}```\n");
    checks(&mut text, events, language);
    if !facts.script.trim().is_empty() {
        let script = facts
            .script
            .lines()
            .map(|line| escape_controls(line) + "\n")
            .collect::<String>();
        let fence = fence(&script);
        let title = language.word("stage.script");
        let _ = write!(text, "\n## {title}\n\n{fence}\n{script}{fence}\n");
    }
    text
}

/// A table of the checks, where the run has any.
fn checks(text: &mut String, events: &[Event], language: Language) {
    let rows = events.iter().filter_map(|event| match &event.what {
        What::Check {
            line,
            ok,
            expected,
            actual,
            claim,
            ..
        } => {
            let mark = if *ok { "✓" } else { "✗" };
            let claim = claim.as_deref().unwrap_or("");
            let cells = [expected, actual, claim].map(escape);
            Some(format!(
                "| {line} | {} | {} | {mark} | {} |\n",
                cells[0], cells[1], cells[2]
            ))
        }
        _ => None,
    });
    let rows: String = rows.collect();
    if rows.is_empty() {
        return;
    }
    let [title, line, expected, found, claim] = [
        "export.checks",
        "export.line",
        "export.expected",
        "export.found",
        "export.claim",
    ]
    .map(|key| language.word(key));
    let _ = write!(
        text,
        "\n## {title}\n\n| {line} | {expected} | {found} | | {claim} |\n| ---: | --- | --- | :-: | --- |\n{rows}"
    );
}

/// A line of text without Markdown's or HTML's markup.
fn escape(text: impl AsRef<str>) -> String {
    let mut escaped = String::new();
    for c in escape_controls(text.as_ref()).chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '@' => escaped += "&#64;", // GitHub would notify the user of that name
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '#' | '!' => {
                escaped.extend(['\\', c])
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// The fence around a text as code: one backtick more than the text has in a row.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(3.max(longest + 1))
}
