//! The markup of texts, as HTML: `code` and *stress*, nothing else. web/scripts/dom/markup.js does the same.

/// A text as HTML, everything but the marks escaped.
pub(crate) fn html(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*']) {
        let (before, marked) = rest.split_at(at);
        let mark = &marked[..1];
        let Some((inner, after)) = marked[1..]
            .split_once(mark)
            .filter(|(inner, _)| !inner.is_empty())
        else {
            break;
        };
        let tag = if mark == "`" { "code" } else { "em" };
        html += &format!("{}<{tag}>{}</{tag}>", escape(before), escape(inner));
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
