//! `fourwave check`: every mistake in a scenario file is told with its line and column.

use std::path::PathBuf;

use crate::support::command;
use crate::support::temp_dir::Folder;

/// The broken files, each with its mistake in its first line: `# LINE:COLUMN: what is wrong`.
fn broken_files() -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir("tests/fixtures/broken").unwrap();
    let mut files: Vec<(PathBuf, String)> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("article.toml"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let mistake = text.lines().next().unwrap().trim_start_matches("# ");
            (path, mistake.to_owned())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn each_broken_file_is_refused_at_its_mistake() {
    let files = broken_files();
    assert!(files.len() >= 20);
    for (path, mistake) in files {
        let path = path.to_str().unwrap();
        let output = command(&["check", path], "");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{path}: {told}");
        assert!(
            told.starts_with(&format!("{path}:{mistake}")),
            "{path}:{mistake}: {told}"
        );
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "1 scenarios, 1 mistakes\n",
            "{told}"
        );
    }
}

#[test]
fn a_folder_is_checked_as_a_whole_and_what_is_shipped_has_no_mistakes() {
    let files = broken_files();
    let output = command(&["check", "tests/fixtures/broken"], "");
    let told = String::from_utf8(output.stderr).unwrap();
    for (path, mistake) in &files {
        let mistake = format!("{}:{mistake}", path.display());
        assert!(told.contains(&mistake), "{mistake} in {told}");
    }
    let output = command(&["check"], "");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
}

#[test]
fn the_articles_own_mistakes_are_told() {
    let folder = Folder::new();
    let claim = "[[claims]]\nname = \"a\"\nsays = { en = \"A\", zh = \"甲\" }\nnote = { en = \"B\", zh = \"乙\" }\n";
    folder.write("article.toml", format!("{claim}{claim}"));
    let output = command(&["check", folder.as_str()], "");
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("article.toml:6:8: there is another claim named `a`"),
        "{told}"
    );
}
