//! The recorded runs of the atlas.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::content::atlas::archive::{self, Recorded};
use crate::content::catalogue;
use crate::recording;

/// The shipped recordings by the ids of their cells. Reads all of them when it is asked for the first time.
pub(crate) fn recorded() -> &'static BTreeMap<String, Recorded> {
    static ALL: OnceLock<BTreeMap<String, Recorded>> = OnceLock::new();
    ALL.get_or_init(|| {
        let Some(packed) = catalogue::recording("atlas") else {
            return BTreeMap::new();
        };
        archive::read(&packed).unwrap_or_else(|error| panic!("the atlas is broken: {error}"))
    })
}

/// A cell's recording, packed.
pub(crate) fn packed(id: &str) -> Option<Vec<u8>> {
    let place = recorded().get(id)?.place.clone();
    Some(catalogue::recording("atlas")?.get(place)?.to_vec())
}

/// A cell's recorded run, one event a line.
pub(crate) fn lines(id: &str) -> Option<String> {
    let lines = recording::unpack(&packed(id)?);
    Some(lines.unwrap_or_else(|error| panic!("the atlas is broken: {error}")))
}
