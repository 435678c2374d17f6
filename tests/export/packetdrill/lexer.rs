//! packetdrill's `lexer.l`: at each place the longest match counts; of equal matches, the first rule counts.

/// A token with its text, or a character that stands for itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A keyword.
    Reserved(String),
    Ellipsis,
    Option(String),
    /// A number with a fraction, as text; it is a time in seconds.
    Float(String),
    Integer(i64),
    Hex(String),
    Word(String),
    String(String),
    /// A command for the shell.
    BackQuoted(String),
    Code(String),
    Address(String),
    Char(char),
}

/// The keywords that scripts for TCP use, and those that a careless text would use by accident.
const RESERVED: &str = "sa_family sin_port sin_addr msg_name msg_iov msg_flags msg_control fd u32 u64 ptr events revents onoff linger \
    htons ipv4 ipv6 icmp udp gre raw sum off key seq none checksum present mpls label tc ttl inet_addr inet6_addr \
    ack eol ecr mss mtu nop sack sackOK md5 TS FO FOEXP tos flowlabel flags Flags val win urg wscale ect01 ect0 \
    ect1 noecn ce id";

pub fn tokens(script: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = script;
    while !rest.is_empty() {
        let line = || script[..script.len() - rest.len()].lines().count().max(1);
        let (length, token) =
            longest(rest).ok_or_else(|| format!("line {}: {:?}", line(), head(rest)))?;
        tokens.extend(token);
        rest = &rest[length..];
    }
    Ok(tokens)
}

fn head(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

type Match = (usize, Option<Token>);

fn longest(text: &str) -> Option<Match> {
    let rules = [
        reserved,
        ellipsis,
        option,
        float,
        integer,
        hex,
        word,
        string,
        back_quoted,
        single,
        blank,
        line_comment,
        block_comment,
        code,
        address,
    ];
    let mut best: Option<Match> = None;
    for (length, token) in rules.iter().filter_map(|rule| rule(text)) {
        if best.as_ref().is_none_or(|(longest, _)| length > *longest) {
            best = Some((length, token));
        }
    }
    best
}

fn span(text: &str, is_part: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_part(*byte)).count()
}

fn digits(text: &str) -> usize {
    span(text, |byte| byte.is_ascii_digit())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn reserved(text: &str) -> Option<Match> {
    let found = RESERVED
        .split(' ')
        .filter(|name| text.starts_with(name))
        .max_by_key(|name| name.len())?;
    Some((found.len(), Some(Token::Reserved(found.into()))))
}

fn ellipsis(text: &str) -> Option<Match> {
    text.starts_with("...")
        .then_some((3, Some(Token::Ellipsis)))
}

fn option(text: &str) -> Option<Match> {
    let length = span(text.strip_prefix("--")?, is_word);
    (length > 0).then(|| (2 + length, Some(Token::Option(text[2..2 + length].into()))))
}

fn float(text: &str) -> Option<Match> {
    let sign = usize::from(text.starts_with('-'));
    let whole = digits(&text[sign..]);
    let part = digits(text[sign + whole..].strip_prefix('.')?);
    let length = sign + whole + 1 + part;
    (part > 0).then(|| (length, Some(Token::Float(text[..length].into()))))
}

fn integer(text: &str) -> Option<Match> {
    let sign = usize::from(text.starts_with('-'));
    let length = sign + digits(&text[sign..]);
    let number = text[..length].parse().ok()?;
    Some((length, Some(Token::Integer(number))))
}

fn hex(text: &str) -> Option<Match> {
    let length = span(text.strip_prefix("0x")?, |byte| byte.is_ascii_hexdigit());
    (length > 0).then(|| (2 + length, Some(Token::Hex(text[..2 + length].into()))))
}

fn word(text: &str) -> Option<Match> {
    let length = span(text, is_word);
    (length > 0).then(|| (length, Some(Token::Word(text[..length].into()))))
}

/// The length of a text between two marks; a backslash escapes the next character.
fn quoted(text: &str, mark: char) -> Option<(usize, String)> {
    let inner = text.strip_prefix(mark)?;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == mark => return Some((at + 2, inner[..at].into())),
            _ => {}
        }
    }
    None
}

fn string(text: &str) -> Option<Match> {
    let (length, inner) = quoted(text, '"')?;
    Some((length, Some(Token::String(inner))))
}

fn back_quoted(text: &str) -> Option<Match> {
    let (length, inner) = quoted(text, '`')?;
    Some((length, Some(Token::BackQuoted(inner))))
}

fn single(text: &str) -> Option<Match> {
    let c = text.chars().next()?;
    // flex reads bytes: the language has ASCII characters only.
    (c.is_ascii() && !c.is_ascii_whitespace()).then_some((1, Some(Token::Char(c))))
}

fn blank(text: &str) -> Option<Match> {
    let length = span(text, |byte| matches!(byte, b' ' | b'\t' | b'\n'));
    (length > 0).then_some((length, None))
}

/// The length of a comment up to the end of its line; a comment must have such an end.
fn line_comment(text: &str) -> Option<Match> {
    text.strip_prefix("//")?
        .find('\n')
        .map(|end| (end + 3, None))
}

fn block_comment(text: &str) -> Option<Match> {
    text.strip_prefix("/*")?
        .find("*/")
        .map(|end| (end + 4, None))
}

fn code(text: &str) -> Option<Match> {
    let end = text.strip_prefix("%{")?.find("}%")?;
    Some((end + 4, Some(Token::Code(text[2..end + 2].into()))))
}

fn address(text: &str) -> Option<Match> {
    let mut length = 0;
    for part in 0..4 {
        if part > 0 {
            length += text[length..].starts_with('.').then_some(1)?;
        }
        let digits = digits(&text[length..]);
        length += (digits > 0).then_some(digits)?;
    }
    Some((length, Some(Token::Address(text[..length].into()))))
}
