//! The recordings of the atlas: one file, in which the runs of the cells stand one behind the other, each gzip'd by
//! itself (RFC 1952, section 2.2: a file may have several members). So each can be sent as it is.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;

use flate2::bufread::GzDecoder;

use crate::content::atlas::answer::{Answer, answer};
use crate::event::{Event, What};
use crate::recording;

/// Where `fourwave record` writes them, below the folder of the scenarios.
pub const PATH: &str = "recordings/atlas.ndjson.gz";

/// What is known of a recorded cell.
#[derive(Clone, Debug)]
pub struct RecordedCell {
    /// What the kernel answered.
    pub answer: Option<Answer>,
    /// When the run ended, µs since it began.
    pub end: u64,
    /// That kernel's release.
    pub kernel: String,
    /// Where its run stands in the file.
    pub range: Range<usize>,
}

/// What is in the file, by the cells' ids.
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
