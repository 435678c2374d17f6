//! The script of a run that lines are added to while it goes on: what was given, and what was done by hand, such that
//! playing it again repeats it. Pure.
//!
//! Whatever is changed, the whole is read again, and a change that would leave a mistake is not made: a composed script
//! can always be played.

use crate::script::ast::{Script, Step};
use crate::script::checker::Checker;
use crate::script::diagnostic::{Diagnostic, Expected, Found};
use crate::script::lexer::{self, TokenKind};
use crate::script::parse::{MAX_BYTES, MAX_LINES, read};

/// Bytes of the longest script that are left for the run's own lines: results, `wait`, `sleep`.
const RESERVED_BYTES: usize = 1024;
/// Lines of the longest script that are left for the run's own.
const RESERVED_LINES: usize = 20;

/// A script that grows.
pub struct Composer {
    lines: Vec<String>,
    steps: Vec<Step>,
    checker: Checker,
}

/// A change: from line `at` on, so many lines are replaced by these.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Splice {
    /// The first line that is another now, 1-based.
    pub at: usize,
    /// How many lines are gone.
    pub remove: usize,
    /// The lines that are there instead.
    pub insert: Vec<String>,
}

impl Composer {
    /// Begins with a script.
    pub fn new(script: &Script) -> Composer {
        let mut checker = Checker::default();
        for step in &script.steps {
            let _ = checker.admit(step.clone()); // a script has no mistakes
        }
        Composer {
            lines: script.text.lines().map(Into::into).collect(),
            steps: script.steps.clone(),
            checker,
        }
    }

    /// All of it.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What a line does.
    pub fn at(&self, line: usize) -> Option<&Step> {
        self.steps.iter().find(|step| step.line == line)
    }

    /// What the last line before this one does that does something.
    pub fn before(&self, line: usize) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.line < line)
    }

    /// What the first line after this one does that does something.
    pub fn after(&self, line: usize) -> Option<&Step> {
        self.steps.iter().find(|step| step.line > line)
    }

    /// The actors that are in a call when all lines were played.
    pub fn busy(&self) -> impl Iterator<Item = &str> {
        self.checker.busy()
    }

    /// What a line would do as number `at`, if it may come there.
    ///
    /// # Errors
    /// Its mistakes, as [`crate::script::parse::parse`] tells them, and those that it would make of lines after it; also where there
    /// is no room for it.
    pub fn try_line(&self, at: usize, line: &str) -> Result<Step, Vec<Diagnostic>> {
        let (bytes, lines) = (self.text().len() + line.len() + 1, self.lines.len() + 1);
        let max_bytes = MAX_BYTES - RESERVED_BYTES;
        let max_lines = MAX_LINES - RESERVED_LINES;
        if bytes > max_bytes || lines > max_lines {
            let found = Found::size(bytes, lines);
            let expected = Expected::size(max_bytes, max_lines);
            return Err(vec![Diagnostic::new(at, 1, 1, found, expected)]);
        }
        let (_, steps, _) = self.changed(at, 0, &[line.to_owned()])?;
        let step = steps.into_iter().find(|step| step.line == at);
        step.ok_or_else(|| {
            let (found, expected) = (Found::Nothing, Expected::SomeLine);
            vec![Diagnostic::new(at, 1, 1, found, expected)]
        })
    }

    /// Replaces lines from number `at` on.
    ///
    /// # Errors
    /// The mistakes that the script would have; then it stays as it is.
    pub fn replace(
        &mut self,
        at: usize,
        remove: usize,
        insert: Vec<String>,
    ) -> Result<Splice, Vec<Diagnostic>> {
        (self.lines, self.steps, self.checker) = self.changed(at, remove, &insert)?;
        Ok(Splice { at, remove, insert })
    }

    /// Says what a line's call gave, instead of what was asked of it, if anything was.
    ///
    /// # Errors
    /// The mistakes that the script would have; then it stays as it is.
    pub fn gave(&mut self, line: usize, outcome: &str) -> Result<Splice, Vec<Diagnostic>> {
        let gave = self.with_outcome(line, outcome);
        self.replace(line, 1, vec![gave])
    }

    /// A call that was to give something is found blocked: it is, and what it was to give is asked of a `wait` after line
    /// `last`.
    ///
    /// # Errors
    /// The mistakes that the script would have; then it stays as it is.
    pub fn blocked(
        &mut self,
        line: usize,
        last: usize,
        actor: &str,
    ) -> Result<Splice, Vec<Diagnostic>> {
        let claim = self.at(line).and_then(|step| step.claim.as_ref());
        let claim = claim.map_or(String::new(), |name| format!("claim {name}: "));
        let outcome = self.outcome(line).unwrap_or_default();
        let blocked = self.with_outcome(line, "blocked");
        let blocked = blocked.replacen(&claim, "", usize::from(!claim.is_empty()));
        let wait = format!("{claim}wait {actor}{outcome}");
        let between = self.lines[line..last].iter().cloned();
        let insert: Vec<String> = [blocked].into_iter().chain(between).chain([wait]).collect();
        self.replace(line, insert.len() - 1, insert)
    }

    fn changed(
        &self,
        at: usize,
        remove: usize,
        insert: &[String],
    ) -> Result<(Vec<String>, Vec<Step>, Checker), Vec<Diagnostic>> {
        let mut lines = self.lines.clone();
        let begin = (at - 1).min(lines.len());
        let end = (begin + remove).min(lines.len());
        lines.splice(begin..end, insert.iter().cloned());
        let (steps, checker) = read(&lines.join("\n"))?;
        Ok((lines, steps, checker))
    }

    /// A line with another outcome; its comment stays.
    fn with_outcome(&self, line: usize, outcome: &str) -> String {
        let text = self.lines.get(line - 1).map_or("", String::as_str);
        let [begin, end] = outcome_of(line, text);
        let chars: Vec<char> = text.chars().collect();
        let head: String = chars[..begin].iter().collect();
        let comment: String = chars[end..].iter().collect();
        format!("{} => {outcome}{comment}", head.trim_end())
    }

    /// What a line asks for, from its `=>` on.
    fn outcome(&self, line: usize) -> Option<String> {
        let text = self.lines.get(line - 1)?;
        let [begin, end] = outcome_of(line, text);
        let asked: String = text.chars().skip(begin).take(end - begin).collect();
        (!asked.trim().is_empty()).then(|| format!(" {}", asked.trim()))
    }
}

