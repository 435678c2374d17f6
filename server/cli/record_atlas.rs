//! `fourwave record atlas`: plays every cell of the atlas and keeps the recordings in one file.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use anyhow::{Context, Result, bail};
use fourwave::content::atlas::{AtlasCell, archive, cells};
use fourwave::event::Event;
use fourwave::lab::sandbox::forkserver::ForkServer;
use fourwave::recording;

/// The id by which `fourwave record` knows the atlas.
pub(super) const ID: &str = "atlas";

/// How many runs go on at once: each mostly waits for its segments to arrive.
const AT_ONCE: usize = 16;

/// Records all cells, and says where an answer is another than it was.
pub(super) fn record(fork_server: &ForkServer, folder: &Path) -> Result<String> {
    let reachable: Vec<&AtlasCell> = cells().iter().filter(|cell| cell.plan.is_ok()).collect();
    let runs = play_all(fork_server, &reachable)?;
    let mut gzipped = Vec::new();
    for events in &runs {
        gzipped.extend(recording::pack(events)?);
    }
    let path = folder.join(archive::PATH);
    print_changes(&path, &gzipped)?;
    fs::write(&path, &gzipped).with_context(|| format!("writing {}", path.display()))?;
    let (path, runs, bytes) = (path.display(), runs.len(), gzipped.len());
    Ok(format!("{path}: {runs} runs, {bytes} bytes"))
}

/// The runs of the cells, in their order.
fn play_all(fork_server: &ForkServer, cells: &[&AtlasCell]) -> Result<Vec<Vec<Event>>> {
    let (next, played) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(cell) = cells.get(index) else { return };
                    let run = play(fork_server, cell);
                    let mut played = played.lock().expect("no run panics");
                    played.insert(index, run);
                }
            });
        }
    });
    let played = played.into_inner().expect("no run panics");
    played.into_values().collect()
}

fn play(fork_server: &ForkServer, cell: &AtlasCell) -> Result<Vec<Event>> {
    let Ok(trial) = &cell.plan else {
        bail!("{} cannot be tried", cell.id());
    };
    let events = crate::cli::play_to_end::events(fork_server, &cell.id(), &trial.script);
    events.with_context(|| format!("playing {}", cell.id()))
}

fn print_changes(path: &Path, gzipped: &[u8]) -> Result<()> {
    let before = match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        read => archive::read(&read.with_context(|| format!("reading {}", path.display()))?)?,
    };
    for (id, now) in archive::read(gzipped)? {
        let was = before.get(&id).and_then(|was| was.answer.clone());
        if was != now.answer {
            println!("{id}: was {was:?}, is {:?}", now.answer);
        }
    }
    Ok(())
}
