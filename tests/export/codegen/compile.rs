//! Every program compiles.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use fourwave::codegen::{ProgramLanguage, program};
use fourwave::content::catalogue;
use fourwave::event::host::Host;
use fourwave::script;
use fourwave::script::ast::Script;

use super::assert_silent;
use crate::kernel::random::author;
use crate::support::temp_dir::Folder;

/// The number of random scripts beside the scenarios'.
const RANDOM: u64 = 40;

/// Scripts whose names and texts a program must change, and whose calls some languages cannot make.
const AWKWARD: [&str; 3] = [
    "server socket as errno\nserver bind 8000 on errno\nserver listen on errno\nclient connect 8000 as while\n\
     server accept on errno as None\nclient send \"??/ \\\\ \\\" %s {x} \u{4f60}\u{597d} \u{1f44b} \u{7f}\" on while\n\
     client thread time\ntime recv on while & # \\\nserver close on None\nwait time => 0\nclient close on while",
    "server listen\nclient connect\nserver accept\nclient fork fork\nfork thread if\nclient process class\n\
     class connect as a-b\nclass connect as a_b\nif recv => blocked\nclient kill\nserver crash\nserver boot\nserver listen",
    "server listen\nclient connect => ECONNREFUSED\nclient send \"x\" more => EPIPE\nclient close\nclient close => EBADF\n\
     client connect\nserver accept => EAGAIN\nserver dup as again on listener\nserver close\nserver recv => EBADF",
];

/// Every script, with a name that is an identifier.
fn scripts() -> Vec<(String, Script)> {
    let parsed = |text: &str| {
        script::parse(text).unwrap_or_else(|mistakes| panic!("{:?}\n{text}", mistakes[0]))
    };
    let scenarios = catalogue::scenarios()
        .iter()
        .map(|scenario| (scenario.id.replace('-', "_"), scenario.script.clone()));
    let random = (0..RANDOM).map(|seed| (format!("seed_{seed}"), parsed(&author::script(seed))));
    let awkward = (1..)
        .zip(AWKWARD)
        .map(|(number, text)| (format!("awkward_{number}"), parsed(text)));
    scenarios.chain(random).chain(awkward).collect()
}

/// The programs of all scripts and both hosts in a language, by unique names.
fn programs(language: ProgramLanguage) -> Vec<(String, String)> {
    let scripts = scripts();
    let both = scripts.iter().flat_map(|(name, script)| {
        Host::BOTH.map(|host| (format!("{name}_{host}"), program(script, host, language)))
    });
    both.collect()
}

/// Writes programs into files with an extension; the paths of the files.
fn write(folder: &Folder, kind: &str, programs: &[(String, String)]) -> Vec<PathBuf> {
    let files = programs
        .iter()
        .map(|(name, text)| folder.write(&format!("{name}.{kind}"), text));
    files.collect()
}

#[test]
fn every_c_program_compiles_without_a_warning() {
    let folder = Folder::new();
    let programs = programs(ProgramLanguage::C);
    let files = write(&folder, "c", &programs);
    // All programs share one reading of the headers. A few programs show that each names the headers that it needs.
    let all = folder.write("all.c", one_unit(&programs));
    let alone = programs
        .iter()
        .zip(files)
        .filter(|((name, _), _)| name.starts_with("awkward") || name.starts_with("seed_1"));
    let units = alone.map(|(_, file)| file).chain([all]);
    let mut cc = Command::new("cc");
    cc.args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only"])
        .args(units);
    assert_silent(&cc.output().unwrap());
}

