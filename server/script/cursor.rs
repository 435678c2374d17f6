//! A line that is read token by token.

use std::time::Duration;

use crate::event::host::Host;
use crate::script::Mistake;
use crate::script::lexer::{Token, TokenKind};

/// The longest time that a line may name.
const LONGEST_TIME: Duration = Duration::from_secs(60);

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
    pub(crate) fn mistake(&self, expected: impl Into<String>) -> Mistake {
        let token = &self.tokens[self.at];
        let found = match &token.kind {
            TokenKind::Word(word) => format!("`{word}`"),
            TokenKind::Text(text) => format!("the text {text:?}"),
            TokenKind::Mark(mark) => format!("`{mark}`"),
            TokenKind::End => "the end of the line".into(),
        };
        Mistake::new(
            self.number,
            token.column,
            token.length,
            found,
            expected.into(),
        )
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
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Mistake> {
        let TokenKind::Word(word) = self.peek() else {
            return Err(self.mistake(expected));
        };
        let value = read(word).ok_or_else(|| self.mistake(expected))?;
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

    pub(crate) fn end(&self) -> Result<(), Mistake> {
        if self.peek() == &TokenKind::End {
            Ok(())
        } else {
            Err(self.mistake("the end of the line"))
        }
    }

    /// The token after the one that comes next.
    pub(crate) fn after_next(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at + 1).map(|token| &token.kind)
    }

    pub(crate) fn time(&mut self) -> Result<Duration, Mistake> {
        self.word("a time (such as 20ms or 2s, at most 60s)", |word| {
            let (digits, unit) = match (word.strip_suffix("ms"), word.strip_suffix('s')) {
                (Some(digits), _) => (digits, 1),
                (None, Some(digits)) => (digits, 1000),
                (None, None) => return None,
            };
            let time = Duration::from_millis(digits.parse::<u64>().ok()?.checked_mul(unit)?);
            (time <= LONGEST_TIME).then_some(time)
        })
    }

    /// A name that somebody chose: it begins with a letter, has 40 characters at most, and is neither `on` nor `as`.
    pub(crate) fn name(&mut self, expected: &str) -> Result<String, Mistake> {
        self.word(expected, |word| {
            (word.chars().count() <= 40
                && word.starts_with(char::is_alphabetic)
                && !["on", "as"].contains(&word))
            .then(|| word.into())
        })
    }

    /// A name, where one stands next.
    pub(crate) fn optional_name(&mut self, else_: &str) -> Result<String, Mistake> {
        if matches!(self.peek(), TokenKind::Word(_)) {
            self.name("a socket's name")
        } else {
            Ok(else_.into())
        }
    }

    /// A host, and after a dot one of its sockets.
    pub(crate) fn host_and_socket(&mut self) -> Result<(Host, String), Mistake> {
        let host = self.host()?;
        let socket = if self.mark(".") {
            self.name("a socket's name")?
        } else {
            "conn".into()
        };
        Ok((host, socket))
    }

    pub(crate) fn host(&mut self) -> Result<Host, Mistake> {
        self.word("a host (client, server)", |word| {
            Host::BOTH.into_iter().find(|host| host.name() == word)
        })
    }
}
