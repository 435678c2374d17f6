//! Links that any program can open: pages and their places, other names, files of each format, sheets.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::json;

use super::{KeptServer, assert_none, table};
use crate::support::{Server, ended_run};

/// What this test reads of the links.
#[derive(Deserialize)]
struct Links {
    pages: Vec<Pages>,
    /// Ids of elements, by their pages.
    places: BTreeMap<String, Vec<String>>,
    answered: Vec<Answered>,
}

/// Pages of a kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pages {
    /// How their addresses begin.
    begin: String,
    names: Vec<String>,
    /// The page that leads to them.
    on: Option<String>,
}

/// An address, and what it must lead to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    address: String,
    #[serde(default = "ok")]
    status: u16,
    /// Where it leads.
    at: Option<String>,
    /// The media type.
    kind: Option<String>,
    /// The name under which it is saved.
    file: Option<String>,
    /// What stands in it.
    #[serde(default)]
    holds: Vec<String>,
    /// What fills the blanks of a sheet, or the places of its segments.
    sheet: Option<Vec<String>>,
}

fn ok() -> u16 {
    200
}

/// What a server answers now.
struct Answer {
    status: u16,
    path: String,
    headers: reqwest::header::HeaderMap,
    content: String,
}

async fn get(server: &Server, address: &str) -> Answer {
    let response = reqwest::get(server.url(address)).await.unwrap();
    Answer {
        status: response.status().as_u16(),
        path: response.url().path().to_owned(),
        headers: response.headers().clone(),
        content: String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned(),
    }
}

impl Pages {
    /// The pages that are gone. Hundreds of requests take long: a page with a link to it is not asked for, except the first.
    async fn faults(&self, server: &Server) -> Vec<String> {
        let listing = match &self.on {
            Some(page) => get(server, page).await.content,
            None => String::new(),
        };
        let is_led_to = |address: &str| {
            let link = format!("href=\"{address}");
            let mut links = listing.split(&link).skip(1);
            links.any(|rest| rest.starts_with(['"', '#']))
        };
        let mut faults = Vec::new();
        for (index, name) in self.names.iter().enumerate() {
            let address = format!("{}{name}", self.begin);
            if index > 0 && is_led_to(&address) {
                continue;
            }
            let status = get(server, &address).await.status;
            if status != 200 {
                faults.push(format!("{address} is answered with {status}"));
            }
        }
        faults
    }
}

/// The places that a page has no more.
async fn gone_places(server: &Server, page: &str, ids: &[String]) -> Vec<String> {
    let page_now = get(server, page).await.content;
    let is_gone = |id: &&String| !page_now.contains(&format!("id=\"{id}\""));
    let gone = ids.iter().filter(is_gone);
    gone.map(|id| format!("{page}#{id} is no place of the page"))
        .collect()
}

impl Answered {
    /// What is otherwise than it was.
    async fn faults(&self, server: &Server, ended: &str) -> Vec<String> {
        let named = |text: &String| text.replace("{ended}", ended);
        let answer = get(server, &named(&self.address)).await;
        let header = |name: &str| {
            let value = answer.headers.get(name);
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let mut faults = Vec::new();
        let mut expect = |what: &str, old: String, new: String| {
            if old != new {
                faults.push(format!("{what} was {old}, is {new}"));
            }
        };
        expect("status", self.status.to_string(), answer.status.to_string());
        if let Some(at) = &self.at {
            expect("the address", at.clone(), answer.path.clone());
        }
        if let Some(kind) = &self.kind {
            let new = header("content-type");
            expect(
                "the media type",
                kind.clone(),
                new.split(';').next().unwrap().into(),
            );
        }
        if let Some(file) = &self.file {
            let new = header("content-disposition");
            let new = new.split_once("filename=\"").map_or("", |(_, name)| name);
            expect("the file", named(file), new.trim_end_matches('"').into());
        }
        if let Some(sheet) = &self.sheet {
            expect(
                "the sheet",
                format!("{sheet:?}"),
                format!("{:?}", filled(&answer.content)),
            );
        }
        let gone = self.holds.iter().map(named);
        let gone = gone.filter(|text| !answer.content.contains(text));
        faults.extend(gone.map(|text| format!("{text:?} is gone")));
        let faults = faults.into_iter();
        let named = faults.map(|fault| format!("{}: {fault}", self.address));
        named.collect()
    }
}

/// What a key has filled in: the blanks of a table, or the places of shuffled segments.
fn filled(page: &str) -> Vec<String> {
    let blanks = page.split("</sup><code>").skip(1);
    let places = page.split("<td class=\"place\"><b>").skip(1);
    let ends = blanks.chain(places);
    ends.map(|rest| rest.split('<').next().unwrap().replace("&quot;", "\""))
        .collect()
}

#[tokio::test]
async fn each_address_is_answered_as_it_was() {
    let kept = KeptServer::start();
    let server = &kept.server;
    let links: Links = table("links.toml");
    let ended = ended_run(server, json!({ "scenario": "half-close", "pace": "full" })).await;
    let mut faults = Vec::new();
    for pages in &links.pages {
        faults.extend(pages.faults(server).await);
    }
    for (page, ids) in &links.places {
        faults.extend(gone_places(server, page, ids).await);
    }
    let answered = links.answered.iter();
    let answered = answered.map(|link| link.faults(server, &ended));
    faults.extend(stream::iter(answered).buffered(4).concat().await);
    assert_none(&faults);
}
