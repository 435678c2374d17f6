//! What RFC 9293 and the socket API name: states, calls, errors.

pub mod call;
pub mod errno;
pub mod state;
