//! The composed script of a recording: its given lines and the lines that were said, so that playing it again repeats
//! the run.

/// A script that grows while it is played. Its lines are numbered from 1, as in the events.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Composed {
    given: String,
    /// None as long as it is what was given.
    lines: Option<Vec<String>>,
}

impl Composed {
    /// What was given. An empty script has no lines.
    pub fn new(given: &str) -> Composed {
        Composed {
            given: given.into(),
            lines: None,
        }
    }

    /// A `script` event: from line `at` on, `remove` lines give way to `insert`. What would lie behind the last line
    /// lies at its end.
    pub fn change(&mut self, at: usize, remove: usize, insert: Vec<String>) {
        let given = &self.given;
        let lines = self
            .lines
            .get_or_insert_with(|| given.lines().map(Into::into).collect());
        let from = at.saturating_sub(1).min(lines.len());
        let to = from.saturating_add(remove).min(lines.len());
        lines.splice(from..to, insert);
    }

    /// Its text; letter for letter the given one where no line was said.
    pub fn text(self) -> String {
        self.lines.map_or(self.given, |lines| lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::Composed;

    fn composed(given: &str, changes: &[(usize, usize, &[&str])]) -> String {
        let mut script = Composed::new(given);
        for (at, remove, insert) in changes {
            let insert = insert.iter().map(|line| (*line).into()).collect();
            script.change(*at, *remove, insert);
        }
        script.text()
    }

    #[test]
    fn what_was_given_stays_as_it_is() {
        assert_eq!(composed("a\n\n b\n", &[]), "a\n\n b\n");
    }

    #[test]
    fn lines_are_added_replaced_and_taken_away() {
        assert_eq!(composed("", &[(1, 0, &["a"]), (2, 0, &["b"])]), "a\nb");
        assert_eq!(composed("a\nb\nc", &[(2, 1, &["b => 0"])]), "a\nb => 0\nc");
        assert_eq!(
            composed("a\nb", &[(1, 0, &["wire hold FIN", "x"])]),
            "wire hold FIN\nx\na\nb"
        );
        assert_eq!(composed("a\nb\nc", &[(2, 2, &[])]), "a");
    }

    #[test]
    fn what_lies_behind_the_last_line_lies_at_its_end() {
        assert_eq!(composed("a", &[(9, 9, &["b"])]), "a\nb");
        assert_eq!(composed("a", &[(1, usize::MAX, &["b"])]), "b");
    }
}
