//! A mistake in a script: where, what was found, what was expected.

use std::fmt;

use serde::Serialize;

/// One mistake. Shown as `LINE:COLUMN: found …, expected …`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mistake {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// Characters that are wrong; at least 1.
    pub length: usize,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
}

impl Mistake {
    pub(crate) fn new(
        line: usize,
        column: usize,
        length: usize,
        found: String,
        expected: String,
    ) -> Mistake {
        Mistake {
            line,
            column,
            length: length.max(1),
            found,
            expected,
        }
    }

    /// The mistake under the line of `text` that it is in, as compilers show it; `name` is the text's.
    pub fn draw(&self, name: &str, text: &str) -> String {
        let Mistake {
            line,
            column,
            length,
            found,
            expected,
        } = self;
        draw_at(
            name,
            text,
            [*line, *column, *length],
            &format!("found {found}, expected {expected}"),
        )
    }
}

/// A message about a place in a text (line, column and length, in characters), with that line and a mark under it.
pub fn draw_at(
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

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: found {}, expected {}",
            self.line, self.column, self.found, self.expected
        )
    }
}
