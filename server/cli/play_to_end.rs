//! Plays a script to its end; every check must be true.

use std::time::Duration;

use anyhow::{Result, bail};
use fourwave::event::{Event, What};
use fourwave::lab::run::request::{Limits, Pace, RunRequest};
use fourwave::lab::run::{RunControl, play};
use fourwave::lab::sandbox::forkserver::ForkServer;
use fourwave::script::ast::Script;

/// The events of the run.
///
/// # Errors
/// Where a check failed, or the run did not reach its end.
pub(super) fn events(fork_server: &ForkServer, id: &str, script: &Script) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    let request = RunRequest {
        scenario: Some(id.to_owned()),
        ..RunRequest::new(script.clone(), Pace::FOLLOW)
    };
    let (limits, control) = (Limits::of(Duration::from_secs(120)), RunControl::new(false));
    let mut sink = |event| events.push(event);
    play(fork_server, &request, limits, &control, &mut sink)?;
    match events.last().map(|event| &event.what) {
        Some(What::End { ok: true, .. }) => Ok(events),
        Some(What::End { reason, .. }) => {
            let failed = events.iter().filter_map(failed_check);
            bail!("{reason}{}", failed.collect::<String>())
        }
        _ => bail!("the run has no end"),
    }
}

pub(crate) fn failed_check(event: &Event) -> Option<String> {
    match &event.what {
        What::Check {
            line,
            ok: false,
            expected,
            actual,
            claim: None,
            ..
        } => Some(format!(
            "; line {line}: expected {expected}, found {actual}"
        )),
        _ => None,
    }
}
