//! What fourwave once handed out still works: links, kept recordings, API answers, words of the command and of scripts.
//! tests/fixtures/compatibility has those of the first day, and its README.md says how they were made. Additions are
//! welcome and never fail here; whatever is gone, or is otherwise than it was, is named.

mod answers;
mod browser;
mod command;
mod pages;
mod recordings;
mod subset;

use serde::de::DeserializeOwned;

use crate::support::Server;
use crate::support::temp_dir::Folder;

/// Where the fixtures are.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/compatibility");

/// A fixture's text.
fn text(name: &str) -> String {
    let file = format!("{FIXTURES}/{name}");
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a fixture in TOML says.
fn table<T: DeserializeOwned>(name: &str) -> T {
    toml::from_str(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A server that has the recordings of the fixture, in a folder of its own.
struct KeptServer {
    server: Server,
    _data: Folder,
}

impl KeptServer {
    fn start() -> KeptServer {
        let data = Folder::new();
        let name = "recordings.sqlite3";
        data.write(name, std::fs::read(format!("{FIXTURES}/{name}")).unwrap());
        KeptServer {
            server: Server::start(&["--data-dir", data.as_str()]),
            _data: data,
        }
    }
}

/// Fails where anything was found, with all of it.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
