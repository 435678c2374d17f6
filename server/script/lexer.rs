//! A line's words, with the columns they stand in.

use crate::script::diagnostic::{Diagnostic, Expected, Found};

/// A word and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// 1-based, in characters.
    pub(crate) column: usize,
    /// In characters.
    pub(crate) length: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// Letters, digits, `_`, `-` and `+`: a name, a number, a number with its unit.
    Word(String),
    /// What stood between quotes.
    Text(String),
    /// `:`, `.`, `,`, `!`, `&` or `=>`.
    Mark(&'static str),
    /// The end of the line.
    End,
}

const MARKS: [&str; 6] = ["=>", ":", ".", "&", ",", "!"];

/// Splits a line. The last token is always [`TokenKind::End`], and stands where the text ended: before any comment.
pub(crate) fn split(number: usize, line: &str) -> Result<Vec<Token>, Diagnostic> {
    let chars: Vec<char> = line.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut end) = (0, 0);
    while at < chars.len() && chars[at] != '#' {
        let start = at;
        if chars[at].is_whitespace() {
            at += 1;
            continue;
        }
        let mark = MARKS.into_iter().find(|mark| {
            mark.chars()
                .eq(chars[at..].iter().copied().take(mark.len()))
        });
        let kind = if let Some(mark) = mark {
            at += mark.len();
            TokenKind::Mark(mark)
        } else if chars[at] == '"' {
            let (text, after) = text(number, &chars, at)?;
            at = after;
            TokenKind::Text(text)
        } else if is_word(chars[at]) {
            at += chars[at..].iter().take_while(|c| is_word(**c)).count();
            TokenKind::Word(chars[start..at].iter().collect())
        } else {
            let found = Found::word(chars[at]);
            return Err(Diagnostic::new(number, at + 1, 1, found, Expected::Token));
        };
        tokens.push(Token {
            kind,
            column: start + 1,
            length: at - start,
        });
        end = at;
    }
    tokens.push(Token {
        kind: TokenKind::End,
        column: end + 1,
        length: 1,
    });
    Ok(tokens)
}

/// Whether words are made of it.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-' || c == '+'
}

/// A text in quotes that begins at `start`; `\n`, `\r`, `\t`, `\"` and `\\` mean what they mean elsewhere.
fn text(number: usize, chars: &[char], start: usize) -> Result<(String, usize), Diagnostic> {
    let mut text = String::new();
    let mut at = start + 1;
    loop {
        match (chars.get(at), chars.get(at + 1)) {
            (Some('"'), _) => return Ok((text, at + 1)),
            (Some('\\'), Some(escaped)) => {
                text.push(match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '"' | '\\' => *escaped,
                    _ => {
                        let found = Found::word(format!("\\{escaped}"));
                        return Err(Diagnostic::new(number, at + 1, 2, found, Expected::Escape));
                    }
                });
                at += 2;
            }
            (Some(c), _) => {
                text.push(*c);
                at += 1;
            }
            (None, _) => {
                return Err(Diagnostic::new(
                    number,
                    start + 1,
                    at - start,
                    Found::OpenText,
                    Expected::literal('"'),
                ));
            }
        }
    }
}
