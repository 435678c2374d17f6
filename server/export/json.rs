//! A run as one JSON object: facts about the run, and every event. A reader needs the vocabulary of events only, which
//! `server/event/what.rs` has.

use serde::de::Error as _;
use serde_json::{Value, json};

use crate::event::Event;
use crate::export::run_facts::Facts;

/// The format's name. New fields may come into the object; the present ones stay.
const FORMAT: &str = "fourwave recording";
const VERSION: u32 = 1;

/// A run as `{format, version, scenario, script, kernel, recorded, events}`. `recorded` is µs since 1970 or null; `script`
/// is the script that repeats the run.
pub(crate) fn object(events: &[Event]) -> String {
    let facts = Facts::of(events);
    let values: Vec<Value> = events
        .iter()
        .map(|event| serde_json::to_value(event).expect("events have no maps with odd keys"))
        .collect();
    let object = json!({
        "format": FORMAT,
        "version": VERSION,
        "scenario": facts.scenario,
        "script": facts.script,
        "kernel": facts.kernel,
        "recorded": facts.began,
        "events": values,
    });
    object.to_string()
}

/// The events of an object that [`object`] wrote.
///
/// # Errors
/// Where the text is not such an object, or is of another version.
pub(crate) fn events(text: &str) -> Result<Vec<Event>, serde_json::Error> {
    let mut object: Value = serde_json::from_str(text)?;
    if object["format"] != FORMAT || object["version"] != VERSION {
        let found = format!("{} {}", object["format"], object["version"]);
        return Err(serde_json::Error::custom(format!(
            "expected a {FORMAT} {VERSION}, found {found}"
        )));
    }
    serde_json::from_value(object["events"].take())
}
