//! A scenario's questions: asked before a line is played, answered by the run.

use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use crate::event::host::Host;
use crate::i18n::Text;
use crate::script::Flags;
use crate::script::ast::{Action, Script};
use crate::tcp::state::State;

/// A question. No file says which choice is right: the run answers the question.
#[derive(Clone, Debug)]
pub struct Question {
    /// The label of the line before which it is asked.
    pub at: String,
    /// That line's number, 1-based.
    pub line: usize,
    /// The fact of the run that answers it.
    pub about: QuestionSubject,
    /// The question in words.
    pub ask: Text,
    /// The choices: two or more.
    pub choices: Vec<Choice>,
}

/// The fact of a run that answers a question, once its line has settled.
#[derive(Clone, Debug, PartialEq)]
pub enum QuestionSubject {
    /// The state of a host's connection.
    State(Host),
    /// The result of the line's call, in the words that `=>` has for it.
    Gives,
    /// Which host sent the first such segment since the line began: `client`, `server` or `nobody`.
    Sends(Flags),
}

/// An answer to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The fact that makes this answer right.
    pub value: String,
    /// Its words, where the value alone does not say it.
    pub text: Option<Text>,
    /// The reason why it is tempting, or its lesson.
    pub why: Text,
}

impl QuestionSubject {
    fn read(text: &str) -> Option<QuestionSubject> {
        if text == "gives" {
            return Some(QuestionSubject::Gives);
        }
        if let Some(name) = text.strip_prefix("state of ") {
            let host = Host::BOTH.into_iter().find(|host| host.name() == name)?;
            return Some(QuestionSubject::State(host));
        }
        Flags::read(text.strip_prefix("sends ")?).map(QuestionSubject::Sends)
    }

    /// The possible answers; None where any text is one.
    fn values(&self) -> Option<Vec<&'static str>> {
        match self {
            QuestionSubject::State(_) => Some(State::ALL.map(State::name).to_vec()),
            QuestionSubject::Gives => None,
            QuestionSubject::Sends(_) => Some(vec!["client", "server", "nobody"]),
        }
    }
}

impl fmt::Display for QuestionSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QuestionSubject::State(host) => write!(f, "state of {host}"),
            QuestionSubject::Gives => f.write_str("gives"),
            QuestionSubject::Sends(flags) => write!(f, "sends {flags}"),
        }
    }
}

/// A question as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionToml {
    at: Spanned<String>,
    about: Spanned<String>,
    ask: Text,
    #[serde(default)]
    choices: Vec<ChoiceToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceToml {
    value: Spanned<String>,
    text: Option<Text>,
    why: Text,
}

/// Checks questions against the script. A mistake comes with its byte in the file.
pub(crate) fn read(
    written: Vec<QuestionToml>,
    script: &Script,
) -> Result<Vec<Question>, (usize, String)> {
    let mut questions: Vec<Question> = Vec::new();
    for one in written {
        let at = one.at.span().start;
        let question = one.read(script)?;
        if questions.iter().any(|other| other.at == question.at) {
            let label = &question.at;
            return Err((
                at,
                format!("there is another question at `{label}`; a line has room for one"),
            ));
        }
        questions.push(question);
    }
    questions.sort_by_key(|question| question.line);
    Ok(questions)
}

impl QuestionToml {
    fn read(self, script: &Script) -> Result<Question, (usize, String)> {
        let (start, at) = (self.at.span().start, self.at.into_inner());
        let labelled = |step: &&crate::script::ast::Step| step.label.as_ref() == Some(&at);
        let Some(step) = script.steps.iter().find(labelled) else {
            return Err((
                start,
                format!("a question at `{at}`, but no line of the script has that label"),
            ));
        };
        let about_start = self.about.span().start;
        let Some(about) = QuestionSubject::read(self.about.get_ref()) else {
            let found = self.about.get_ref();
            let message = format!(
                "found `{found}`, expected `gives`, `state of client`, `state of server`, or `sends` with control bits, such as `sends RST`"
            );
            return Err((about_start, message));
        };
        if about == QuestionSubject::Gives
            && !matches!(step.action, Action::Call { .. } | Action::Wait { .. })
        {
            let message = format!("`{at}` makes no call, so it gives nothing");
            return Err((about_start, message));
        }
        if self.choices.len() < 2 {
            return Err((
                start,
                format!("the question at `{at}` needs two choices or more"),
            ));
        }
        let mut choices: Vec<Choice> = Vec::new();
        for ChoiceToml { value, text, why } in self.choices {
            let (start, value) = (value.span().start, value.into_inner());
            if choices.iter().any(|other| other.value == value) {
                return Err((
                    start,
                    format!("`{value}` is among this question's choices already"),
                ));
            }
            if let Some(values) = about
                .values()
                .filter(|values| !values.contains(&value.as_str()))
            {
                let message = format!("found `{value}`, expected one of {}", values.join(", "));
                return Err((start, message));
            }
            choices.push(Choice { value, text, why });
        }
        Ok(Question {
            line: step.line,
            at,
            about,
            ask: self.ask,
            choices,
        })
    }
}
