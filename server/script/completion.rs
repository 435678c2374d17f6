//! What can stand at a place of a script. Each word of one vocabulary is tried there, and the parser decides: there is no
//! second grammar that could come to differ from it.

use serde::Serialize;

use crate::script::checker::Checker;
use crate::script::lexer::{self, TokenKind as Token};
use crate::script::parse::{MAX_BYTES, MAX_LINES};
use crate::script::vocabulary::{
    BITS, CALLS, KEYWORDS, OTHER_ACTIONS, SOCKET_OPTIONS, SOCKETS, SYSCTLS, UNITS, WIRE_ACTIONS,
    WORDS,
};
use crate::script::{Diagnostic, parser};
use crate::tcp::call::POLL_EVENTS;
use crate::tcp::errno;
use crate::tcp::state::State;

/// What can stand at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Completions {
    /// Where the word begins that they are for: 1-based, in characters.
    pub from: usize,
    /// Them, most usual first.
    pub completions: Vec<Completion>,
    /// What is missing at the place, where the line cannot end there.
    pub lacking: Option<Diagnostic>,
}

/// A word that can stand there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Completion {
    /// The word.
    pub text: String,
    /// What it is.
    pub kind: CompletionKind,
}

/// What a word is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum CompletionKind {
    Actor,
    Keyword,
    Call,
    #[serde(rename = "deed")]
    Action,
    Option,
    Sysctl,
    Socket,
    Label,
    State,
    Flag,
    Event,
    Errno,
    Number,
    Mark,
}

/// A name that no script has.
const NOBODY: &str = "zzz-nobody";
/// How many words may be missing behind a candidate, at most: `set keepalive 1s 1s 1`.
const MISSING: usize = 4;
/// Words with which a line that is too short is brought to its end, to hear what the checker says of it.
const FILLERS: [&str; 23] = [
    "close", "kill", "boot", "cut", "\"x\"", "1s", "1", "off", "conn", "client", "server", NOBODY,
    "CLOSED", "FIN", "to", "next", "up", "read", "error", "linger", "process", "tcp_sack", "as",
];

/// What can stand where `column` of `line` is (both 1-based, in characters), by what stands before it; a word that
/// began before it is to be completed. None where the script has no such place.
///
/// In a script that is too long to be played, nothing can.
pub fn complete(text: &str, line: usize, column: usize) -> Option<Completions> {
    let before = line.checked_sub(1)?;
    if before > text.lines().count() {
        return None;
    }
    let shown: Vec<char> = text.lines().nth(before).unwrap_or("").chars().collect();
    let head = shown.get(..column.checked_sub(1)?)?;
    let typed = head
        .iter()
        .rev()
        .take_while(|c| lexer::is_word(**c))
        .count();
    let typed = match head.last() {
        Some('=') => 1,
        _ => typed,
    };
    let (start, fragment) = head.split_at(head.len() - typed);
    let (start, fragment) = (String::from_iter(start), String::from_iter(fragment));
    let mut found = Completions {
        from: column - typed,
        completions: Vec::new(),
        lacking: None,
    };
    let fits = text.len() <= MAX_BYTES && text.lines().count() <= MAX_LINES;
    if !fits || !is_place(&start, &fragment) {
        return Some(found);
    }
    let mut checker = Checker::default();
    for (number, line) in (1..).zip(text.lines()).take(before) {
        // Lines with mistakes bring nobody on stage.
        let _ = parser::parse(number, line).map(|step| step.map(|step| checker.admit(step)));
    }
    found.completions = candidates(&checker, &start, &fragment);
    found.lacking = parser::parse(line, &start)
        .err()
        .filter(|mistake| mistake.column > start.trim_end().chars().count());
    Some(found)
}

/// Whether a word can begin behind `start`: not within a text or a comment, nor right behind another word's end.
fn is_place(start: &str, fragment: &str) -> bool {
    let joins = |c: char| c.is_whitespace() || [':', '.', ',', '!', '>'].contains(&c);
    let apart = !fragment.is_empty() || start.chars().next_back().is_none_or(joins);
    let begins = start.chars().count() + 1;
    let tokens = lexer::split(1, &format!("{start}x")).unwrap_or_default();
    let is_word = |token: &lexer::Token| {
        token.column == begins && matches!(&token.kind, Token::Word(word) if word == "x")
    };
    apart && tokens.iter().any(is_word)
}

