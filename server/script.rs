//! A scenario's script: text → checked steps. One line, one actor, one deed, in the names of the socket API.
//!
//! Knows no I/O. scenarios/README.md teaches the language.

mod call;
mod cast;
mod check;
mod complete;
mod composer;
mod filter;
mod line;
mod mistake;
mod offer;
mod token;
mod wire;

use std::time::Duration;

use crate::event::Host;
use crate::message::Call;
use crate::state::State;

pub use complete::{Completion, Completions, Kind as CompletionKind, complete};
pub use composer::{Composer, Splice};
pub use filter::{Filter, Flags};
pub use mistake::{Mistake, draw_at};
pub use offer::{Offer, offers};

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
    /// Whose claim its check is; a claim is judged, and never fails the run.
    pub claim: Option<String>,
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
    /// Another actor comes.
    Start {
        /// By whose deed, or for [`Beginning::Process`] on whose host.
        actor: String,
        /// Its name.
        name: String,
        /// As what.
        beginning: Beginning,
    },
    /// An actor's process gets a signal.
    Signal {
        /// Whose process.
        actor: String,
        /// Which.
        signal: Signal,
    },
    /// An actor's process ends by itself.
    Exit {
        /// Whose process.
        actor: String,
    },
    /// Waits until an actor's call returns.
    Wait {
        /// Whose.
        actor: String,
    },
    /// Something is done to a host.
    Host {
        /// Which.
        host: Host,
        /// What.
        deed: HostDeed,
    },
    /// Something is done on the wire.
    Wire(WireDeed),
    /// Nothing, for a while.
    Sleep(Duration),
    /// Waits until no segment is on its way and every byte is acknowledged.
    Settle,
    /// Looks whether something is so.
    Check {
        /// What.
        what: Expectation,
        /// It may take so long.
        within: Duration,
    },
}

/// As what an actor comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Beginning {
    /// Another thread of a process.
    Thread,
    /// A forked process, with the same descriptors.
    Fork,
    /// Another program on the host.
    Process,
}

/// The signals of scripts, signal(7).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signal {
    /// SIGKILL.
    Kill,
    /// SIGSTOP.
    Stop,
    /// SIGCONT.
    Continue,
}

/// What can be done to a host.
#[derive(Clone, Debug, PartialEq)]
pub enum HostDeed {
    /// Its interface comes up or goes down.
    Link {
        /// Up or down.
        up: bool,
    },
    /// Its power fails: nothing leaves it any more, its programs and its kernel's memory are gone.
    Crash,
    /// It starts again.
    Boot,
    /// A sysctl is written.
    Sysctl {
        /// Its full name.
        name: String,
        /// Its value.
        value: String,
    },
    /// A socket is destroyed from outside: SOCK_DESTROY, sock_diag(7).
    Destroy {
        /// Which.
        socket: String,
    },
}

/// What can be done on the wire.
#[derive(Clone, Debug, PartialEq)]
pub enum WireDeed {
    /// The time that each segment travels from now on.
    Delay(Duration),
    /// The wire is cut: what is on it and what is sent is lost.
    Cut,
    /// It is whole again.
    Mend,
    /// The next so many segments are lost.
    Drop(u32, Filter),
    /// Segments stay on the wire from now on.
    Hold(Filter),
    /// What is held goes on its way; without a filter all of it, and nothing is held any more.
    Release(Option<Filter>),
    /// The next segment arrives twice.
    Duplicate(Filter),
    /// A forged segment is delivered.
    Inject(Forgery),
}

/// A forged segment. Its numbers are relative to what the host that it goes to expects next.
#[derive(Clone, Debug, PartialEq)]
pub struct Forgery {
    /// The control bits.
    pub flags: Flags,
    /// The host that it goes to.
    pub to: Host,
    /// The socket there that it pretends to belong to.
    pub socket: String,
    /// Sequence number, from the next one that the host expects.
    pub seq: i64,
    /// Acknowledgment number, from the next one that the host will send.
    pub ack: i64,
    /// Data.
    pub data: String,
}

/// What can be looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// A connection's state in a host's kernel.
    State {
        /// In which kernel.
        host: Host,
        /// Which connection.
        socket: String,
        /// The state it must be in.
        state: State,
    },
    /// Whether a host has sent a segment.
    Sent {
        /// Which host.
        host: Host,
        /// Which segment; None for any.
        flags: Option<Flags>,
        /// Whether it must have sent one, or none.
        wanted: bool,
        /// Since the line with this label began; None for ever.
        since: Option<String>,
    },
    /// How many bytes wait to be read, or to be acknowledged.
    Queue {
        /// In which kernel.
        host: Host,
        /// Of which connection.
        socket: String,
        /// The receive queue, else the send queue.
        recv: bool,
        /// So many.
        bytes: u32,
    },
}

/// What a call must give.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// This return value.
    Number(i64),
    /// These bytes, received.
    Text(String),
    /// These words: an error's name, poll's events, a state.
    Words(Vec<String>),
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
    let script = parse_beginning(text)?;
    if script.steps.is_empty() {
        let (found, expected) = ("nothing".into(), "a line such as `server listen`".into());
        return Err(vec![Mistake::new(1, 1, 1, found, expected)]);
    }
    Ok(script)
}

/// Reads the script of an open run, to which lines will be added: it may do nothing yet.
///
/// # Errors
/// Every mistake in it, in the order of the lines.
pub fn parse_beginning(text: &str) -> Result<Script, Vec<Mistake>> {
    let (steps, _) = read(text)?;
    Ok(Script {
        text: text.to_owned(),
        steps,
    })
}

/// What a line does on the wire, if anything, whatever came before it.
pub fn wire_deed(line: &str) -> Option<WireDeed> {
    match line::parse(1, line).ok()??.deed {
        Deed::Wire(deed) => Some(deed),
        _ => None,
    }
}

/// Whether a line does something, and its grammar is right.
pub fn is_deed(line: &str) -> bool {
    line::parse(1, line).is_ok_and(|step| step.is_some())
}

/// Whether a line does nothing: it is blank, or a comment.
pub fn is_blank(line: &str) -> bool {
    line::parse(1, line).is_ok_and(|step| step.is_none())
}

/// The steps of a script, and who is on stage after them.
fn read(text: &str) -> Result<(Vec<Step>, cast::Cast), Vec<Mistake>> {
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
    if mistakes.is_empty() {
        Ok((steps, cast))
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
            [Outcome::Number(0), Outcome::Words(vec!["EPIPE".into()])]
        );
    }

    #[test]
    fn mistakes_name_line_column_what_was_found_and_what_was_expected() {
        assert_eq!(
            mistake("server listen\nclient shutdwn write"),
            "2:8: found `shutdwn`, expected a call (socket, bind, listen, connect, disconnect, accept, send, recv, shutdown, close, dup, poll, epoll, set, get, name, peer) or thread, fork, process, kill, stop, continue, exit, link, crash, boot, sysctl, destroy"
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
            "1:1: found `reader`, expected an actor (client, server), wire, expect, claim, wait, sleep or settle"
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
            "2:1: found client, ended on line 1, expected an actor that is still there"
        );
    }

    #[test]
    fn forged_numbers_have_a_sign_and_a_bound() {
        let forged = |number: &str| parse(&format!("wire inject RST to client seq {number}"));
        for number in ["next", "next+7", "next-4294967296"] {
            assert!(forged(number).is_ok(), "{number}");
        }
        for number in ["next7", "next+4294967297", "next-9223372036854775808"] {
            assert!(forged(number).is_err(), "{number}");
        }
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
