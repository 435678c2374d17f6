//! Scenario files: title, summary, script, notes and questions, in English and Chinese. One TOML file each.

pub(crate) mod question;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::content::file_error::{FileError, position};
use crate::content::mistake::{self, Mistake};
use crate::content::source::Citation;
use crate::i18n::{Language, Text};
use crate::script::ast::Script;
use crate::script::{self, Diagnostic};

pub use question::{Choice, Question, QuestionSubject};

/// A scenario without mistakes.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its file's name without `.toml`.
    pub id: String,
    /// The chapter of the course that it belongs to.
    pub chapter: Chapter,
    /// Its place in that chapter.
    pub order: u32,
    /// Its title.
    pub title: Text,
    /// The plot in a sentence or two.
    pub summary: Text,
    /// Its script.
    pub script: Script,
    /// The notes of labelled lines, by label.
    pub notes: BTreeMap<String, Text>,
    /// The questions, in the order of their lines.
    pub questions: Vec<Question>,
    /// The better way for a program, where there is one.
    pub fix: Option<Text>,
    /// The ids of the scenarios to read next.
    pub next: Vec<String>,
    /// The scenarios to compare it with.
    pub pairs: Vec<Pair>,
    /// The sources of the facts.
    pub sources: Vec<Citation>,
}

/// A chapter of the course.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chapter {
    /// Opening a connection, and what a socket is.
    Opening,
    /// The four waves.
    Waves,
    /// close and shutdown.
    CloseAndShutdown,
    /// Resets.
    Resets,
    /// Who holds the socket: dup, fork, threads.
    Holders,
    /// TIME_WAIT and its neighbours.
    TimeWait,
    /// The network fails.
    Network,
    /// Applications and their mistakes.
    Applications,
    /// Forged and unlucky segments.
    Forged,
}

impl Chapter {
    /// All of them, in the course's order.
    pub const ALL: [Chapter; 9] = [
        Chapter::Opening,
        Chapter::Waves,
        Chapter::CloseAndShutdown,
        Chapter::Resets,
        Chapter::Holders,
        Chapter::TimeWait,
        Chapter::Network,
        Chapter::Applications,
        Chapter::Forged,
    ];

    /// Its name in scenario files.
    pub fn name(self) -> &'static str {
        self.title().trim_start_matches("chapter.")
    }

    /// The key of its title among the words of the pages.
    pub fn title(self) -> &'static str {
        match self {
            Chapter::Opening => "chapter.opening",
            Chapter::Waves => "chapter.waves",
            Chapter::CloseAndShutdown => "chapter.close-and-shutdown",
            Chapter::Resets => "chapter.resets",
            Chapter::Holders => "chapter.holders",
            Chapter::TimeWait => "chapter.time-wait",
            Chapter::Network => "chapter.network",
            Chapter::Applications => "chapter.applications",
            Chapter::Forged => "chapter.forged",
        }
    }
}

/// A scenario worth comparing with this one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The other's id.
    pub with: String,
    /// The question that the comparison answers.
    pub ask: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioToml {
    chapter: Chapter,
    order: u32,
    title: Text,
    summary: Text,
    script: ScriptText,
    #[serde(default)]
    notes: BTreeMap<Spanned<String>, Text>,
    #[serde(default)]
    questions: Vec<question::QuestionToml>,
    fix: Option<Text>,
    #[serde(default)]
    next: Vec<String>,
    #[serde(default)]
    pairs: Vec<Pair>,
    #[serde(default)]
    sources: Vec<Citation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptText {
    pub(crate) text: Spanned<String>,
}

/// Reads a scenario file; `name` is its path, for messages and for its id.
pub fn parse(name: &str, text: &str) -> Result<Scenario, FileError> {
    let file: ScenarioToml =
        toml::from_str(text).map_err(|error| FileError::toml(name, text, &error))?;
    let script = script::parse(file.script.text.get_ref()).map_err(|mistakes| {
        let script = file.script.text.get_ref();
        let Some((line, column)) = script_position(text, &file.script.text) else {
            // Written with escapes: the places are those in the text that they make.
            return draw_mistakes(&format!("{name} (script)"), script, &mistakes);
        };
        let drawn = mistakes.into_iter().map(|mistake| {
            let column = mistake.column + if mistake.line == 1 { column - 1 } else { 0 };
            let moved = Diagnostic {
                line: mistake.line + line - 1,
                column,
                ..mistake
            };
            Mistake::new(&moved, Language::English).draw(name, text)
        });
        FileError(drawn.collect())
    })?;
    for label in file.notes.keys() {
        if !script
            .steps
            .iter()
            .any(|step| step.label.as_ref() == Some(label.get_ref()))
        {
            let message = format!(
                "a note for `{}`, but no line of the script has that label",
                label.get_ref()
            );
            return Err(FileError::at(name, text, label.span().start, &message));
        }
    }
    let questions = question::read(file.questions, &script)
        .map_err(|(start, message)| FileError::at(name, text, start, &message))?;
    let id = name
        .rsplit('/')
        .next()
        .unwrap_or(name)
        .trim_end_matches(".toml")
        .to_owned();
    let notes = file
        .notes
        .into_iter()
        .map(|(label, words)| (label.into_inner(), words))
        .collect();
    let ScenarioToml {
        chapter,
        order,
        title,
        summary,
        fix,
        next,
        pairs,
        sources,
        ..
    } = file;
    Ok(Scenario {
        id,
        chapter,
        order,
        title,
        summary,
        script,
        notes,
        questions,
        fix,
        next,
        pairs,
        sources,
    })
}

/// The mistakes of a bare script, drawn.
pub fn draw_mistakes(name: &str, text: &str, mistakes: &[Diagnostic]) -> FileError {
    let worded = mistake::in_language(Language::English, mistakes).into_iter();
    FileError(worded.map(|mistake| mistake.draw(name, text)).collect())
}

/// Line and column at which a script begins in its file; None where it is written with escapes, so that places in it are
/// not places in the file.
pub(crate) fn script_position(text: &str, script: &Spanned<String>) -> Option<(usize, usize)> {
    let start = script_start(text, script.span().start)?;
    let is_same = text[start..].starts_with(script.get_ref().as_str());
    is_same.then(|| position(text, start))
}

/// Where a script's text begins in its file: after its opening quotes, and TOML drops a newline that follows those.
fn script_start(text: &str, span: usize) -> Option<usize> {
    let opening = text[span..]
        .chars()
        .take_while(|c| *c == '\'' || *c == '"')
        .count();
    let start = span + opening;
    let newline = ["\r\n", "\n"]
        .into_iter()
        .find(|newline| text[start..].starts_with(newline));
    Some(start + newline.map_or(0, str::len)).filter(|start| *start <= text.len())
}
