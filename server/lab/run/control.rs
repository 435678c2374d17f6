//! What those outside can do with a run that goes on: say a line, stop it.
//!
//! Whoever says a line puts it here and rings; the run's thread, which polls the bell beside its wires, takes it when it
//! can, and answers. A line that is never taken is answered too: with the run's end.

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::{EventfdFlags, eventfd};

use crate::script::ast::WireAction;
use crate::script::{Diagnostic, parse};

/// How many lines may wait for a run at once.
const MOST_WAITING: usize = 16;

/// What reaches into a run from outside.
pub struct RunControl {
    /// Whether the run takes any line; else lines for the wire only.
    open: bool,
    stop: AtomicBool,
    said: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    waiting: VecDeque<Said>,
    /// There once the run has begun.
    bell: Option<Arc<OwnedFd>>,
    over: bool,
}

/// A line, and whom to tell what became of it.
pub(crate) struct Said {
    pub(crate) text: String,
    /// What it does on the wire, if anything.
    pub(crate) wire: Option<WireAction>,
    answer: Box<dyn FnOnce(Answer) + Send>,
}

/// The number that a line got in the composed script, or why the run did not take it.
pub type Answer = Result<usize, LineRejection>;

/// Why a line was not taken; nothing has happened then.
#[derive(Clone, Debug, PartialEq)]
pub enum LineRejection {
    /// It cannot be played now.
    Mistakes(Vec<Diagnostic>),
    /// The run has ended.
    Over,
    /// The run takes lines for the wire only.
    NotOpen,
    /// As many lines as may wait do.
    Full(usize),
}

impl RunControl {
    /// For a run that has not begun.
    pub fn new(open: bool) -> RunControl {
        RunControl {
            open,
            stop: AtomicBool::new(false),
            said: Mutex::default(),
        }
    }

    /// Says a line to the run; `answer` is called once, when the run has begun it or refuses it.
    pub fn say(&self, text: String, answer: impl FnOnce(Answer) + Send + 'static) {
        let wire = parse::wire_deed(&text);
        let mut said = self.lines();
        let refused = match () {
            () if said.over => Some(LineRejection::Over),
            // A line with a mistake is told its mistake.
            () if !self.open && wire.is_none() && parse::is_deed(&text) => {
                Some(LineRejection::NotOpen)
            }
            () if said.waiting.len() >= MOST_WAITING => Some(LineRejection::Full(MOST_WAITING)),
            () => None,
        };
        if let Some(refused) = refused {
            drop(said);
            return answer(Err(refused));
        }
        said.waiting.push_back(Said {
            text,
            wire,
            answer: Box::new(answer),
        });
        said.ring();
    }

    /// Asks the run to end soon.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.lines().ring();
    }

    /// Whether somebody asked it to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The run is over: what still waits is answered so, and so is whatever comes.
    pub fn close(&self) {
        let mut said = self.lines();
        said.over = true;
        said.bell = None;
        let waiting = std::mem::take(&mut said.waiting);
        drop(said);
        waiting
            .into_iter()
            .for_each(|said| said.refuse(LineRejection::Over));
    }

    /// What becomes readable when somebody says a line or stops the run.
    pub(crate) fn bell(&self) -> io::Result<Arc<OwnedFd>> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        let bell = Arc::new(eventfd(1, flags)?); // lines may wait already
        self.lines().bell = Some(bell.clone());
        Ok(bell)
    }

    /// The line that was said first, of those for the wire where `wire`.
    pub(crate) fn take(&self, wire: bool) -> Option<Said> {
        let mut said = self.lines();
        let first = said
            .waiting
            .iter()
            .position(|one| one.wire.is_some() || !wire)?;
        said.waiting.remove(first)
    }

    /// The line comes later.
    pub(crate) fn put_back(&self, line: Said) {
        self.lines().waiting.push_front(line);
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn ring(&self) {
        if let Some(bell) = &self.bell {
            let _ = rustix::io::write(bell, &1_u64.to_ne_bytes()); // it fails only where it rings already
        }
    }
}

impl Said {
    pub(crate) fn begun(self, line: usize) {
        (self.answer)(Ok(line));
    }

    pub(crate) fn refuse(self, why: LineRejection) {
        (self.answer)(Err(why));
    }
}

/// Makes a bell unreadable until it rings again.
pub(crate) fn clear(bell: &OwnedFd) {
    let _ = rustix::io::read(bell, &mut [0_u8; 8][..]); // it fails only where it did not ring
}
