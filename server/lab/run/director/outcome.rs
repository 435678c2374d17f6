//! What a call gave against what it must give, and both in words. Pure.

use crate::lab::run::actor::text;
use crate::lab::sandbox::protocol::{PREVIEW, Returned};
use crate::script::ast::Outcome;
use crate::tcp::call::{Call, POLL_EVENTS, Payload};
use crate::tcp::errno;
use crate::tcp::state::State;

/// Whether a call gave what it must; `returned` is None where it has not returned.
pub(crate) fn fits(expected: &Outcome, outcome: Option<&Returned>) -> bool {
    match (expected, outcome) {
        (Outcome::Blocked, None) => true,
        (
            Outcome::Number(number),
            Some(Returned {
                words: Some(words),
                errno: None,
                ..
            }),
        ) if words.parse::<i64>().is_ok() => *words == number.to_string(),
        (Outcome::Number(number), Some(returned)) => {
            returned.errno.is_none() && returned.result == *number
        }
        (
            Outcome::Text(text),
            Some(Returned {
                words: Some(words), ..
            }),
        ) => text == words,
        (Outcome::Text(text), Some(returned)) => {
            // Of a long text only the beginning is reported, and its length.
            let beginning = &text.as_bytes()[..text.len().min(PREVIEW)];
            returned.result == text.len() as i64 && returned.data.as_deref() == Some(beginning)
        }
        (Outcome::Words(words), Some(returned)) => match returned.errno {
            Some(number) => *words == [errno::name(number)],
            None => returned
                .words
                .as_deref()
                .is_some_and(|given| given.split(' ').eq(words.iter())),
        },
        _ => false,
    }
}

/// What a call must give, in words.
pub(crate) fn describe(expected: &Outcome) -> String {
    match expected {
        Outcome::Number(number) => number.to_string(),
        Outcome::Text(text) => format!("{text:?}"),
        Outcome::Words(words) => words.join(" "),
        Outcome::Blocked => "blocked".into(),
    }
}

/// What a call gave, in words.
pub(crate) fn found(returned: &Returned) -> String {
    match (returned.errno, &returned.data) {
        (Some(number), _) => errno::name(number),
        (None, Some(data)) if !data.is_empty() => {
            let rest = if returned.result > data.len() as i64 {
                "…"
            } else {
                ""
            };
            format!("{:?}{rest}", text(data))
        }
        (None, _) => returned
            .words
            .clone()
            .unwrap_or_else(|| returned.result.to_string()),
    }
}

/// The longest text that is written into a script as what a call gave.
const MAX_TEXT: usize = 100;

/// What a call gave, as a script writes it after `=>`; None where that would not come again, or cannot be written.
pub(crate) fn written(call: Option<&Call>, returned: &Returned) -> Option<String> {
    if let Some(number) = returned.errno {
        return Some(errno::name(number)).filter(|name| errno::is_name(name));
    }
    if let Some(words) = &returned.words {
        let is_word = |word: &str| {
            POLL_EVENTS.iter().any(|(name, _)| *name == word)
                || errno::is_name(word)
                || State::named(word).is_some()
                || word.parse::<i64>().is_ok()
        };
        // An address has a port that another run would not have.
        return words.split(' ').all(is_word).then(|| words.clone());
    }
    let data = returned.data.as_deref().unwrap_or_default();
    let is_whole = returned.result == data.len() as i64 && data.len() <= MAX_TEXT;
    let readable = |text: &&str| !text.contains(|c: char| c.is_control() && !"\n\r\t".contains(c));
    let text = std::str::from_utf8(data).ok().filter(readable);
    if let Some(text) = text.filter(|text| is_whole && !text.is_empty()) {
        return Some(quoted(text));
    }
    // How much is taken of what does not fit is up to the moment.
    let asked = match call {
        Some(Call::Send {
            payload: Payload::Text(text),
            ..
        }) => Some(text.len() as i64),
        Some(Call::Send {
            payload: Payload::Bytes(bytes),
            ..
        }) => Some(*bytes as i64),
        _ => None,
    };
    asked
        .is_none_or(|asked| asked == returned.result)
        .then(|| returned.result.to_string())
}

/// A text as a script writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '"' | '\\' => quoted.extend(['\\', c]),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(data: &[u8]) -> Returned {
        let shown = data[..data.len().min(PREVIEW)].to_vec();
        Returned {
            result: data.len() as i64,
            data: Some(shown),
            ..Returned::default()
        }
    }

    #[test]
    fn what_was_given_fits_or_does_not() {
        let failed = Returned {
            result: -1,
            errno: Some(libc::EPIPE),
            ..Returned::default()
        };
        let cases = [
            (Outcome::Blocked, None, true),
            (Outcome::Blocked, Some(received(b"")), false),
            (Outcome::Number(0), Some(received(b"")), true),
            (Outcome::Number(-1), Some(failed.clone()), false),
            (
                Outcome::Words(vec!["EPIPE".into()]),
                Some(failed.clone()),
                true,
            ),
            (
                Outcome::Words(vec!["ECONNRESET".into()]),
                Some(failed),
                false,
            ),
            (
                Outcome::Text("hello".into()),
                Some(received(b"hello")),
                true,
            ),
            (
                Outcome::Text("hell".into()),
                Some(received(b"hello")),
                false,
            ),
            (
                Outcome::Text("x".repeat(1500)),
                Some(received(&[b'x'; 1500])),
                true,
            ),
            (
                Outcome::Text("x".repeat(1500)),
                Some(received(&[b'x'; 1400])),
                false,
            ),
        ];
        for (expected, returned, fit) in cases {
            assert_eq!(
                fits(&expected, returned.as_ref()),
                fit,
                "{expected:?} {returned:?}"
            );
        }
    }

    #[test]
    fn what_is_written_is_read_as_what_was_given() {
        let words = |words: &str| Returned {
            words: Some(words.into()),
            ..Returned::default()
        };
        let cases = [
            (received(b"hello"), Some("\"hello\"")),
            (received(b""), Some("0")),
            (received(b"a \"b\" \\ # => &\r\n\t"), None),
            (received("四次挥手".as_bytes()), Some("\"四次挥手\"")),
            (received(b"\xff\x00"), Some("2")),
            (received(b"\x1b[2m"), Some("4")),
            (received(&[b'x'; 1500]), Some("1500")),
            (words("IN RDHUP"), Some("IN RDHUP")),
            (words("ECONNRESET"), Some("ECONNRESET")),
            (words("CLOSE_WAIT"), Some("CLOSE_WAIT")),
            (words("87380"), Some("87380")),
        ];
        for (returned, expected) in cases {
            let text = written(None, &returned).unwrap();
            if let Some(expected) = expected {
                assert_eq!(text, expected);
            }
            let script = crate::script::parse::parse(&format!("client recv => {text}"))
                .unwrap_or_else(|mistakes| panic!("{text}: {:?}", mistakes[0]));
            let outcome = &script.steps[0].expected[0];
            assert!(fits(outcome, Some(&returned)), "{text} {returned:?}");
        }
        assert_eq!(written(None, &words("127.0.0.1:40000")), None);
    }

    #[test]
    fn no_byte_is_hidden() {
        assert_eq!(found(&received("四".as_bytes())), "\"四\"");
        assert_eq!(found(&received(&"四".as_bytes()[..2])), r#""\\xe5\\x9b""#);
    }
}
