//! `fourwave check`: reads scenario files and reports every mistake.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use fourwave::scenario;

/// Ends with 1 where there is a mistake.
pub(crate) fn check(paths: &[PathBuf]) -> Result<ExitCode> {
    let mut broken = 0;
    let files = super::scenario_files(paths)?;
    for file in &files {
        let text =
            fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        if let Err(mistakes) = scenario::parse(&file.to_string_lossy(), &text) {
            eprint!("{mistakes}");
            broken += 1;
        }
    }
    println!("{} scenarios, {broken} with mistakes", files.len());
    Ok(ExitCode::from(u8::from(broken > 0)))
}
