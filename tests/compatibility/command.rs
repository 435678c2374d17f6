//! The command: each of its words is still there, and command lines do what they did.

use serde::Deserialize;

use super::{FIXTURES, assert_none, table};
use crate::support::command;
use crate::support::temp_dir::Folder;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    commands: Vec<Help>,
    lines: Vec<Line>,
}

/// What the help of a command says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Help {
    /// Its name; empty for `fourwave` itself.
    name: String,
    /// Flags, arguments and further commands.
    words: Vec<String>,
    /// Variables and defaults.
    says: Vec<String>,
}

/// A command line, and what came of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    line: String,
    /// On standard input.
    #[serde(default)]
    input: String,
    /// The exit code.
    #[serde(default)]
    code: i32,
    /// What stands in the output.
    #[serde(default)]
    holds: Vec<String>,
    /// The files that it writes into the folder.
    #[serde(default)]
    writes: Vec<String>,
}

impl Help {
    fn faults(&self) -> Vec<String> {
        let name = (!self.name.is_empty()).then_some(self.name.as_str());
        let args: Vec<&str> = name.into_iter().chain(["--help"]).collect();
        let help = String::from_utf8(command(&args, "").stdout).unwrap();
        let words: Vec<&str> = help.split([' ', ',', '\n']).collect();
        let gone = self
            .words
            .iter()
            .filter(|word| !words.contains(&word.as_str()));
        let unsaid = self.says.iter().filter(|text| !help.contains(*text));
        let gone = gone.chain(unsaid);
        gone.map(|text| format!("fourwave {}: {text} is gone", self.name))
            .collect()
    }
}

impl Line {
    fn faults(&self) -> Vec<String> {
        let folder = Folder::new();
        std::fs::create_dir_all(folder.path()).unwrap();
        let line = self
            .line
            .replace("{folder}", folder.as_str())
            .replace("{here}", FIXTURES);
        let output = command(&line.split(' ').collect::<Vec<_>>(), &self.input);
        let text = String::from_utf8(output.stdout).unwrap();
        let mut faults = Vec::new();
        if output.status.code() != Some(self.code) {
            let told = String::from_utf8_lossy(&output.stderr);
            faults.push(format!("it ended with {}: {text}{told}", output.status));
        }
        let gone = self.holds.iter().filter(|part| !text.contains(*part));
        faults.extend(gone.map(|part| format!("{part:?} is not in {text}")));
        let unwritten = self
            .writes
            .iter()
            .filter(|file| !folder.file(file).exists());
        faults.extend(unwritten.map(|file| format!("it wrote no {file}")));
        let faults = faults.into_iter();
        faults
            .map(|fault| format!("fourwave {}: {fault}", self.line))
            .collect()
    }
}

#[test]
fn each_word_of_the_command_is_there() {
    let words: Words = table("command.toml");
    assert_none(
        &words
            .commands
            .iter()
            .flat_map(Help::faults)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn each_command_line_does_what_it_did() {
    let words: Words = table("command.toml");
    assert_none(
        &words
            .lines
            .iter()
            .flat_map(Line::faults)
            .collect::<Vec<_>>(),
    );
}
