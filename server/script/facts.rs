//! Script → facts about its lines, for events and pages; and the same for recordings that were made before events had
//! them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::event::line_facts::{LineFacts, LineKind, has_facts};
use crate::script::ast::{Action, Beginning, Expectation, HostAction, Signal, Step, WireAction};
use crate::script::lexer::{self, TokenKind};
use crate::script::parser;
use crate::tcp::call::Call;

/// Facts about each line of a script; None for a line that does nothing, or has a mistake.
pub fn of_script(text: &str) -> Vec<Option<LineFacts>> {
    text.lines().map(of_line).collect()
}

/// Facts about a line by itself.
pub fn of_line(text: &str) -> Option<LineFacts> {
    parser::parse(1, text).ok()?.as_ref().map(of_step)
}

/// Facts about a line that was read.
pub fn of_step(step: &Step) -> LineFacts {
    let waits_for = match &step.action {
        Action::Wait { actor } => Some(actor.clone()),
        _ => None,
    };
    LineFacts {
        kind: kind(&step.action),
        action: action(step),
        label: step.label.clone(),
        claim: step.claim.clone(),
        actor: actor(&step.action).map(Into::into),
        verb: verb(&step.action).map(Into::into),
        waits_for,
        background: step.background,
    }
}

pub(crate) fn kind(action: &Action) -> LineKind {
    match action {
        Action::Call { .. } => LineKind::Call,
        Action::Start { .. } => LineKind::Start,
        Action::Signal { .. } => LineKind::Signal,
        Action::Exit { .. } => LineKind::Exit,
        Action::Wait { .. } => LineKind::Wait,
        Action::Host { .. } => LineKind::Host,
        Action::Wire(_) => LineKind::Wire,
        Action::Sleep(_) => LineKind::Sleep,
        Action::Settle => LineKind::Settle,
        Action::Check { .. } => LineKind::Expect,
    }
}

/// The text between the label and the expected results.
fn action(step: &Step) -> String {
    let tokens = lexer::split(1, &step.text).unwrap_or_default(); // a step has no mistakes
    let is_end = |kind: &TokenKind| matches!(kind, TokenKind::Mark("=>" | "&") | TokenKind::End);
    let end = tokens.iter().find(|token| is_end(&token.kind));
    let begin = step.column - step.begin;
    let length = end.map_or(0, |end| end.column - 1).saturating_sub(begin);
    let text: String = step.text.chars().skip(begin).take(length).collect();
    text.trim_end().to_owned()
}

fn actor(action: &Action) -> Option<&str> {
    match action {
        Action::Call { actor, .. }
        | Action::Start { actor, .. }
        | Action::Signal { actor, .. }
        | Action::Exit { actor } => Some(actor),
        Action::Host { host, .. } => Some(host.name()),
        Action::Check { what, .. } => Some(match what {
            Expectation::State { host, .. }
            | Expectation::Sent { host, .. }
            | Expectation::Queue { host, .. } => host.name(),
        }),
        Action::Wait { .. } | Action::Wire(_) | Action::Sleep(_) | Action::Settle => None,
    }
}

/// The script's word for an action.
pub(crate) fn verb(action: &Action) -> Option<&'static str> {
    Some(match action {
        Action::Call { call, .. } => call_verb(call),
        Action::Start { beginning, .. } => match beginning {
            Beginning::Thread => "thread",
            Beginning::Fork => "fork",
            Beginning::Process => "process",
        },
        Action::Signal { signal, .. } => match signal {
            Signal::Kill => "kill",
            Signal::Stop => "stop",
            Signal::Continue => "continue",
        },
        Action::Exit { .. } => "exit",
        Action::Host { action, .. } => match action {
            HostAction::Link { .. } => "link",
            HostAction::Crash => "crash",
            HostAction::Boot => "boot",
            HostAction::Sysctl { .. } => "sysctl",
            HostAction::Destroy { .. } => "destroy",
        },
        Action::Wire(action) => match action {
            WireAction::Delay(_) => "delay",
            WireAction::Cut => "cut",
            WireAction::Mend => "mend",
            WireAction::Drop(..) => "drop",
            WireAction::Hold(_) => "hold",
            WireAction::Release(_) => "release",
            WireAction::Duplicate(_) => "duplicate",
            WireAction::Inject(_) => "inject",
        },
        Action::Wait { .. } | Action::Sleep(_) | Action::Settle | Action::Check { .. } => {
            return None;
        }
    })
}

fn call_verb(call: &Call) -> &'static str {
    match call {
        Call::Listen { .. } => "listen",
        Call::Socket => "socket",
        Call::Bind { .. } => "bind",
        Call::Connect { .. } => "connect",
        Call::Accept => "accept",
        Call::Disconnect => "disconnect",
        Call::Send { .. } => "send",
        Call::Recv { .. } => "recv",
        Call::Shutdown(_) => "shutdown",
        Call::Close => "close",
        Call::Dup => "dup",
        Call::Poll(_) => "poll",
        Call::Epoll(_) => "epoll",
        Call::Set(_) => "set",
        Call::Get(_) => "get",
        Call::Name => "name",
        Call::Peer => "peer",
    }
}

