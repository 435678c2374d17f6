//! `fourwave doctor`: one line for each permission or setting of this machine that runs need; a missing one has the command
//! that would allow it.
//!
//! The doctor takes the steps of a run, so that its lines are facts: it starts the fork server, which builds a host, then
//! plays a lesson. The steps after a refused one stay untried.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{fmt, fs};

use CheckResult::{Bad, Good, Lacking, Untried};
use anyhow::Result;
use fourwave::content::catalogue;
use fourwave::event::host::Host;
use fourwave::event::{Event, What};
use fourwave::lab::run::request::{Limits, Pace, RunRequest};
use fourwave::lab::run::{RunControl, play, readable_sockets};
use fourwave::lab::sandbox::forkserver::ForkServer;
use fourwave::lab::sandbox::protocol::{Refusal, SetupStep};
use fourwave::lab::sandbox::remedy::{OPEN_FILES, remedy, tried};
use fourwave::script;
use fourwave::script::ast::Script;
use fourwave::tcp::state::State;
use rustix::process::{Resource, getrlimit};

/// The lesson that is played: the graceful close.
const LESSON: &str = "four-waves";

/// One line.
struct Finding {
    name: &'static str,
    what: CheckResult,
}

enum CheckResult {
    /// As it must be: the finding.
    Good(String),
    /// No run is possible: the finding, and the remedy.
    Bad(String, String),
    /// Runs are possible without it: the finding, and the remedy.
    Lacking(String, String),
    /// A step before it was refused.
    Untried,
}

/// Ends with 1 where no run is possible.
pub(crate) fn doctor(listen: SocketAddr) -> Result<ExitCode> {
    let fork_server = ForkServer::start();
    let refused = fork_server.as_ref().err();
    let fork_server = fork_server.as_ref().ok();
    let steps = [
        ("child", SetupStep::Start),
        ("namespaces", SetupStep::Namespace),
        ("root in them", SetupStep::UserMap),
        ("TUN", SetupStep::OpenTun),
        ("network device", SetupStep::Device),
        ("sysctls", SetupStep::Sysctl),
    ];
    let limits = [
        ("kernel", kernel()),
        ("open files", open_files(refused)),
        ("processes", processes()),
    ];
    let findings = limits
        .into_iter()
        .chain(steps.map(|(name, step)| (name, setup(step, refused))))
        .chain([
            ("socket table", socket_table(refused)),
            ("small tables", small_tables()),
            ("trial run", fork_server.map_or(Untried, trial_run)),
            ("destroy", fork_server.map_or(Untried, destroy)),
            ("address", address(listen)),
        ]);
    let mut possible = true;
    for (name, what) in findings {
        possible &= !matches!(what, Bad(..));
        println!("{}", Finding { name, what });
    }
    Ok(ExitCode::from(u8::from(!possible)))
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name;
        match &self.what {
            Good(found) => write!(f, "✓ {name}: {found}"),
            Bad(found, command) => write!(f, "✗ {name}: {found}; this would allow it: {command}"),
            Lacking(found, command) => write!(f, "– {name}: {found}; this would help: {command}"),
            Untried => write!(f, "– {name}: not tried, because of what was refused"),
        }
    }
}

fn kernel() -> CheckResult {
    let machine = rustix::system::uname();
    let [release, machine] =
        [machine.release(), machine.machine()].map(|text| text.to_string_lossy());
    Good(format!("Linux {release} on {machine}"))
}

fn open_files(refused: Option<&Refusal>) -> CheckResult {
    let most = getrlimit(Resource::Nofile).current;
    if most.is_none_or(|most| most >= OPEN_FILES) {
        return Good(limit(most));
    }
    let refusal = Refusal {
        step: SetupStep::Start,
        errno: libc::EMFILE,
    };
    let command = remedy(&refusal).command.into();
    match refused {
        Some(_) => Bad(limit(most), command),
        None => Lacking(limit(most), command),
    }
}

/// Only a finding: where the limit is too low, starting a process fails with a remedy.
fn processes() -> CheckResult {
    Good(limit(getrlimit(Resource::Nproc).current))
}

fn limit(most: Option<u64>) -> String {
    most.map_or("no limit".into(), |most| format!("{most} at once"))
}

