//! A mistake in a file under scenarios.

use std::fmt;

use crate::script::draw_at;

/// What is wrong with a scenario file, drawn under the lines that it is in.
#[derive(Debug)]
pub struct Broken(pub String);

impl Broken {
    /// A mistake at a byte of a file.
    pub(crate) fn at(name: &str, text: &str, byte: usize, message: &str) -> Broken {
        let (line, column) = place(text, byte);
        Broken(draw_at(name, text, [line, column, 1], message))
    }

    /// What the reader of TOML says.
    pub(crate) fn toml(name: &str, text: &str, error: &toml::de::Error) -> Broken {
        let byte = error.span().map_or(0, |span| span.start);
        Broken::at(name, text, byte, error.message())
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

/// Line and column of a byte, both 1-based, the column in characters.
pub(crate) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[start..].chars().count() + 1,
    )
}
