//! How wide a text is, and how it is shortened.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What somebody wrote, made harmless for a line of text: what would steer a terminal, or turn a line's direction round
/// (Unicode Standard Annex #9), is spelled out.
pub(crate) fn tame(text: &str) -> String {
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

/// The width of a text in columns of a monospaced font (Unicode Standard Annex #11).
pub(crate) fn columns(text: &str) -> usize {
    tame(text).width()
}

/// As much of a text as fits into `room` columns; an ellipsis stands for the rest.
pub(crate) fn shorten(text: &str, room: usize) -> String {
    let text = tame(text);
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
    fn what_is_too_long_ends_in_an_ellipsis_and_fits() {
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
