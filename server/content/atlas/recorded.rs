//! The recorded runs of the atlas.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::content::atlas::archive::{self, RecordedCell};
use crate::content::catalogue;
use crate::recording;

/// The shipped recordings by the ids of their cells. Reads all of them when it is asked for the first time.
pub(crate) fn recorded() -> &'static BTreeMap<String, RecordedCell> {
    static CELLS: LazyLock<BTreeMap<String, RecordedCell>> = LazyLock::new(|| {
        let Some(gzipped) = catalogue::recording("atlas") else {
            return BTreeMap::new();
        };
        archive::read(&gzipped).unwrap_or_else(|error| panic!("the atlas is broken: {error}"))
    });
    &CELLS
}

/// A cell's recording, gzipped.
pub(crate) fn gzipped(id: &str) -> Option<Vec<u8>> {
    let range = recorded().get(id)?.range.clone();
    Some(catalogue::recording("atlas")?.get(range)?.to_vec())
}

/// A cell's recorded run, one event a line.
pub(crate) fn lines(id: &str) -> Option<String> {
    let lines = recording::unpack(&gzipped(id)?);
    Some(lines.unwrap_or_else(|error| panic!("the atlas is broken: {error}")))
}
