//! The text of a program in any language: indented lines, comments, identifiers and string literals.

use crate::event::host::Host;

/// The lines of a program so far.
pub(crate) struct SourceText {
    text: String,
    depth: usize,
}

impl SourceText {
    pub(crate) fn new(depth: usize) -> SourceText {
        SourceText {
            text: String::new(),
            depth,
        }
    }

    /// Appends lines, each at the current depth.
    pub(crate) fn put(&mut self, lines: impl AsRef<str>) {
        for line in lines.as_ref().lines() {
            if !line.is_empty() {
                self.text.push_str(&"    ".repeat(self.depth));
                self.text.push_str(line);
            }
            self.text.push('\n');
        }
    }

    /// Indents the lines that follow.
    pub(crate) fn indent(&mut self) {
        self.depth += 1;
    }

    pub(crate) fn outdent(&mut self) {
        self.depth -= 1;
    }

    pub(crate) fn text(self) -> String {
        self.text
    }
}

/// The comments at the head of a program. `mark` begins a comment; `how` is the command that starts the program.
pub(crate) fn header(mark: &str, host: Host, how: &str, note: &str) -> String {
    let other = host.other();
    let order = match host {
        Host::Client => "Start the server's program first.",
        Host::Server => "Start it before the client's program.",
    };
    let text = format!(
        "The {host}, made from the script. The lab plays the script line by line, and begins a line when all before it is \
         acknowledged. This program runs by itself, beside the {other}'s: where no call waits for the other side, it \
         sleeps to keep the script's order. {order}"
    );
    let texts = [text.as_str(), note, how];
    texts.map(|text| wrapped(mark, text)).concat()
}

/// A text as comment lines that fit beside the picture.
fn wrapped(mark: &str, text: &str) -> String {
    const WIDTH: usize = 41;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
        .iter()
        .map(|line| format!("{mark} {line}\n"))
        .collect()
}

/// A text without the characters that would end a comment line or change the direction of writing.
pub(crate) fn comment_text(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    text.chars()
        .map(|c| if turns(c) || breaks(c) { ' ' } else { c })
        .collect()
}

/// Names with a meaning in one of the languages, or in the parts of its library that the programs use.
const RESERVED_WORDS: &str = "abstract accept address alignas alignof and arg args as asm assert async auto await base become \
    begin bind bool boolean box break buffer byte bytes case catch chan char check checked class client close connect \
    const constexpr continue crate decimal def default del delegate do double dup dyn elif else end enum environ EOF \
    epoll errno error event except exit explicit extends extern false fd final finally fixed float fn for fork from \
    get_option global goto if impl implements implicit import in inet_addr inline input instanceof int interface \
    internal io is lambda let linux listen lock long loop macro main match mod move mut name namespace native net new \
    None nonlocal not null NULL nullptr number object operator option or os out override package params pass perror poll \
    polled pollfd print printf priv private process protected pthread_create pthread_join public puts raise readonly \
    record recv ref register restrict return Rust sbyte sealed select self Self send server set_option setsockopt shared short \
    show shutdown signal signed sizeof sleep socket stackalloc static static_assert stderr stdin stdout str strcmp \
    strictfp string struct super switch synchronized System tell this thread thread_local threading throw throws time \
    trait transient True true try type typedef typeof typeof_unqual uint ulong unchecked union unix unsafe unsigned \
    unsized use ushort using usleep var virtual void volatile waitpid where while with write yield _ __name__";

/// A name of a script as an identifier that is valid in all five languages.
pub(crate) fn identifier(name: &str) -> String {
    let letters = name.chars().map(|c| match c.is_ascii_alphanumeric() {
        true => c.to_ascii_lowercase(),
        false => '_',
    });
    let mut identifier: String = letters.collect();
    let is_word = identifier.starts_with(|c: char| c.is_ascii_lowercase());
    if !is_word {
        identifier.insert_str(0, "the_");
    }
    let usual = ["client", "server"].contains(&name);
    if !usual
        && RESERVED_WORDS
            .split_whitespace()
            .any(|taken| taken == identifier)
    {
        identifier.push_str("_of_script");
    }
    identifier
}

/// A string literal. `escape` spells the characters that cannot stand for themselves.
pub(crate) fn quoted(text: &str, escape: impl Fn(char) -> String) -> String {
    let inner: String = text
        .chars()
        .map(|c| match c {
            '\n' => "\\n".into(),
            '\r' => "\\r".into(),
            '\t' => "\\t".into(),
            '"' => "\\\"".into(),
            '\\' => "\\\\".into(),
            ' '..='~' => c.to_string(),
            c if c.is_alphanumeric() => c.to_string(),
            c => escape(c),
        })
        .collect();
    format!("\"{inner}\"")
}

/// A character as an escape in UTF-16 code units, for C# and Java.
pub(crate) fn utf16(c: char) -> String {
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units);
    units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// A host's address, as in the lab.
pub(crate) fn address(host: Host) -> &'static str {
    match host {
        Host::Client => "127.0.0.1",
        Host::Server => "127.0.0.2",
    }
}
