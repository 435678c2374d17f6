//! What is shipped in the program: the scenarios, and a recorded run of each.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use rust_embed::Embed;

use crate::content::article::{self, Claim};
use crate::content::scenario::{self, Scenario};
use crate::export::picture::thumbnail;
use crate::recording;
use crate::recording::digest::{self, Digest};
use crate::recording::id::ids_in;

#[derive(Embed)]
#[folder = "scenarios/"]
#[include = "*.toml"]
#[include = "recordings/*.ndjson.gz"]
struct Shipped;

/// All scenarios, in their order.
pub fn scenarios() -> &'static [Scenario] {
    static SCENARIOS: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
        let files = shipped_texts().filter(|(name, _)| name != article::FILE);
        let mut all: Vec<Scenario> = files
            .map(|(name, text)| {
                scenario::parse(&name, &text)
                    .unwrap_or_else(|broken| panic!("a shipped scenario is broken: {broken}"))
            })
            .collect();
        all.sort_by_key(|scenario| (scenario.chapter, scenario.order));
        all
    });
    &SCENARIOS
}

/// The scenario of that id.
pub fn scenario(id: &str) -> Option<&'static Scenario> {
    scenarios().iter().find(|scenario| scenario.id == id)
}

/// The recorded run of a scenario, packed as [`recording::pack`] does.
pub fn recording(id: &str) -> Option<Cow<'static, [u8]>> {
    Some(Shipped::get(&recording::path(id))?.data)
}

/// The recorded run of a scenario: one event a line.
///
/// # Panics
/// Where the file is broken that was shipped.
pub fn recording_lines(id: &str) -> Option<String> {
    let lines = recording::unpack(&recording(id)?);
    Some(lines.unwrap_or_else(|error| panic!("the recording of {id} is broken: {error}")))
}

/// The kept recordings that something shipped leads to, as `/r/ID`: a store never gives them up.
pub fn pinned() -> BTreeSet<String> {
    let ids =
        shipped_texts().flat_map(|(_, text)| ids_in(&text).map(Into::into).collect::<Vec<_>>());
    ids.collect()
}

/// The claims of the article, in its order.
pub fn claims() -> &'static [Claim] {
    static CLAIMS: LazyLock<Vec<Claim>> = LazyLock::new(|| {
        let text = text_of(article::FILE);
        article::parse(article::FILE, &text)
            .unwrap_or_else(|broken| panic!("the shipped article is broken: {broken}"))
    });
    &CLAIMS
}

/// What is known of a scenario from its recording.
#[derive(Debug)]
pub struct CatalogueEntry {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// What occurs in it.
    pub digest: Digest,
    /// Its thumbnail, as SVG.
    pub thumbnail: String,
}

/// What is known of each scenario, in their order. Reads every recording when it is asked for the first time, which
/// takes tens of ms.
///
/// # Panics
/// Where a scenario has no recording: each is shipped with one.
pub fn entries() -> &'static [CatalogueEntry] {
    static ENTRIES: LazyLock<Vec<CatalogueEntry>> =
        LazyLock::new(|| scenarios().iter().map(entry).collect());
    &ENTRIES
}

fn entry(scenario: &'static Scenario) -> CatalogueEntry {
    let id = &scenario.id;
    let lines = recording_lines(id)
        .unwrap_or_else(|| panic!("{id} has no recording: `fourwave record {id}` makes it"));
    let events = recording::read(&lines);
    CatalogueEntry {
        scenario,
        digest: digest::digest(&events),
        thumbnail: thumbnail::draw(&events),
    }
}

/// The files that are written by hand: their names and texts.
fn shipped_texts() -> impl Iterator<Item = (Cow<'static, str>, String)> {
    let names = Shipped::iter().filter(|name| name.ends_with(".toml"));
    names.map(|name| {
        let text = text_of(&name);
        (name, text)
    })
}

fn text_of(name: &str) -> String {
    let file = Shipped::get(name).unwrap_or_else(|| panic!("{name} is not shipped"));
    String::from_utf8(file.data.into_owned())
        .unwrap_or_else(|error| panic!("{name} is shipped, but no text: {error}"))
}
