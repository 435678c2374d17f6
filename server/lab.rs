//! All live runs: start, find, limit, end.
//!
//! Each run is a thread that appends its events, already written as JSON, to its [`LiveRun`] list and says how long the
//! list is; followers read from there at their own speed. A run never waits for one.

pub(crate) mod live_run;
pub mod run;
pub mod sandbox;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::lab::run::request::{Limits, RunRequest};
use crate::lab::sandbox::forkserver::ForkServer;
use crate::lab::sandbox::protocol::{Refusal, SetupStep};
use live_run::lock;

pub use live_run::{LiveRun, Progress};

/// The most runs that are kept after their end.
const MAX_FINISHED_RUNS: usize = 200;
/// The most bytes of all kept events.
const MAX_FINISHED_BYTES: usize = 64 << 20;
/// How many runs may wait for their turn.
const MAX_WAITING: usize = 300;
/// How long a failed start is cached.
const REFUSAL_TTL: Duration = Duration::from_secs(2);

/// The last start of the fork server: running, or refused and when.
type CachedStart = Result<Arc<ForkServer>, (Refusal, Instant)>;

/// The live runs of this server.
pub struct Lab {
    fork_server: Mutex<Option<CachedStart>>,
    runs: Arc<Mutex<Runs>>,
    most_at_once: usize,
    rules: Arc<Rules>,
}

/// What holds of all runs.
struct Rules {
    limits: Limits,
    on_end: Box<dyn Fn(&LiveRun) + Send + Sync>,
}

#[derive(Default)]
struct Runs {
    /// Newest last.
    all: VecDeque<Arc<LiveRun>>,
    threads: Vec<JoinHandle<()>>,
    /// How many of the threads play or are about to.
    playing: usize,
    /// First come, first served.
    waiting: VecDeque<Job>,
    closed: bool,
}

/// A run that waits for its turn, or has it.
struct Job {
    live: Arc<LiveRun>,
    fork_server: Arc<ForkServer>,
    request: RunRequest,
}

/// Why a run was not started.
#[derive(Debug, Error)]
pub enum StartError {
    /// The machine does not let hosts be built.
    #[error("this machine does not let hosts be built")]
    Refused(Refusal),
    /// As many runs as are allowed go on or wait.
    #[error("{0} runs go on or wait already")]
    Full(usize),
    /// The server is about to end.
    #[error("the server is about to end")]
    Closed,
}

impl Lab {
    /// A lab in which so many runs may go on at once, each for so long at most.
    pub fn new(most_at_once: usize, limits: Limits) -> Lab {
        let on_end = Box::new(|_: &LiveRun| {});
        Lab {
            fork_server: Mutex::default(),
            runs: Arc::default(),
            most_at_once,
            rules: Arc::new(Rules { limits, on_end }),
        }
    }

    /// Something to do with each run once it has ended, after its last event. It is called on the run's thread.
    pub fn on_end(self, on_end: Box<dyn Fn(&LiveRun) + Send + Sync>) -> Lab {
        let limits = self.rules.limits;
        Lab {
            rules: Arc::new(Rules { limits, on_end }),
            ..self
        }
    }

    /// Whether hosts can be built here. A failed start is tried again each time: it may be allowed by now.
    pub fn ability(&self) -> Result<(), Refusal> {
        self.fork_server().map(drop)
    }

    fn fork_server(&self) -> Result<Arc<ForkServer>, Refusal> {
        let mut fork_server = lock(&self.fork_server);
        match &*fork_server {
            Some(Ok(running)) if running.is_alive() => return Ok(running.clone()),
            Some(Err((refusal, when))) if when.elapsed() < REFUSAL_TTL => {
                return Err(refusal.clone());
            }
            _ => *fork_server = None, // the old one ends before the new one starts
        }
        let started = ForkServer::start().map(Arc::new);
        *fork_server = Some(started.clone().map_err(|refusal| (refusal, Instant::now())));
        started
    }

