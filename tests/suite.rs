//! The product from outside: the command, HTTP, the live socket, a browser. Every run makes real sockets.

#![allow(unreachable_pub, missing_docs, reason = "a test program has no users")]

mod actors;
mod atlas;
mod axe;
mod capture;
mod catalogue;
mod causes;
mod cleanup;
mod command;
mod compare;
mod compatibility;
mod completion;
mod course;
mod editor;
mod embed;
mod exercise;
mod exports;
mod freeplay;
mod inspector;
mod lab;
mod lens;
mod lessons;
mod mistakes;
mod offline;
mod open;
mod openapi;
mod packetdrill;
mod pages;
mod plain;
mod privileges;
mod programs;
mod questions;
mod random;
mod round_trips;
mod segments;
mod share;
mod stage;
mod states;
mod store;
mod stream;
mod support;
mod touch;
mod transcript;
