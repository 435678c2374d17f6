//! The atlas says what this kernel does: every cell is played again, and answers as its recording does.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use fourwave::atlas::answer::{Answer, answer};
use fourwave::atlas::{Cell, Stimulus, Trial, archive, cells};
use fourwave::event::{Event, What};
use fourwave::nursery::Nursery;
use fourwave::run::{MOST_EVENTS, Pace, Play, play};
use fourwave::state::State;

use crate::support::Server;

fn recorded() -> BTreeMap<String, archive::Recorded> {
    let packed = std::fs::read(format!("scenarios/{}", archive::PATH)).unwrap();
    archive::read(&packed).unwrap()
}

/// Plays a cell as fast as the kernel goes.
fn played(nursery: &Nursery, cell: &Cell, trial: &Trial) -> Option<Answer> {
    let mut events: Vec<Event> = Vec::new();
    let play_it = Play {
        scenario: Some(&cell.id()),
        script: &trial.script,
        pace: Pace::FULL,
        limit: Duration::from_secs(60),
        most_events: MOST_EVENTS,
    };
    play(nursery, &play_it, &AtomicBool::new(false), &mut |event| {
        events.push(event)
    })
    .unwrap();
    let end = events.last().map(|event| &event.what);
    assert!(
        matches!(end, Some(What::End { ok: true, .. })),
        "{}: {end:?}",
        cell.id()
    );
    answer(&events, trial.host, cell.stimulus.is_call())
}

/// Recorded at walking pace, played again at full speed: an answer depends on neither.
#[test]
fn every_cell_answers_here_as_it_did_when_it_was_recorded() {
    let nursery = Nursery::start().unwrap();
    let (recorded, next, wrong) = (recorded(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while let Some(cell) = cells().get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Ok(trial) = &cell.plan else { continue };
                    let (now, id) = (played(&nursery, cell, trial), cell.id());
                    let was = recorded.get(&id).and_then(|was| was.answer.clone());
                    if now.is_none() || now != was {
                        wrong
                            .lock()
                            .unwrap()
                            .push(format!("{id}: recorded {was:?}, played {now:?}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_state_meets_every_stimulus_in_a_recording_or_says_why_not() {
    let recorded = recorded();
    assert_eq!(cells().len(), State::ALL.len() * Stimulus::ALL.len());
    for cell in cells() {
        let answered = recorded
            .get(&cell.id())
            .is_some_and(|recorded| recorded.answer.is_some());
        assert_eq!(answered, cell.plan.is_ok(), "{}", cell.id());
    }
    let runs = cells().iter().filter(|cell| cell.plan.is_ok()).count();
    assert_eq!(
        recorded.len(),
        runs,
        "the file has runs of no cell: record it again"
    );
}

/// What RFC 9293 and RFC 5961 ask for in so many words, whatever the kernel's version.
#[test]
fn what_the_rfcs_say_of_resets_holds() {
    let recorded = recorded();
    let answer = |state: State, stimulus: &str| {
        let id = format!("atlas/{}/{stimulus}", state.name());
        recorded[&id].answer.clone().unwrap()
    };
    for state in State::ALL {
        if matches!(state, State::Closed | State::Listen) {
            continue;
        }
        // A RST is never answered by a RST.
        for stimulus in ["rst-exact", "rst-outside"] {
            assert!(
                answer(state, stimulus).sent.is_empty(),
                "{state:?} {stimulus}"
            );
        }
        assert_eq!(
            answer(state, "rst-exact").to,
            Some(State::Closed),
            "{state:?}"
        );
        assert_eq!(answer(state, "rst-outside").to, None, "{state:?}");
        // RFC 5961, section 3.2: asked back, not believed.
        if !matches!(state, State::SynSent | State::TimeWait) {
            let inside = answer(state, "rst-inside");
            assert_eq!(
                (inside.sent, inside.to),
                (vec![vec!["ACK".to_owned()]], None),
                "{state:?}"
            );
        }
    }
}
