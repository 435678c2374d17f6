//! The list of export formats: their names in addresses, their files' extensions and their media types.

/// A format in which a run can be exported.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// A capture file for Wireshark and tcpdump: [`crate::export::pcapng`].
    Pcapng,
    /// One JSON object with the script and every event.
    Json,
    /// The picture as vectors, for printing.
    Svg,
    /// The picture as pixels.
    Png,
    /// A text with a Mermaid sequence diagram; GitHub shows such diagrams.
    Markdown,
    /// A script for packetdrill, in which one host is under test.
    Packetdrill,
}

impl Format {
    /// All formats, in the order of the export menu.
    pub const ALL: [Format; 6] = [
        Format::Pcapng,
        Format::Svg,
        Format::Png,
        Format::Markdown,
        Format::Packetdrill,
        Format::Json,
    ];

    /// The name in addresses.
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

    /// The format with a name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The extension of the format's files.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Packetdrill => "pkt",
            format => format.name(),
        }
    }

    /// The media type (RFC 6838), with the charset of text formats.
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

    /// Whether browsers show the format; they download the others.
    pub fn is_shown(self) -> bool {
        matches!(self, Format::Svg | Format::Png)
    }
}
