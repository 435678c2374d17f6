//! What is shipped in the program: the scenarios, and a recorded run of each.

use std::io;
use std::sync::OnceLock;

use rust_embed::Embed;

use crate::event::Event;
use crate::scenario::{self, Scenario};

#[derive(Embed)]
#[folder = "scenarios/"]
#[include = "*.toml"]
#[include = "recordings/*.ndjson"]
struct Shipped;

/// Where `fourwave record` writes a scenario's recording, below the folder of the scenarios.
pub fn recording_path(id: &str) -> String {
    format!("recordings/{id}.ndjson")
}

/// All scenarios, in their order.
pub fn scenarios() -> &'static [Scenario] {
    static ALL: OnceLock<Vec<Scenario>> = OnceLock::new();
    ALL.get_or_init(|| {
        let files = Shipped::iter().filter(|name| name.ends_with(".toml"));
        let mut all: Vec<Scenario> = files
            .filter_map(|name| {
                let text = String::from_utf8(Shipped::get(&name)?.data.into_owned()).ok()?;
                Some(
                    scenario::parse(&name, &text)
                        .unwrap_or_else(|broken| panic!("a shipped scenario is broken: {broken}")),
                )
            })
            .collect();
        all.sort_by_key(|scenario| (scenario.chapter, scenario.order));
        all
    })
}

/// The scenario of that id.
pub fn scenario(id: &str) -> Option<&'static Scenario> {
    scenarios().iter().find(|scenario| scenario.id == id)
}

/// The recorded run of a scenario: one event a line.
pub fn recording(id: &str) -> Option<String> {
    String::from_utf8(Shipped::get(&recording_path(id))?.data.into_owned()).ok()
}

/// The events of a recording, which this program wrote.
///
/// # Panics
/// Where it did not.
pub fn read_recording(lines: &str) -> Vec<Event> {
    let events = lines.lines().map(serde_json::from_str);
    let events: Result<_, _> = events.collect();
    events.unwrap_or_else(|error| panic!("a recording is broken: {error}"))
}

/// Writes events as a recording.
pub fn write_recording(events: &[Event], mut to: impl io::Write) -> io::Result<()> {
    for event in events {
        writeln!(to, "{}", serde_json::to_string(event)?)?;
    }
    Ok(())
}
