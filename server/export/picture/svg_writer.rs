//! An SVG document that grows by shapes and texts. It has presentation attributes only and no style sheet: the page's
//! Content-Security-Policy forbids style sheets, and not every program reads them.

use std::fmt::{Display, Write as _};

use crate::export::text_width::{columns, escape_controls};

/// The fonts of a picture, as values of `font-family`.
pub(crate) struct Fonts {
    pub(crate) sans: &'static str,
    pub(crate) mono: &'static str,
}

/// The fonts of the viewer's system, as on the page.
pub(crate) const SYSTEM: Fonts = Fonts {
    sans: "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
    mono: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Consolas, 'Noto Sans Mono CJK SC', monospace",
};

/// The width of a character in the widest of these monospaced fonts, as a multiple of the text's size.
const CHARACTER_WIDTH: f64 = 0.603;

/// The point of a text that stands at its x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Display for Anchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        })
    }
}

/// The size, weight, colour and anchor of a text.
#[derive(Clone, Copy)]
pub(crate) struct TextStyle<'a> {
    pub(crate) size: f64,
    pub(crate) weight: u32,
    pub(crate) fill: &'a str,
    pub(crate) anchor: Anchor,
}

/// The body of a picture so far.
pub(crate) struct SvgWriter {
    out: String,
    /// The colour behind names, so that lines do not run through them.
    ground: &'static str,
}

impl SvgWriter {
    pub(crate) fn new(ground: &'static str) -> SvgWriter {
        SvgWriter {
            out: String::new(),
            ground,
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// Appends SVG as it is.
    pub(crate) fn put(&mut self, svg: impl Display) {
        let _ = writeln!(self.out, "{svg}");
    }

    /// Appends a text in one or more pieces, each with its own colour and weight.
    pub(crate) fn text(&mut self, x: f64, y: f64, pieces: &[(&str, TextStyle)]) {
        let Some((_, first)) = pieces.first() else {
            return;
        };
        let place = format!("x=\"{}\" y=\"{}\"", number(x), number(y));
        self.write_text(&place, first, pieces);
    }

    /// Appends a text along a tilted line. The middle of the text is at (x, y); its baseline is `side` below.
    pub(crate) fn text_along(
        &mut self,
        (x, y): (f64, f64),
        degrees: f64,
        side: f64,
        text: &str,
        style: &TextStyle,
    ) {
        let (x, y, degrees) = (number(x), number(y), number(degrees));
        let side = number(side);
        let place = format!(
            "transform=\"translate({x} {y}) rotate({degrees})\" y=\"{side}\" paint-order=\"stroke\" stroke=\"{}\" \
             stroke-width=\"{}\" stroke-linejoin=\"round\"",
            self.ground,
            number(style.size * 0.3),
        );
        self.write_text(&place, style, &[(text, *style)]);
    }

    fn write_text(&mut self, place: &str, style: &TextStyle, pieces: &[(&str, TextStyle)]) {
        let (anchor, size) = (style.anchor, number(style.size));
        let _ = write!(
            self.out,
            "<text {place} font-size=\"{size}\" text-anchor=\"{anchor}\">"
        );
        for (text, TextStyle { weight, fill, .. }) in pieces {
            let weight = match weight {
                400 => String::new(),
                weight => format!(" font-weight=\"{weight}\""),
            };
            let _ = write!(
                self.out,
                "<tspan fill=\"{fill}\"{weight}>{}</tspan>",
                escape(text)
            );
        }
        self.out.push_str("</text>\n");
    }
}

/// A text that may stand in XML, in attributes too. Characters that XML 1.0 forbids (section 2.2) are spelled out.
pub(crate) fn escape(text: &str) -> String {
    escape_controls(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A number in SVG's notation, rounded to a hundredth.
pub(crate) fn number(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The greatest width of a monospaced text.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    columns(text) as f64 * size * CHARACTER_WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_are_harmless() {
        assert_eq!(
            escape("<script>alert('1')</script>]]>\u{0}\u{202e}\u{fffe}&\""),
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;]]&gt;\\u0000\\u202e\\ufffe&amp;&quot;"
        );
    }
}
