//! The facts about a run that its first event tells, for titles and footers.

use crate::event::host::Host;
use crate::event::time::utc;
use crate::event::{Event, What};
use crate::recording;

/// The facts in the footer of a picture and at the head of a text.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    pub(crate) scenario: Option<&'a str>,
    /// The script that repeats the run.
    pub(crate) script: String,
    pub(crate) kernel: Option<&'a str>,
    /// The beginning of the run, µs since 1970.
    pub(crate) began: Option<u64>,
    /// The addresses of the client and the server.
    pub(crate) addresses: [&'a str; 2],
}

impl Facts<'_> {
    pub(crate) fn of(events: &[Event]) -> Facts<'_> {
        let Some(What::Run {
            scenario,
            kernel,
            began,
            hosts,
            ..
        }) = events.first().map(|event| &event.what)
        else {
            return Facts::default();
        };
        let address = |host| hosts.get(&host).map_or("", |facts| facts.address.as_str());
        Facts {
            scenario: scenario.as_deref(),
            script: recording::script(events),
            kernel: Some(kernel),
            began: *began,
            addresses: Host::BOTH.map(address),
        }
    }

    /// The kernel and the day of the run, such as `Linux 6.18.0 · 2026-11-22`. The day is in UTC.
    pub(crate) fn provenance(&self) -> String {
        let kernel = self.kernel.map(|kernel| format!("Linux {kernel}"));
        let day = self.began.map(|us| utc(us).0);
        let parts: Vec<String> = kernel.into_iter().chain(day).collect();
        parts.join(" · ")
    }
}
