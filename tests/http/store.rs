//! Kept recordings: what is kept stays, byte for byte, whatever happens to the program; what is not visited gives way.

mod served;

use std::collections::BTreeSet;
use std::process::Command;

use fourwave::content::catalogue;
use fourwave::recording::id::ids_in;
use fourwave::recording::{self, Story};
use fourwave::store::error::StoreError;
use fourwave::store::{Day, Store};
use rusqlite::Connection;
use rusqlite::types::FromSql;
use serde_json::{Value, json};

use crate::support::temp_dir::Folder;

const TODAY: Day = Day(20_000);
const ROOM: u64 = 1 << 30;

/// A store of one's own.
fn open(folder: &Folder, limit: u64) -> Store {
    open_with(folder, limit, &[])
}

fn open_with(folder: &Folder, limit: u64, pinned: &[&str]) -> Store {
    let pinned = pinned.iter().map(|id| (*id).into());
    Store::new(folder.path().into(), limit, pinned.collect())
}

/// Its file.
const FILE: &str = "recordings.sqlite3";

fn database(folder: &Folder) -> Connection {
    Connection::open(folder.file(FILE)).unwrap()
}

/// The one value that a query gives.
fn ask<T: FromSql>(database: &Connection, query: &str) -> rusqlite::Result<T> {
    database.query_row(query, [], |row| row.get(0))
}

/// A recording that differs from those of other numbers.
fn lines(number: u64) -> Vec<String> {
    let recorded = catalogue::recording_lines("half-close").unwrap();
    let mut lines: Vec<String> = recorded.lines().map(Into::into).collect();
    let mut run: Value = serde_json::from_str(&lines[0]).unwrap();
    run["began"] = json!(number);
    lines[0] = run.to_string();
    lines
}

fn unpacked(packed: &[u8]) -> Vec<String> {
    let lines = recording::unpack(packed).unwrap();
    lines.lines().map(Into::into).collect()
}

#[test]
fn the_same_events_have_the_same_id_and_are_kept_once() {
    let folder = Folder::new();
    let store = open(&folder, ROOM);
    assert!(
        !folder.path().exists(),
        "nothing is made before it is needed"
    );
    assert!(store.events("nosuchthng", TODAY).unwrap().is_none());
    assert!(!folder.path().exists());

    let id = store.keep(&lines(1), TODAY).unwrap();
    assert_eq!(store.keep(&lines(1), TODAY).unwrap(), id);
    assert_ne!(store.keep(&lines(2), TODAY).unwrap(), id);
    let digits = "abcdefghijkmnpqrstuvwxyz23456789";
    assert!(
        id.len() == 10 && id.chars().all(|digit| digits.contains(digit)),
        "{id}"
    );
    let events = store.events(&id, TODAY).unwrap().unwrap();
    assert!(events.has_facts);
    assert_eq!(unpacked(&events.packed), lines(1));
    drop(store);

    let count = ask::<i64>(&database(&folder), "SELECT count(*) FROM recordings");
    assert_eq!(count, Ok(2));
    assert_eq!(
        open(&folder, ROOM).events(&id, TODAY).unwrap().unwrap(),
        events
    );
}

/// Of the hash that sha256sum gives for this text the first 50 bits, five to a digit.
#[test]
fn an_id_is_the_beginning_of_the_events_hash() {
    let folder = Folder::new();
    let run = r#"{"seq":0,"t":0,"type":"run","scenario":null,"script":"","kernel":"6.1","delay":0,"hosts":{}}"#;
    let id = open(&folder, ROOM).keep(&[run], TODAY).unwrap();
    let file = folder.write("events", format!("{run}\n"));
    let sum = Command::new("sha256sum").arg(&file).output().unwrap();
    let hash = u64::from_str_radix(std::str::from_utf8(&sum.stdout[..13]).unwrap(), 16).unwrap();
    let digits = b"abcdefghijkmnpqrstuvwxyz23456789";
    let digit = |index: u64| digits[(hash >> (47 - 5 * index) & 31) as usize] as char;
    assert_eq!(id, (0..10).map(digit).collect::<String>());
}