    /// Starts a run, or lets it wait where as many as are allowed go on.
    pub fn start(&self, request: RunRequest) -> Result<Arc<LiveRun>, StartError> {
        let fork_server = self.fork_server().map_err(StartError::Refused)?;
        let mut runs = lock(&self.runs);
        if runs.closed {
            return Err(StartError::Closed);
        }
        runs.threads.retain(|thread| !thread.is_finished());
        let others = runs.playing + runs.waiting.len();
        if others >= self.most_at_once + MAX_WAITING {
            return Err(StartError::Full(others));
        }
        let live = Arc::new(LiveRun::new(&request));
        let job = Job {
            live: live.clone(),
            fork_server,
            request,
        };
        if runs.playing < self.most_at_once {
            let (all, rules) = (self.runs.clone(), self.rules.clone());
            let thread = thread::Builder::new().name("run".into());
            let running = thread
                .spawn(move || work(&all, job, &rules))
                .map_err(|error| StartError::Refused(Refusal::at(SetupStep::Start, &error)))?;
            runs.threads.push(running);
            runs.playing += 1;
        } else {
            runs.waiting.push_back(job);
            runs.update_places();
        }
        runs.forget();
        runs.all.push_back(live.clone());
        Ok(live)
    }

    /// The run of that id, where it is remembered.
    pub fn find(&self, id: &str) -> Option<Arc<LiveRun>> {
        lock(&self.runs)
            .all
            .iter()
            .find(|live| live.id == id)
            .cloned()
    }

    /// Tells a run to end; one that waits for its turn has ended then.
    pub fn end(&self, live: &Arc<LiveRun>) {
        live.stop();
        let mut runs = lock(&self.runs);
        let mut waiting = runs.waiting.iter();
        let place = waiting.position(|job| Arc::ptr_eq(&job.live, live));
        let job = place.and_then(|place| runs.waiting.remove(place));
        runs.update_places();
        drop(runs);
        if let Some(job) = job {
            self.rules.play(&job);
        }
    }

    /// Tells every run to end, and starts no more.
    pub fn stop(&self) {
        let mut runs = lock(&self.runs);
        runs.closed = true;
        runs.all.iter().for_each(|live| live.stop());
    }

    /// Ends every run and waits until each has given back what it had.
    pub fn close(&self) {
        self.stop();
        let threads = std::mem::take(&mut lock(&self.runs).threads);
        for thread in threads {
            let _ = thread.join();
        }
        *lock(&self.fork_server) = None;
    }
}

/// Plays a run, and then whichever waits longest, until none does.
fn work(runs: &Mutex<Runs>, first: Job, rules: &Rules) {
    let mut next = Some(first);
    while let Some(job) = next {
        rules.play(&job);
        let mut runs = lock(runs);
        next = runs.waiting.pop_front();
        runs.update_places();
        if next.is_none() {
            runs.playing -= 1;
        }
    }
}

impl Rules {
    /// Plays a run to its end; one that was told to end before it began does nothing.
    fn play(&self, job: &Job) {
        let live = &job.live;
        live.play(&job.fork_server, &job.request, self.limits);
        // A fault in what is done with it touches no other run either; it has ended all the same.
        let _ = catch_unwind(AssertUnwindSafe(|| (self.on_end)(live)));
    }
}

impl Runs {
    /// Tells those that wait where they stand.
    fn update_places(&self) {
        for (index, job) in self.waiting.iter().enumerate() {
            job.live.stands(index + 1);
        }
    }

    /// Forgets the oldest runs that have ended, until what is left is not too much.
    fn forget(&mut self) {
        let size = |runs: &Runs| runs.all.iter().map(|live| live.size()).sum::<usize>();
        while self.all.len() >= MAX_FINISHED_RUNS || size(self) > MAX_FINISHED_BYTES {
            let Some(oldest) = self.all.iter().position(|live| live.progress().ended) else {
                return;
            };
            self.all.remove(oldest);
        }
    }
}