/// Where what a line asks for begins and ends, in characters.
fn outcome_of(number: usize, text: &str) -> [usize; 2] {
    let tokens = lexer::split(number, text).unwrap_or_default(); // a composed line has no mistakes
    let end = tokens.last().map_or(0, |end| end.column - 1);
    let arrow = tokens
        .iter()
        .find(|token| token.kind == TokenKind::Mark("=>"));
    [arrow.map_or(end, |arrow| arrow.column - 1), end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse::{parse, parse_beginning};

    fn composer(text: &str) -> Composer {
        Composer::new(&parse_beginning(text).unwrap())
    }

    #[test]
    fn a_line_is_taken_where_the_cast_allows_it() {
        let mut composer = composer("");
        assert_eq!(composer.len(), 0);
        for line in ["server listen", "client connect", "client recv => blocked"] {
            let at = composer.len() + 1;
            assert_eq!(composer.try_line(at, line).unwrap().line, at);
            let insert = vec![line.to_owned()];
            let splice = composer.replace(at, 0, insert.clone()).unwrap();
            assert_eq!(
                splice,
                Splice {
                    at,
                    remove: 0,
                    insert
                }
            );
        }
        assert_eq!(composer.busy().collect::<Vec<_>>(), ["client"]);
        let refused = composer.try_line(4, "client close").unwrap_err();
        assert_eq!((refused[0].line, refused[0].column), (4, 1));
        assert!(matches!(&refused[0].found, Found::ActorBusy { line, .. } if line == "3"));
        assert!(composer.try_line(4, "reader close").is_err());
        assert!(composer.try_line(4, "  # nothing").is_err());
        assert!(parse(&composer.text()).is_ok());
    }

    #[test]
    fn what_a_call_gave_stands_before_its_comment() {
        for (line, outcome, expected) in [
            ("client close", "0", "client close => 0"),
            (
                "x: client recv  # why => ?",
                "blocked",
                "x: client recv => blocked  # why => ?",
            ),
            (
                "client recv => 0 or 1 # 四",
                "\"# =>\"",
                "client recv => \"# =>\" # 四",
            ),
        ] {
            let mut composer = composer(line);
            assert_eq!(composer.gave(1, outcome).unwrap().insert, [expected]);
        }
        let mut composer = composer("client close");
        assert!(composer.gave(1, "\"text\"").is_err());
        assert_eq!(composer.text(), "client close");
    }

    #[test]
    fn a_call_found_blocked_is_waited_for() {
        for (line, blocked, wait) in [
            (
                "client connect => 0 # c",
                "client connect => blocked # c",
                "wait client => 0",
            ),
            ("a: client recv", "a: client recv => blocked", "wait client"),
            (
                "a: claim b: client recv => 0",
                "a: client recv => blocked",
                "claim b: wait client => 0",
            ),
        ] {
            let mut composer = composer(&format!("{line}\nclient close"));
            let splice = composer.blocked(1, 1, "client").unwrap();
            assert_eq!(splice.insert, [blocked, wait]);
        }
    }

    #[test]
    fn there_is_room_for_what_the_run_writes_itself() {
        let most = MAX_LINES - RESERVED_LINES;
        let mut composer = composer(&vec!["settle"; most].join("\n"));
        let refused = composer.try_line(most + 1, "settle").unwrap_err();
        assert_eq!(refused[0].expected.key(), "Size", "{refused:?}");
        assert!(composer.replace(most + 1, 0, vec!["settle".into()]).is_ok());
    }
}
