//! Times as text: the date of a run's beginning, UTC.

use jiff::Timestamp;

/// The day and the minute of a time in µs since 1970, UTC: `2026-11-22` and `22:31`.
pub fn utc(us: u64) -> (String, String) {
    let time = i64::try_from(us).map(Timestamp::from_microsecond);
    let time = time.ok().and_then(Result::ok).unwrap_or(Timestamp::MAX);
    let say = |format| time.strftime(format).to_string();
    (say("%Y-%m-%d"), say("%H:%M"))
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn times_are_told_as_date_tells_them() {
        // As `date -u -d @N` says.
        for (seconds, day, minute) in [
            (0, "1970-01-01", "00:00"),
            (951_782_400, "2000-02-29", "00:00"),
            (1_795_386_660, "2026-11-22", "22:31"),
        ] {
            assert_eq!(utc(seconds * 1_000_000), (day.into(), minute.into()));
        }
    }
}
