//! A host's kernel: its table of sockets, the changes between two readings, the open descriptors.

pub(crate) mod descriptors;
pub(crate) mod sock_diag;
pub(crate) mod socket_tracker;
