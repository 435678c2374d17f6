//! Events in few words, for pictures, sheets and the terminal: the same rules as in web/scripts/model/model.js, which a test
//! holds beside these.

use crate::event::host::Host;
use crate::event::process::{Exit, HostChange, ProcessChange};
use crate::event::segment::Segment;

/// What a call gave, in a word.
pub(crate) fn gave(exit: &Exit) -> String {
    match (&exit.errno, &exit.words, &exit.data) {
        (Some(word), ..) | (None, Some(word), _) => word.clone(),
        (None, None, Some(data)) => quoted(data),
        (None, None, None) => exit.result.to_string(),
    }
}

/// A text in quotes, as JSON has it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A call as a program would write it, without what a reader can do without.
pub(crate) fn called(call: &str, args: &[String]) -> String {
    let few = match call {
        "socket" => 0,
        "connect" | "listen" | "recv" | "poll" | "epoll_wait" => 1,
        "send" | "setsockopt" | "bind" => 2,
        _ => args.len(),
    };
    format!("{call}({})", args[..few.min(args.len())].join(", "))
}

/// A call, or words about one, with its actor where that is not its host's first.
pub(crate) fn by(host: Host, actor: &str, call: &str) -> String {
    match actor == host.name() {
        true => call.to_owned(),
        false => format!("{actor}: {call}"),
    }
}

/// The key of what happened to a process.
pub(crate) fn process(what: ProcessChange) -> &'static str {
    match what {
        ProcessChange::Started => "process.started",
        ProcessChange::Forked => "process.forked",
        ProcessChange::Stopped => "process.stopped",
        ProcessChange::Continued => "process.continued",
        ProcessChange::Exited => "process.exited",
        ProcessChange::Killed => "process.killed",
        ProcessChange::Lost => "process.lost",
    }
}

/// The key of a host's change. A sysctl's own text takes the place of a key.
pub(crate) fn host(what: &HostChange) -> &str {
    match what {
        HostChange::LinkDown => "host.link_down",
        HostChange::LinkUp => "host.link_up",
        HostChange::Crashed => "host.crashed",
        HostChange::Booted => "host.booted",
        HostChange::Sysctl { sysctl } => sysctl,
    }
}

/// A segment's kind, which is its colour and its shape.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Rst,
    Fin,
    Syn,
    Data,
    Ack,
}

impl Kind {
    pub(crate) fn of(segment: &Segment) -> Kind {
        if segment.has("RST") {
            Kind::Rst
        } else if segment.has("FIN") {
            Kind::Fin
        } else if segment.has("SYN") {
            Kind::Syn
        } else if segment.len > 0 {
            Kind::Data
        } else {
            Kind::Ack
        }
    }
}

/// The label of a segment's line, with its connection's port where there are several.
pub(crate) fn name(segment: &Segment, several: bool) -> String {
    let controls: Vec<&str> = segment
        .flags
        .iter()
        .map(String::as_str)
        .filter(|flag| *flag != "PSH" && (*flag != "ACK" || segment.len == 0))
        .collect();
    let mut flags = controls.join(", ");
    if let (["ACK"], Some(ack)) = (&controls[..], segment.ack_rel) {
        flags = format!("ACK {ack}");
    }
    let mut bytes = String::new();
    if segment.len > 0 {
        bytes = format!("{} B", segment.len);
        // Counted as the browser does, so that both say the same.
        let data = segment.data.as_deref().unwrap_or("");
        if !data.is_empty() && data.encode_utf16().count() <= 12 {
            bytes = format!("{bytes} {}", quoted(data));
        }
    }
    let again = if segment.retransmission { "↻" } else { "" };
    let of = match several {
        true => format!(":{}", segment.client_port()),
        false => String::new(),
    };
    let parts = [flags.as_str(), &bytes, again, &of];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// The label of a line that stands for many segments.
pub(crate) fn many(segments: u32, bytes: u64) -> String {
    if bytes > 0 {
        format!("×{segments}, {bytes} B")
    } else {
        format!("ACK ×{segments}")
    }
}

/// A time in the unit that suits it.
pub(crate) fn duration(us: u64) -> String {
    let t = us as f64;
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{:.1} ms", t / 1e3),
        10_000..1_000_000 => format!("{:.0} ms", t / 1e3),
        1_000_000..10_000_000 => format!("{:.1} s", t / 1e6),
        _ => format!("{:.0} s", t / 1e6),
    }
}
