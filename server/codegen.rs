//! One host's side of a script as a program, in a language in which people write such programs.
//!
//! ```text
//! script ──schedule──► when each call is made ──planner──► typed statements ──► c, python, rust, csharp, java
//! ```
//!
//! The lab plays a script line by line: a line begins when everything before it is acknowledged. A program runs by
//! itself. [`schedule`] says where a program must pause so that the two programs, started one after the other, put the
//! same segments on the wire. [`planner`] makes one short list of [`statements`]; every language spells the same list.
//!
//! Pure: no I/O.

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
pub enum ProgramLanguage {
    /// C, on Linux.
    C,
    /// Python 3.
    Python,
    /// Rust, with the standard library alone.
    Rust,
    /// C#, on .NET.
    Csharp,
    /// Java.
    Java,
}

impl ProgramLanguage {
    /// All languages.
    pub const ALL: [ProgramLanguage; 5] = [
        ProgramLanguage::C,
        ProgramLanguage::Python,
        ProgramLanguage::Rust,
        ProgramLanguage::Csharp,
        ProgramLanguage::Java,
    ];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            ProgramLanguage::C => "c",
            ProgramLanguage::Python => "python",
            ProgramLanguage::Rust => "rust",
            ProgramLanguage::Csharp => "csharp",
            ProgramLanguage::Java => "java",
        }
    }
}

/// The program of a host: its actors' steps in a script.
pub fn program(script: &Script, host: Host, language: ProgramLanguage) -> String {
    spelled(&planner::host_program(script, host, None), language)
}

/// The program of the lines before `line` alone. The lines from there on would answer a question.
pub fn beginning(script: &Script, line: usize, host: Host, language: ProgramLanguage) -> String {
    spelled(&planner::host_program(script, host, Some(line)), language)
}

fn spelled(program: &statements::HostProgram, language: ProgramLanguage) -> String {
    match language {
        ProgramLanguage::C => c::program(program),
        ProgramLanguage::Python => python::program(program),
        ProgramLanguage::Rust => rust::program(program),
        ProgramLanguage::Csharp => csharp::program(program),
        ProgramLanguage::Java => java::program(program),
    }
}
