//! Texts of scenarios → HTML. The markup has `code` and *stress* only; tests/parity/markup.toml holds this file and
//! web/scripts/dom/markup.js to the same rule.

/// A text as HTML. Everything but the markup is escaped; a mark without a partner stands for itself.
pub fn html(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*']) {
        let (before, marked) = rest.split_at(at);
        let mark = &marked[..1];
        html += &escape(before);
        let enclosed = marked[1..].split_once(mark);
        let Some((inner, after)) = enclosed.filter(|(inner, _)| !inner.is_empty()) else {
            html += mark;
            rest = &marked[1..];
            continue;
        };
        let tag = if mark == "`" { "code" } else { "em" };
        html += &format!("<{tag}>{}</{tag}>", escape(inner));
        rest = after;
    }
    html + &escape(rest)
}

/// A text without its marks.
pub(crate) fn plain_text(text: &str) -> String {
    text.replace(['`', '*'], "")
}

/// Text that can stand in HTML, in attributes too.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
