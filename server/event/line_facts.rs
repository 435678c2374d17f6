//! The parser's facts about a line of a script, so that nobody who reads a run's events parses its script again.

use serde::{Deserialize, Serialize};

/// Facts about a line that does something.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LineFacts {
    /// The kind of the line's action.
    pub kind: LineKind,
    /// The line without its label, its expected results, its `&` and its comment.
    pub action: String,
    /// The name before the colon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The name of the claim that the line's check judges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// The actor or the host of the action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The script's word for the action, such as `connect`, `kill`, `link` or `hold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    /// The actor whose call the line waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Whether the line ends in `&`: the next line begins at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub background: bool,
}

/// Kinds of actions.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// An actor makes a call.
    Call,
    /// An actor begins: a thread, a fork or a process.
    Start,
    /// A process gets a signal.
    Signal,
    /// A process ends by itself.
    Exit,
    /// A host changes.
    Host,
    /// A command for the wire.
    Wire,
    /// The run waits until a call returns.
    Wait,
    /// The run waits for a time.
    Sleep,
    /// The run waits until all is quiet.
    Settle,
    /// A check of a state, a queue or a segment.
    Expect,
}

/// Whether the events that begin with this `run` event, which is JSON, have facts about lines. Older recordings have none.
pub fn has_facts(run: &str) -> bool {
    run.contains(r#","lines":["#) // a quote inside a text has a backslash before it
}
