//! What every answer goes through.

pub(crate) mod api_answers;
pub(crate) mod security;
