//! The program beside the script: what one host's actors do, in a language that people write such programs in.
//!
//! ```text
//! script ──schedule──► when each call is made ──planner──► typed statements ──► c, python, rust, csharp, java
//! ```
//!
//! The lab plays a script line by line: a line begins when everything before it is acknowledged. A program runs by
//! itself. [`schedule`] says where it must rest so that the two programs, started one after the other, put the same
//! segments on the wire; [`planner`] makes the one short list of statements ([`plan`]) that all languages spell.
//!
//! Pure: knows no I/O.

pub(crate) mod c;
pub(crate) mod csharp;
pub(crate) mod java;
pub(crate) mod planner;
pub(crate) mod posix_names;
pub(crate) mod python;
pub(crate) mod rust;
pub(crate) mod schedule;
pub(crate) mod source_text;
pub(crate) mod statements;

use serde::Deserialize;

use crate::event::host::Host;
use crate::script::ast::Script;

/// A language that programs are made in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// C, on Linux.
    C,
    /// Python 3.
    Python,
    /// Rust, with its standard library alone.
    Rust,
    /// C#, on .NET.
    Csharp,
    /// Java.
    Java,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 5] = [
        Language::C,
        Language::Python,
        Language::Rust,
        Language::Csharp,
        Language::Java,
    ];

    /// As addresses write it.
    pub fn name(self) -> &'static str {
        match self {
            Language::C => "c",
            Language::Python => "python",
            Language::Rust => "rust",
            Language::Csharp => "csharp",
            Language::Java => "java",
        }
    }
}

/// What the actors of `host` do in a script, as a program.
pub fn program(script: &Script, host: Host, language: Language) -> String {
    written(&planner::plan(script, host, None), language)
}

/// The same, of the lines before `line` alone: what follows would answer a question.
pub fn beginning(script: &Script, line: usize, host: Host, language: Language) -> String {
    written(&planner::plan(script, host, Some(line)), language)
}

fn written(plan: &statements::Plan, language: Language) -> String {
    match language {
        Language::C => c::program(plan),
        Language::Python => python::program(plan),
        Language::Rust => rust::program(plan),
        Language::Csharp => csharp::program(plan),
        Language::Java => java::program(plan),
    }
}
