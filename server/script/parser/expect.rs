//! The grammar of what is looked at: `expect`, and `claim`.

use std::time::Duration;

use crate::event::host::Host;
use crate::script::ast::{Action, Expectation};
use crate::script::cursor::Line;
use crate::script::diagnostic::{Diagnostic, Expected};
use crate::script::filter::Flags;
use crate::script::lexer::TokenKind;
use crate::tcp::state::State;

impl Line {
    /// `claim NAME:` before a line: whoever's statement its check is.
    pub(crate) fn claim(&mut self) -> Result<Option<String>, Diagnostic> {
        if !self.keyword("claim") {
            return Ok(None);
        }
        // Longer than the names of actors and sockets, which stand in the picture.
        let name = self.word(Expected::ClaimName, |word| {
            (word.chars().count() <= 40 && word.starts_with(char::is_alphabetic))
                .then(|| word.to_owned())
        })?;
        if self.mark(":") {
            Ok(Some(name))
        } else {
            Err(self.mistake(Expected::literal(':')))
        }
    }

    /// Whether a claim looks at a host; else it is about what a call gives.
    pub(crate) fn host_comes_first(&self) -> bool {
        let is_host = matches!(self.peek(), TokenKind::Word(word) if Host::BOTH.iter().any(|host| host.name() == word));
        let looks = |kind: Option<&TokenKind>| match kind {
            Some(TokenKind::Mark(".")) => true,
            Some(TokenKind::Word(word)) => {
                ["sent", "recvq", "sendq"].contains(&word.as_str()) || State::named(word).is_some()
            }
            _ => false,
        };
        is_host && looks(self.after_next())
    }

    /// What a host's kernel must have, or must have sent.
    pub(crate) fn check(&mut self) -> Result<Action, Diagnostic> {
        let (host, socket) = self.host_and_socket()?;
        let what = if self.keyword("sent") {
            self.sent(host)?
        } else if self.keyword("recvq") {
            Expectation::Queue {
                host,
                socket,
                recv: true,
                bytes: self.count()?,
            }
        } else if self.keyword("sendq") {
            Expectation::Queue {
                host,
                socket,
                recv: false,
                bytes: self.count()?,
            }
        } else {
            let states = State::ALL.map(State::name).join(", ");
            let state = self.word(Expected::Check { states }, State::named)?;
            Expectation::State {
                host,
                socket,
                state,
            }
        };
        let within = if self.keyword("within") {
            self.time()?
        } else {
            Duration::ZERO
        };
        Ok(Action::Check { what, within })
    }

    fn sent(&mut self, host: Host) -> Result<Expectation, Diagnostic> {
        let (flags, wanted) = if self.keyword("nothing") {
            (None, false)
        } else {
            let wanted = !self.keyword("no");
            (Some(self.flags()?), wanted)
        };
        let since = if self.keyword("since") {
            Some(self.name(Expected::Label)?)
        } else {
            None
        };
        Ok(Expectation::Sent {
            host,
            flags,
            wanted,
            since,
        })
    }

    fn count(&mut self) -> Result<u32, Diagnostic> {
        self.word(Expected::ByteCount, |word| word.parse().ok())
    }

    /// Control bits: `FIN`, `SYN,ACK`, `RST,!ACK`.
    pub(crate) fn flags(&mut self) -> Result<Flags, Diagnostic> {
        let mut flags = Flags::default();
        loop {
            let unset = self.mark("!");
            let bit = self.word(Expected::ControlBit, Flags::named)?;
            if unset {
                &mut flags.unset
            } else {
                &mut flags.set
            }
            .push(bit);
            if !self.mark(",") {
                return Ok(flags);
            }
        }
    }
}
