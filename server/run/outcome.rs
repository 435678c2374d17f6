//! What a call gave against what it must give, and both in words. Pure.

use super::actor::text;
use crate::errno;
use crate::message::{PREVIEW, Returned};
use crate::script::Outcome;

/// Whether a call gave what it must; `returned` is None where it has not returned.
pub(super) fn fits(expected: &Outcome, outcome: Option<&Returned>) -> bool {
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
pub(super) fn describe(expected: &Outcome) -> String {
    match expected {
        Outcome::Number(number) => number.to_string(),
        Outcome::Text(text) => format!("{text:?}"),
        Outcome::Words(words) => words.join(" "),
        Outcome::Blocked => "blocked".into(),
    }
}

/// What a call gave, in words.
pub(super) fn found(returned: &Returned) -> String {
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
    fn no_byte_is_hidden() {
        assert_eq!(found(&received("四".as_bytes())), "\"四\"");
        assert_eq!(found(&received(&"四".as_bytes()[..2])), r#""\\xe5\\x9b""#);
    }
}
