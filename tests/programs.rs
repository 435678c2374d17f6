//! The programs beside the script: for every scenario, and for scripts that nobody thought of, each compiles; and what
//! the Python ones put on the wire is what the lab put there.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use fourwave::catalogue;
use fourwave::event::Host;
use fourwave::program::{Language, program};
use fourwave::script::{self, Script};
use serde_json::{Value, json};

use crate::random::author;
use crate::support::browser::Browser;
use crate::support::{Events, Server, command, eventually, request, start_run, stop_run};

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
    scenarios.chain(random).chain(awkward).collect()
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
    let programs = programs(Language::C);
    let all = one_unit(&programs);
    // Headers are read once for all of them; whether each names those that it needs, a few programs show.
    let alone: Vec<String> = programs.iter().map(|(name, _)| name.clone()).collect();
    let files = programs
        .into_iter()
        .map(|(name, text)| (format!("{name}.c"), text));
    folder.write(files);
    let mut units = folder.write([("all.c".to_owned(), all)]);
    let alone = alone
        .iter()
        .filter(|name| name.starts_with("awkward") || name.starts_with("seed_1"));
    units.extend(alone.map(|name| folder.0.join(format!("{name}.c"))));
    let mut cc = Command::new("cc");
    cc.args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only"])
        .args(units);
    assert_silent(&cc.output().unwrap());
}

/// A file that includes all programs, whose functions have names of their own there.
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

#[test]
fn every_csharp_program_has_the_shape_of_one() {
    // No compiler of it is asked for: its blocks close, and it calls nothing that .NET does not have.
    const CALLS: &str = "Accept AppendLine Bind Close Connect Disconnect Exit GetBytes GetSocketOption GetString IPEndPoint \
        LingerOption Listen Main NetworkStream Parse Poll ReadExactly Receive Send SetRawSocketOption SetSocketOption \
        Shutdown Sleep Socket Start Thread WriteLine catch if";
    for (name, text) in programs(Language::Csharp) {
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
            let is_whole =
                line.ends_with([';', '{', '}', ')']) || line.starts_with("class ") || line == "try";
            assert!(is_whole, "{line:?} in {name}\n{text}");
        }
    }
}

/// A line without what stands between quotes, and without its comment.
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

/// A program at work on one of the lab's hosts: that host's namespaces are entered by way of its actor's process.
struct Foreign(Child);

impl Foreign {
    fn start(host: i32, words: &[String]) -> Foreign {
        let mut command = Command::new("nsenter");
        command.args(["--user", "--net", "--preserve-credentials", "--target"]);
        command.arg(host.to_string()).args(words);
        Foreign(command.stdout(Stdio::piped()).spawn().unwrap())
    }

    fn listens(&self) -> bool {
        // State 0A at 127.0.0.2:7000, proc(5).
        let sockets =
            fs::read_to_string(format!("/proc/{}/net/tcp", self.0.id())).unwrap_or_default();
        sockets.contains(" 0200007F:1B58 00000000:0000 0A ")
    }

