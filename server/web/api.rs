//! The HTTP API.

pub(crate) mod atlas;
pub(crate) mod completion;
pub(crate) mod downloads;
pub(crate) mod events;
pub(crate) mod exports;
pub(crate) mod handbook;
pub(crate) mod kept;
pub(crate) mod oembed;
pub(crate) mod openapi;
pub(crate) mod programs;
pub(crate) mod qr;
pub(crate) mod recordings;
pub(crate) mod runs;
pub(crate) mod scenarios;
pub(crate) mod scripts;
pub(crate) mod start_request;
pub(crate) mod suggestions;
