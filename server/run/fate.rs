//! What becomes of a segment: the wire's decision, which [`super::wire`] carries out. Pure.

use std::time::Duration;

/// The wire's orders as they stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders {
    /// How long each segment travels.
    pub(super) delay: Duration,
}

/// What happens to one segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fate {
    /// It arrives so long after it was sent.
    Deliver(Duration),
}

impl Orders {
    /// Decides about a segment when it is sent; later orders do not change what was decided.
    pub(super) fn decide(&self) -> Fate {
        Fate::Deliver(self.delay)
    }
}
