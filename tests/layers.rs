//! The borders inside the code: who may import whom, no cycle between files, what stays pure, how many files a folder
//! holds. Each failure names the arrow and the rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The folders of server/ from the lowest to the highest, and what each may import besides itself.
const SERVER: [(&str, &str); 12] = [
    ("tcp", ""),
    ("i18n", ""),
    ("event", "tcp"),
    ("script", "tcp event"),
    ("recording", "tcp event"),
    ("lab", "tcp event script recording"),
    ("store", "recording"),
    ("export", "tcp i18n event recording"),
    ("codegen", "tcp event script"),
    ("content", "tcp i18n event script recording export codegen"),
    (
        "web",
        "tcp i18n event script recording lab store export codegen content",
    ),
    (
        "cli",
        "tcp i18n event script recording lab store export codegen content web",
    ),
];

/// The same inside lab/: processes know nothing of runs, and the code of a child process knows the least.
const LAB: [(&str, &str); 3] = [
    ("lab/sandbox/child", "tcp lab/sandbox"),
    ("lab/sandbox", "tcp event script lab/sandbox/child"),
    (
        "lab/run",
        "tcp event script recording lab/sandbox lab/sandbox/child",
    ),
];

/// The folders of web/scripts/ and what each may import besides itself.
const SCRIPTS: [(&str, &str); 11] = [
    ("dom", ""),
    ("model", ""),
    ("script", "model"),
    ("net", ""),
    ("views", "dom model script net"),
    ("compare", "dom model"),
    ("editor", "dom net script"),
    ("freeplay", "dom model net script"),
    ("share", "dom model net"),
    (
        "stage",
        "dom model script net views compare editor freeplay share",
    ),
    (
        "pages",
        "dom model script net views compare editor freeplay share stage",
    ),
];

/// What pure Rust does not name, and where that holds.
const IMPURE: [&str; 6] = [
    "tokio",
    "axum",
    "rusqlite",
    "std::net::Tcp",
    "std::thread",
    "std::process",
];
const PURE: [&str; 7] = [
    "tcp",
    "i18n",
    "event",
    "script",
    "recording",
    "codegen",
    "export",
];

/// What a pure script does not name, and where that holds.
const BROWSER: [&str; 9] = [
    "document",
    "window.",
    "fetch(",
    "WebSocket",
    "setTimeout",
    "setInterval",
    "requestAnimationFrame",
    "performance.now",
    "Date.now",
];
const PURE_SCRIPTS: [&str; 6] = [
    "model/",
    "script/",
    "compare/align.js",
    "compare/aligned-layout.js",
    "compare/explain.js",
    "compare/normalize.js",
];

/// The most files of one folder.
const MAX_FILES: usize = 20;

/// Texts by their paths below a folder.
type Files = BTreeMap<String, String>;
/// Who imports whom: pairs of paths.
type Arrows = BTreeSet<(String, String)>;

fn files(root: &str, extension: &str) -> Files {
    fn read(folder: &Path, root: &Path, extension: &str, found: &mut Files) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, root, extension, found);
            } else if path.extension().is_some_and(|end| end == extension) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                found.insert(name.to_owned(), std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    let mut found = Files::new();
    read(&root, &root, extension, &mut found);
    assert!(!found.is_empty(), "{} has files", root.display());
    found
}

/// The code of server/, without comments and without what only tests see.
fn server() -> Files {
    let code = |text: String| {
        let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    };
    let all = files("server", "rs").into_iter();
    all.map(|(path, text)| (path, code(text))).collect()
}

/// The paths of a `use` statement or of an expression: `crate::a::{b, c::D}` is `a::b` and `a::c::D`.
fn paths(code: &str) -> Vec<String> {
    fn expand(prefix: &str, tree: &str, found: &mut Vec<String>) {
        let tree = tree.trim();
        let Some((head, rest)) = tree.split_once('{') else {
            return found.push(format!("{prefix}{tree}"));
        };
        let prefix = format!("{prefix}{}", head.trim());
        let (mut depth, mut part) = (0, String::new());
        for character in rest.chars() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(&prefix, &std::mem::take(&mut part), found);
                    continue;
                }
                _ => {}
            }
            part.push(character);
        }
        if !part.trim().is_empty() {
            expand(&prefix, &part, found);
        }
    }
    let mut found = Vec::new();
    for root in ["crate::", "fourwave::"] {
        for (at, _) in code.match_indices(root) {
            let path = &code[at + root.len()..];
            let mut depth = 0;
            let end = path.find(|c: char| {
                depth += i32::from(c == '{') - i32::from(c == '}');
                depth == 0 && !(c.is_alphanumeric() || "_:}".contains(c))
            });
            expand("", &path[..end.unwrap_or(path.len())], &mut found);
        }
    }
    found
}

/// The file that a path leads to: that of its longest beginning which is a module.
fn file_of(path: &str, files: &Files) -> Option<String> {
    let parts: Vec<&str> = path.split("::").collect();
    let lengths = (1..=parts.len()).rev();
    lengths
        .map(|length| format!("{}.rs", parts[..length].join("/")))
        .find(|file| files.contains_key(file))
}

