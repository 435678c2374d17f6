//! The product from outside: the command, HTTP, the live socket, a browser. Every run makes real sockets.

#![allow(unreachable_pub, missing_docs, reason = "a test program has no users")]

mod compatibility;
mod layers;
mod support;

/// Runs: what hosts, wire and kernel do.
mod kernel {
    pub mod actors;
    pub mod causes;
    pub mod cleanup;
    pub mod endings;
    pub mod hosts_and_wire;
    pub mod interactive;
    pub mod lessons;
    pub mod privileges;
    pub mod random;
    pub mod segments;
    pub mod states;
    pub mod wire_edits;
}

/// The language of scripts.
mod language {
    pub mod completion;
    pub mod mistakes;
    pub mod suggestions;
}

/// Runs in other people's formats.
mod export {
    pub mod codegen;
    pub mod formats;
    pub mod packetdrill;
    pub mod pcapng;
    pub mod worksheet;
}

/// The server.
mod http {
    pub mod clients;
    pub mod log;
    pub mod openapi;
    pub mod pages;
    pub mod round_trips;
    pub mod runs;
    pub mod store;
}

/// The pages, in a browser.
mod browser {
    pub mod accessibility;
    pub mod atlas;
    pub mod compare;
    pub mod course;
    pub mod editor;
    pub mod embed;
    pub mod freeplay;
    pub mod inspector;
    pub mod offline;
    pub mod questions;
    pub mod share;
    pub mod stage;
    pub mod transcript;
    pub mod winsock;
}

/// The command.
mod cli {
    pub mod command;
}

/// What is written twice, in Rust and in JavaScript, says the same.
mod parity {
    pub mod answers;
    pub mod layout;
    pub mod tables;
}
