//! The programs beside the script: for every scenario, and for scripts that nobody thought of, each compiles; and what
//! the Python ones put on the wire is what the lab put there.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use fourwave::event::Host;
use fourwave::program::{Language, program};
use fourwave::script::{self, Script};
use fourwave::{catalogue, scenario};

use crate::random::author;

/// So many scripts besides the scenarios'.
const RANDOM: u64 = 40;

/// What a scenario's script may be called in a program, and what it must not.
const AWKWARD: [&str; 3] = [
    "server socket as errno\nserver bind 8000 on errno\nserver listen on errno\nclient connect 8000 as while\n\
     server accept on errno as None\nclient send \"??/ \\\\ \\\" %s {x} \u{4f60}\u{597d} \u{1f44b} \u{7f}\" on while\n\
     client thread time\ntime recv on while & # \\\nserver close on None\nwait time => 0\nclient close on while",
    "server listen\nclient connect\nserver accept\nclient fork fork\nfork thread if\nclient process class\n\
     class connect as a-b\nclass connect as a_b\nif recv => blocked\nclient kill\nserver crash\nserver boot\nserver listen",
    "server listen\nclient connect => ECONNREFUSED\nclient send \"x\" more => EPIPE\nclient close\nclient close => EBADF\n\
     client connect\nserver accept => EAGAIN\nserver dup as again on listener\nserver close\nserver recv => EBADF",
];

/// Every script, with a name that can stand in a program.
fn scripts() -> Vec<(String, Script)> {
    let parsed = |text: &str| {
        script::parse(text).unwrap_or_else(|mistakes| panic!("{}\n{text}", mistakes[0]))
    };
    let scenarios = catalogue::scenarios()
        .iter()
        .map(|scenario| (scenario.id.replace('-', "_"), scenario.script.clone()));
    let random = (0..RANDOM).map(|seed| (format!("seed_{seed}"), parsed(&author::script(seed))));
    let awkward = (1..)
        .zip(AWKWARD)
        .map(|(number, text)| (format!("awkward_{number}"), parsed(text)));
    scenarios
        .chain(random)
        .chain(awkward)
        .chain(others())
        .collect()
}

/// Scenarios that are written elsewhere: `FOURWAVE_SCENARIOS=FOLDER` tries them too.
fn others() -> impl Iterator<Item = (String, Script)> {
    let folder = std::env::var("FOURWAVE_SCENARIOS").ok();
    let entries = folder
        .and_then(|folder| fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .flatten();
    let paths = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"));
    paths.map(|path| {
        let scenario =
            scenario::parse(&path.to_string_lossy(), &fs::read_to_string(&path).unwrap()).unwrap();
        (
            format!("other_{}", scenario.id.replace('-', "_")),
            scenario.script,
        )
    })
}

/// The programs of all scripts and both hosts in a language, by a name of their own.
fn programs(language: Language) -> Vec<(String, String)> {
    let scripts = scripts();
    let both = scripts.iter().flat_map(|(name, script)| {
        Host::BOTH.map(|host| (format!("{name}_{host}"), program(script, host, language)))
    });
    both.collect()
}

/// A folder that is gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("fourwave-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// Writes files; their paths.
    fn write(&self, files: impl IntoIterator<Item = (String, String)>) -> Vec<PathBuf> {
        let written = files.into_iter().map(|(name, text)| {
            let path = self.0.join(name);
            fs::write(&path, text).unwrap();
            path
        });
        written.collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn assert_silent(output: &Output) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    assert!(
        output.status.success() && text.is_empty(),
        "{}",
        String::from_utf8_lossy(&text)
    );
}

#[test]
fn every_c_program_compiles_without_a_warning() {
    let folder = Folder::new("c");
    let files = programs(Language::C)
        .into_iter()
        .map(|(name, text)| (format!("{name}.c"), text));
    let files = folder.write(files);
    let mut cc = Command::new("cc");
    cc.args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only"])
        .args(files);
    assert_silent(&cc.output().unwrap());
}

#[test]
fn every_python_program_compiles() {
    let folder = Folder::new("python");
    let files = programs(Language::Python)
        .into_iter()
        .map(|(name, text)| (format!("{name}.py"), text));
    let files = folder.write(files);
    let check = "import pathlib, sys\nfor path in sys.argv[1:]: compile(pathlib.Path(path).read_text(), path, 'exec')";
    let mut python = Command::new("python3");
    python.args(["-W", "error", "-c", check]).args(files);
    assert_silent(&python.output().unwrap());
}

#[test]
fn every_rust_program_compiles_without_a_warning() {
    let folder = Folder::new("rust");
    let programs = programs(Language::Rust);
    // One crate, so that the compiler starts once.
    let modules: String = programs
        .iter()
        .map(|(name, _)| format!("mod {name};\n"))
        .collect();
    let files = programs
        .into_iter()
        .map(|(name, text)| (format!("{name}.rs"), text));
    let all = [("all.rs".to_owned(), modules)];
    let files = folder.write(all.into_iter().chain(files));
    let mut rustc = Command::new("rustc");
    rustc.args([
        "--edition",
        "2024",
        "--crate-type",
        "lib",
        "--emit",
        "metadata",
    ]);
    // A module's main is never called, and a socket that is only held is held by its variable.
    rustc.args([
        "-D",
        "warnings",
        "-A",
        "dead_code",
        "-A",
        "unused_variables",
    ]);
    rustc.arg("--out-dir").arg(&folder.0).arg(&files[0]);
    assert_silent(&rustc.output().unwrap());
}

#[test]
fn every_java_program_compiles() {
    let folder = Folder::new("java");
    let files = programs(Language::Java)
        .into_iter()
        .map(|(name, text)| (format!("{name}.java"), format!("package {name};\n{text}")));
    let files = folder.write(files);
    let mut javac = Command::new("javac");
    javac
        .args(["-Xlint:none", "-proc:none", "-d"])
        .arg(folder.0.join("classes"))
        .args(files);
    assert_silent(&javac.output().unwrap());
}
