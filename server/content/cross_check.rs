//! What only shows when scenario files are read together: a lesson that leads nowhere or is compared with none, two in one
//! place of a chapter, a claim that the article does not make.

use serde::Deserialize;
use toml::Spanned;

use crate::content::article::Claim;
use crate::content::file_error::{FileError, draw_at};
use crate::content::scenario::{Scenario, ScriptText, script_position};

/// A scenario and the file that it was read from.
#[derive(Debug)]
pub struct ScenarioFile {
    /// The file's path, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it holds.
    pub scenario: Scenario,
}

/// Where things stand in a file that was read without mistakes.
#[derive(Deserialize)]
struct ScenarioSpans {
    order: Spanned<u32>,
    #[serde(default)]
    next: Vec<Spanned<String>>,
    #[serde(default)]
    pairs: Vec<PairSpan>,
    script: ScriptText,
}

/// What a pair names, and where.
#[derive(Deserialize)]
struct PairSpan {
    with: Spanned<String>,
}

/// The mistakes of one file, seen from the others beside it. `ids` are the scenarios that there are, `others` those of
/// them that can be read, `claims` what the article says, where there is one.
pub fn mistakes(
    file: &ScenarioFile,
    others: &[ScenarioFile],
    ids: &[String],
    claims: Option<&[Claim]>,
) -> Vec<FileError> {
    let ScenarioFile {
        name,
        text,
        scenario,
    } = file;
    let spans: ScenarioSpans = toml::from_str(text).expect("the file was read before");
    let mut mistakes = Vec::new();
    for next in &spans.next {
        if !ids.contains(next.get_ref()) {
            let message = format!("there is no scenario `{}` to read next", next.get_ref());
            mistakes.push(FileError::at(name, text, next.span().start, &message));
        }
    }
    for PairSpan { with } in &spans.pairs {
        let message = if *with.get_ref() == scenario.id {
            "a scenario compared with itself".to_owned()
        } else if !ids.contains(with.get_ref()) {
            format!("there is no scenario `{}` to compare with", with.get_ref())
        } else {
            continue;
        };
        mistakes.push(FileError::at(name, text, with.span().start, &message));
    }
    let place = (scenario.chapter, scenario.order);
    let same = others.iter().map(|other| &other.scenario);
    for other in same.filter(|other| other.id != scenario.id) {
        if (other.chapter, other.order) == place {
            let message = format!("`{}` has this place in the chapter too", other.id);
            mistakes.push(FileError::at(
                name,
                text,
                spans.order.span().start,
                &message,
            ));
        }
    }
    let start = script_position(text, &spans.script.text);
    for step in &scenario.script.steps {
        let (Some(claim), Some(claims)) = (&step.claim, claims) else {
            continue;
        };
        if claims.iter().any(|other| other.name == *claim) {
            continue;
        }
        let message = format!("the article makes no claim named `{claim}`");
        let line = scenario
            .script
            .text
            .lines()
            .nth(step.line - 1)
            .unwrap_or("");
        let after = line.find("claim").map_or(0, |at| at + "claim".len());
        let before = line[after..].find(claim.as_str()).unwrap_or(0) + after;
        let column = line[..before].chars().count() + 1;
        let (lines, columns) = start.unwrap_or((1, 1));
        let columns = if step.line == 1 { columns - 1 } else { 0 };
        let place = [
            lines + step.line - 1,
            column + columns,
            claim.chars().count(),
        ];
        mistakes.push(FileError(draw_at(name, text, place, &message)));
    }
    mistakes
}
