//! What every request and every answer passes.

pub(crate) mod api_answers;
pub(crate) mod request_log;
pub(crate) mod security;
