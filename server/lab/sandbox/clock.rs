//! The clock by which all processes of a run stamp: CLOCK_MONOTONIC, clock_gettime(2), the same in each of them.

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