    fn ended(mut self) -> String {
        let mut said = String::new();
        self.0
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert!(self.0.wait().unwrap().success(), "{said}");
        said
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What each host sent, in order: control bits and length.
fn sent_by(events: &Events, host: &str) -> Vec<String> {
    let sent = events
        .of("segment")
        .into_iter()
        .filter(|segment| segment["phase"] == "sent" && segment["from"] == host);
    sent.map(|segment| format!("{} {}", segment["flags"], segment["len"]))
        .collect()
}

/// A program's file.
fn source(script: &Script, host: Host, language: Language) -> (String, String) {
    let kind = match language {
        Language::C => "c",
        Language::Python => "py",
        Language::Rust => "rs",
        Language::Csharp => "cs",
        Language::Java => "java",
    };
    (format!("{host}.{kind}"), program(script, host, language))
}

/// The command that starts a program, compiled where its language wants that.
fn ready(source: &Path, language: Language) -> Vec<String> {
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let to = source.with_extension("");
    let (compiler, options): (_, &[&str]) = match language {
        Language::Python => return vec!["python3".into(), path(source)],
        Language::Java => return vec!["java".into(), path(source)],
        Language::C => ("cc", &["-pthread"]),
        Language::Rust => ("rustc", &["--edition", "2024"]),
        Language::Csharp => panic!("no compiler of C# is asked for"),
    };
    let mut compile = Command::new(compiler);
    compile.args(options).arg("-o").arg(&to).arg(source);
    assert_silent(&compile.output().unwrap());
    vec![path(&to)]
}

/// The programs of a scenario run by themselves on two hosts of the lab, joined by its wire, in a run whose own
/// actors do nothing: what crosses is what crosses when the lab plays the script.
async fn assert_same_segments(scenario: &str, language: Language) {
    let played = Events::parse(
        &String::from_utf8(command(&["run", scenario, "--json"], "").stdout).unwrap(),
    );
    let script = &catalogue::scenario(scenario).unwrap().script;
    let folder = Folder::new(&format!("{scenario}-{}", language.name()));
    let [client, server] = Host::BOTH.map(|host| {
        let path = folder.write([source(script, host, language)]).remove(0);
        ready(&path, language)
    });

    let lab = Server::start(&[]);
    let id = start_run(&lab, json!({ "script": "sleep 60s", "pace": "full" })).await;
    let url = lab.url(&format!("/api/runs/{id}/events"));
    let so_far =
        || async { Events::parse(&reqwest::get(&url).await.unwrap().text().await.unwrap()) };
    let pid = |events: &Events, actor: &str| {
        let is_it = |event: &&&Value| event["actor"] == actor;
        events
            .of("process")
            .iter()
            .find(is_it)
            .map(|event| event["pid"].as_i64().unwrap() as i32)
    };
    let hosts = || async {
        let events = so_far().await;
        Some((pid(&events, "client")?, pid(&events, "server")?))
    };
    let (on_client, on_server) = eventually("both hosts are there", hosts).await;

    let serving = Foreign::start(on_server, &server);
    eventually("the server listens", || async {
        serving.listens().then_some(())
    })
    .await;
    let asking = Foreign::start(on_client, &client);
    let said = [asking.ended(), serving.ended()];

    let wanted = Host::BOTH.map(|host| sent_by(&played, host.name()));
    assert!(wanted.iter().all(|sent| sent.len() > 1), "{wanted:?}");
    let found = |events: &Events| Host::BOTH.map(|host| sent_by(events, host.name()));
    let all: usize = wanted.iter().map(Vec::len).sum();
    eventually("as many segments as in the lab", || async {
        (found(&so_far().await).iter().map(Vec::len).sum::<usize>() >= all).then_some(())
    })
    .await;
    stop_run(&lab, &id).await;
    let events = eventually("the end of the run", || async {
        Some(so_far().await).filter(|events| !events.of("end").is_empty())
    })
    .await;
    assert_eq!(found(&events), wanted, "{scenario}: {said:?}\n{events}");
}

#[tokio::test]
async fn python_programs_wave_four_times_as_the_lab_does() {
    assert_same_segments("four-waves", Language::Python).await;
}

#[tokio::test]
async fn python_programs_close_by_halves_as_the_lab_does() {
    assert_same_segments("half-close", Language::Python).await;
}

#[tokio::test]
async fn python_programs_reset_as_the_lab_does() {
    assert_same_segments("reset-linger-0", Language::Python).await;
}

#[tokio::test]
async fn the_other_languages_close_by_halves_too() {
    for language in [Language::C, Language::Rust, Language::Java] {
        assert_same_segments("half-close", language).await;
    }
}

#[tokio::test]
async fn programs_are_told_over_http() {
    let server = Server::start(&[]);
    let get = |query: &str| server.url(&format!("/api/scenarios/{query}"));
    let response = reqwest::get(get("four-waves/program?host=client&language=python"))
        .await
        .unwrap();
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain")
    );
    let text = response.text().await.unwrap();
    assert!(
        text.contains("conn.connect((\"127.0.0.2\", 7000))")
            && text.contains("# wave1: client close"),
        "{text}"
    );

    for (path, status) in [
        ("no-such/program?host=client&language=c", 404),
        ("four-waves/program?host=client&language=cobol", 400),
        ("four-waves/program?language=c", 400),
    ] {
        assert_eq!(request("GET", &get(path), None).await.0, status, "{path}");
    }
    // What would answer a question does not come.
    let beginning = reqwest::get(get(
        "four-waves/program?host=client&language=python&before=4",
    ))
    .await
    .unwrap();
    let text = beginning.text().await.unwrap();
    assert!(
        text.contains("conn.connect(") && !text.contains("close"),
        "{text}"
    );
    let own = |script: &str| json!({ "script": script, "host": "server", "language": "rust" });
    let post = async |body| request("POST", &server.url("/api/program"), Some(body)).await;
    assert_eq!(post(own("server listen 8000")).await.0, 200);
    let (status, answer) = post(own("server fly")).await;
    assert_eq!((status, &answer["error"]), (422, &json!("script")));
}

#[tokio::test]
async fn the_page_shows_the_program_and_remembers_the_language() {
    const TEXT: &str = "document.querySelector('.program pre').textContent";
    let server = Server::start(&[]);
    let browser = Browser::open("en", [1280, 900]).await;
    browser.visit(server.url("/s/half-close")).await;
    browser
        .until("document.querySelector('.program pre').checkVisibility() === false")
        .await;

    // Without a mouse: from the script to C, to Python.
    browser
        .get("document.querySelector('.tongues [value=script]').focus()")
        .await;
    let right = "\u{e014}";
    browser.press(right).await;
    browser.press(right).await;
    browser
        .until(&format!("{TEXT}.includes('conn.shutdown(socket.SHUT_WR)')"))
        .await;
    browser
        .get("document.querySelector('.tongues [value=server]').click()")
        .await;
    browser
        .until(&format!("{TEXT}.includes('listener.listen(128)')"))
        .await;
    assert_eq!(
        browser
            .get("document.querySelector('ol.script').checkVisibility()")
            .await,
        false
    );

    browser.click(".tongues button").await;
    browser
        .until("document.querySelector('.tongues button').textContent === 'Copied'")
        .await;
    browser.visit(server.url("/s/four-waves")).await;
    browser
        .until(&format!("{TEXT}.includes('# wave3: server close')"))
        .await;

    // A script of one's own, and a mistake in it.
    browser
        .visit(server.url("/try#script=server%20listen%208000"))
        .await;
    browser.until(&format!("{TEXT}.includes('8000')")).await;
    browser.visit(server.url("/try#script=server%20fly")).await;
    browser.until("document.querySelector('.program [role=status]').textContent.startsWith('Line 1, column 8')").await;
}

#[tokio::test]
async fn a_question_ahead_cuts_the_program() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("en", [1280, 900]).await;
    browser.visit(server.url("/s/four-waves")).await;
    browser
        .get("document.querySelector('.tongues [value=java]').click()")
        .await;
    browser.until("document.querySelector('.program [role=status]').textContent.startsWith('The rest shows')").await;
    let text = browser
        .get("document.querySelector('.program pre').textContent")
        .await;
    assert!(!text.as_str().unwrap().contains("close("), "{text}");
}
