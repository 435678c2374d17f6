//! The recordings of the atlas in one file: the runs of the cells stand one behind the other, each a gzip member of its own
//! (RFC 1952, section 2.2). So a part of the file can be sent as the recording of one cell.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;

use flate2::bufread::GzDecoder;

use crate::content::atlas::answer::{Answer, answer};
use crate::event::{Event, What};
use crate::recording;

/// The file that `fourwave record` writes, below the folder of the scenarios.
pub const PATH: &str = "recordings/atlas.ndjson.gz";

/// The facts of a recorded cell.
#[derive(Clone, Debug)]
pub struct RecordedCell {
    /// The kernel's answer.
    pub answer: Option<Answer>,
    /// The time of the run's end, µs since it began.
    pub end: u64,
    /// The kernel's release.
    pub kernel: String,
    /// The run's bytes in the file.
    pub range: Range<usize>,
}

/// The recorded cells of a file, by the cells' ids.
///
/// # Errors
/// Where the bytes are no such file.
pub fn read(gzipped: &[u8]) -> io::Result<BTreeMap<String, RecordedCell>> {
    let mut all = BTreeMap::new();
    let mut rest = gzipped;
    while !rest.is_empty() {
        let begin = gzipped.len() - rest.len();
        let mut member = GzDecoder::new(rest);
        let mut lines = String::new();
        member.read_to_string(&mut lines)?;
        rest = member.into_inner();
        let range = begin..gzipped.len() - rest.len();
        let events = recording::read(&lines);
        let nameless = || io::Error::new(io::ErrorKind::InvalidData, "a run of no cell");
        let (id, kernel) = head(&events).ok_or_else(nameless)?;
        let cell = crate::content::atlas::named(&id);
        let trial = cell.and_then(|cell| Some((cell, cell.plan.as_ref().ok()?)));
        let answer =
            trial.and_then(|(cell, trial)| answer(&events, trial.host, cell.stimulus.is_call()));
        let recorded = RecordedCell {
            answer,
            end: events.last().map_or(0, |event| event.t),
            kernel,
            range,
        };
        all.insert(id, recorded);
    }
    Ok(all)
}

/// A run's scenario and kernel.
fn head(events: &[Event]) -> Option<(String, String)> {
    match &events.first()?.what {
        What::Run {
            scenario, kernel, ..
        } => Some((scenario.clone()?, kernel.clone())),
        _ => None,
    }
}
