//! A run as one JSON object: what it was, and every event. What reads it needs nothing of fourwave's but the vocabulary in
//! `server/event.rs`.

use serde::de::Error as _;
use serde_json::{Value, json};

use crate::event::Event;
use crate::export::run_facts::Facts;

/// The format's name and version. A name may be added to the object, those that are there stay.
const FORMAT: &str = "fourwave recording";
const VERSION: u32 = 1;

/// A run as `{format, version, scenario, script, kernel, recorded, events}`: `recorded` is µs since 1970 or null, and
/// `script` the one that plays the same again.
pub(crate) fn object(events: &[Event]) -> String {
    let facts = Facts::of(events);
    let told: Vec<Value> = events
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
        "events": told,
    });
    object.to_string()
}

/// The events of such an object.
///
/// # Errors
/// Where it is none, or of another version.
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