/// Modules that a file declares and names without `crate::`.
fn own_modules<'a>(file: &'a str, code: &'a str) -> impl Iterator<Item = String> + 'a {
    let folder = file.trim_end_matches(".rs");
    let declared = code.lines().filter_map(|line| {
        let name = line.split_once("mod ")?.1.strip_suffix(';')?;
        Some(name.to_owned())
    });
    let named = declared.filter(|name| code.contains(&format!("{name}::")));
    named.map(move |name| format!("{folder}/{name}.rs"))
}

/// A file that only lists and re-exports its modules.
fn is_face(code: &str) -> bool {
    let code = code
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    code.into_iter().all(|part| {
        let words: Vec<&str> = part.split_whitespace().collect();
        words.contains(&"mod") || words.iter().take(2).any(|word| *word == "use")
    })
}

/// Whether a file holds a part of an `impl` whose type its parent declares.
fn continues(code: &str, parent: &str) -> bool {
    let types = code.lines().filter_map(|line| line.strip_prefix("impl "));
    let mut types = types.filter_map(|rest| rest.split(['<', ' ']).next());
    types.any(|name| parent.contains(&format!("struct {name}")))
}

fn server_arrows(files: &Files) -> Arrows {
    let mut arrows = Arrows::new();
    for (file, code) in files {
        let named = paths(code)
            .into_iter()
            .filter_map(|path| file_of(&path, files));
        for target in named.chain(own_modules(file, code)) {
            if target != *file {
                arrows.insert((file.clone(), target));
            }
        }
    }
    arrows
}

/// An import of a script: the path behind `from` or in `import(…)`.
fn script_arrows(files: &Files) -> Arrows {
    let mut arrows = Arrows::new();
    for (file, text) in files {
        let imported = text.split(['\n', ';']).filter_map(|line| {
            let at = line.find(" from \"").map(|at| at + 7);
            let at = at.or_else(|| line.find("import(\"").map(|at| at + 8))?;
            line[at..].split('"').next()
        });
        for specifier in imported {
            assert!(
                specifier.starts_with('.'),
                "{file} imports {specifier:?}: scripts import by relative paths"
            );
            let mut path: Vec<&str> = file.split('/').collect();
            path.pop();
            for part in specifier.split('/') {
                match part {
                    "." => {}
                    ".." => drop(path.pop()),
                    name => path.push(name),
                }
            }
            let target = path.join("/");
            assert!(
                files.contains_key(&target),
                "{file} imports {target}, which is no file"
            );
            arrows.insert((file.clone(), target));
        }
    }
    arrows
}

/// The arrows that a table does not allow, each with the rule.
fn forbidden(arrows: &Arrows, table: &[(&str, &str)]) -> Vec<String> {
    let folder = |file: &str| {
        let inside = |name: &&(&str, &str)| {
            let rest = file.strip_prefix(name.0);
            rest.is_some_and(|rest| rest.starts_with(['/', '.']))
        };
        table
            .iter()
            .filter(inside)
            .map(|row| row.0)
            .max_by_key(|name| name.len())
    };
    let wrong = arrows.iter().filter_map(|(from, to)| {
        let (mine, its) = (folder(from)?, folder(to)?);
        let allowed = table.iter().find(|(name, _)| *name == mine).unwrap().1;
        let is_allowed = mine == its || allowed.split(' ').any(|name| name == its);
        (!is_allowed).then(|| format!("{from} → {to}: {mine} may import only: {allowed}"))
    });
    wrong.collect()
}

/// A circle among the arrows, if there is one.
fn cycle(arrows: &Arrows) -> Option<Vec<String>> {
    fn visit<'a>(
        at: &'a str,
        way: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
        to: &BTreeMap<&'a str, Vec<&'a str>>,
    ) -> Option<Vec<String>> {
        if let Some(begin) = way.iter().position(|other| *other == at) {
            return Some(way[begin..].iter().map(|file| (*file).to_owned()).collect());
        }
        if done.contains(at) {
            return None;
        }
        way.push(at);
        let found = to
            .get(at)
            .into_iter()
            .flatten()
            .find_map(|next| visit(next, way, done, to));
        way.pop();
        done.insert(at);
        found
    }
    let mut to: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, target) in arrows {
        to.entry(from).or_default().push(target);
    }
    let mut done = BTreeSet::new();
    to.keys()
        .find_map(|from| visit(from, &mut Vec::new(), &mut done, &to))
}

fn assert_none(wrong: &[String], rule: &str) {
    assert!(wrong.is_empty(), "{rule}\n{}", wrong.join("\n"));
}

#[test]
fn a_folder_of_the_server_imports_only_what_stands_below_it() {
    let arrows = server_arrows(&server());
    assert!(arrows.len() > 300, "the arrows were found");
    assert_none(
        &forbidden(&arrows, &SERVER),
        "an arrow to a higher folder of server/",
    );
    assert_none(
        &forbidden(&arrows, &LAB),
        "an arrow to a higher folder of server/lab/",
    );
    let files = server();
    let up = arrows.iter().filter(|(from, to)| {
        let above = from
            .rsplit_once('/')
            .map(|(folder, _)| format!("{folder}.rs"));
        above.as_ref() == Some(to) && !is_face(&files[to]) && !continues(&files[from], &files[to])
    });
    let up: Vec<String> = up.map(|(from, to)| format!("{from} → {to}")).collect();
    assert_none(
        &up,
        "a file that imports its parent, and does not carry on its type",
    );
}

