//! fourwave: how TCP connections end, shown with real sockets on a real kernel.
//!
//! Read in this order:
//!
//! 1. [`event`]: everything that can happen in a run, in the words of [`tcp`].
//! 2. [`script`]: text to checked steps; [`codegen`]: the same steps as a program in a language of the reader's.
//! 3. [`lab`]: real kernels. [`lab::run`] is one run, from two fresh hosts to its last event; [`lab::sandbox`] makes the hosts.
//! 4. [`recording`]: a run that is kept; [`store`]: where it is kept; [`export`]: a run in the formats of other tools.
//! 5. [`content`]: what is shipped, and what its recordings show; [`i18n`]: the words of both languages.
//! 6. [`web`]: pages, API and live socket. The command's roles are in `main.rs` and `cli`.
//!
//! ARCHITECTURE.md follows one run through the files, and says who may import whom.

pub mod codegen;
pub mod content;
pub mod event;
pub mod export;
pub mod i18n;
pub mod lab;
pub mod recording;
pub mod script;
pub mod store;
pub mod tcp;
pub mod web;
