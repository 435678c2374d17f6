//! What the machine must allow: an ordinary user is enough, and where it refuses, the page says so and shows recordings.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::support::{FOURWAVE, Server, fetch, request};

/// The program where every user can start it.
fn program() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("fourwave-bin-{}", std::process::id()));
    let program = folder.join("fourwave");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    if !program.exists() {
        // Two tests may do this at once: each makes its own, and the last one named stays.
        let fresh = folder.join(format!("fresh-{:?}", std::thread::current().id()));
        if std::fs::hard_link(FOURWAVE, &fresh).is_err() {
            std::fs::copy(FOURWAVE, &fresh).unwrap();
        }
        std::fs::rename(&fresh, &program).unwrap();
    }
    program
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs a shell command with mounts of its own, so that /dev/net can be changed without changing the machine.
fn with_own_mounts(shell: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(if is_root() {
        &["--mount"][..]
    } else {
        &["--mount", "--user", "--map-root-user"]
    });
    command.args(["sh", "-ec", shell]).arg(program());
    command
}

#[test]
fn an_ordinary_user_is_enough() {
    // An ordinary user needs read and write on /dev/net/tun, which most distributions grant.
    let mut command = if is_root() {
        with_own_mounts(
            "mount -t tmpfs none /dev/net; mknod -m 666 /dev/net/tun c 10 200; chmod 755 /dev/net; \
             exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" run half-close --json",
        )
    } else {
        let mut command = Command::new(program());
        command.args(["run", "half-close", "--json"]);
        command
    };
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("\"to\":\"TIME_WAIT\""), "{text}");
}

/// A server on a machine that has no /dev/net/tun.
pub fn server_that_is_refused() -> Server {
    Server::spawn(with_own_mounts(
        "mount -t tmpfs none /dev/net; exec \"$0\" --listen 127.0.0.1:0",
    ))
}

#[tokio::test]
async fn a_refusal_is_explained_and_recordings_are_shown() {
    let server = server_that_is_refused();
    let page = fetch(server.url("/s/four-waves")).await;
    assert!(
        page.contains("opening &#x2f;dev&#x2f;net&#x2f;tun")
            || page.contains("opening /dev/net/tun"),
        "{page}"
    );
    assert!(
        page.contains("modprobe tun") || page.contains("docker run"),
        "{page}"
    );
    let (status, answer) = request(
        "POST",
        &server.url("/api/runs"),
        Some(json!({ "scenario": "four-waves" })),
    )
    .await;
    assert_eq!((status, &answer["error"]), (503, &json!("machine")));
    assert_eq!(answer["remedy"]["tried"], "opening /dev/net/tun");
    let recording = reqwest::get(server.url("/api/recordings/four-waves"))
        .await
        .unwrap();
    assert!(recording.text().await.unwrap().contains("\"TIME_WAIT\""));
}

#[test]
fn the_terminal_names_the_command_that_would_allow_it() {
    let output = with_own_mounts("mount -t tmpfs none /dev/net; exec \"$0\" run four-waves")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("opening /dev/net/tun") && text.contains("this would allow it: "),
        "{text}"
    );
}

#[test]
fn refused_namespaces_are_told_from_a_refused_device() {
    // Inside a user namespace of one's own the number of further ones can be set to none.
    let shell = "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$0\" run four-waves";
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "sh", "-ec", shell])
        .arg(program());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("unshare(") && text.contains("sysctl -w user.max_user_namespaces"),
        "{text}"
    );
}

/// The lines of `fourwave doctor` where no run is possible.
fn diagnosis(mut command: Command) -> Vec<String> {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    text.lines().map(Into::into).collect()
}

fn begins(lines: &[String], beginning: &str) -> bool {
    lines.iter().any(|line| line.starts_with(beginning))
}

#[test]
fn doctor_names_the_step_that_is_refused_and_its_command() {
    let lines = diagnosis(with_own_mounts(
        "mount -t tmpfs none /dev/net; exec \"$0\" doctor",
    ));
    let refused: Vec<&String> = lines.iter().filter(|line| line.starts_with('✗')).collect();
    assert_eq!(refused.len(), 1, "{lines:?}");
    let found = "✗ TUN: opening /dev/net/tun: No such file or directory; this would allow it: ";
    assert!(refused[0].starts_with(found), "{refused:?}");
    assert!(
        refused[0].ends_with("sudo modprobe tun") || refused[0].contains("docker run"),
        "{refused:?}"
    );
    assert!(begins(&lines, "✓ namespaces: "), "{lines:?}");
    assert!(begins(&lines, "– trial run: not tried"), "{lines:?}");
}

#[test]
fn doctor_tells_namespaces_and_limits() {
    let mut command = Command::new("unshare");
    let shell = "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$0\" doctor";
    command
        .args(["--user", "--map-root-user", "sh", "-ec", shell])
        .arg(program());
    let lines = diagnosis(command);
    assert!(begins(&lines, "✗ namespaces: unshare("), "{lines:?}");
    assert!(begins(&lines, "– TUN: not tried"), "{lines:?}");

    let mut command = Command::new("sh");
    command
        .args(["-ec", "ulimit -n 800; exec \"$0\" doctor"])
        .arg(program());
    let lines = diagnosis(command);
    let command = "this would allow it: ulimit -n 4096";
    assert!(
        lines.contains(&format!("✗ open files: 800 at once; {command}")),
        "{lines:?}"
    );
    let child = lines.iter().find(|line| line.starts_with("✗ child: "));
    assert!(child.unwrap().ends_with(command), "{lines:?}");
}
