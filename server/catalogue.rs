//! What is shipped in the program: the scenarios, and a recorded run of each.

use std::borrow::Cow;
use std::sync::OnceLock;

use rust_embed::Embed;

use crate::recording;
use crate::scenario::{self, Scenario};

#[derive(Embed)]
#[folder = "scenarios/"]
#[include = "*.toml"]
#[include = "recordings/*.ndjson.gz"]
struct Shipped;

/// All scenarios, in their order.
pub fn scenarios() -> &'static [Scenario] {
    static ALL: OnceLock<Vec<Scenario>> = OnceLock::new();
    ALL.get_or_init(|| {
        let files = Shipped::iter().filter(|name| name.ends_with(".toml"));
        let mut all: Vec<Scenario> = files
            .filter_map(|name| {
                let text = String::from_utf8(Shipped::get(&name)?.data.into_owned()).ok()?;
                Some(
                    scenario::parse(&name, &text)
                        .unwrap_or_else(|broken| panic!("a shipped scenario is broken: {broken}")),
                )
            })
            .collect();
        all.sort_by_key(|scenario| (scenario.chapter, scenario.order));
        all
    })
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
