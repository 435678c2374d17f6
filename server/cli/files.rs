//! The scenario files among the paths of a command.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use fourwave::content::article;

/// The files among the paths, and the scenario files in the folders among them, in order.
pub(crate) fn scenario_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
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
