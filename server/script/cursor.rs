//! A line that is read token by token.

use std::time::Duration;

use crate::event::host::Host;
use crate::script::diagnostic::{Diagnostic, Expected, Found};
use crate::script::lexer::{Token, TokenKind};

/// The longest time that a line may name.
const MAX_TIME: Duration = Duration::from_secs(60);

/// The tokens of a line and how far they were read.
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) tokens: Vec<Token>,
    pub(crate) at: usize,
}

impl Line {
    pub(crate) fn peek(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    pub(crate) fn next(&mut self) -> TokenKind {
        let kind = self.peek().clone();
        if kind != TokenKind::End {
            self.at += 1;
        }
        kind
    }

    /// A mistake at the token that comes next.
    pub(crate) fn mistake(&self, expected: Expected) -> Diagnostic {
        let token = &self.tokens[self.at];
        let found = match &token.kind {
            TokenKind::Word(word) => Found::word(word),
            TokenKind::Text(text) => Found::Text {
                text: format!("{text:?}"),
            },
            TokenKind::Mark(mark) => Found::word(mark),
            TokenKind::End => Found::EndOfLine,
        };
        Diagnostic::new(self.number, token.column, token.length, found, expected)
    }

    pub(crate) fn mark(&mut self, mark: &str) -> bool {
        let is_next = matches!(self.peek(), TokenKind::Mark(next) if *next == mark);
        self.at += usize::from(is_next);
        is_next
    }

    pub(crate) fn keyword(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.peek(), TokenKind::Word(next) if next == keyword);
        self.at += usize::from(is_next);
        is_next
    }

    /// The word that comes next, given to `read`; what `read` refuses is a mistake.
    pub(crate) fn word<T>(
        &mut self,
        expected: Expected,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Diagnostic> {
        let value = match self.peek() {
            TokenKind::Word(word) => read(word),
            _ => None,
        };
        let value = value.ok_or_else(|| self.mistake(expected))?;
        self.at += 1;
        Ok(value)
    }

    /// Whether another argument of a call stands next.
    pub(crate) fn has_argument(&self) -> bool {
        match self.peek() {
            TokenKind::Word(word) => word != "on" && word != "as",
            TokenKind::Text(_) => true,
            TokenKind::Mark(_) | TokenKind::End => false,
        }
    }

    pub(crate) fn end(&self) -> Result<(), Diagnostic> {
        if self.peek() == &TokenKind::End {
            Ok(())
        } else {
            Err(self.mistake(Expected::EndOfLine))
        }
    }

    /// The token after the one that comes next.
    pub(crate) fn after_next(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at + 1).map(|token| &token.kind)
    }

    pub(crate) fn time(&mut self) -> Result<Duration, Diagnostic> {
        self.word(Expected::Time, |word| {
            let (digits, unit) = match (word.strip_suffix("ms"), word.strip_suffix('s')) {
                (Some(digits), _) => (digits, 1),
                (None, Some(digits)) => (digits, 1000),
                (None, None) => return None,
            };
            let time = Duration::from_millis(digits.parse::<u64>().ok()?.checked_mul(unit)?);
            (time <= MAX_TIME).then_some(time)
        })
    }

    /// A name that somebody chose: it begins with a letter, has 40 characters at most, and is neither `on` nor `as`.
    pub(crate) fn name(&mut self, expected: Expected) -> Result<String, Diagnostic> {
        self.word(expected, |word| {
            (word.chars().count() <= 40
                && word.starts_with(char::is_alphabetic)
                && !["on", "as"].contains(&word))
            .then(|| word.into())
        })
    }

    /// A name, where one stands next.
    pub(crate) fn optional_name(&mut self, else_: &str) -> Result<String, Diagnostic> {
        if matches!(self.peek(), TokenKind::Word(_)) {
            self.name(Expected::SocketName)
        } else {
            Ok(else_.into())
        }
    }

    /// A host, and after a dot one of its sockets.
    pub(crate) fn host_and_socket(&mut self) -> Result<(Host, String), Diagnostic> {
        let host = self.host()?;
        let socket = if self.mark(".") {
            self.name(Expected::SocketName)?
        } else {
            "conn".into()
        };
        Ok((host, socket))
    }

    pub(crate) fn host(&mut self) -> Result<Host, Diagnostic> {
        self.word(Expected::Host, |word| {
            Host::BOTH.into_iter().find(|host| host.name() == word)
        })
    }
}
