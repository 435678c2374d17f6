//! Imports between the page's files, by their paths.

/// The specifier in the last line of an `import … from "./x.js";`.
pub(crate) fn specifier(line: &str) -> Option<&str> {
    let (_, specifier) = line.split_once(" from \"")?;
    let (specifier, _) = specifier.split_once('"')?;
    specifier.starts_with('.').then_some(specifier)
}

/// The path that a relative specifier means in the file `from`.
pub(crate) fn resolve(from: &str, specifier: &str) -> String {
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.join("/")
}

/// The modules that `entry` needs before it runs, itself first. `read` gives a script by its path.
pub(crate) fn closure(entry: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut found = vec![entry.to_owned()];
    let mut next = 0;
    while let Some(name) = found.get(next).cloned() {
        let script = read(&name).unwrap_or_default();
        for specifier in script.lines().filter_map(specifier) {
            let module = resolve(&name, specifier);
            if !found.contains(&module) {
                found.push(module);
            }
        }
        next += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specifier_is_relative_to_its_file() {
        for (from, specifier, path) in [
            ("stage/stage.js", "./session.js", "stage/session.js"),
            ("stage/stage.js", "../dom/page.js", "dom/page.js"),
            (
                "styles/pages/try.css",
                "./lesson.css",
                "styles/pages/lesson.css",
            ),
        ] {
            assert_eq!(resolve(from, specifier), path);
        }
    }

    #[test]
    fn a_module_that_is_needed_twice_is_found_once() {
        let read = |path: &str| {
            let text = match path {
                "a.js" => "import { b } from \"./b/b.js\";\nimport { c } from \"./c.js\";",
                "b/b.js" => "import {\n  c,\n} from \"../c.js\";\nconst d = import(\"./d.js\");",
                _ => "",
            };
            Some(text.to_owned())
        };
        assert_eq!(closure("a.js", read), ["a.js", "b/b.js", "c.js"]);
    }
}
