//! What runs in other processes than the server's: the nursery, and the actors that it forks.
//!
//! ```text
//! server ──exec──► nursery (own user namespace) ──fork──► actor = first of a host (own network namespace)
//!    │                                                      │
//!    └────────────── a channel to each actor ───────────────┘
//! ```
//!
//! Every process gets SIGKILL when the one that made it ends, so that nothing outlives the server, however that ends.

mod actor;
mod call;
mod host;
mod nursery;
mod option;

pub use nursery::nursery;

/// Asks the kernel to kill this process when its parent ends. See PR_SET_PDEATHSIG, prctl(2).
fn die_with_parent() {
    let signal = Some(rustix::process::Signal::KILL);
    rustix::process::set_parent_process_death_signal(signal).expect("SIGKILL is a valid signal");
}
