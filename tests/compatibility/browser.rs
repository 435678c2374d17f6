//! Links as people open them, all in one browser: what each shows is what its sender saw.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::recordings::recordings;
use super::{KeptServer, table};
use crate::support::browser::{Browser, LAPTOP};
use crate::support::stage::STATES;
use crate::support::{Server, ended_run, eventually, request, start_run, until_told};

/// What this test reads of the links.
#[derive(Deserialize)]
struct Links {
    opened: Vec<Opened>,
    remembered: BTreeMap<String, String>,
}

/// An address, and what a browser must show there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    address: String,
    /// The lesson whose title the page has.
    lesson: Option<String>,
    /// The rest, by the names of [`SEEN`].
    shows: BTreeMap<String, Value>,
}

/// What can be seen of a page, as expressions.
const SEEN: [(&str, &str); 8] = [
    ("title", "$('h1')?.textContent"),
    (
        "script",
        "$$('.script li').map((line) => line.title).join('\\n')",
    ),
    ("edited", "$('.editor textarea')?.value"),
    ("states", STATES),
    (
        "compared",
        "$$('.run [data-host]').map((state) => state.textContent).join(' ')",
    ),
    ("lang", "document.documentElement.lang"),
    ("theme", "document.documentElement.dataset.theme"),
    ("questions", "$('.predict input')?.checked"),
];

impl Opened {
    /// All that must be seen.
    async fn expected(&self, server: &Server) -> Value {
        let mut shows = json!(self.shows);
        if let Some(lesson) = &self.lesson {
            let url = server.url(&format!("/api/scenarios/{lesson}"));
            let (_, lesson) = request("GET", &url, None).await;
            let is_chinese = self.shows.get("lang") == Some(&json!("zh-CN"));
            shows["title"] = lesson["title"][if is_chinese { "zh" } else { "en" }].clone();
        }
        shows
    }
}

/// Waits until a page shows what is expected; what it shows instead is printed.
async fn until_seen(browser: &Browser, address: &str, expected: &Value) {
    let names = expected.as_object().unwrap().keys();
    let places: Vec<String> = names
        .map(|name| {
            let place = SEEN.iter().find(|(known, _)| known == name);
            let (_, place) = place.unwrap_or_else(|| panic!("{address}: what is {name}?"));
            format!("{name}: {place}")
        })
        .collect();
    let look = format!("({{ {} }})", places.join(", "));
    let before = RefCell::new(Value::Null);
    let ask = || async {
        let seen = browser.get(&look).await;
        if seen != *expected && seen != *before.borrow() {
            println!("{address} shows {seen}");
        }
        let is_so = seen == *expected;
        *before.borrow_mut() = seen;
        is_so.then_some(())
    };
    eventually(&format!("{address} shows {expected}"), ask).await;
}

#[tokio::test]
async fn each_link_shows_what_it_showed() {
    let kept = KeptServer::start();
    let server = &kept.server;
    let links: Links = table("links.toml");
    let ended = json!({ "scenario": "half-close", "pace": "full" });
    let ended = ended_run(server, ended).await;
    let open = "server listen\nclient connect\nserver accept";
    let open = json!({ "script": open, "pace": "full", "open": true });
    let open = start_run(server, open).await;
    until_told(server, &open, "\"made\":\"conn\"", 2).await;

    let browser = Browser::fresh("en", LAPTOP).await;
    for link in &links.opened {
        let address = link
            .address
            .replace("{ended}", &ended)
            .replace("{open}", &open);
        browser.visit(server.url(&address)).await;
        until_seen(&browser, &address, &link.expected(server).await).await;
    }
    // Two at a time: a comparison draws both.
    for pair in recordings().chunks(2) {
        let (a, b) = (&pair[0], pair.last().unwrap());
        let address = format!("/compare?a=r:{}&b=r:{}", a.id, b.id);
        let states = format!("{} {}", a.states, b.states);
        browser.visit(server.url(&address)).await;
        until_seen(&browser, &address, &json!({ "compared": states })).await;
    }
    browser.assert_quiet().await;
    remembers(&browser, server, &links.remembered).await;
    browser.assert_quiet().await;
}

/// What a visitor's browser remembers since earlier counts.
async fn remembers(browser: &Browser, server: &Server, remembered: &BTreeMap<String, String>) {
    let remember = format!("Object.assign(localStorage, {})", json!(remembered));
    browser.visit(server.url("/")).await;
    browser.get("localStorage.clear()").await; // of what the links above left there
    browser.get(&remember).await;
    browser.visit(server.url("/")).await;
    browser
        .until("$('.watched')?.dataset.lesson === 'half-close'")
        .await;
    browser.visit(server.url("/s/half-close")).await;
    for holds in [
        "document.documentElement.dataset.theme === 'dark'",
        "document.documentElement.matches('[data-projector]')",
        "$('#lens').value === 'winsock'",
        "$('#map').open",
        "$('.transcript').checkVisibility()",
        "$('[name=language]:checked').value === 'python'",
        "$('[name=host]:checked').value === 'server'",
        "$('.score').checkVisibility()",
        "$('.predict input').checked === false",
    ] {
        browser.until(holds).await;
    }
}
