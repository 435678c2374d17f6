//! The clock by which all processes of a run stamp: CLOCK_MONOTONIC, clock_gettime(2), the same in each of them.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds since some moment before this machine's boot was over.
pub type Nanos = u64;

/// What the clock says.
pub fn now() -> Nanos {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as Nanos * 1_000_000_000 + now.tv_nsec as Nanos
}
