//! The sandbox: the processes and network namespaces that are a run's hosts, and the messages between them and the server.

pub mod channel;
pub mod child;
pub mod clock;
pub mod forkserver;
pub(crate) mod netlink;
pub mod network;
pub mod protocol;
pub mod remedy;
pub mod sys;
