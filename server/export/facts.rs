//! What a run's first event says of it.

use crate::event::{Event, Host, What};

/// What stands in the footer of a picture, and at the head of a text.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub(super) scenario: Option<&'a str>,
    pub(super) script: &'a str,
    pub(super) kernel: Option<&'a str>,
    /// µs since 1970.
    pub(super) began: Option<u64>,
    /// The hosts' addresses.
    pub(super) addresses: [&'a str; 2],
}

impl Facts<'_> {
    pub(super) fn of(events: &[Event]) -> Facts<'_> {
        let Some(What::Run {
            scenario,
            script,
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
            script,
            kernel: Some(kernel),
            began: *began,
            addresses: Host::BOTH.map(address),
        }
    }

    /// Where and when it was played, such as `Linux 6.18.0 · 2026-11-22`. The day is UTC's.
    pub(super) fn provenance(&self) -> String {
        let kernel = self.kernel.map(|kernel| format!("Linux {kernel}"));
        let day = self.began.map(day);
        let parts: Vec<String> = kernel.into_iter().chain(day).collect();
        parts.join(" · ")
    }
}

/// The day of a time in µs since 1970, UTC, as in ISO 8601. The calendar repeats itself every 400 years; years are counted
/// from March on, so that the leap day is a year's last.
pub(super) fn day(us: u64) -> String {
    const ERA: u64 = 146_097; // days in 400 years
    let days = us / 86_400_000_000 + 719_468; // since the first of March of year 0
    let (era, of_era) = (days / ERA, days % ERA);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153; // 0 is March
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, over) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + over)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        const DAY: u64 = 86_400_000_000;
        let days = [
            (0, "1970-01-01"),
            (DAY - 1, "1970-01-01"),
            (59 * DAY, "1970-03-01"),
            (11_016 * DAY, "2000-02-29"),
            (11_017 * DAY, "2000-03-01"),
            (19_782 * DAY, "2024-02-29"),
            (20_779 * DAY, "2026-11-22"),
            (47_540 * DAY, "2100-02-28"),
            (47_541 * DAY, "2100-03-01"),
        ];
        for (us, expected) in days {
            assert_eq!(day(us), expected);
        }
    }
}
