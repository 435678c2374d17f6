//! The clock by which all processes of a run stamp: CLOCK_MONOTONIC, clock_gettime(2), the same in each of them.

use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds since some moment before this machine's boot was over.
pub type Nanos = u64;

/// What the clock says.
pub fn now() -> Nanos {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as Nanos * 1_000_000_000 + now.tv_nsec as Nanos
}

/// µs since 1970 by CLOCK_REALTIME, for people and files: it may be set while a run goes on.
pub fn wall() -> u64 {
    let now = clock_gettime(ClockId::Realtime);
    now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1000
}

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
