//! The command: one role a run.

mod cli;

use std::process::ExitCode;

use clap::Parser;
use fourwave::lab::sandbox::child;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::cli::args::{Config, Role};

fn main() -> ExitCode {
    let config = Config::parse();
    allow_descriptors();
    let done = match config.role {
        None => cli::serve(&config.serve),
        Some(Role::Run(run)) => cli::run(&run),
        Some(Role::Check { paths }) => cli::check(&paths),
        Some(Role::Doctor { listen }) => cli::doctor(listen),
        Some(Role::Record { ids, folder }) => cli::record(&folder, &ids),
        Some(Role::ForkServer) => child::forkserver::serve()
            .map(|()| ExitCode::SUCCESS)
            .map_err(Into::into),
    };
    done.unwrap_or_else(|error| {
        eprintln!("fourwave: {error:#}");
        ExitCode::from(2)
    })
}

/// Allows as many descriptors as this user may have: each run holds some, and actors keep theirs at high numbers.
fn allow_descriptors() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // On failure the usual number is enough for some runs.
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    );
}
