//! `fourwave record`: plays scenarios and keeps the recordings.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use fourwave::content::atlas::archive;
use fourwave::content::scenario;
use fourwave::lab::sandbox::forkserver::ForkServer;
use fourwave::recording;

use crate::cli::play_to_end::events;
use crate::cli::record_atlas;

/// Records all scenarios of a folder, or those that are named. Goes on past one that fails, tells of all at the end, and
/// then ends with 1.
pub(crate) fn record(folder: &Path, ids: &[String]) -> Result<ExitCode> {
    let files = crate::cli::files::scenario_files(&[folder.to_owned()])?;
    let id_of = |file: &Path| {
        file.file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
    };
    let known: Vec<String> = files.iter().filter_map(|file| id_of(file)).collect();
    let of_ours = |id: &&String| known.contains(*id) || *id == record_atlas::ID;
    if let Some(id) = ids.iter().find(|id| !of_ours(id)) {
        bail!("there is no scenario {id:?} in {}", folder.display());
    }
    let fork_server = crate::cli::start::fork_server()?;
    let mut failures = Vec::new();
    for file in &files {
        if !ids.is_empty() && id_of(file).is_none_or(|id| !ids.contains(&id)) {
            continue;
        }
        match record_file(&fork_server, folder, file) {
            Ok(line) => println!("{line}"),
            Err(failure) => {
                println!("{}: not recorded", file.display());
                failures.push(failure);
            }
        }
    }
    // A folder of somebody's own scenarios has no atlas.
    let has_atlas = folder.join(archive::PATH).exists();
    if ids.is_empty() && has_atlas || ids.iter().any(|id| id == record_atlas::ID) {
        match record_atlas::record(&fork_server, folder) {
            Ok(line) => println!("{line}"),
            Err(failure) => failures.push(failure),
        }
    }
    for failure in &failures {
        eprintln!("fourwave: {failure:#}");
    }
    Ok(ExitCode::from(u8::from(!failures.is_empty())))
}

fn record_file(fork_server: &ForkServer, folder: &Path, file: &Path) -> Result<String> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let scenario =
        scenario::parse(&file.to_string_lossy(), &text).map_err(|broken| anyhow!("{broken}"))?;
    let events = events(fork_server, &scenario.id, &scenario.script)
        .with_context(|| format!("playing {}", file.display()))?;
    let path = folder.join(recording::path(&scenario.id));
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    let packed = recording::pack(&events)?;
    fs::write(&path, &packed).with_context(|| format!("writing {}", path.display()))?;
    let (path, events, bytes) = (path.display(), events.len(), packed.len());
    Ok(format!("{path}: {events} events, {bytes} bytes"))
}