/// The events of a recording, one a line, with facts about its lines. Events that have them stay letter for letter as
/// they are, and so does all else of the others.
pub fn with_facts(events: &str) -> Cow<'_, str> {
    if events.lines().next().is_none_or(has_facts) {
        return Cow::Borrowed(events);
    }
    let lines = events.lines().map(|event| match facts_of_event(event) {
        Some(facts) => format!("{},{}\n", &event[..event.len() - 1], &facts[1..]),
        None => format!("{event}\n"),
    });
    Cow::Owned(lines.collect())
}

/// The facts that an older event lacks, as a JSON object.
fn facts_of_event(event: &str) -> Option<String> {
    // Quotes inside a text have a backslash before them: what is found is the event's own type.
    let is = |kind: &str| event.contains(&format!(r#""type":"{kind}""#));
    if is("step") {
        let Text { text } = serde_json::from_str(event).ok()?;
        return serde_json::to_string(&of_line(&text)?).ok();
    }
    let lines = if is("run") {
        let Given { script } = serde_json::from_str(event).ok()?;
        of_script(&script)
    } else if is("script") {
        let Change { insert } = serde_json::from_str(event).ok()?;
        insert.iter().map(|line| of_line(line)).collect()
    } else {
        return None;
    };
    serde_json::to_string(&Lines { lines }).ok()
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
struct Given {
    script: String,
}

#[derive(Deserialize)]
struct Change {
    insert: Vec<String>,
}

#[derive(Serialize)]
struct Lines {
    lines: Vec<Option<LineFacts>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_facts() {
        for (line, expected) in [
            (
                "fin: client shutdown write on copy => 0 or EPIPE # goodbye",
                r#"{"kind":"call","action":"client shutdown write on copy","label":"fin","actor":"client","verb":"shutdown"}"#,
            ),
            (
                "  client send \"a => b & c\" &",
                r#"{"kind":"call","action":"client send \"a => b & c\"","actor":"client","verb":"send","background":true}"#,
            ),
            (
                "a: claim b: server recv => 0",
                r#"{"kind":"call","action":"claim b: server recv","label":"a","claim":"b","actor":"server","verb":"recv"}"#,
            ),
            (
                "claim c: client FIN_WAIT_2",
                r#"{"kind":"expect","action":"claim c: client FIN_WAIT_2","claim":"c","actor":"client"}"#,
            ),
            (
                "wait reader => \"hi\"",
                r#"{"kind":"wait","action":"wait reader","waits_for":"reader"}"#,
            ),
            (
                "四: wire hold FIN from client",
                r#"{"kind":"wire","action":"wire hold FIN from client","label":"四","verb":"hold"}"#,
            ),
            (
                "server link down",
                r#"{"kind":"host","action":"server link down","actor":"server","verb":"link"}"#,
            ),
        ] {
            let facts = serde_json::to_string(&of_line(line).unwrap()).unwrap();
            assert_eq!(facts, expected);
        }
        assert_eq!(of_script("# nothing\n\nsettle").len(), 3);
        assert!(of_script("# nothing\n\n").iter().all(Option::is_none));
    }

    #[test]
    fn older_events_get_their_facts_and_newer_ones_stay() {
        let old = concat!(
            r#"{"seq":0,"t":0,"type":"run","script":"settle\n# \"type\":\"step\"","hosts":{}}"#,
            "\n",
            r#"{"seq":1,"t":5,"type":"script","at":3,"remove":0,"insert":["client kill"]}"#,
            "\n",
            r#"{"seq":2,"t":7,"type":"step","line":3,"text":"client kill","phase":"begin"}"#,
            "\n",
            r#"{"seq":3,"t":9,"type":"idle","ends_in_ms":7}"#,
            "\n",
        );
        let kill = r#""kind":"signal","action":"client kill","actor":"client","verb":"kill"}"#;
        let new = [
            r#"{"seq":0,"t":0,"type":"run","script":"settle\n# \"type\":\"step\"","hosts":{},"lines":[{"kind":"settle","action":"settle"},null]}"#,
            &format!(r#"{{"seq":1,"t":5,"type":"script","at":3,"remove":0,"insert":["client kill"],"lines":[{{{kill}]}}"#),
            &format!(r#"{{"seq":2,"t":7,"type":"step","line":3,"text":"client kill","phase":"begin",{kill}"#),
            r#"{"seq":3,"t":9,"type":"idle","ends_in_ms":7}"#,
            "",
        ]
        .join("\n");
        assert_eq!(with_facts(old), new);
        assert!(matches!(with_facts(&new), Cow::Borrowed(_)));
    }
}
