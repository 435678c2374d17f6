//! A scenario's script: text → checked steps. One line, one actor, one action, in the names of the socket API.
//!
//! Knows no I/O. scenarios/README.md teaches the language.

pub mod ast;
pub(crate) mod checker;
pub(crate) mod completion;
pub(crate) mod composer;
pub(crate) mod cursor;
pub(crate) mod diagnostic;
pub mod facts;
pub(crate) mod filter;
pub(crate) mod lexer;
pub mod parse;
pub(crate) mod parser;
pub(crate) mod suggestion;
pub(crate) mod vocabulary;

pub use ast::Script;
pub use completion::{Completion, CompletionKind, Completions, complete};
pub use composer::{Composer, Splice};
pub use diagnostic::{Diagnostic, Expected, Found};
pub use filter::{Filter, Flags};
pub use parse::parse;
pub use suggestion::{Suggestion, offers};
