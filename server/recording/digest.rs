//! The digest of a recording: everything that occurs in it, and when first. Search, the article and the thumbnails need it.

use std::collections::BTreeSet;

use crate::event::host::Host;
use crate::event::{CallPhase, Event, Exit, What};
use crate::tcp::errno;
use crate::tcp::state::State;

/// What occurs in a run.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// The kernel that it ran on.
    pub kernel: String,
    /// The states that each host came to, when first.
    pub states: Vec<Met<State>>,
    /// The errors that each host's programs were given, when first.
    pub errnos: Vec<Met<String>>,
    /// The calls that were made.
    pub calls: BTreeSet<String>,
    /// The control bits that were seen.
    pub flags: BTreeSet<String>,
    /// Claims that were put to the test.
    pub judged: Vec<Judged>,
}

/// Something that a host came to.
#[derive(Clone, Debug)]
pub struct Met<T> {
    /// Which host.
    pub host: Host,
    /// What.
    pub what: T,
    /// When, in µs since the run began.
    pub t: u64,
}

/// A claim that was put to the test.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Whose.
    pub claim: String,
    /// The script's line.
    pub line: usize,
    /// Whether it was so.
    pub ok: bool,
    /// What was asked.
    pub expected: String,
    /// What was found.
    pub actual: String,
    /// When, in µs since the run began.
    pub t: u64,
}

/// Reads a run's events.
pub fn digest(events: &[Event]) -> Digest {
    let mut digest = Digest::default();
    for Event { t, what, .. } in events {
        digest.add(*t, what);
    }
    digest
}

impl Digest {
    fn add(&mut self, t: u64, what: &What) {
        match what {
            What::Run { kernel, .. } => self.kernel.clone_from(kernel),
            What::State { host, to, .. } => meet(&mut self.states, *host, *to, t),
            What::Call {
                host, call, phase, ..
            } => {
                self.calls.insert(call.clone());
                if let CallPhase::Exit(Exit { errno, words, .. }) = phase {
                    // SO_ERROR gives an error without failing.
                    let asked = words.as_ref().filter(|word| errno::is_name(word));
                    if let Some(name) = errno.as_ref().or(asked) {
                        meet(&mut self.errnos, *host, name.clone(), t);
                    }
                }
            }
            What::Segment(segment) => self.flags.extend(segment.flags.iter().cloned()),
            What::Check {
                line,
                ok,
                expected,
                actual,
                claim: Some(claim),
                ..
            } => self.judged.push(Judged {
                claim: claim.clone(),
                line: *line,
                ok: *ok,
                expected: expected.clone(),
                actual: actual.clone(),
                t,
            }),
            _ => {}
        }
    }
}

fn meet<T: PartialEq>(met: &mut Vec<Met<T>>, host: Host, what: T, t: u64) {
    if !met.iter().any(|one| one.host == host && one.what == what) {
        met.push(Met { host, what, t });
    }
}