#[test]
fn only_what_is_known_to_come_from_a_kernel_is_kept() {
    let folder = Folder::new();
    let store = open(&folder, ROOM);
    let end = r#"{"seq":0,"t":0,"type":"end","ok":false,"how":"failed","line":null,"reason":"x"}"#;
    for wrong in [&[][..], &[end.into()], &lines(1)[1..]] {
        let error = store.keep(wrong, TODAY).unwrap_err();
        assert!(matches!(error, StoreError::NoRun), "{error}");
    }
}

#[test]
fn what_a_recording_is_about_is_read_off_its_events() {
    let folder = Folder::new();
    let store = open(&folder, ROOM);
    let about = |lines: &[String]| {
        let id = store.keep(lines, TODAY).unwrap();
        store.info(&id, TODAY).unwrap().unwrap()
    };
    let mut lines = lines(77);
    let plain = about(&lines);
    assert_eq!(plain.scenario.as_deref(), Some("half-close"));
    assert_eq!(plain.began, Some(77));
    assert_eq!(
        plain.script,
        catalogue::scenario("half-close").unwrap().script.text
    );
    assert_eq!(
        plain.story,
        Story::Both(fourwave::event::host::Host::Client)
    );

    // What was done by hand is in the script, and what a later program may tell besides is no trouble.
    let hand = r#"{"seq":7,"t":7,"type":"script","at":1,"remove":1,"insert":["wire hold FIN","server listen => 0"]}"#;
    let later = r#"{"seq":8,"t":8,"type":"comet","from":"elsewhere"}"#;
    lines.splice(3..3, [hand.to_owned(), later.to_owned()]);
    let changed = about(&lines);
    let script: Vec<&str> = changed.script.lines().collect();
    assert_eq!(
        script[..3],
        ["wire hold FIN", "server listen => 0", "client connect"]
    );
    let given: Vec<&str> = plain.script.lines().collect();
    assert_eq!(script[2..], given[1..]);
}

#[test]
fn stories_tell_who_ended_the_connection() {
    let story = |id: &str| {
        let lines = catalogue::recording_lines(id).unwrap();
        recording::about(lines.lines()).unwrap().story
    };
    use fourwave::event::host::Host::Client;
    assert_eq!(story("four-waves"), Story::Both(Client));
    assert_eq!(story("close-while-poll"), Story::One(Client));
    assert_eq!(story("cable-idle"), Story::Open);
    assert_eq!(story("duplicated-fin"), Story::Injected);
    assert_eq!(story("reset-linger-0"), Story::Reset(Client));
    assert_eq!(story("shutdown-while-connect"), Story::Refused);
}

#[test]
fn what_was_longest_not_visited_gives_way_and_nothing_of_the_last_90_days() {
    let folder = Folder::new();
    let limit = 132 << 10;
    let store = open(&folder, limit);
    let mut ids = Vec::new();
    let full = loop {
        match store.keep(&lines(ids.len() as u64), Day(TODAY.0 + ids.len() as i64)) {
            Ok(id) => ids.push(id),
            Err(error) => break error,
        }
        assert!(ids.len() < 100, "it has a limit");
    };
    assert!(matches!(full, StoreError::Full { .. }), "{full}");
    assert!(full.to_string().contains("--store-limit"), "{full}");
    let made = ids.len() as i64;
    assert!((5..60).contains(&made), "{made} recordings");
    let is_there = |id: &String, today| store.events(id, Day(today)).unwrap().is_some();

    // Nothing was given up for what could not be kept. These are visits: all but the second are of this day now.
    let now = TODAY.0 + made;
    for id in ids.iter().filter(|id| **id != ids[1]) {
        assert!(is_there(id, now));
    }
    assert!(matches!(
        store.keep(&lines(900), Day(TODAY.0 + 1 + 90)),
        Err(StoreError::Full { .. })
    ));
    // The second was made on the day after the first; 91 days later it may go, and it alone.
    let newest = store.keep(&lines(901), Day(TODAY.0 + 1 + 91)).unwrap();
    assert!(store.events(&ids[1], Day(now)).unwrap().is_none());
    assert!(
        ids.iter()
            .filter(|id| **id != ids[1])
            .all(|id| is_there(id, now))
    );
    assert!(is_there(&newest, now));
    // What is kept again is visited.
    let later = Day(now + 91);
    store.keep(&lines(0), later).unwrap();
    let newer = store.keep(&lines(902), later).unwrap();
    assert!(is_there(&ids[0], later.0) && is_there(&newer, later.0));
    drop(store);
    assert!(
        folder.file(FILE).metadata().unwrap().len() <= limit + (16 << 10),
        "the file keeps the bound"
    );
}

