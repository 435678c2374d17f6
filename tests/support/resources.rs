//! What a server holds for its runs, counted from outside.

use std::collections::BTreeSet;
use std::path::Path;

use super::processes::descendants;
use super::{Server, eventually};

#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Below the server.
    pub processes: usize,
    /// Network namespaces that one of these is in, or that the server holds open.
    pub namespaces: usize,
    /// TUN devices that the server holds.
    pub devices: usize,
    /// Descriptors of all kinds, of the server and of the processes below it.
    pub descriptors: usize,
    /// Threads of the server that play a run, or take one down.
    pub runs: usize,
    /// Clients' connections that the server has not closed yet.
    pub connections: usize,
}

impl Held {
    pub fn by(server: &Server) -> Held {
        let pid = server.pid();
        let connections = connections(server); // first: the descriptor of one that ends meanwhile is in no count
        let below = descendants(pid);
        let own = links(&format!("/proc/{pid}/fd"));
        let inside = below
            .iter()
            .filter_map(|pid| link(Path::new(&format!("/proc/{pid}/ns/net"))));
        let open = own
            .iter()
            .filter(|target| target.starts_with("net:"))
            .cloned();
        let others = below
            .iter()
            .map(|pid| links(&format!("/proc/{pid}/fd")).len());
        Held {
            processes: below.len(),
            namespaces: inside.chain(open).collect::<BTreeSet<_>>().len(),
            devices: own
                .iter()
                .filter(|target| target.ends_with("net/tun"))
                .count(),
            descriptors: own.len() + others.sum::<usize>(),
            runs: runs(pid),
            connections,
        }
    }

    /// Waits until nothing goes on in a server: no run, and no connection whose descriptor would be counted as kept.
    pub async fn at_rest(server: &Server) -> Held {
        let at_rest = |held: &Held| (held.runs, held.processes, held.connections) == (0, 1, 0);
        Held::once(server, at_rest).await
    }

    /// Waits until a server holds what it shall: giving back takes the kernel a while. What it holds meanwhile is printed.
    pub async fn once(server: &Server, is_so: impl Fn(&Held) -> bool) -> Held {
        let mut last = None;
        eventually("the server holds what it shall", || {
            let held = Held::by(server);
            if last.replace(held.clone()).as_ref() != Some(&held) {
                println!("{held:?}");
            }
            let is_so = is_so(&held);
            async move { is_so.then_some(held) }
        })
        .await
    }
}

fn runs(pid: i32) -> usize {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"))
        .unwrap()
        .flatten();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok())
        .filter(|name| name.trim() == "run")
        .count()
}

/// The lines of /proc/PID/net/tcp with the server's port and an inode: a connection without one is the kernel's alone.
fn connections(server: &Server) -> usize {
    let (_, port) = server.address.rsplit_once(':').unwrap();
    let port = format!(":{:04X}", port.parse::<u16>().unwrap());
    let table = std::fs::read_to_string(format!("/proc/{}/net/tcp", server.pid())).unwrap();
    let fields = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    fields
        .filter(|of| of[1].ends_with(&port) && of[3] != "0A" && of[9] != "0") // 0A is LISTEN
        .count()
}

/// What the links in a folder lead to; nothing where the folder is gone.
fn links(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| link(&entry.path())).collect()
}

fn link(path: &Path) -> Option<String> {
    let target = std::fs::read_link(path).ok()?;
    Some(target.to_string_lossy().into_owned())
}
