//! fourwave: how TCP connections end, shown with real sockets on a real kernel.
//!
//! Read in this order:
//!
//! 1. [`event`], all that can happen in a run, and [`state`], RFC 9293's diagram.
//! 2. [`script`] and [`scenario`]: what is to be played; [`recording`]: a run that was kept; [`catalogue`]: what is shipped;
//!    [`atlas`]: every state against whatever can happen in it. [`program`]: a script as people would write it, in their own
//!    language.
//! 3. [`run`]: one run, from two fresh hosts to its last event. [`forkserver`] and [`child`] are the two sides of the
//!    processes that it needs, [`message`] and [`channel`] what they say to each other, [`clock`] by what they stamp, [`sys`] the raw system calls.
//! 4. [`lab`]: all live runs; [`store`]: recordings that are kept. [`web`] shows them in a browser, [`draw`] in a
//!    terminal, [`export`] and [`pcapng`] in other people's tools, [`exercise`] on
//!    paper; [`language`] has the words.
//! 5. [`config`], `main.rs` and `command`: the program's roles.

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
