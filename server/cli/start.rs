//! The start of the fork server, or the machine's refusal in words.

use anyhow::{Result, anyhow};
use fourwave::lab::sandbox::forkserver::ForkServer;
use fourwave::lab::sandbox::protocol::Refusal;
use fourwave::lab::sandbox::remedy;

/// Starts the fork server.
///
/// # Errors
/// The machine's refusal, and the command that would allow it.
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
