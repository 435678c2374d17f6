//! From the files of the repository to those that are served.

use crate::web::assets::imports::resolve;

/// A script or a style without the lines that are comments. They serve readers of the repository, and are a fifth of the
/// bytes. Empty lines stand in their places, so that an error names the right line.
pub(crate) fn without_comments(text: &str) -> String {
    let mut within = false;
    let kept = text.lines().map(|line| {
        let start = line.trim_start();
        let begins = start.starts_with("/*");
        let is_comment = within || begins || start.starts_with("//");
        within = (within || begins) && !start.contains("*/");
        if is_comment { "" } else { line }
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// A style with the styles that it imports in the places of their `@import` lines: a page asks for one file. `read` gives
/// a style by its path.
pub(crate) fn joined_style(path: &str, read: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut joined = String::new();
    for line in without_comments(&read(path)?).lines() {
        let imported = line.strip_prefix("@import \"");
        match imported.and_then(|rest| rest.strip_suffix("\";")) {
            Some(specifier) => joined += &joined_style(&resolve(path, specifier), read)?,
            None if line.is_empty() => {}
            None => {
                joined += line;
                joined.push('\n');
            }
        }
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_holds_what_it_imports_and_no_comment() {
        let read = |path: &str| {
            let text = match path {
                "pages/a.css" => {
                    "/* A page. */\n\n@import \"../base/b.css\";\n\n.a {\n  color: red;\n}\n"
                }
                _ => "/* A base,\n   in two lines. */\n.b {\n}\n",
            };
            Some(text.to_owned())
        };
        assert_eq!(
            joined_style("pages/a.css", &read).unwrap(),
            ".b {\n}\n.a {\n  color: red;\n}\n"
        );
    }
}
