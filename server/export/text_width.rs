//! The width of a text in columns, and texts shortened to a width. Texts from outside lose their control characters here.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text that is safe in a line: characters that would control a terminal or change the direction of writing (Unicode
/// Standard Annex #9) are spelled as `\u` and four digits.
pub(crate) fn escape_controls(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{061c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{ffff}' => escaped += &format!("\\u{:04x}", u32::from(c)),
            c if c.is_control() => escaped += &format!("\\u{:04x}", u32::from(c)),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The width of a text in columns of a monospaced font (Unicode Standard Annex #11).
pub(crate) fn columns(text: &str) -> usize {
    escape_controls(text).width()
}

/// The beginning of a text that fits into `room` columns. An ellipsis stands for the rest.
pub(crate) fn shorten(text: &str, room: usize) -> String {
    let text = escape_controls(text);
    if text.width() <= room {
        return text;
    }
    let mut left = room.max(2) - 1;
    let fits = text.chars().take_while(|c| {
        let rest = left.checked_sub(c.width().unwrap_or(0));
        rest.map(|rest| left = rest).is_some()
    });
    fits.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_in_an_ellipsis_and_fits() {
        for (text, room, expected) in [
            ("recv(3)", 7, "recv(3)"),
            ("recv(3, 65536)", 7, "recv(3…"),
            ("四次挥手", 8, "四次挥手"),
            ("四次挥手", 7, "四次挥…"),
            ("四次挥手", 6, "四次…"),
            ("ab", 1, "a…"),
            ("e\u{301}te\u{301}", 3, "e\u{301}te\u{301}"),
        ] {
            assert_eq!(shorten(text, room), expected);
        }
    }
}