/// A file that includes all programs; macros give their functions unique names.
fn one_unit(programs: &[(String, String)]) -> String {
    let mut headers = BTreeSet::new();
    let mut unit = String::new();
    for (name, text) in programs {
        headers.extend(text.lines().filter(|line| line.starts_with("#include ")));
        let own = ["main", "check", "tell", "set_option", "show", "shared"];
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let run: BTreeSet<&str> = words
            .filter(|word| word.starts_with("run_"))
            .chain(own)
            .collect();
        let defined: String = run
            .iter()
            .map(|word| format!("#define {word} {name}_{word}\n"))
            .collect();
        let undefined: String = run.iter().map(|word| format!("#undef {word}\n")).collect();
        unit.push_str(&format!("{defined}#include \"{name}.c\"\n{undefined}"));
    }
    let headers: Vec<&str> = headers.into_iter().collect();
    format!("#define _GNU_SOURCE\n{}\n{unit}", headers.join("\n"))
}

#[test]
fn every_python_program_compiles() {
    let folder = Folder::new();
    let files = write(&folder, "py", &programs(ProgramLanguage::Python));
    let check = "import pathlib, sys\nfor path in sys.argv[1:]: compile(pathlib.Path(path).read_text(), path, 'exec')";
    let mut python = Command::new("python3");
    python.args(["-W", "error", "-c", check]).args(files);
    assert_silent(&python.output().unwrap());
}

#[test]
fn every_rust_program_compiles_without_a_warning() {
    let folder = Folder::new();
    let programs = programs(ProgramLanguage::Rust);
    // One crate, so that the compiler starts once.
    let modules: String = programs
        .iter()
        .map(|(name, _)| format!("mod {name};\n"))
        .collect();
    write(&folder, "rs", &programs);
    let all = folder.write("all.rs", modules);
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "--crate-type=lib", "--emit=metadata"]);
    // Nothing calls the main of a module, and some variables only hold a socket.
    rustc.args(["-Dwarnings", "-Adead_code", "-Aunused_variables"]);
    rustc.arg("--out-dir").arg(folder.path()).arg(all);
    assert_silent(&rustc.output().unwrap());
}

#[test]
fn every_java_program_compiles() {
    let folder = Folder::new();
    let mut programs = programs(ProgramLanguage::Java);
    for (name, text) in &mut programs {
        *text = format!("package {name};\n{text}");
    }
    let files = write(&folder, "java", &programs);
    let mut javac = Command::new("javac");
    javac
        .args(["-Xlint:none", "-proc:none", "-d"])
        .arg(folder.file("classes"))
        .args(files);
    assert_silent(&javac.output().unwrap());
}

#[test]
fn every_csharp_program_has_the_shape_of_one() {
    // No C# compiler is required: the test checks that blocks close, and that every call exists in .NET.
    const CALLS: &str = "Accept AppendLine Bind Close Connect Disconnect Exit GetBytes GetSocketOption GetString IPEndPoint \
        LingerOption Listen Main NetworkStream Parse Poll ReadExactly Receive Send SetRawSocketOption SetSocketOption \
        Shutdown Sleep Socket Start Thread WriteLine catch if";
    for (name, text) in programs(ProgramLanguage::Csharp) {
        let code: String = text
            .lines()
            .map(|line| format!("{}\n", without_texts(line)))
            .collect();
        for [open, close] in [["{", "}"], ["(", ")"], ["[", "]"]] {
            assert_eq!(
                code.matches(open).count(),
                code.matches(close).count(),
                "{name}\n{text}"
            );
        }
        for (at, _) in code.match_indices('(') {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let called = code[..at].rsplit(|c| !word(c)).next().unwrap();
            let is_known = called.is_empty()
                || called.starts_with("Run_")
                || CALLS.split(' ').any(|call| call == called);
            assert!(is_known, "{called} in {name}\n{text}");
        }
        for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let is_complete =
                line.ends_with([';', '{', '}', ')']) || line.starts_with("class ") || line == "try";
            assert!(is_complete, "{line:?} in {name}\n{text}");
        }
    }
}

/// A line without its string literals and its comment.
fn without_texts(line: &str) -> String {
    let (mut code, mut quoted, mut escaped) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            _ if !quoted => code.push(c),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        if code.ends_with("//") {
            code.truncate(code.len() - 2);
            break;
        }
    }
    code
}
