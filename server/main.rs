//! The command: one role a run.

mod command;

use std::process::ExitCode;

use clap::Parser;
use fourwave::child;
use fourwave::config::{Config, Role};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

fn main() -> ExitCode {
    let config = Config::parse();
    allow_descriptors();
    let done = match config.role {
        None => command::serve(&config.serve),
        Some(Role::Run(run)) => command::run(&run),
        Some(Role::Check { paths }) => command::check(&paths),
        Some(Role::Doctor { listen }) => command::doctor(listen),
        Some(Role::Record { ids, folder }) => command::record(&folder, &ids),
        Some(Role::Nursery) => child::nursery()
            .map(|()| ExitCode::SUCCESS)
            .map_err(Into::into),
    };
    done.unwrap_or_else(|error| {
        eprintln!("fourwave: {error:#}");
        ExitCode::from(2)
    })
}

/// Each run holds some descriptors, and actors keep theirs at high numbers: as many as this user may have.
fn allow_descriptors() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it fails the usual number is enough for some runs.
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    );
}
