//! The two hosts of a run.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the two hosts.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// 127.0.0.1, where the script's `client` lives.
    Client,
    /// 127.0.0.2, where the script's `server` lives.
    Server,
}

impl Host {
    /// Both, the client first.
    pub const BOTH: [Host; 2] = [Host::Client, Host::Server];

    /// The one at the other end of the wire.
    pub fn other(self) -> Host {
        match self {
            Host::Client => Host::Server,
            Host::Server => Host::Client,
        }
    }

    /// As scripts and events write it.
    pub fn name(self) -> &'static str {
        match self {
            Host::Client => "client",
            Host::Server => "server",
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
