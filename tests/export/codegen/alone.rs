//! Generated programs on two hosts of the lab, without a director.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use fourwave::codegen::{ProgramLanguage, program};
use fourwave::content::catalogue;
use fourwave::event::host::Host;
use serde_json::json;

use super::assert_silent;
use crate::support::temp_dir::Folder;
use crate::support::{
    Events, Server, events_of, events_to_end, eventually, play, start_run, stop_run, until_told,
};

/// A program that runs on one of the lab's hosts. It enters the namespaces of the host's actor process.
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
        let mut output = String::new();
        self.0
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut output)
            .unwrap();
        assert!(self.0.wait().unwrap().success(), "{output}");
        output
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The segments of each host in the order of sending: control bits and length.
fn sent_by(events: &Events, host: &str) -> Vec<String> {
    let sent = events
        .of("segment")
        .into_iter()
        .filter(|segment| segment["phase"] == "sent" && segment["from"] == host);
    sent.map(|segment| format!("{} {}", segment["flags"], segment["len"]))
        .collect()
}

/// The command that starts a program, compiled where its language wants that.
fn ready(folder: &Folder, host: Host, language: ProgramLanguage, program: &str) -> Vec<String> {
    let path = |path: PathBuf| path.to_str().unwrap().to_owned();
    let file = |kind: &str| path(folder.write(&format!("{host}.{kind}"), program));
    let (compiler, option, source) = match language {
        ProgramLanguage::Python => return vec!["python3".into(), file("py")],
        ProgramLanguage::Java => return vec!["java".into(), file("java")],
        ProgramLanguage::C => ("cc", "-pthread", file("c")),
        ProgramLanguage::Rust => ("rustc", "--edition=2024", file("rs")),
        ProgramLanguage::Csharp => panic!("no compiler of C# is asked for"),
    };
    let to = path(folder.file(host.name()));
    let mut compile = Command::new(compiler);
    compile.args([option, "-o", &to, &source]);
    assert_silent(&compile.output().unwrap());
    vec![to]
}

/// The programs of a scenario run on two hosts of the lab, in a run whose own actors do nothing. They send the same
/// segments as the lab when it plays the script.
async fn assert_same_segments(scenario: &str, language: ProgramLanguage) {
    let script = &catalogue::scenario(scenario).unwrap().script;
    let played = play(&script.text);
    let folder = Folder::new();
    let [client, server] = Host::BOTH.map(|host| {
        let program = program(script, host, language);
        ready(&folder, host, language, &program)
    });

    let lab = Server::start(&[]);
    let id = start_run(&lab, json!({ "script": "sleep 60s", "pace": "full" })).await;
    until_told(&lab, &id, "\"started\"", 2).await;
    let so_far = events_of(&lab, &id).await;
    let pid = |actor: &str| {
        let mut processes = so_far.of("process").into_iter();
        let started = processes.find(|event| event["actor"] == actor).unwrap();
        started["pid"].as_i64().unwrap() as i32
    };

    let serving = Foreign::start(pid("server"), &server);
    eventually("the server listens", || async {
        serving.listens().then_some(())
    })
    .await;
    let asking = Foreign::start(pid("client"), &client);
    let output = [asking.ended(), serving.ended()];

    let wanted = Host::BOTH.map(|host| sent_by(&played, host.name()));
    assert!(wanted.iter().all(|sent| sent.len() > 1), "{wanted:?}");
    let found = |events: &Events| Host::BOTH.map(|host| sent_by(events, host.name()));
    let all = wanted.concat().len();
    eventually("as many segments as in the lab", || async {
        let so_far = found(&events_of(&lab, &id).await);
        (so_far.concat().len() >= all).then_some(())
    })
    .await;
    stop_run(&lab, &id).await;
    let events = events_to_end(&lab, &id).await;
    assert_eq!(found(&events), wanted, "{scenario}: {output:?}\n{events}");
}

#[tokio::test]
async fn python_programs_wave_four_times_as_the_lab_does() {
    assert_same_segments("four-waves", ProgramLanguage::Python).await;
}

#[tokio::test]
async fn python_programs_close_by_halves_as_the_lab_does() {
    assert_same_segments("half-close", ProgramLanguage::Python).await;
}

#[tokio::test]
async fn python_programs_reset_as_the_lab_does() {
    assert_same_segments("reset-linger-0", ProgramLanguage::Python).await;
}

#[tokio::test]
async fn the_other_languages_close_by_halves_too() {
    for language in [
        ProgramLanguage::C,
        ProgramLanguage::Rust,
        ProgramLanguage::Java,
    ] {
        assert_same_segments("half-close", language).await;
    }
}
