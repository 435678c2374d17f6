//! The API as scripts use it: curl, streams, other origins.
