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
    pub(super) fn new(
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
        let number = self.line;
        let line = text.lines().nth(self.line - 1).unwrap_or("");
        let margin = " ".repeat(number.to_string().len());
        let indent: String = line
            .chars()
            .take(self.column - 1)
            .map(|c| if c == '\t' { c } else { ' ' })
            .collect();
        let mark = "^".repeat(self.length);
        let Mistake {
            column,
            found,
            expected,
            ..
        } = self;
        format!(
            "{name}:{number}:{column}: found {found}, expected {expected}\n{margin} |\n{number} | {line}\n{margin} | {indent}{mark}\n"
        )
    }
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