#[test]
fn no_files_of_the_server_import_each_other_in_a_circle() {
    let files = server();
    let mut arrows = server_arrows(&files);
    arrows.retain(|(from, _)| !is_face(&files[from]));
    let circle = cycle(&arrows);
    assert_eq!(circle, None, "a circle of imports in server/");
}

#[test]
fn what_is_pure_knows_no_network_no_thread_and_no_clock() {
    let mut wrong = Vec::new();
    for (file, code) in server() {
        let top = file.split(['/', '.']).next().unwrap();
        // What codegen writes is somebody else's program: only what the file itself uses counts.
        let uses = |code: &str| {
            let uses = code.lines().filter(|line| line.starts_with("use "));
            uses.collect::<Vec<_>>().join("\n")
        };
        let code = if top == "codegen" { uses(&code) } else { code };
        let mut names = |what: &[&str], rule: &str| {
            for name in what.iter().filter(|name| code.contains(**name)) {
                wrong.push(format!("{file} names {name}: {rule}"));
            }
        };
        if PURE.contains(&top) || (top == "content" && file != "content/catalogue.rs") {
            names(&IMPURE, "it is pure");
        }
        if file.starts_with("lab/run") || top == "store" {
            names(&["tokio", "axum"], "its calls block");
        }
        if ["event", "export"].contains(&top) && file != "export/picture/png.rs" {
            names(
                &["std::fs", "fontdb"],
                "only png.rs reads the disk, for fonts",
            );
        }
    }
    assert_none(&wrong, "what is pure names something that is not");
}

#[test]
fn a_folder_of_scripts_imports_only_what_stands_below_it() {
    let arrows = script_arrows(&files("web/scripts", "js"));
    assert_none(
        &forbidden(&arrows, &SCRIPTS),
        "an arrow to a higher folder of scripts/",
    );
    assert_eq!(cycle(&arrows), None, "a circle of imports in scripts/");
}

#[test]
fn pure_scripts_know_no_document_no_socket_and_no_clock() {
    let mut wrong = Vec::new();
    for (file, text) in files("web/scripts", "js") {
        if !PURE_SCRIPTS.iter().any(|pure| file.starts_with(pure)) {
            continue;
        }
        let code = text.lines().filter(|line| {
            let line = line.trim_start();
            !line.starts_with("//") && !line.starts_with("/*") && !line.starts_with('*')
        });
        for line in code {
            for name in BROWSER.iter().filter(|name| line.contains(**name)) {
                wrong.push(format!("{file} names {name}: {}", line.trim()));
            }
        }
    }
    assert_none(&wrong, "a pure script names what only a browser has");
}

#[test]
fn a_folder_is_a_chapter_of_at_most_twenty_files() {
    fn count(folder: &Path, wrong: &mut Vec<String>) {
        let entries = std::fs::read_dir(folder).unwrap();
        let paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        let files = paths.iter().filter(|path| path.is_file()).count();
        if files > MAX_FILES {
            wrong.push(format!("{} has {files} files", folder.display()));
        }
        paths
            .iter()
            .filter(|path| path.is_dir())
            .for_each(|path| count(path, wrong));
    }
    let mut wrong = Vec::new();
    for folder in ["server", "web", "tests"] {
        count(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut wrong,
        );
    }
    wrong.retain(|folder| !folder.contains("fixtures/"));
    assert_none(&wrong, "a folder with more than twenty files");
}

#[test]
fn a_component_and_its_style_share_a_name() {
    let named = |path: &String| {
        let file = path.rsplit('/').next().unwrap();
        file.split('.').next().unwrap().replace('_', "-")
    };
    let scripts: BTreeSet<String> = files("web/scripts", "js").keys().map(named).collect();
    let parts: BTreeSet<String> = files("web/pages/parts", "html").keys().map(named).collect();
    let pages: BTreeSet<String> = files("web/pages", "html").keys().map(named).collect();
    let pictures: BTreeSet<String> = files("server/export/picture", "rs")
        .keys()
        .map(named)
        .collect();
    let lone = |names: Files, known: &[&BTreeSet<String>]| {
        let names = names.into_keys().map(|path| named(&path));
        names
            .filter(|name| !known.iter().any(|known| known.contains(name)))
            .collect::<Vec<_>>()
    };
    let components = lone(
        files("web/styles/components", "css"),
        &[&scripts, &parts, &pictures],
    );
    assert_none(
        &components,
        "a component's style with neither a script, a part nor a picture of its name",
    );
    let styles = lone(files("web/styles/pages", "css"), &[&scripts, &pages]);
    assert_none(
        &styles,
        "a page's style with neither a script nor a template of its name",
    );
}
