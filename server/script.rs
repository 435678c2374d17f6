//! A scenario's script: text → checked steps. One line, one actor, one deed, in the names of the socket API.
//!
//! Knows no I/O. scenarios/README.md teaches the language.

mod cast;
mod line;
mod mistake;
mod token;

use std::time::Duration;

use crate::event::Host;
use crate::message::Call;
use crate::state::State;

pub use mistake::{Mistake, draw_at};

/// A script without mistakes.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// As it was written.
    pub text: String,
    /// Its lines that do something, in order.
    pub steps: Vec<Step>,
}

/// A line that does something.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its number, 1-based.
    pub line: usize,
    /// Where its deed begins, after any label: 1-based, in characters.
    pub column: usize,
    /// Its text, without comment.
    pub text: String,
    /// The name before the colon.
    pub label: Option<String>,
    /// Where the line's text begins: 1-based, in characters.
    pub begin: usize,
    /// What is done.
    pub deed: Deed,
    /// What it must give: one of these.
    pub expected: Vec<Outcome>,
    /// It ends in `&`: the next line begins at once.
    pub background: bool,
}

/// What a line does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// An actor makes a call.
    Call {
        /// Who.
        actor: String,
        /// The socket that the call uses.
        on: String,
        /// What the socket that it makes is called.
        named: String,
        /// The call.
        call: Call,
    },
    /// An actor's process gets another thread.
    Thread {
        /// Whose process.
        actor: String,
        /// The new actor.
        name: String,
    },
    /// An actor's process gets SIGKILL.
    Kill {
        /// Whose process.
        actor: String,
    },
    /// Waits until an actor's call returns.
    Wait {
        /// Whose.
        actor: String,
    },
    /// The time that each segment travels from now on.
    Delay(Duration),
    /// Nothing, for a while.
    Sleep(Duration),
    /// Waits until no segment is on its way and every byte is acknowledged.
    Settle,
    /// Looks at a connection's state.
    Expect {
        /// In which kernel.
        host: Host,
        /// Which one.
        socket: String,
        /// The state it must be in.
        state: State,
        /// It may take so long.
        within: Duration,
    },
}

/// What a call must give.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// This return value.
    Number(i64),
    /// These bytes, received.
    Text(String),
    /// This error.
    Errno(String),
    /// It must not return.
    Blocked,
}

/// The longest script in bytes, and in lines: longer ones are refused unread.
pub const LONGEST: (usize, usize) = (16 * 1024, 400);

/// Reads a script.
///
/// # Errors
/// Every mistake in it, in the order of the lines.
pub fn parse(text: &str) -> Result<Script, Vec<Mistake>> {
    if text.len() > LONGEST.0 || text.lines().count() > LONGEST.1 {
        let found = format!("{} bytes in {} lines", text.len(), text.lines().count());
        return Err(vec![Mistake::new(
            1,
            1,
            1,
            found,
            format!("at most {} bytes in {} lines", LONGEST.0, LONGEST.1),
        )]);
    }
    let mut steps = Vec::new();
    let mut mistakes = Vec::new();
    let mut cast = cast::Cast::default();
    for (number, line) in (1..).zip(text.lines()) {
        match line::parse(number, line)
            .and_then(|step| step.map(|step| cast.admit(step)).transpose())
        {
            Ok(step) => steps.extend(step),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if steps.is_empty() && mistakes.is_empty() {
        mistakes.push(Mistake::new(
            1,
            1,
            1,
            "nothing".into(),
            "a line such as `server listen`".into(),
        ));
    }
    if mistakes.is_empty() {
        Ok(Script {
            text: text.to_owned(),
            steps,
        })
    } else {
        Err(mistakes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> String {
        parse(text).unwrap_err()[0].to_string()
    }

    #[test]
    fn a_line_has_its_parts() {
        let script = parse(
            "server listen\nfin: client shutdown write on conn => 0 or EPIPE # says goodbye\n",
        )
        .unwrap();
        let step = &script.steps[1];
        assert_eq!((step.line, step.label.as_deref()), (2, Some("fin")));
        assert_eq!(
            step.text,
            "fin: client shutdown write on conn => 0 or EPIPE"
        );
        assert_eq!(
            step.expected,
            [Outcome::Number(0), Outcome::Errno("EPIPE".into())]
        );
    }

    #[test]
    fn mistakes_name_line_column_what_was_found_and_what_was_expected() {
        assert_eq!(
            mistake("server listen\nclient shutdwn write"),
            "2:8: found `shutdwn`, expected a call (listen, connect, accept, send, recv, shutdown, close, set), thread or kill"
        );
        assert_eq!(
            mistake("client shutdown"),
            "1:16: found the end of the line, expected read, write or both"
        );
        assert_eq!(
            mistake("client send \"hel"),
            "1:13: found a text without its closing quote, expected `\"`"
        );
        assert_eq!(
            mistake("reader recv"),
            "1:1: found `reader`, expected an actor (client, server), wire, expect, wait, sleep or settle"
        );
    }

    #[test]
    fn an_actor_does_one_thing_at_a_time() {
        assert_eq!(
            mistake("client recv &\nclient close"),
            "2:1: found client, still in its call of line 1, expected `wait client` first, or a thread"
        );
        assert!(
            parse("client recv => blocked\nserver close\nwait client => 0\nclient close").is_ok()
        );
        assert_eq!(
            mistake("client kill\nclient close"),
            "2:1: found client, killed on line 1, expected an actor that is still there"
        );
    }

    #[test]
    fn every_mistake_is_reported() {
        assert_eq!(
            parse("client jump\nok: server listen\nserver fly")
                .unwrap_err()
                .len(),
            2
        );
    }
}
