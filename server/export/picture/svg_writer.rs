//! Writes SVG: lines, shapes and words with a place that is theirs alone. Presentation attributes only, no style sheet:
//! the page's Content-Security-Policy forbids those, and not every program reads them.

use std::fmt::{Display, Write as _};

use crate::export::text_width::{columns, tame};

/// The fonts of a picture, as `font-family` has them.
pub(crate) struct Faces {
    pub(crate) sans: &'static str,
    pub(crate) mono: &'static str,
}

/// Those of whoever looks at it, as on the page.
pub(crate) const SYSTEM: Faces = Faces {
    sans: "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
    mono: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Consolas, 'Noto Sans Mono CJK SC', monospace",
};

/// How wide a character of the widest of these monospaced fonts is, of its size.
const CHARACTER: f64 = 0.603;

/// Where a text is held.
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

/// How a text looks.
#[derive(Clone, Copy)]
pub(crate) struct Type<'a> {
    pub(crate) size: f64,
    pub(crate) weight: u32,
    pub(crate) fill: &'a str,
    pub(crate) anchor: Anchor,
}

/// A picture that grows.
pub(crate) struct Pen {
    out: String,
    /// Behind names, so that lines do not run through them.
    ground: &'static str,
}

impl Pen {
    pub(crate) fn new(ground: &'static str) -> Pen {
        Pen {
            out: String::new(),
            ground,
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// Anything, as it stands.
    pub(crate) fn put(&mut self, svg: impl Display) {
        let _ = writeln!(self.out, "{svg}");
    }

    /// A text in one or more pieces, each with a colour and a weight of its own.
    pub(crate) fn words(&mut self, x: f64, y: f64, pieces: &[(&str, Type)]) {
        let Some((_, first)) = pieces.first() else {
            return;
        };
        let place = format!("x=\"{}\" y=\"{}\"", number(x), number(y));
        self.text(&place, first, pieces);
    }

    /// A text along a line, its middle at a place, its foot so far below it.
    pub(crate) fn along(
        &mut self,
        (x, y): (f64, f64),
        degrees: f64,
        side: f64,
        text: &str,
        look: &Type,
    ) {
        let (x, y, degrees) = (number(x), number(y), number(degrees));
        let side = number(side);
        let place = format!(
            "transform=\"translate({x} {y}) rotate({degrees})\" y=\"{side}\" paint-order=\"stroke\" stroke=\"{}\" \
             stroke-width=\"{}\" stroke-linejoin=\"round\"",
            self.ground,
            number(look.size * 0.3),
        );
        self.text(&place, look, &[(text, *look)]);
    }

    fn text(&mut self, place: &str, look: &Type, pieces: &[(&str, Type)]) {
        let (anchor, size) = (look.anchor, number(look.size));
        let _ = write!(
            self.out,
            "<text {place} font-size=\"{size}\" text-anchor=\"{anchor}\">"
        );
        for (text, Type { weight, fill, .. }) in pieces {
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

/// Text that can stand in XML, in attributes too. What XML 1.0 allows nowhere (section 2.2) is spelled out.
pub(crate) fn escape(text: &str) -> String {
    tame(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A number as SVG has it, to a hundredth.
pub(crate) fn number(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How wide a text is at most, at this size.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    columns(text) as f64 * size * CHARACTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hostile_is_harmless() {
        assert_eq!(
            escape("<script>alert('1')</script>]]>\u{0}\u{202e}\u{fffe}&\""),
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;]]&gt;\\u0000\\u202e\\ufffe&amp;&quot;"
        );
    }
}