/// A step of building a host. The steps come in their order, and the first that is refused is the last that is tried.
fn setup(step: SetupStep, refused: Option<&Refusal>) -> CheckResult {
    match refused {
        Some(refusal) if refusal.step == step => {
            let remedy = remedy(refusal);
            Bad(
                format!("{}: {}", remedy.tried, remedy.answer),
                remedy.command.into(),
            )
        }
        Some(refusal) if refusal.step < step => Untried,
        _ => Good(tried(step).into()),
    }
}

/// Opening the table is a step of building a host; listing TCP needs a module of the kernel.
fn socket_table(refused: Option<&Refusal>) -> CheckResult {
    match (setup(SetupStep::SocketTable, refused), readable_sockets()) {
        (Good(found), Ok(_)) => Good(format!("{found} that lists TCP")),
        (Good(_), Err(error)) => Bad(
            format!("{}: {error}", tried(SetupStep::SocketTable)),
            "sudo modprobe tcp_diag".into(),
        ),
        (otherwise, _) => otherwise,
    }
}

fn small_tables() -> CheckResult {
    const SYSCTL: &str = "net.ipv4.tcp_child_ehash_entries";
    if fs::exists("/proc/sys/net/ipv4/tcp_child_ehash_entries").unwrap_or(false) {
        return Good(SYSCTL.into());
    }
    Lacking(
        format!("no {SYSCTL}, so reading sockets is slower"),
        "a kernel from 6.1 on".into(),
    )
}

fn trial_run(fork_server: &ForkServer) -> CheckResult {
    let lesson = catalogue::scenario(LESSON).expect("it is shipped");
    let began = Instant::now();
    let (events, reason) = play_all(fork_server, &lesson.script);
    let took = events
        .last()
        .map_or(began.elapsed(), |(when, _)| *when - began);
    let states = |host: Host| {
        let of_host = events.iter().filter_map(|(_, event)| match &event.what {
            What::State { host: at, to, .. } if *at == host => Some(*to),
            _ => None,
        });
        let closing = of_host
            .skip_while(|state| *state != State::Established)
            .skip(1);
        let names: Vec<&str> = closing.map(State::name).collect();
        names.join(" ")
    };
    match reason {
        None => Good(format!(
            "{LESSON} in {} ms: client {}, server {}",
            took.as_millis(),
            states(Host::Client),
            states(Host::Server)
        )),
        Some(reason) => Bad(
            format!("{LESSON}: {reason}"),
            format!("fourwave run {LESSON} (it shows where)"),
        ),
    }
}

fn destroy(fork_server: &ForkServer) -> CheckResult {
    let script =
        "server listen\nclient connect\nserver accept\nserver destroy\nexpect server CLOSED";
    let script = script::parse(script).expect("it is a script");
    match play_all(fork_server, &script).1 {
        None => Good("SOCK_DESTROY".into()),
        Some(reason) => Lacking(
            format!("scripts cannot destroy a socket: {reason}"),
            "a kernel with CONFIG_INET_DIAG_DESTROY=y".into(),
        ),
    }
}

/// The events with their times, and the reason where the run did not go as the script says.
fn play_all(fork_server: &ForkServer, script: &Script) -> (Vec<(Instant, Event)>, Option<String>) {
    let mut events = Vec::new();
    let request = RunRequest::new(script.clone(), Pace::FULL);
    let (limits, control) = (Limits::of(Duration::from_secs(30)), RunControl::new(false));
    let mut sink = |event| events.push((Instant::now(), event));
    let played = play(fork_server, &request, limits, &control, &mut sink);
    let reason = match (played, events.last().map(|(_, event)| &event.what)) {
        (Err(error), _) => Some(error.to_string()),
        (Ok(()), Some(What::End { ok: true, .. })) => None,
        (Ok(()), Some(What::End { reason, .. })) => Some(reason.clone()),
        (Ok(()), _) => Some("it has no end".into()),
    };
    (events, reason)
}

fn address(listen: SocketAddr) -> CheckResult {
    match TcpListener::bind(listen) {
        Ok(_) => Good(format!("{listen} is free for the page")),
        Err(error) => Lacking(
            format!("{listen}: {error}"),
            "fourwave --listen 127.0.0.1:0".into(),
        ),
    }
}
