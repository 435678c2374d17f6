//! Flags and environment → [`Config`], once.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, value_parser};

use crate::cli::log::{LogFormat, log_filter};

/// The default address of the server.
const ADDRESS: &str = "127.0.0.1:4444";

/// How TCP connections end, shown with real sockets on this machine's kernel.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub(crate) struct Config {
    /// What to do; serve the page where nothing is named.
    #[command(subcommand)]
    pub role: Option<Role>,
    /// For serving the page.
    #[command(flatten)]
    pub serve: Serve,
}

/// The roles of the program.
#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// Play a scenario once, here, and draw it as text. Ends with 1 if a check failed, 2 if it could not run.
    Run(Run),
    /// Read scenario files and report every mistake.
    Check {
        /// Files, or folders with *.toml files.
        #[arg(default_value = "scenarios")]
        paths: Vec<PathBuf>,
    },
    /// Say what this machine allows, and for what it does not, the command that would. Ends with 1 if no run is possible.
    Doctor {
        /// The address that the page would be served on.
        #[arg(long, env = "FOURWAVE_LISTEN", default_value = ADDRESS, value_name = "ADDRESS:PORT")]
        listen: SocketAddr,
    },
    /// Play the scenarios of a folder and keep the recordings, which are shipped in the program. Goes on past one that
    /// fails; ends with 1 if any did.
    Record {
        /// The ids of those to record, and `atlas` for the atlas; all that the folder has where none is named.
        ids: Vec<String>,
        /// The folder with the scenarios.
        #[arg(long, default_value = "scenarios")]
        folder: PathBuf,
    },
    /// The fork server, the process from which actors are forked; started by the server.
    #[command(hide = true)]
    ForkServer,
}

/// For `fourwave`.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// The address to serve on; port 0 takes any free one.
    #[arg(
        long,
        env = "FOURWAVE_LISTEN",
        default_value = ADDRESS,
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,
    /// Where others reach this server, such as https://waves.example: for the addresses in exports, for the pictures
    /// beside links, and as a name that it answers to. As each request names it, where this is not given.
    #[arg(long, env = "FOURWAVE_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// How many runs may go on at once.
    #[arg(long, env = "FOURWAVE_MAX_RUNS", default_value_t = 32, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    pub max_runs: u16,
    /// How many runs a minute may be started from one address; a class behind one router is one.
    #[arg(long, env = "FOURWAVE_RUNS_PER_MINUTE", default_value_t = 600, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub runs_per_minute: u32,
    /// After how many seconds a run ends, wherever it is.
    #[arg(long, env = "FOURWAVE_RUN_LIMIT", default_value_t = 120, value_name = "SECONDS", value_parser = up_to(3600))]
    pub run_limit: u64,
    /// After how many seconds an open run ends, wherever it is.
    #[arg(long, env = "FOURWAVE_OPEN_LIMIT", default_value_t = 3600, value_name = "SECONDS", value_parser = up_to(86400))]
    pub open_limit: u64,
    /// After how many seconds an open run ends where nobody does anything.
    #[arg(long, env = "FOURWAVE_IDLE_LIMIT", default_value_t = 300, value_name = "SECONDS", value_parser = up_to(86400))]
    pub idle_limit: u64,
    /// The folder where recordings are kept; made when the first one is. Otherwise $XDG_DATA_HOME/fourwave or
    /// ~/.local/share/fourwave.
    #[arg(long, env = "FOURWAVE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// How much the kept recordings may take. When it is full, those go first that were longest not visited, and none that
    /// was visited in the last 90 days.
    #[arg(long, env = "FOURWAVE_STORE_LIMIT", default_value_t = 512, value_name = "MB", value_parser = up_to(1_048_576))]
    pub store_limit: u64,
    /// What is logged to standard error, by tracing's filters: `info` has a line for each request and run. Only warnings
    /// where this is not given.
    #[arg(long, env = "FOURWAVE_LOG", value_name = "FILTER", value_parser = log_filter)]
    pub log: Option<String>,
    /// The form of the log's lines.
    #[arg(long, env = "FOURWAVE_LOG_FORMAT", value_name = "FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
}

impl Serve {
    /// The data folder: the named one, else the one of the XDG Base Directory Specification. A service without a home has
    /// its own in /var/lib.
    pub(crate) fn data_dir(&self) -> PathBuf {
        let variable = |name| {
            let path = std::env::var_os(name).map(PathBuf::from);
            path.filter(|path| path.is_absolute()) // the specification ignores others
        };
        let home = || variable("HOME").map(|home| home.join(".local/share"));
        let data = || variable("XDG_DATA_HOME").or_else(home);
        let named = self.data_dir.clone();
        named.unwrap_or_else(|| data().unwrap_or_else(|| "/var/lib".into()).join("fourwave"))
    }
}

/// For `fourwave run`.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// A scenario's id, a file (*.toml or a bare script), or - for a script on standard input.
    pub what: String,
    /// One event a line, as JSON.
    #[arg(long)]
    pub json: bool,
    /// Keep the segments in a capture file as well, for Wireshark and its kin.
    #[arg(long, value_name = "FILE")]
    pub pcapng: Option<PathBuf>,
    /// Keep the picture of the run as well.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Hold each segment on the wire so that an eye can follow.
    #[arg(long)]
    pub slow: bool,
    /// After how many seconds the run ends, wherever it is.
    #[arg(long, default_value_t = 120, value_name = "SECONDS", value_parser = up_to(3600))]
    pub limit: u64,
}

/// A number from 1 on.
fn up_to(most: u64) -> RangedU64ValueParser {
    value_parser!(u64).range(1..=most)
}

/// An address with its scheme and without a query, so that paths can follow it.
fn public_url(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(['?', '#', '"', ' ']) => Ok(text.into()),
        _ => Err("expected http://HOST or https://HOST".into()),
    }
}
