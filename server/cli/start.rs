//! Starts the fork server, or says what the machine refused.

use anyhow::{Result, anyhow};
use fourwave::lab::sandbox::forkserver::ForkServer;
use fourwave::lab::sandbox::protocol::Refusal;
use fourwave::lab::sandbox::remedy;

/// The fork server, or what the machine refused and what would allow it.
pub(crate) fn fork_server() -> Result<ForkServer> {
    ForkServer::start().map_err(|refusal| anyhow!(explain(&refusal)))
}

pub(crate) fn explain(refusal: &Refusal) -> String {
    let remedy = remedy::remedy(refusal);
    format!(
        "{}: {}\n  this would allow it: {}",
        remedy.tried, remedy.answer, remedy.command
    )
}
