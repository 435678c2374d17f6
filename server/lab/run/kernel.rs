//! What a host's kernel tells of its sockets.

pub(crate) mod descriptors;
pub(crate) mod sock_diag;
pub(crate) mod socket_tracker;
