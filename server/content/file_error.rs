//! A mistake in a file under scenarios.

use std::fmt;

/// What is wrong with a scenario file, drawn under the lines that it is in.
#[derive(Debug)]
pub struct FileError(pub String);

impl FileError {
    /// A mistake at a byte of a file.
    pub(crate) fn at(name: &str, text: &str, byte: usize, message: &str) -> FileError {
        let (line, column) = position(text, byte);
        FileError(draw_at(name, text, [line, column, 1], message))
    }

    /// What the reader of TOML says.
    pub(crate) fn toml(name: &str, text: &str, error: &toml::de::Error) -> FileError {
        let byte = error.span().map_or(0, |span| span.start);
        FileError::at(name, text, byte, error.message())
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FileError {}

/// A message about a place in a text (line, column and length, in characters), with that line and a mark under it.
pub(crate) fn draw_at(
    name: &str,
    text: &str,
    [line, column, length]: [usize; 3],
    message: &str,
) -> String {
    let shown = text.lines().nth(line - 1).unwrap_or("");
    let margin = " ".repeat(line.to_string().len());
    let indent: String = shown
        .chars()
        .take(column - 1)
        .map(|c| if c == '\t' { c } else { ' ' })
        .collect();
    let mark = "^".repeat(length);
    format!(
        "{name}:{line}:{column}: {message}\n{margin} |\n{line} | {shown}\n{margin} | {indent}{mark}\n"
    )
}

/// Line and column of a byte, both 1-based, the column in characters.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[start..].chars().count() + 1,
    )
}
