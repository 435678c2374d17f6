//! One run as others have it: its events, how far it is, and a hand in it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::rand::{GetRandomFlags, getrandom};
use tokio::sync::{oneshot, watch};

use crate::event::{Ending, Event, What};
use crate::lab::run::request::{Limits, RunRequest};
use crate::lab::run::{self, LineRejection, LineResult, RunControl};
use crate::lab::sandbox::forkserver::ForkServer;

/// A run that goes on, or has ended and is remembered.
pub struct LiveRun {
    /// Its name in addresses.
    pub id: String,
    /// Whoever has it may act on the run.
    pub key: String,
    /// The scenario's id, where it is one of ours.
    pub scenario: Option<String>,
    /// Whether it takes further lines after its script.
    pub open: bool,
    events: Mutex<Vec<Arc<str>>>,
    /// Bytes of all events.
    size: AtomicUsize,
    grown: watch::Sender<Progress>,
    control: RunControl,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// How many events there are.
    pub events: usize,
    /// Whether the last one is among them.
    pub ended: bool,
    /// Its place among those that wait for their turn, 1 for the next one; 0 where it has begun.
    pub place: usize,
}

impl LiveRun {
    pub(crate) fn new(request: &RunRequest) -> LiveRun {
        LiveRun {
            id: random_text(8),
            key: random_text(24),
            scenario: request.scenario.clone(),
            open: request.open,
            events: Mutex::default(),
            size: AtomicUsize::new(0),
            grown: watch::Sender::default(),
            control: RunControl::new(request.open),
        }
    }

    /// Plays it to its last event, whatever happens.
    pub(crate) fn play(&self, fork_server: &ForkServer, request: &RunRequest, limits: Limits) {
        self.stands(0);
        if self.control.is_stopped() {
            self.fail(Ending::Stopped, "stopped before it began".into());
        } else if let Err(reason) = self.try_to_play(fork_server, request, limits) {
            self.fail(Ending::Failed, reason);
        }
        self.control.close();
    }

    fn try_to_play(
        &self,
        fork_server: &ForkServer,
        request: &RunRequest,
        limits: Limits,
    ) -> Result<(), String> {
        let mut sink = |event| self.append(&event);
        // A fault in one run touches no other, and its followers are told.
        let played = catch_unwind(AssertUnwindSafe(|| {
            run::play(fork_server, request, limits, &self.control, &mut sink)
        }));
        match played {
            Ok(played) => played.map_err(|error| error.to_string()),
            Err(_) => Err("the run failed by a mistake in fourwave".into()),
        }
    }

    /// The last event of a run that could not tell it itself.
    fn fail(&self, how: Ending, reason: String) {
        let last = lock(&self.events).last().cloned();
        let last: Option<Event> = last.and_then(|event| serde_json::from_str(&event).ok());
        let (seq, t) = last.map_or((0, 0), |event| (event.seq + 1, event.t));
        let what = What::End {
            ok: false,
            how,
            line: None,
            reason,
        };
        self.append(&Event { seq, t, what });
    }

    /// Its place among those that wait for their turn, from now on.
    pub(crate) fn stands(&self, place: usize) {
        self.grown
            .send_if_modified(|progress| std::mem::replace(&mut progress.place, place) != place);
    }

    fn append(&self, event: &Event) {
        let line = serde_json::to_string(event).expect("events have no maps with odd keys");
        self.size.fetch_add(line.len(), Ordering::Relaxed);
        let events = {
            let mut events = lock(&self.events);
            events.push(line.into());
            events.len()
        };
        let ended = matches!(event.what, What::End { .. });
        self.grown
            .send_modify(|progress| (progress.events, progress.ended) = (events, ended));
    }

    /// The events from number `from` on, each as JSON.
    pub fn events(&self, from: usize) -> Vec<Arc<str>> {
        lock(&self.events)
            .get(from..)
            .map(<[_]>::to_vec)
            .unwrap_or_default()
    }

    /// So many of the events from number `from` on, at most.
    pub fn part(&self, from: usize, most: usize) -> Vec<Arc<str>> {
        let events = lock(&self.events);
        let rest = events.get(from..).unwrap_or_default();
        rest[..rest.len().min(most)].to_vec()
    }

    /// How many bytes its events are.
    pub(crate) fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }

    /// How far it is, now and whenever that changes.
    pub fn follow(&self) -> watch::Receiver<Progress> {
        self.grown.subscribe()
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        *self.grown.borrow()
    }

    /// Asks it to end soon.
    pub fn stop(&self) {
        self.control.stop();
    }

    /// Says a line to it; the line's number once it is begun.
    ///
    /// # Errors
    /// Why it was not taken.
    pub async fn say(&self, line: String) -> LineResult {
        let (answer, answered) = oneshot::channel();
        self.control.say(line, move |said| {
            let _ = answer.send(said); // nobody may wait for it any more
        });
        answered.await.unwrap_or(Err(LineRejection::Over)) // the run failed with the line in its hand
    }
}

/// So many random characters, of 5 bits each.
fn random_text(length: usize) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = vec![0; length];
    getrandom(&mut bytes[..], GetRandomFlags::empty()).expect("the kernel has random numbers");
    bytes
        .iter()
        .map(|byte| DIGITS[usize::from(byte % 32)] as char)
        .collect()
}

/// Locks; what a thread left that panicked is whole, since each change is one.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
