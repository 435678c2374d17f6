//! Failures of the machine that end a run.

use std::io;

use thiserror::Error;

use crate::event::host::Host;
use crate::lab::sandbox::protocol::Refusal;

/// The machine failed a run.
#[derive(Debug, Error)]
#[allow(missing_docs, reason = "each says what it is")]
pub enum RunError {
    #[error("this machine does not let a host be built ({0:?})")]
    Refused(Refusal),
    #[error("asking for a host: {0}")]
    ForkServer(io::Error),
    #[error("waiting for something to happen: {0}")]
    Wait(io::Error),
    #[error("reading the wire at {host}: {source}")]
    ReadWire { host: Host, source: io::Error },
    #[error("reading the sockets of {host}: {source}")]
    ReadSockets { host: Host, source: io::Error },
    #[error("changing {host}: {source}")]
    Host { host: Host, source: io::Error },
    #[error("talking to {name}: {source}")]
    Actor { name: String, source: io::Error },
}