#[test]
fn what_is_pinned_never_gives_way() {
    let folder = Folder::new();
    let pinned = open(&folder, ROOM).keep(&lines(0), TODAY).unwrap();
    let store = open_with(&folder, 64 << 10, &[&pinned]);
    let years = |number: u64| Day(TODAY.0 + 1000 * number as i64);
    let others: BTreeSet<String> = (1..50)
        .map(|number| store.keep(&lines(number), years(number)).unwrap())
        .collect();
    assert_eq!(others.len(), 49);
    assert!(store.events(&pinned, years(50)).unwrap().is_some());
}

#[test]
fn links_to_recordings_are_found_in_texts() {
    let text = "see /r/abcdefghij#t=5, <a href=\"/r/23456789ab\">, not /r/short, /r/abcdefghijk or /r/ABCDEFGHIJ";
    assert_eq!(
        ids_in(text).collect::<Vec<_>>(),
        ["abcdefghij", "23456789ab"]
    );
}

/// A visit is written once a day, and whoever opens a recording does not wait for that.
#[test]
fn a_visit_is_remembered_without_waiting_for_it() {
    let folder = Folder::new();
    let store = open(&folder, ROOM);
    let id = store.keep(&lines(1), TODAY).unwrap();
    let visited = |database| ask::<i64>(database, "SELECT visited FROM recordings").unwrap();
    let changes = |database| ask::<i64>(database, "PRAGMA data_version").unwrap();
    let other = database(&folder);
    other.execute_batch("BEGIN IMMEDIATE").unwrap(); // nobody else can write now
    assert!(store.info(&id, Day(TODAY.0 + 1)).unwrap().is_some());
    assert!(store.events(&id, Day(TODAY.0 + 1)).unwrap().is_some());
    assert_eq!(visited(&other), TODAY.0);
    other.execute_batch("COMMIT").unwrap();
    drop(store); // all is written then
    assert_eq!(visited(&other), TODAY.0 + 1);

    let before = changes(&other);
    let store = open(&folder, ROOM);
    for _ in 0..100 {
        store.events(&id, Day(TODAY.0 + 1)).unwrap();
        store.events(&id, TODAY).unwrap(); // a clock that went back
    }
    drop(store);
    assert_eq!(
        (changes(&other), visited(&other)),
        (before, TODAY.0 + 1),
        "nothing was written"
    );
}

/// As version 1 made it. This never changes: such files are out there.
const VERSION_1: &str = "
    CREATE TABLE recordings (id TEXT PRIMARY KEY, visited INTEGER NOT NULL, about TEXT NOT NULL, events BLOB NOT NULL) STRICT;
    CREATE INDEX recordings_by_visit ON recordings (visited);
    PRAGMA user_version = 1;";

#[test]
fn a_database_of_version_1_is_opened() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path()).unwrap();
    let lines = lines(5);
    let packed = recording::pack_lines(lines.iter().map(String::as_str)).unwrap();
    let about = json!({
        "scenario": null, "script": "server listen", "kernel": "6.1.0", "machine": "x86_64", "began": 5,
        "story": { "both": "server" },
    });
    let database = database(&folder);
    database.execute_batch(VERSION_1).unwrap();
    let row = rusqlite::params!["abcdefghij", TODAY.0, about.to_string(), packed];
    database
        .execute("INSERT INTO recordings VALUES (?1, ?2, ?3, ?4)", row)
        .unwrap();
    drop(database);

    let store = open(&folder, ROOM);
    store.check().unwrap();
    let events = store.events("abcdefghij", TODAY).unwrap().unwrap();
    assert!(!events.has_facts, "an older program wrote no facts");
    assert_eq!(unpacked(&events.packed), lines);
    let about = store.info("abcdefghij", TODAY).unwrap().unwrap();
    assert_eq!(
        (about.script.as_str(), about.story),
        (
            "server listen",
            Story::Both(fourwave::event::host::Host::Server)
        )
    );
    store.keep(&lines, TODAY).unwrap();
}
