//! The formats of a run.

/// What a run can be exported as.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// A capture file: [`crate::export::pcapng`].
    Pcapng,
    /// One JSON object with the script and every event.
    Json,
    /// The picture, to be scaled and printed.
    Svg,
    /// The picture in dots.
    Png,
    /// A text with a Mermaid sequence diagram, as GitHub shows it.
    Markdown,
    /// A script for packetdrill, in which one host is under test.
    Packetdrill,
}

impl Format {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Format; 6] = [
        Format::Pcapng,
        Format::Svg,
        Format::Png,
        Format::Markdown,
        Format::Packetdrill,
        Format::Json,
    ];

    /// As addresses name it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Pcapng => "pcapng",
            Format::Json => "json",
            Format::Svg => "svg",
            Format::Png => "png",
            Format::Markdown => "md",
            Format::Packetdrill => "packetdrill",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// How its files' names end.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Packetdrill => "pkt",
            format => format.name(),
        }
    }

    /// Its media type (RFC 6838), with the charset where it is text.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Pcapng => crate::export::pcapng::MEDIA_TYPE,
            Format::Json => "application/json",
            Format::Svg => "image/svg+xml",
            Format::Png => "image/png",
            Format::Markdown => "text/markdown; charset=utf-8",
            Format::Packetdrill => "text/plain; charset=utf-8",
        }
    }

    /// Whether a browser can show it by itself.
    pub fn is_shown(self) -> bool {
        matches!(self, Format::Svg | Format::Png)
    }
}
