//! Text to script.

use crate::script::ast::{Action, Script, Step, WireAction};
use crate::script::checker::Checker;
use crate::script::diagnostic::{Diagnostic, Expected, Found};
use crate::script::parser;

/// Bytes of the longest script: a longer one is refused unread.
pub const MAX_BYTES: usize = 16 * 1024;
/// Lines of the longest script.
pub const MAX_LINES: usize = 400;

/// Reads a script.
///
/// # Errors
/// Every mistake in it, in the order of the lines.
pub fn parse(text: &str) -> Result<Script, Vec<Diagnostic>> {
    let script = parse_beginning(text)?;
    if script.steps.is_empty() {
        let (found, expected) = (Found::Nothing, Expected::SomeLine);
        return Err(vec![Diagnostic::new(1, 1, 1, found, expected)]);
    }
    Ok(script)
}

/// Reads the script of an open run, to which lines will be added: it may do nothing yet.
///
/// # Errors
/// Every mistake in it, in the order of the lines.
pub fn parse_beginning(text: &str) -> Result<Script, Vec<Diagnostic>> {
    let (steps, _) = read(text)?;
    Ok(Script {
        text: text.to_owned(),
        steps,
    })
}

/// What a line does on the wire, if anything, whatever came before it.
pub fn wire_action(line: &str) -> Option<WireAction> {
    match parser::parse(1, line).ok()??.action {
        Action::Wire(action) => Some(action),
        _ => None,
    }
}

/// Whether a line does something, and its grammar is right.
pub fn is_action(line: &str) -> bool {
    parser::parse(1, line).is_ok_and(|step| step.is_some())
}

/// Whether a line does nothing: it is blank, or a comment.
pub fn is_blank(line: &str) -> bool {
    parser::parse(1, line).is_ok_and(|step| step.is_none())
}

/// The steps of a script, and who is on stage after them.
pub(crate) fn read(text: &str) -> Result<(Vec<Step>, Checker), Vec<Diagnostic>> {
    let (bytes, lines) = (text.len(), text.lines().count());
    if bytes > MAX_BYTES || lines > MAX_LINES {
        let found = Found::size(bytes, lines);
        let expected = Expected::size(MAX_BYTES, MAX_LINES);
        return Err(vec![Diagnostic::new(1, 1, 1, found, expected)]);
    }
    let mut steps = Vec::new();
    let mut mistakes = Vec::new();
    let mut checker = Checker::default();
    for (number, line) in (1..).zip(text.lines()) {
        match parser::parse(number, line)
            .and_then(|step| step.map(|step| checker.admit(step)).transpose())
        {
            Ok(step) => steps.extend(step),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() {
        Ok((steps, checker))
    } else {
        Err(mistakes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::mistake::Mistake;
    use crate::i18n::Language;
    use crate::script::ast::Outcome;

    fn mistake(text: &str) -> String {
        Mistake::new(&parse(text).unwrap_err()[0], Language::English).to_string()
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
