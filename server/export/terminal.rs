//! A run as text: two columns of calls and states, and between them the segments. Drawn while events come in.

use std::io::{self, Write};
use std::mem;

use crate::event::host::Host;
use crate::event::labels::{Kind, by};
use crate::event::{
    CallPhase, Cause, Event, Exit, HostChange, LineFacts, LineKind, ProcessChange, Segment,
    SegmentPhase, StepPhase, Timer, What,
};
use crate::export::text_width::{columns, shorten, tame};

const CALLS: usize = 38;
const STATES: usize = 12;
const WIRE: usize = 32;

/// Draws events one after the other.
pub struct Drawing<W> {
    to: W,
    colour: bool,
    /// A row that may still grow: a call that has not returned, or a segment that has just arrived.
    open: Option<(Row, Open)>,
}

/// What can still join the open row.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    /// What this call causes, and its return.
    Call(u32),
    /// What this segment causes.
    Segment(u32),
}

#[derive(Default)]
struct Row {
    calls: [String; 2],
    states: [String; 2],
    wire: String,
    paint: &'static str,
}

const QUIET: &str = "\x1b[2m";
const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const BLUE: &str = "\x1b[34m";
const GREEN: &str = "\x1b[32m";

impl<W: Write> Drawing<W> {
    /// A drawing on `to`, with or without colours.
    pub fn new(to: W, colour: bool) -> Drawing<W> {
        Drawing {
            to,
            colour,
            open: None,
        }
    }

    /// Draws what happened.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        match &event.what {
            What::Run { kernel, hosts, .. } => {
                let title = |host| {
                    format!(
                        "{host} {}",
                        hosts.get(&host).map_or("", |facts| facts.address.as_str())
                    )
                };
                let calls = Host::BOTH.map(title);
                self.row(Row {
                    calls,
                    wire: format!("Linux {kernel}"),
                    paint: BOLD,
                    ..Row::default()
                })
            }
            What::Step {
                line,
                text,
                phase: StepPhase::Begin,
                facts,
            } if !is_check(facts.as_ref()) => {
                self.flush()?;
                self.line(QUIET, &format!("{line:>3}  {text}"))
            }
            What::Call {
                phase: CallPhase::Enter,
                host,
                actor,
                call,
                args,
                ..
            } => {
                self.flush()?;
                let mut row = Row::default();
                let call = by(*host, actor, &format!("{call}({})", args.join(", ")));
                row.calls[*host as usize] = shorten(&call, CALLS - 2) + " …";
                self.open = Some((row, Open::Call(event.seq)));
                Ok(())
            }
            What::Call {
                phase: CallPhase::Exit(exit),
                host,
                actor,
                call,
                args,
                ..
            } => {
                let (mut row, text) = match self.open.take() {
                    Some((row, Open::Call(open))) if open == exit.enter => {
                        (row, format!("{call}({})", args.join(", ")))
                    }
                    open => {
                        self.open = open;
                        self.flush()?;
                        let first = args.first().map_or("", String::as_str);
                        (Row::default(), format!("… {call}({first})"))
                    }
                };
                row.calls[*host as usize] = gives(&by(*host, actor, &text), exit);
                self.row(row)
            }
            What::Segment(segment) if segment.phase != SegmentPhase::Sent => {
                self.flush()?;
                self.open = Some((arrow(segment), Open::Segment(segment.id)));
                Ok(())
            }
            What::Passed {
                from,
                segments,
                bytes,
                ..
            } => {
                self.flush()?;
                let line = format!("{segments} segments, {bytes} B");
                let wire = match from {
                    Host::Client => format!("{line} ══▶"),
                    Host::Server => format!("◀══ {line}"),
                };
                self.row(Row {
                    wire,
                    paint: QUIET,
                    ..Row::default()
                })
            }
            What::Segment(segment) => match segment.reset {
                Some(reason) => self.remark(segment.from, format!("RST: {reason}")),
                None => Ok(()),
            },
            What::State {
                host,
                to,
                cause,
                observed,
                ..
            } => {
                let mark = if *observed { "" } else { "?" };
                self.join(*cause, |row| {
                    row.states[*host as usize] = format!("{}{mark}", to.name())
                })
            }
            What::Gap { host, from, to, .. } => {
                self.flush()?;
                self.line(
                    RED,
                    &format!(
                        "     {host}: from {} to {}, and what lay between was not seen",
                        from.name(),
                        to.name()
                    ),
                )
            }
            What::Timer {
                host,
                timer: Some(Timer::TimeWait),
                expires_ms,
                ..
            } => {
                let seconds = f64::from(*expires_ms) / 1000.0;
                self.remark(*host, format!("{seconds:.0} s until this socket is gone"))
            }
            What::Process {
                host,
                actor,
                pid,
                what,
                ..
            } => {
                let what = match what {
                    ProcessChange::Started => "started",
                    ProcessChange::Killed => "was killed",
                    ProcessChange::Forked => "was forked",
                    ProcessChange::Stopped => "was stopped",
                    ProcessChange::Continued => "goes on",
                    ProcessChange::Exited => "exited",
                    ProcessChange::Lost => "was ended from outside",
                };
                self.remark(*host, format!("{actor}: process {pid} {what}"))
            }
            What::Host { host, what } => {
                let what = match what {
                    HostChange::LinkDown => "its link is down",
                    HostChange::LinkUp => "its link is up",
                    HostChange::Crashed => "its power failed",
                    HostChange::Booted => "it started again",
                    HostChange::Sysctl { sysctl } => sysctl,
                };
                self.remark(*host, what.to_owned())
            }
            What::Check {
                line,
                ok,
                expected,
                actual,
                ..
            } => {
                self.flush()?;
                match ok {
                    true => self.line(GREEN, &format!("     ✓ {expected}")),
                    false => self.line(
                        RED,
                        &format!("     ✗ line {line}: expected {expected}, found {actual}"),
                    ),
                }
            }
            What::End { ok, reason, .. } => {
                self.flush()?;
                writeln!(self.to)?;
                let (paint, mark) = if *ok { (GREEN, "✓") } else { (RED, "✗") };
                self.line(paint, &format!("{mark} {reason}"))
            }
            _ => Ok(()),
        }
    }

    /// Adds to the open row where the cause is the same, else draws a row of its own.
    fn join(&mut self, cause: Cause, add: impl FnOnce(&mut Row)) -> io::Result<()> {
        let same = match (cause, &self.open) {
            (Cause::Call(call), Some((_, Open::Call(open)))) => call == *open,
            (Cause::Segment(segment), Some((_, Open::Segment(open)))) => segment == *open,
            _ => false,
        };
        if same && let Some((row, _)) = &mut self.open {
            add(row);
            return Ok(());
        }
        self.flush()?;
        let mut row = Row::default();
        add(&mut row);
        self.row(row)
    }

    /// Something about a host that stands where its calls do.
    fn remark(&mut self, host: Host, text: String) -> io::Result<()> {
        self.flush()?;
        let mut row = Row {
            paint: QUIET,
            ..Row::default()
        };
        row.calls[host as usize] = text;
        self.row(row)
    }

    fn flush(&mut self) -> io::Result<()> {
        match mem::take(&mut self.open) {
            Some((row, _)) => self.row(row),
            None => Ok(()),
        }
    }

    fn row(&mut self, row: Row) -> io::Result<()> {
        let [left, right] = row.calls.map(|text| shorten(&text, CALLS));
        let left = format!("{left}{}", " ".repeat(CALLS - columns(&left)));
        let [from, to] = row.states;
        let text = format!(
            "{left} {from:>STATES$} {:^WIRE$} {to:<STATES$} {right}",
            row.wire
        );
        self.line(row.paint, text.trim_end())
    }

    fn line(&mut self, paint: &str, text: &str) -> io::Result<()> {
        let (on, off) = if self.colour && !paint.is_empty() {
            (paint, "\x1b[0m")
        } else {
            ("", "")
        };
        writeln!(self.to, "{on}{}{off}", tame(text))
    }
}

