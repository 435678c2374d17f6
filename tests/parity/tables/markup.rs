//! Inline markup: `html` in server/content/markup.rs, `markup` in web/scripts/dom/markup.js.

use fourwave::content::markup::html;
use serde::Deserialize;
use serde_json::json;

use super::{Answered, Page, read};

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    html: String,
}

pub async fn compare(page: &mut Page) {
    let table: Table = read(include_str!("markup.toml"));
    let cases = table.cases.into_iter().map(|case| Answered {
        // A browser writes quotes in texts as they are; the server escapes them for attributes.
        expected: json!(case.html),
        server: json!(html(&case.text).replace("&quot;", "\"")),
        given: json!(case.text),
    });
    let answer = "
        const { markup } = await import('/assets/now/scripts/dom/markup.js');
        const element = document.createElement('p');
        markup(element, given);
        return element.innerHTML;";
    page.compare("inline markup", cases.collect(), answer).await;
}
