//! Recordings: the events of a run, one a line, gzip'd (RFC 1952).

pub(crate) mod about;
pub(crate) mod composed;
pub mod digest;
pub mod id;

use std::io::{self, Read, Write};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use crate::event::{Event, What};

pub use crate::event::line_facts::has_facts;
pub use about::{RecordingInfo, Story, about};
pub use composed::Composed;

/// Where `fourwave record` writes a scenario's recording, below the folder of the scenarios.
pub fn path(id: &str) -> String {
    format!("recordings/{id}.ndjson.gz")
}

/// Packs events. Equal events give equal bytes: the file's head names neither a time nor a system.
pub fn pack(events: &[Event]) -> io::Result<Vec<u8>> {
    let lines: Result<Vec<String>, _> = events.iter().map(serde_json::to_string).collect();
    pack_lines(lines?.iter().map(String::as_str))
}

/// Packs events that are JSON already.
pub fn pack_lines<'a>(lines: impl Iterator<Item = &'a str>) -> io::Result<Vec<u8>> {
    let head = GzBuilder::new().mtime(0).operating_system(255); // 255: unknown
    let mut packed = head.write(Vec::new(), Compression::best());
    for line in lines {
        packed.write_all(line.as_bytes())?;
        packed.write_all(b"\n")?;
    }
    packed.finish()
}

/// One event a line.
///
/// # Errors
/// Where the bytes are no gzip'd text.
pub fn unpack(packed: &[u8]) -> io::Result<String> {
    let mut lines = String::new();
    GzDecoder::new(packed).read_to_string(&mut lines)?;
    Ok(lines)
}

/// The events of lines that this program wrote.
///
/// # Panics
/// Where it did not.
pub fn read(lines: &str) -> Vec<Event> {
    let events: Result<_, _> = lines.lines().map(serde_json::from_str).collect();
    events.unwrap_or_else(|error| panic!("a recording is broken: {error}"))
}

/// The script that repeats a run: what it began with, and what was done by hand.
pub fn script(events: &[Event]) -> String {
    let mut composed = Composed::default();
    for event in events {
        match &event.what {
            What::Run { script, .. } => composed = Composed::new(script),
            What::Script {
                at, remove, insert, ..
            } => composed.change(*at, *remove, insert.clone()),
            _ => {}
        }
    }
    composed.text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Ending;

    #[test]
    fn what_was_packed_comes_out_and_equal_events_give_equal_bytes() {
        let what = What::End {
            ok: true,
            how: Ending::Played,
            line: None,
            reason: "played".into(),
        };
        let events = [Event { seq: 0, t: 7, what }];
        let packed = pack(&events).unwrap();
        assert_eq!(packed, pack(&events).unwrap());
        assert_eq!(read(&unpack(&packed).unwrap())[0].t, 7);
    }
}
