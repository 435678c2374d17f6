//! `fourwave record`: plays every scenario and keeps the recordings.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use fourwave::event::{Event, What};
use fourwave::run::{MOST_EVENTS, Pace, Play, play};
use fourwave::{catalogue, scenario};

/// Stops at the first scenario whose checks are not all true.
pub(crate) fn record(folder: &Path) -> Result<ExitCode> {
    let nursery = super::nursery()?;
    for file in super::toml_files(&[folder.to_owned()])? {
        let text =
            fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let scenario = scenario::parse(&file.to_string_lossy(), &text)
            .map_err(|broken| anyhow!("{broken}"))?;
        let mut events = Vec::new();
        let play_it = Play {
            scenario: Some(&scenario.id),
            script: &scenario.script,
            pace: Pace::FOLLOW,
            limit: Duration::from_secs(120),
            most_events: MOST_EVENTS,
        };
        play(&nursery, &play_it, &AtomicBool::new(false), &mut |event| {
            events.push(event)
        })?;
        if !matches!(
            events.last(),
            Some(Event {
                what: What::End { ok: true, .. },
                ..
            })
        ) {
            bail!(
                "{}: not every check was true; nothing recorded (see `fourwave run {}`)",
                file.display(),
                file.display()
            );
        }
        let path = folder.join(catalogue::recording_path(&scenario.id));
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        catalogue::write_recording(&events, fs::File::create(&path)?)?;
        println!("{}: {} events", path.display(), events.len());
    }
    Ok(ExitCode::SUCCESS)
}
