//! Events in the words of the picture: the same rules as in web/scripts/model.js, which a test holds beside these.

use crate::event::Segment;

/// What a call gave, in a word.
pub(super) fn gave(
    errno: Option<&str>,
    words: Option<&str>,
    data: Option<&str>,
    result: Option<i64>,
) -> String {
    match (errno, words, data) {
        (Some(word), ..) | (None, Some(word), _) => word.to_owned(),
        (None, None, Some(data)) => quoted(data),
        (None, None, None) => result.map_or("?".into(), |result| result.to_string()),
    }
}

/// A text in quotes, as JSON has it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A call as a program would write it, without what a reader can do without.
pub(super) fn called(call: &str, args: &[String]) -> String {
    let few = match call {
        "socket" => 0,
        "connect" | "listen" | "recv" | "poll" | "epoll_wait" => 1,
        "send" | "setsockopt" | "bind" => 2,
        _ => args.len(),
    };
    format!("{call}({})", args[..few.min(args.len())].join(", "))
}

/// A segment's kind, which is its colour and its shape.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Rst,
    Fin,
    Syn,
    Data,
    Ack,
}

impl Kind {
    pub(super) fn of(flags: &[String], len: u64) -> Kind {
        let has = |bit: &str| flags.iter().any(|flag| flag == bit);
        match () {
            () if has("RST") => Kind::Rst,
            () if has("FIN") => Kind::Fin,
            () if has("SYN") => Kind::Syn,
            () if len > 0 => Kind::Data,
            () => Kind::Ack,
        }
    }
}

/// What is written on a segment's line; `of` names its connection where there are several.
pub(super) fn name(segment: &Segment, of: &str) -> String {
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
    let parts = [flags.as_str(), &bytes, again, of];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// What is written on the line that stands for many.
pub(super) fn many(segments: u32, bytes: u64) -> String {
    if bytes > 0 {
        format!("×{segments}, {bytes} B")
    } else {
        format!("ACK ×{segments}")
    }
}

/// A time in the unit that suits it.
pub(super) fn duration(us: u64) -> String {
    let t = us as f64;
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{:.1} ms", t / 1e3),
        10_000..1_000_000 => format!("{:.0} ms", t / 1e3),
        1_000_000..10_000_000 => format!("{:.1} s", t / 1e6),
        _ => format!("{:.0} s", t / 1e6),
    }
}

/// What somebody wrote, made harmless for a line of text: what would steer a terminal, or turn a line's direction round
/// (Unicode Standard Annex #9), is spelled out.
pub(super) fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{061c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{ffff}' => tamed += &format!("\\u{:04x}", u32::from(c)),
            c if c.is_control() => tamed += &format!("\\u{:04x}", u32::from(c)),
            c => tamed.push(c),
        }
    }
    tamed
}
