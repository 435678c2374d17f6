//! What runs in other processes than the server's: the fork server, and the actors that it forks.
//!
//! ```text
//! server ──exec──► fork server (own user namespace) ──fork──► actor = first of a host (own network namespace)
//!    │                                                      │
//!    └────────────── a channel to each actor ───────────────┘
//! ```
//!
//! Every process gets SIGKILL when the one that made it ends, so that nothing outlives the server, however that ends.

pub(crate) mod actor;
pub(crate) mod caller;
pub mod forkserver;
pub(crate) mod host;
pub(crate) mod process;
pub(crate) mod socket_options;
pub(crate) mod syscalls;