/// A call and what it gave, of bytes how many and which. Where there is no room for both, the call is shortened.
fn gives(call: &str, exit: &Exit) -> String {
    let gave = match (&exit.errno, &exit.data, &exit.words) {
        (Some(errno), ..) => errno.clone(),
        (_, Some(data), _) => format!("{} {data:?}", exit.result),
        (.., Some(words)) => words.clone(),
        _ => exit.result.to_string(),
    };
    let gave = format!(" = {}", shorten(&gave, CALLS / 2));
    shorten(call, CALLS - columns(&gave)) + &gave
}

/// Whether a line is a check and no claim: its ✓ says enough.
fn is_check(facts: Option<&LineFacts>) -> bool {
    facts.is_some_and(|facts| facts.kind == LineKind::Expect && facts.claim.is_none())
}

/// A segment on its way, as long as the wire is wide.
fn arrow(segment: &Segment) -> Row {
    let mut name = segment.flags.join(",");
    if segment.len > 0 {
        name = format!("{name} {} bytes", segment.len);
    }
    if let Some(ack) = segment.ack_rel {
        name = format!("{name} ack {ack}");
    }
    // How its line ends: at the other host, on the wire, or nowhere.
    let end = match segment.phase {
        SegmentPhase::Delivered => None,
        SegmentPhase::Held => Some("◦ held"),
        SegmentPhase::Injected => Some("＋"),
        SegmentPhase::Sent | SegmentPhase::Dropped => Some("✗"),
    };
    let line = "─".repeat((WIRE - 4).saturating_sub(name.chars().count()) / 2);
    let wire = match (segment.from, end) {
        (Host::Client, None) => format!("{line} {name} {line}▶"),
        (Host::Client, Some(end)) => format!("{line} {name} {end}"),
        (Host::Server, None) => format!("◀{line} {name} {line}"),
        (Host::Server, Some(end)) => format!("{end} {name} {line}"),
    };
    let paint = match Kind::of(segment) {
        Kind::Rst => RED,
        Kind::Fin => YELLOW,
        Kind::Syn => GREEN,
        Kind::Data => BLUE,
        Kind::Ack => QUIET,
    };
    Row {
        wire,
        paint,
        ..Row::default()
    }
}
