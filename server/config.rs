//! Flags and environment → [`Config`], once.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Where the page is served.
const ADDRESS: &str = "127.0.0.1:4444";

/// How TCP connections end, shown with real sockets on this machine's kernel.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub struct Config {
    /// What to do; serve the page where nothing is named.
    #[command(subcommand)]
    pub role: Option<Role>,
    /// For serving the page.
    #[command(flatten)]
    pub serve: Serve,
}

/// What the program can be.
#[derive(Debug, Subcommand)]
pub enum Role {
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
    /// The process from which actors are forked; started by the server.
    #[command(hide = true)]
    Nursery,
}

/// For `fourwave`.
#[derive(Args, Debug)]
pub struct Serve {
    /// The address to serve on; port 0 takes any free one.
    #[arg(
        long,
        env = "FOURWAVE_LISTEN",
        default_value = ADDRESS,
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,
    /// How many runs may go on at once.
    #[arg(
        long,
        env = "FOURWAVE_MAX_RUNS",
        default_value_t = 32,
        value_name = "N"
    )]
    pub max_runs: usize,
    /// How many runs a minute may be started from one address; a class behind one router is one.
    #[arg(
        long,
        env = "FOURWAVE_RUNS_PER_MINUTE",
        default_value_t = 600,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub runs_per_minute: u32,
    /// After how many seconds a run ends, wherever it is.
    #[arg(
        long,
        env = "FOURWAVE_RUN_LIMIT",
        default_value_t = 120,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    pub run_limit: u64,
}

/// For `fourwave run`.
#[derive(Args, Debug)]
pub struct Run {
    /// A scenario's id, a file (*.toml or a bare script), or - for a script on standard input.
    pub what: String,
    /// One event a line, as JSON.
    #[arg(long)]
    pub json: bool,
    /// Keep the segments in a capture file as well, for Wireshark and its kin.
    #[arg(long, value_name = "FILE")]
    pub pcapng: Option<PathBuf>,
    /// Hold each segment on the wire so that an eye can follow.
    #[arg(long)]
    pub slow: bool,
    /// After how many seconds the run ends, wherever it is.
    #[arg(long, default_value_t = 120, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub limit: u64,
}
