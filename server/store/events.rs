//! The events of a kept recording.

/// Packed events.
#[derive(Debug, Eq, PartialEq)]
pub struct Events {
    /// As [`crate::recording::pack`] packs them.
    pub packed: Vec<u8>,
    /// Whether they have facts about the script's lines; see [`crate::recording::has_facts`].
    pub has_facts: bool,
}