/// The words that begin like the fragment, and stand behind `start`.
fn candidates(checker: &Checker, start: &str, fragment: &str) -> Vec<Completion> {
    let stands = |word: &str| {
        matches!(
            judge(checker, &format!("{start}{word}"), MISSING),
            Trial::Stands | Trial::Unknown
        )
    };
    // Where any name can stand, the language's words are none that one would look for; sockets may be.
    let free = stands(NOBODY);
    let uses = ["on", "destroy"].contains(&start.split_whitespace().next_back().unwrap_or(""));
    // Whom or what a line is about: any other word would only be taken for an actor whom nobody knows.
    let subject = start.trim_end().is_empty() || start.trim_end().ends_with(':');
    let like = fragment.to_lowercase();
    let mut seen = Vec::new();
    let words = vocabulary(checker, fragment).into_iter();
    words
        .filter(|(word, kind)| {
            word.to_lowercase().starts_with(&like)
                && (!free || (*kind == CompletionKind::Socket && uses))
                && (!subject || *kind == CompletionKind::Actor || WORDS.contains(&word.as_str()))
                && stands(word)
        })
        .filter(|(word, _)| {
            let new = !seen.contains(word);
            seen.push(word.clone());
            new
        })
        .map(|(text, kind)| Completion { text, kind })
        .collect()
}

/// Every word there is, most usual first. One may be there twice, as what it is more often first.
fn vocabulary(checker: &Checker, fragment: &str) -> Vec<(String, CompletionKind)> {
    let mut words: Vec<(String, CompletionKind)> = Vec::new();
    let mut add = |kind: CompletionKind, of: &mut dyn Iterator<Item = &str>| {
        words.extend(of.map(|word| (word.to_owned(), kind)));
    };
    add(CompletionKind::Actor, &mut checker.actors());
    add(CompletionKind::Call, &mut CALLS.into_iter());
    add(CompletionKind::Action, &mut OTHER_ACTIONS.into_iter());
    add(CompletionKind::Action, &mut WIRE_ACTIONS.into_iter());
    add(CompletionKind::Keyword, &mut KEYWORDS.into_iter());
    add(CompletionKind::Option, &mut SOCKET_OPTIONS.into_iter());
    add(CompletionKind::Option, &mut ["state"].into_iter());
    add(
        CompletionKind::Socket,
        &mut SOCKETS.into_iter().chain(checker.sockets()),
    );
    add(CompletionKind::Label, &mut checker.labels());
    add(
        CompletionKind::State,
        &mut State::ALL.into_iter().map(State::name),
    );
    add(CompletionKind::Flag, &mut BITS.into_iter());
    add(
        CompletionKind::Event,
        &mut POLL_EVENTS.into_iter().map(|(name, _)| name),
    );
    add(CompletionKind::Errno, &mut errno::names());
    add(CompletionKind::Sysctl, &mut SYSCTLS.into_iter());
    add(CompletionKind::Mark, &mut ["=>", "&"].into_iter());
    if !fragment.is_empty() && fragment.bytes().all(|byte| byte.is_ascii_digit()) {
        let numbers = [""].into_iter().chain(UNITS);
        words.extend(numbers.map(|unit| (format!("{fragment}{unit}"), CompletionKind::Number)));
    }
    words
}

/// What comes of a line, which may go on.
#[derive(Clone, Copy, PartialEq)]
enum Trial {
    /// It can be played after the lines before it, or a longer one can.
    Stands,
    /// However it goes on, it cannot be played.
    Refused,
    /// No way was found to bring it to an end.
    Unknown,
    /// Its last word does not belong there.
    Wrong,
}

/// Tries a line that ends with a word, and where it is too short, longer ones.
fn judge(checker: &Checker, line: &str, missing: usize) -> Trial {
    let end = line.chars().count() + 1;
    match parser::parse(1, line) {
        Ok(None) => Trial::Wrong,
        Ok(Some(step)) => {
            // A claim about what a call gives lacks that.
            let lacks = step.claim.is_some() && step.expected.is_empty();
            if checker.clone().admit(step).is_ok() {
                Trial::Stands
            } else if lacks {
                judge(checker, &format!("{line} => 0"), 0)
            } else {
                Trial::Refused
            }
        }
        Err(mistake) if mistake.column < end && is_last(line, mistake.column) => Trial::Wrong,
        Err(mistake) if mistake.column < end => Trial::Refused,
        Err(_) if missing == 0 => Trial::Unknown,
        Err(_) => go_on(checker, line, missing),
    }
}

/// Tries what may follow a line that is too short.
fn go_on(checker: &Checker, line: &str, missing: usize) -> Trial {
    let fillers = FILLERS
        .into_iter()
        .chain(checker.actors())
        .chain(checker.labels().take(1));
    let mut verdict = Trial::Unknown;
    for filler in fillers {
        match judge(checker, &format!("{line} {filler}"), missing - 1) {
            Trial::Stands => return Trial::Stands,
            Trial::Refused => verdict = Trial::Refused,
            Trial::Unknown | Trial::Wrong => {}
        }
    }
    verdict
}

