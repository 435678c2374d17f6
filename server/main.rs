//! The command: one role a run.

mod command;

use std::process::ExitCode;

use clap::Parser;
use fourwave::child;
use fourwave::config::{Config, Role};

fn main() -> ExitCode {
    let config = Config::parse();
    let done = match config.role {
        None => command::serve(&config.serve),
        Some(Role::Run(run)) => command::run(&run),
        Some(Role::Check { paths }) => command::check(&paths),
        Some(Role::Record { folder }) => command::record(&folder),
        Some(Role::Nursery) => child::nursery()
            .map(|()| ExitCode::SUCCESS)
            .map_err(Into::into),
    };
    done.unwrap_or_else(|error| {
        eprintln!("fourwave: {error:#}");
        ExitCode::from(2)
    })
}
