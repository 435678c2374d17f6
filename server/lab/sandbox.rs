//! Hosts: processes and network namespaces.

pub mod channel;
pub mod child;
pub mod clock;
pub mod forkserver;
pub mod network;
pub mod protocol;
pub mod remedy;
pub mod sys;