/// Whether the last word of a line stands at a column.
fn is_last(line: &str, column: usize) -> bool {
    let tokens = lexer::split(1, line).unwrap_or_default();
    tokens
        .iter()
        .rev()
        .nth(1)
        .is_none_or(|last| last.column == column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Expected;

    /// The words at the place that `|` marks.
    fn at(script: &str) -> Vec<String> {
        let before = &script[..script.find('|').unwrap()];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        let found = complete(&script.replacen('|', "", 1), line, column).unwrap();
        found.completions.into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn what_can_stand_there_is_offered() {
        for (script, expected) in [
            ("|", "client server expect wire sleep settle claim"),
            ("s|", "server sleep settle"),
            ("cl|", "client claim"),
            ("client sh|", "shutdown"),
            ("client shutdown |", "read write both"),
            ("client set linger|", "linger linger2"),
            ("client set linger |", "off"),
            ("client set reuseaddr o|", "on off"),
            ("client get |", "error rcvbuf sndbuf state"),
            ("client close => |", "blocked CLOSED LISTEN"),
            ("client close => ECONNR|", "ECONNRESET ECONNREFUSED"),
            ("client close => econnr|", "ECONNRESET ECONNREFUSED"),
            ("client close |", "on => &"),
            ("client close =|", "=>"),
            ("expect client |", "sent recvq sendq CLOSED LISTEN"),
            ("expect client fin_|", "FIN_WAIT_1 FIN_WAIT_2"),
            ("expect client.|", "conn listener"),
            (
                "client connect as two\nexpect client.|",
                "conn listener two",
            ),
            ("client connect as two\nexpect server.|", "conn listener"),
            (
                "client connect as two\nclient close on |",
                "conn listener two",
            ),
            ("client connect as two |", "=> &"),
            ("expect client sent RST,|", "FIN SYN RST PSH ACK URG"),
            ("expect client sent RST,!|", "FIN SYN RST PSH ACK URG"),
            ("fin: client close\nexpect client sent FIN since |", "fin"),
            ("client recv &\nwait |", "client"),
            (
                "client recv &\n|",
                "client server expect wire wait sleep settle claim",
            ),
            (
                "client recv &\nclient |",
                "process kill stop continue link crash sysctl destroy",
            ),
            ("client kill\nclient |", "process link crash sysctl destroy"),
            ("client crash\nclient |", "boot"),
            ("client thread reader\nr|", "reader"),
            (
                "client sysctl tcp_r|",
                "tcp_retries1 tcp_retries2 tcp_rfc1337",
            ),
            (
                "wire |",
                "delay cut mend drop hold release duplicate inject",
            ),
            ("wire drop FIN |", "from"),
            ("wire drop FIN from |", "client server"),
            ("wire inject RST to client |", "data seq ack"),
            ("sleep 20|", "20ms 20s"),
            ("server recv 64|", "64 64K"),
            ("claim a: |", "client server expect"),
            (
                "claim a: client S|",
                "socket send shutdown set sent sendq SYN_SENT",
            ),
            ("谁: cl|", "client claim"),
        ] {
            let (expected, found): (Vec<&str>, _) = (expected.split(' ').collect(), at(script));
            let prefix: Vec<&str> = found
                .iter()
                .map(String::as_str)
                .take(expected.len())
                .collect();
            assert_eq!(prefix, expected, "{script:?}: {found:?}");
        }
    }

    #[test]
    fn where_words_are_free_or_none_can_stand_nothing_is_offered() {
        for script in [
            "client thread |",
            "client connect as l|",
            "claim |",
            "client send \"cl|",
            "# cl|",
            "client close # cl|",
            "clent |",
            "client send |",
            "client send \"a\"|",
            "client close & |",
            "expect client sent FIN since |",
            "wait |",
            "client connect as two o|",
        ] {
            assert_eq!(at(script), Vec::<String>::new(), "{script:?}");
        }
    }

    #[test]
    fn places_outside_are_none_and_what_lacks_is_told() {
        for (line, column) in [(0, 1), (1, 0), (1, 15), (3, 1)] {
            assert_eq!(complete("client close \n", line, column), None);
        }
        assert!(complete("client close \n", 2, 1).is_some());
        let found = complete("client shutdown ", 1, 17).unwrap();
        assert_eq!(found.from, 17);
        assert_eq!(found.lacking.unwrap().expected, Expected::How);
        assert_eq!(complete("client close ", 1, 14).unwrap().lacking, None);
        let long = "settle\n".repeat(401);
        assert_eq!(complete(&long, 1, 1).unwrap().completions, []);
    }
}
