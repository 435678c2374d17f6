//! The grammar of what is done on the wire.

use crate::script::ast::{Forgery, WireAction};
use crate::script::cursor::Line;
use crate::script::diagnostic::{Diagnostic, Expected};
use crate::script::filter::{Filter, Flags};
use crate::script::lexer::TokenKind;
use crate::script::vocabulary::WIRE_ACTIONS;

/// How many segments one line may drop.
const MAX_DROPS: u32 = 1000;

impl Line {
    /// What follows `wire`.
    pub(crate) fn wire(&mut self) -> Result<WireAction, Diagnostic> {
        let action = self.word(Expected::WireAction, |word| {
            WIRE_ACTIONS.into_iter().find(|action| *action == word)
        })?;
        Ok(match action {
            "delay" => WireAction::Delay(self.time()?),
            "cut" => WireAction::Cut,
            "mend" => WireAction::Mend,
            "drop" => {
                let number = |word: &str| word.parse().ok().filter(|n| (1..=MAX_DROPS).contains(n));
                let count = match self.peek() {
                    TokenKind::Word(word) if word.starts_with(|c: char| c.is_ascii_digit()) => {
                        self.word(Expected::SegmentCount, number)?
                    }
                    _ => 1,
                };
                WireAction::Drop(count, self.filter()?)
            }
            "hold" => WireAction::Hold(self.filter()?),
            "release" => WireAction::Release(if self.has_argument() {
                Some(self.filter()?)
            } else {
                None
            }),
            "duplicate" => WireAction::Duplicate(self.filter()?),
            _ => WireAction::Inject(self.forgery()?),
        })
    }

    /// `FIN from client`, `any from server`, `data`, `data from client seq 1 ack 1`.
    fn filter(&mut self) -> Result<Filter, Diagnostic> {
        let (mut flags, mut data) = (Flags::default(), false);
        if self.keyword("data") {
            data = true;
        } else if !self.keyword("any") {
            flags = self.flags()?;
        }
        let from = if self.keyword("from") {
            Some(self.host()?)
        } else {
            None
        };
        let [mut seq, mut ack] = [None; 2];
        if self.keyword("seq") {
            seq = Some(self.word(Expected::Number, |word| word.parse().ok())?);
        }
        if self.keyword("ack") {
            ack = Some(self.word(Expected::Number, |word| word.parse().ok())?);
        }
        Ok(Filter {
            flags,
            data,
            from,
            seq,
            ack,
        })
    }

    fn forgery(&mut self) -> Result<Forgery, Diagnostic> {
        let flags = self.flags()?;
        self.word(Expected::ToHost, |word| (word == "to").then_some(()))?;
        let (to, socket) = self.host_and_socket()?;
        let mut forgery = Forgery {
            flags,
            to,
            socket,
            seq: 0,
            ack: 0,
            data: String::new(),
        };
        loop {
            if self.keyword("seq") {
                forgery.seq = self.relative()?;
            } else if self.keyword("ack") {
                forgery.ack = self.relative()?;
            } else if self.keyword("data") {
                let TokenKind::Text(text) = self.peek().clone() else {
                    return Err(self.mistake(Expected::Text));
                };
                self.at += 1;
                forgery.data = text;
            } else {
                return Ok(forgery);
            }
        }
    }

    /// `next`, `next+1000` or `next-1`.
    fn relative(&mut self) -> Result<i64, Diagnostic> {
        self.word(Expected::Relative, |word| {
            match word.strip_prefix("next")? {
                "" => Some(0),
                offset if !offset.starts_with(['+', '-']) => None,
                offset => offset
                    .parse::<i64>()
                    .ok()
                    .filter(|offset| offset.unsigned_abs() <= 1 << 32),
            }
        })
    }
}
