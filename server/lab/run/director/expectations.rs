//! What the director looks at: states, queues, and what was sent.

use std::time::Duration;

use crate::event::host::Host;
use crate::lab::run::director::{Director, Interruption};
use crate::lab::run::engine::Engine;
use crate::lab::sandbox::clock::{Nanos, now};
use crate::script::Flags;
use crate::script::ast::{Expectation, Step};

impl Director<'_, '_> {
    /// Looks whether something is so, or becomes so in time.
    pub(crate) fn expect(
        &mut self,
        step: &Step,
        what: &Expectation,
        within: Duration,
    ) -> Result<(), Interruption> {
        for host in Host::BOTH {
            self.engine.observe(host, None)?;
        }
        let since = match what {
            Expectation::Sent {
                since: Some(label), ..
            } => self.labels.get(label).copied().unwrap_or(0),
            _ => 0,
        };
        let patience = now() + within.as_nanos() as Nanos;
        self.until(|engine| look(engine, what, since).0 || now() >= patience)?;
        let (ok, expected, actual) = look(self.engine, what, since);
        self.check(step, ok, expected, actual);
        Ok(())
    }
}

/// Whether it is so, what was asked, and what is found.
fn look(engine: &Engine<'_>, what: &Expectation, since: u32) -> (bool, String, String) {
    match what {
        Expectation::State {
            host,
            socket,
            state,
        } => {
            let found = engine.hosts[*host as usize].tracker.state(socket);
            (found == *state, state.name().into(), found.name().into())
        }
        Expectation::Queue {
            host,
            socket,
            recv,
            bytes,
        } => {
            let (recv_q, send_q) = engine.hosts[*host as usize].tracker.queues(socket);
            let found = if *recv { recv_q } else { send_q };
            (
                found == *bytes,
                format!("{bytes} bytes"),
                format!("{found} bytes"),
            )
        }
        Expectation::Sent {
            host,
            flags,
            wanted,
            ..
        } => sent(engine, *host, flags.as_ref(), *wanted, since),
    }
}

fn sent(
    engine: &Engine<'_>,
    host: Host,
    flags: Option<&Flags>,
    wanted: bool,
    since: u32,
) -> (bool, String, String) {
    let segments = engine
        .sent
        .iter()
        .filter(|(seq, segment)| *seq >= since && segment.from == host);
    let all: Vec<String> = segments
        .map(|(_, segment)| segment.flags.join(","))
        .chain(engine.bulk.sent(host, since))
        .collect();
    let meant = |bits: &String| {
        flags.is_none_or(|flags| {
            flags.match_bits(&bits.split(',').map(Into::into).collect::<Vec<_>>())
        })
    };
    let any = all.iter().any(meant);
    let what = flags.map_or("anything".into(), ToString::to_string);
    let expected = match (wanted, flags) {
        (true, _) => format!("sent {what}"),
        (false, Some(_)) => format!("sent no {what}"),
        (false, None) => "sent nothing".into(),
    };
    let actual = if all.is_empty() {
        "sent nothing".into()
    } else {
        format!("sent {}", all.join(" · "))
    };
    (any == wanted, expected, actual)
}
