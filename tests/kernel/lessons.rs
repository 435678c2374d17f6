//! Every lesson is played once, several at a time, and tells the story that was recorded.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use fourwave::content::scenario;
use fourwave::event::Event;
use fourwave::recording;
use serde_json::Value;

use crate::kernel::random::laws;
use crate::parity::answers::answer;
use crate::support::{Events, command, scenario_ids};

/// How many at a time: most of a lesson is waiting.
const AT_ONCE: usize = 8;

#[test]
fn every_lesson_is_true_keeps_the_laws_and_tells_what_was_recorded() {
    let ids = Mutex::new(scenario_ids().into_iter());
    let wrong = Mutex::new(Vec::new());
    let next = || ids.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(id) = next() {
                    let found = faults(&id);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with a lesson, in words.
fn faults(id: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let output = command(&["run", id, "--json", "--limit", "100"], "");
    let told = String::from_utf8(output.stdout).unwrap();
    let played = Events::parse(&told);
    if output.status.code() != Some(0) {
        let failed: Vec<&Value> = (played.of("check").into_iter())
            .filter(|check| check["ok"] == false && check["claim"].is_null())
            .collect();
        faults.push(format!(
            "{id} ends with {:?}: {failed:?}",
            output.status.code()
        ));
    }
    let packed = std::fs::read(format!("scenarios/{}", recording::path(id))).unwrap();
    let kept = recording::unpack(&packed).unwrap();
    for (whose, lines) in [("here", &told), ("in its recording", &kept)] {
        let events: Result<Vec<Event>, _> = lines.lines().map(serde_json::from_str).collect();
        let broken = laws::broken(&events.unwrap(), Duration::from_secs(100));
        faults.extend(broken.into_iter().map(|law| format!("{id} {whose}: {law}")));
    }
    let judged = |events: &Events| -> Vec<(Value, Value, Value)> {
        let checks = events.of("check").into_iter();
        checks
            .map(|check| {
                (
                    check["line"].clone(),
                    check["claim"].clone(),
                    check["ok"].clone(),
                )
            })
            .collect()
    };
    let (here, then) = (judged(&played), judged(&Events::parse(&kept)));
    if here != then {
        faults.push(format!(
            "{id} tells another story here: {here:?}, recorded {then:?}"
        ));
    }
    let text = std::fs::read_to_string(format!("scenarios/{id}.toml")).unwrap();
    for question in &scenario::parse(id, &text).unwrap().questions {
        let found = answer(question, &played);
        if !question.choices.iter().any(|choice| choice.value == found) {
            faults.push(format!(
                "{id}: the question at {} is answered by {found}",
                question.at
            ));
        }
    }
    faults
}
