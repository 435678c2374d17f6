//! What the program does in each of its roles.

mod atlas;
mod check;
mod doctor;
mod record;
mod run;
mod serve;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use fourwave::message::Refusal;
use fourwave::nursery::Nursery;
use fourwave::{article, remedy};

pub(crate) use check::check;
pub(crate) use doctor::doctor;
pub(crate) use record::record;
pub(crate) use run::run;
pub(crate) use serve::serve;

/// The nursery, or what the machine refused and what would allow it.
fn nursery() -> Result<Nursery> {
    Nursery::start().map_err(|refusal| anyhow!(explain(&refusal)))
}

fn explain(refusal: &Refusal) -> String {
    let remedy = remedy::remedy(refusal);
    format!(
        "{}: {}\n  this would allow it: {}",
        remedy.tried, remedy.answer, remedy.command
    )
}

/// The files among the paths, and the scenario files in the folders among them, in order.
fn scenario_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).with_context(|| format!("reading {}", path.display()))?;
        let mut inside = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>>>()?;
        inside.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
                && path.file_name().is_some_and(|name| name != article::FILE)
        });
        inside.sort();
        files.extend(inside);
    }
    Ok(files)
}
