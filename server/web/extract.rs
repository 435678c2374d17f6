//! What handlers read from a request.

pub(crate) mod base_url;
pub(crate) mod flag;
pub(crate) mod locale;
pub(crate) mod quality_list;
