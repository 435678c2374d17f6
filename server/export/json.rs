//! A run as one JSON object: what it was, and every event. What reads it needs nothing of fourwave's but the vocabulary in
//! `server/event.rs`.

use serde::de::Error as _;
use serde_json::{Value, json};

use super::facts::Facts;
use crate::event::Event;

/// The format's name and version. A name may be added to the object, those that are there stay.
const FORMAT: &str = "fourwave recording";
const VERSION: u32 = 1;

/// A run as `{format, version, scenario, script, kernel, recorded, events}`: `recorded` is µs since 1970 or null, and
/// `script` the one that plays the same again.
pub(super) fn object(events: &[Event]) -> String {
    let facts = Facts::of(events);
    let told: Vec<Value> = events
        .iter()
        .map(|event| serde_json::to_value(event).expect("events have no maps with odd keys"))
        .collect();
    let object = json!({
        "format": FORMAT,
        "version": VERSION,
        "scenario": facts.scenario,
        "script": composed(facts.script, &told),
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
pub(super) fn events(text: &str) -> Result<Vec<Event>, serde_json::Error> {
    let mut object: Value = serde_json::from_str(text)?;
    if object["format"] != FORMAT || object["version"] != VERSION {
        let found = format!("{} {}", object["format"], object["version"]);
        return Err(serde_json::Error::custom(format!(
            "expected a {FORMAT} {VERSION}, found {found}"
        )));
    }
    serde_json::from_value(object["events"].take())
}

/// The script with what was done by hand during the run: each `script` event replaces some of its lines.
fn composed(script: &str, events: &[Value]) -> String {
    let mut lines: Vec<&str> = script.lines().collect();
    let mut is_changed = false;
    for event in events.iter().filter(|event| event["type"] == "script") {
        let number = |name: &str| event[name].as_u64().unwrap_or(0) as usize;
        let inserted = event["insert"].as_array().into_iter().flatten();
        let from = number("at").saturating_sub(1).min(lines.len());
        let to = (from + number("remove")).min(lines.len());
        lines.splice(from..to, inserted.filter_map(Value::as_str));
        is_changed = true;
    }
    match is_changed {
        true => lines.iter().map(|line| format!("{line}\n")).collect(),
        false => script.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_by_hand_stands_in_the_script() {
        let events = [
            json!({"type": "script", "at": 1, "remove": 0, "insert": ["server listen", "client connect"]}),
            json!({"type": "step"}),
            json!({"type": "script", "at": 2, "remove": 1, "insert": ["client connect => 0"]}),
            json!({"type": "script", "at": 1, "remove": 0, "insert": ["wire drop SYN from client"]}),
        ];
        assert_eq!(
            composed("", &events),
            "wire drop SYN from client\nserver listen\nclient connect => 0\n"
        );
        assert_eq!(composed("a\nb", &[]), "a\nb");
    }
}
