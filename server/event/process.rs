//! Phases of calls, changes of processes and of hosts: the smaller parts of events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::event::cause::Cause;

/// A host at the beginning of a run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct HostFacts {
    /// Its address.
    pub address: String,
    /// The pinned sysctls, as the kernel gives them back.
    pub sysctls: BTreeMap<String, String>,
}

/// How far a call is.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum CallPhase {
    /// It starts.
    Enter,
    /// It returned.
    Exit(Exit),
}

/// What a call gave.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Exit {
    /// The call's `seq` at enter.
    pub enter: u32,
    /// What it returned, -1 for a failure.
    pub result: i64,
    /// The error's name, such as `ECONNRESET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errno: Option<String>,
    /// The first bytes that recv received, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What else it gave: poll's events, an address, a state, an error that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Of a call that made a socket: the socket's name in the script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// Of a call that had fallen asleep: what woke it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// A change of a host.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum HostChange {
    /// Its interface went down.
    LinkDown,
    /// Its interface came up.
    LinkUp,
    /// Its power failed.
    Crashed,
    /// It started again.
    Booted,
    /// A sysctl was written.
    Sysctl {
        /// As `NAME=VALUE`.
        sysctl: String,
    },
}

/// What happened to a process.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessChange {
    /// It runs.
    Started,
    /// It was forked from another.
    Forked,
    /// It was stopped: SIGSTOP.
    Stopped,
    /// It goes on: SIGCONT.
    Continued,
    /// It ended by itself.
    Exited,
    /// The script killed it.
    Killed,
    /// It ended without the script's doing: somebody killed it, or it failed.
    Lost,
}
