#![doc = ""]
pub mod channel; pub mod child; pub mod errno; pub mod event; pub mod message; pub mod nursery; pub mod run; pub mod script; pub mod state; pub mod sys;
