//! The control of a run from outside: say a line, stop the run.
//!
//! Callers queue a line and signal an eventfd. The run's thread polls that fd beside its TUN devices, takes the line and
//! answers. Lines that are never taken are answered at the run's end.

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::{EventfdFlags, eventfd};

use crate::script::ast::WireAction;
use crate::script::{Diagnostic, parse};

/// How many lines may wait for a run at once.
const MAX_WAITING: usize = 16;

/// A run's stop flag and its queue of lines.
pub struct RunControl {
    /// Whether the run takes any line; else lines for the wire only.
    open: bool,
    stop: AtomicBool,
    said: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    waiting: VecDeque<QueuedLine>,
    /// There once the run has begun.
    bell: Option<Arc<OwnedFd>>,
    over: bool,
}

/// A line that waits, and the callback for its answer.
pub(crate) struct QueuedLine {
    pub(crate) text: String,
    /// What it does on the wire, if anything.
    pub(crate) wire: Option<WireAction>,
    answer: Box<dyn FnOnce(LineResult) + Send>,
}

/// The number that a line got in the composed script, or why the run did not take it.
pub type LineResult = Result<usize, LineRejection>;

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
    pub fn say(&self, text: String, answer: impl FnOnce(LineResult) + Send + 'static) {
        let wire = parse::wire_action(&text);
        let mut said = self.lines();
        let refused = if said.over {
            Some(LineRejection::Over)
        } else if !self.open && wire.is_none() && parse::is_action(&text) {
            Some(LineRejection::NotOpen) // a line with a mistake is queued, and answered with its mistake
        } else if said.waiting.len() >= MAX_WAITING {
            Some(LineRejection::Full(MAX_WAITING))
        } else {
            None
        };
        if let Some(refused) = refused {
            drop(said);
            return answer(Err(refused));
        }
        said.waiting.push_back(QueuedLine {
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

    /// An eventfd that is readable once a line is queued or the run is stopped.
    pub(crate) fn bell(&self) -> io::Result<Arc<OwnedFd>> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        let bell = Arc::new(eventfd(1, flags)?); // lines may wait already
        self.lines().bell = Some(bell.clone());
        Ok(bell)
    }

    /// The line that was said first, of those for the wire where `wire`.
    pub(crate) fn take(&self, wire: bool) -> Option<QueuedLine> {
        let mut said = self.lines();
        let first = said
            .waiting
            .iter()
            .position(|one| one.wire.is_some() || !wire)?;
        said.waiting.remove(first)
    }

    /// The line comes later.
    pub(crate) fn put_back(&self, line: QueuedLine) {
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

impl QueuedLine {
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
