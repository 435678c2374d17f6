//! Kept recordings: what is kept stays, byte for byte, whatever happens to the program; what is not visited gives way.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fourwave::catalogue;
use fourwave::recording::{self, Story};
use fourwave::store::{Day, Store, StoreError, ids_in};
use futures_util::{StreamExt, stream};
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Events, FOURWAVE, Server, eventually, new_folder, request, start_run};

const TODAY: Day = Day(20_000);
const ROOM: u64 = 1 << 30;

/// A folder for a database, which is gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        Folder(new_folder())
    }

    fn store(&self, limit: u64) -> Store {
        self.store_with(limit, &[])
    }

    fn store_with(&self, limit: u64, pinned: &[&str]) -> Store {
        let pinned = pinned.iter().map(|id| (*id).into());
        Store::new(self.0.clone(), limit, pinned.collect())
    }

    fn file(&self) -> PathBuf {
        self.0.join("recordings.sqlite3")
    }

    fn database(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
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
    let store = folder.store(ROOM);
    assert!(!folder.0.exists(), "nothing is made before it is needed");
    assert!(store.events("nosuchthng", TODAY).unwrap().is_none());
    assert!(!folder.0.exists());

    let id = store.keep(&lines(1), TODAY).unwrap();
    assert_eq!(store.keep(&lines(1), TODAY).unwrap(), id);
    assert_ne!(store.keep(&lines(2), TODAY).unwrap(), id);
    let digits = "abcdefghijkmnpqrstuvwxyz23456789";
    assert!(
        id.len() == 10 && id.chars().all(|digit| digits.contains(digit)),
        "{id}"
    );
    let events = store.events(&id, TODAY).unwrap().unwrap();
    assert_eq!(unpacked(&events), lines(1));
    drop(store);

    let rows = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
    let count = folder
        .database()
        .query_row("SELECT count(*) FROM recordings", [], rows);
    assert_eq!(count, Ok(2));
    assert_eq!(
        folder.store(ROOM).events(&id, TODAY).unwrap().unwrap(),
        events
    );
}

/// Of the hash that sha256sum gives for this text the first 50 bits, five to a digit.
#[test]
fn an_id_is_the_beginning_of_the_events_hash() {
    let folder = Folder::new();
    let run = r#"{"seq":0,"t":0,"type":"run","scenario":null,"script":"","kernel":"6.1","delay":0,"hosts":{}}"#;
    let id = folder.store(ROOM).keep(&[run], TODAY).unwrap();
    let file = folder.0.join("events");
    std::fs::write(&file, format!("{run}\n")).unwrap();
    let sum = Command::new("sha256sum").arg(&file).output().unwrap();
    let hash = u64::from_str_radix(std::str::from_utf8(&sum.stdout[..13]).unwrap(), 16).unwrap();
    let digits = b"abcdefghijkmnpqrstuvwxyz23456789";
    let digit = |index: u64| digits[(hash >> (47 - 5 * index) & 31) as usize] as char;
    assert_eq!(id, (0..10).map(digit).collect::<String>());
}

#[test]
fn only_what_is_known_to_come_from_a_kernel_is_kept() {
    let folder = Folder::new();
    let store = folder.store(ROOM);
    let end = r#"{"seq":0,"t":0,"type":"end","ok":false,"how":"failed","line":null,"reason":"x"}"#;
    for wrong in [&[][..], &[end.into()], &lines(1)[1..]] {
        let error = store.keep(wrong, TODAY).unwrap_err();
        assert!(matches!(error, StoreError::NoRun), "{error}");
    }
}

#[test]
fn what_a_recording_is_about_is_read_off_its_events() {
    let folder = Folder::new();
    let store = folder.store(ROOM);
    let about = |lines: &[String]| {
        let id = store.keep(lines, TODAY).unwrap();
        store.about(&id, TODAY).unwrap().unwrap()
    };
    let mut lines = lines(77);
    let plain = about(&lines);
    assert_eq!(plain.scenario.as_deref(), Some("half-close"));
    assert_eq!(plain.began, Some(77));
    assert_eq!(
        plain.script,
        catalogue::scenario("half-close").unwrap().script.text
    );
    assert_eq!(plain.story, Story::Both(fourwave::event::Host::Client));

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
    use fourwave::event::Host::Client;
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
    let limit = 128 << 10;
    let store = folder.store(limit);
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
        folder.file().metadata().unwrap().len() <= limit + (16 << 10),
        "the file keeps the bound"
    );
}

#[test]
fn what_is_pinned_never_gives_way() {
    let folder = Folder::new();
    let pinned = folder.store(ROOM).keep(&lines(0), TODAY).unwrap();
    let store = folder.store_with(64 << 10, &[&pinned]);
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
    let store = folder.store(ROOM);
    let id = store.keep(&lines(1), TODAY).unwrap();
    let visited = |database: &Connection| {
        let row = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        database
            .query_row("SELECT visited FROM recordings", [], row)
            .unwrap()
    };
    let changes = |database: &Connection| {
        let row = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        database.query_row("PRAGMA data_version", [], row).unwrap()
    };
    let other = folder.database();
    other.execute_batch("BEGIN IMMEDIATE").unwrap(); // nobody else can write now
    assert!(store.about(&id, Day(TODAY.0 + 1)).unwrap().is_some());
    assert!(store.events(&id, Day(TODAY.0 + 1)).unwrap().is_some());
    assert_eq!(visited(&other), TODAY.0);
    other.execute_batch("COMMIT").unwrap();
    drop(store); // all is written then
    assert_eq!(visited(&other), TODAY.0 + 1);

    let before = changes(&other);
    let store = folder.store(ROOM);
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
    std::fs::create_dir_all(&folder.0).unwrap();
    let lines = lines(5);
    let packed = recording::pack_lines(lines.iter().map(String::as_str)).unwrap();
    let about = json!({
        "scenario": null, "script": "server listen", "kernel": "6.1.0", "machine": "x86_64", "began": 5,
        "story": { "both": "server" },
    });
    let database = folder.database();
    database.execute_batch(VERSION_1).unwrap();
    let row = rusqlite::params!["abcdefghij", TODAY.0, about.to_string(), packed];
    database
        .execute("INSERT INTO recordings VALUES (?1, ?2, ?3, ?4)", row)
        .unwrap();
    drop(database);

    let store = folder.store(ROOM);
    store.look().unwrap();
    assert_eq!(
        unpacked(&store.events("abcdefghij", TODAY).unwrap().unwrap()),
        lines
    );
    let about = store.about("abcdefghij", TODAY).unwrap().unwrap();
    assert_eq!(
        (about.script.as_str(), about.story),
        ("server listen", Story::Both(fourwave::event::Host::Server))
    );
    store.keep(&lines, TODAY).unwrap();
}

/// Starts a server on a folder; what it says on stderr, what sharing a run is answered, and a page with no recording.
async fn server_with(folder: &Path) -> (String, (u16, Value), u16) {
    let log = new_folder();
    let mut command = Command::new(FOURWAVE);
    command
        .args(["--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder);
    command.stderr(Stdio::from(std::fs::File::create(&log).unwrap()));
    let server = Server::spawn(command);
    let run = ended_run(&server, "server listen\nclient connect").await;
    let shared = share(&server, &run).await;
    assert_eq!(share(&server, &run).await, shared);
    let (status, _) = request("GET", &server.url("/s/half-close"), None).await;
    assert_eq!(status, 200, "everything else is served");
    let page = reqwest::get(server.url("/r/abcdefghij")).await.unwrap();
    let page = page.status().as_u16();
    drop(server);
    let said = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(log).unwrap();
    (said, shared, page)
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    folder.store(ROOM).keep(&lines(1), TODAY).unwrap();
    folder
        .database()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let before = std::fs::read(folder.file()).unwrap();
    let (said, (status, answer), page) = server_with(&folder.0).await;
    assert_eq!((status, page), (503, 503), "{answer}");
    for text in [&said, answer["message"].as_str().unwrap()] {
        assert!(
            text.contains(folder.path())
                && text.contains("newer fourwave")
                && text.contains("--data-dir"),
            "{text}"
        );
    }
    assert_eq!(said.matches(folder.path()).count(), 1, "said once: {said}");
    assert!(
        std::fs::read(folder.file()).unwrap() == before,
        "it is left as it was"
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_names_its_path_and_all_else_is_served() {
    // A file where the folder should be, which stops root too; and a database that is none.
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("file");
    std::fs::write(&file, "").unwrap();
    let below = file.join("below");
    std::fs::write(
        folder.file(),
        "this is a letter, and no database at all".repeat(100),
    )
    .unwrap();
    let late = PathBuf::from("/proc/nowhere"); // as if it could be made, until that is tried
    for (path, missing) in [(&below, 503), (&folder.0, 503), (&late, 404)] {
        let (said, (status, answer), page) = server_with(path).await;
        assert_eq!(page, missing);
        assert_eq!(
            (status, &answer["error"]),
            (503, &json!("store")),
            "{answer}"
        );
        for text in [&said, answer["message"].as_str().unwrap()] {
            assert!(
                text.contains(path.to_str().unwrap()) && text.contains("--data-dir"),
                "{text}"
            );
        }
        assert_eq!(
            said.matches(path.to_str().unwrap()).count(),
            1,
            "said once: {said}"
        );
    }
}

async fn ended_run(server: &Server, script: &str) -> String {
    let id = start_run(server, json!({ "script": script, "pace": "full" })).await;
    eventually("the run is over", || async {
        let (_, status) = request("GET", &server.url(&format!("/api/runs/{id}")), None).await;
        (status["ended"] == true).then_some(())
    })
    .await;
    id
}

async fn share(server: &Server, run: &str) -> (u16, Value) {
    request(
        "POST",
        &server.url("/api/recordings"),
        Some(json!({ "run": run })),
    )
    .await
}

async fn text(url: String) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_kept_run_outlives_a_killed_server() {
    let folder = Folder::new();
    let mut server = Server::start(&["--data-dir", folder.path()]);
    let run = ended_run(&server, "server listen\nclient connect\nclient close").await;
    let told = text(server.url(&format!("/api/runs/{run}/events"))).await;
    let (status, answer) = share(&server, &run).await;
    assert_eq!(status, 201, "{answer}");
    let id = answer["id"].as_str().unwrap();
    assert_eq!(answer["address"], format!("/r/{id}"));
    server.signal(Signal::KILL);
    server.ended();

    let server = Server::start(&["--data-dir", folder.path()]);
    let kept = text(server.url(&format!("/api/r/{id}"))).await;
    assert_eq!(kept, told);
    let page = text(server.url(&format!("/r/{id}"))).await;
    assert!(page.contains("Closed by the client alone"), "{page}");
}

/// Many keep at once when the server is killed: what was acknowledged is there, and the database is whole.
#[tokio::test]
async fn nothing_acknowledged_is_lost_in_a_burst() {
    let folder = Folder::new();
    let mut server = Server::start(&["--data-dir", folder.path()]);
    let runs: Vec<String> = stream::iter(0..30)
        .map(|_| ended_run(&server, "server listen\nclient connect"))
        .buffered(8)
        .collect()
        .await;
    let mut told = Vec::new();
    for run in &runs {
        told.push(text(server.url(&format!("/api/runs/{run}/events"))).await);
    }
    let client = reqwest::Client::new();
    let keep = |index: usize| {
        let request = client
            .post(server.url("/api/recordings"))
            .json(&json!({ "run": runs[index] }));
        async move {
            let answer: Value = request.send().await.ok()?.json().await.ok()?;
            Some((index, answer["id"].as_str()?.to_owned()))
        }
    };
    let mut answers = stream::iter(0..runs.len())
        .map(keep)
        .buffer_unordered(runs.len());
    let mut acknowledged = Vec::new();
    while let Some(answer) = answers.next().await {
        acknowledged.extend(answer);
        if acknowledged.len() == 5 {
            server.signal(Signal::KILL);
        }
    }
    drop(answers);
    server.ended();
    assert!((5..=runs.len()).contains(&acknowledged.len()));
    println!("{} of {} were acknowledged", acknowledged.len(), runs.len());

    let server = Server::start(&["--data-dir", folder.path()]);
    for (index, id) in acknowledged {
        let kept = text(server.url(&format!("/api/r/{id}"))).await;
        assert_eq!(kept, told[index]);
    }
    drop(server);
    let row = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let check = folder
        .database()
        .query_row("PRAGMA integrity_check", [], row);
    assert_eq!(check.as_deref(), Ok("ok"));
}

#[tokio::test]
async fn a_run_that_goes_on_is_kept_as_far_as_it_is() {
    let server = Server::start(&[]);
    let script = "server listen\nclient connect\nserver accept\nserver recv";
    let run = start_run(&server, json!({ "script": script, "pace": "full" })).await;
    let events = server.url(&format!("/api/runs/{run}/events"));
    eventually("the run waits in recv", || async {
        text(events.clone())
            .await
            .contains("\"recv\"")
            .then_some(())
    })
    .await;
    let (status, answer) = share(&server, &run).await;
    assert_eq!(status, 201, "{answer}");
    let kept = Events::parse(
        &text(server.url(&format!("/api/r/{}", answer["id"].as_str().unwrap()))).await,
    );
    let now = Events::parse(&text(events).await);
    assert_eq!(kept.0[..], now.0[..kept.0.len()]);
    assert!(kept.of("end").is_empty() && !kept.of("call").is_empty());
}

#[tokio::test]
async fn a_recording_is_sent_as_it_is_stored_and_for_ever() {
    let server = Server::start(&[]);
    let run = ended_run(&server, "server listen\nclient connect").await;
    let (_, answer) = share(&server, &run).await;
    let id = answer["id"].as_str().unwrap();
    let url = server.url(&format!("/api/r/{id}"));
    let client = reqwest::Client::new();
    let get = |name: &'static str, value: String| client.get(&url).header(name, value).send();
    let packed = get("accept-encoding", "gzip".into()).await.unwrap();
    let header = |response: &reqwest::Response, name: &str| {
        let value = response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned());
        value.unwrap_or_default()
    };
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    assert_eq!(header(&packed, "content-type"), "application/x-ndjson");
    assert_eq!(
        header(&packed, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    let tag = header(&packed, "etag");
    let packed = packed.bytes().await.unwrap();
    let plain = text(url.clone()).await;
    assert_eq!(recording::unpack(&packed).unwrap(), plain);
    let again = get("if-none-match", format!("\"other\", {tag}"))
        .await
        .unwrap();
    assert_eq!(
        (again.status().as_u16(), header(&again, "etag")),
        (304, tag)
    );
    let other = get("if-none-match", "\"other\"".into()).await.unwrap();
    assert_eq!(other.status(), 200);

    let (status, answer) = request("GET", &server.url("/api/r/aaaaaaaaaa"), None).await;
    assert_eq!((status, &answer["error"]), (404, &json!("unknown")));
    let missing = reqwest::get(server.url("/r/aaaaaaaaaa")).await.unwrap();
    assert_eq!(missing.status(), 404);
    assert!(missing.text().await.unwrap().contains("90 days"));
    let (status, answer) = share(&server, "nosuchrun").await;
    assert_eq!((status, &answer["error"]), (404, &json!("unknown")));
}

#[tokio::test]
async fn a_full_store_and_an_eager_visitor_are_refused() {
    let folder = Folder::new();
    // What is there already fills it: kept today, so that nothing may go.
    let store = folder.store(1 << 20);
    let mut number = 0;
    while store.keep(&lines(number), Day::today()).is_ok() {
        number += 1;
    }
    drop(store);
    let server = Server::start(&["--data-dir", folder.path(), "--store-limit", "1"]);
    let run = ended_run(&server, "server listen\nclient connect").await;
    let (status, answer) = share(&server, &run).await;
    assert_eq!(
        (status, &answer["error"]),
        (507, &json!("store_full")),
        "{answer}"
    );
    assert!(
        answer["message"]
            .as_str()
            .unwrap()
            .contains("--store-limit"),
        "{answer}"
    );

    // One more a second, after sixty at once.
    let url = server.url("/api/recordings");
    let client = reqwest::Client::new();
    for count in 1.. {
        let response = client
            .post(&url)
            .json(&json!({ "run": run }))
            .send()
            .await
            .unwrap();
        if response.status() == 429 {
            assert!(count >= 59, "after {count}");
            assert!(response.headers().contains_key("retry-after"));
            break;
        }
        assert!(response.status() == 507 && count < 600);
    }
}

/// Starts an open run, says its lines, and ends it.
async fn play_by_hand(server: &Server, lines: &[&str]) -> String {
    let wanted = json!({ "script": "", "pace": "full", "open": true });
    let (status, started) = request("POST", &server.url("/api/runs"), Some(wanted)).await;
    assert_eq!(status, 201, "{started}");
    let run = server.url(&format!("/api/runs/{}", started["id"].as_str().unwrap()));
    let client = reqwest::Client::new();
    let key = started["key"].as_str().unwrap();
    for line in lines {
        let said = client
            .post(format!("{run}/lines"))
            .bearer_auth(key)
            .json(&json!({ "line": line }));
        let answer = said.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{line}");
    }
    let done = "\"phase\":\"end\"}";
    eventually("each line was played", || async {
        let events = text(format!("{run}/events")).await;
        let ends = events
            .lines()
            .filter(|line| line.contains("\"step\"") && line.ends_with(done));
        (ends.count() == lines.len()).then_some(())
    })
    .await;
    client.delete(&run).bearer_auth(key).send().await.unwrap();
    eventually("the run is over", || async {
        (request("GET", &run, None).await.1["ended"] == true).then_some(())
    })
    .await;
    text(format!("{run}/events")).await
}

#[tokio::test]
async fn free_play_is_kept_when_it_ends_and_its_script_repeats_it() {
    let folder = Folder::new();
    let server = Server::start(&["--data-dir", folder.path()]);
    play_by_hand(&server, &[]).await; // in which nothing was done
    let told = play_by_hand(
        &server,
        &["server listen", "client connect", "client close"],
    )
    .await;
    let id = eventually("the run is kept", || async {
        let database = folder.file().exists().then(|| folder.database())?;
        let row = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        database
            .query_row("SELECT id FROM recordings", [], row)
            .ok()
    })
    .await;
    let kept = text(server.url(&format!("/api/r/{id}"))).await;
    assert_eq!(kept, told);
    drop(server); // and with it all that would still be kept
    let row = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
    let count = folder
        .database()
        .query_row("SELECT count(*) FROM recordings", [], row);
    assert_eq!(count, Ok(1));

    let about = folder
        .store(ROOM)
        .about(&id, Day::today())
        .unwrap()
        .unwrap();
    assert_eq!(about.story, Story::One(fourwave::event::Host::Client));
    let lines: Vec<&str> = about.script.lines().collect();
    assert_eq!(lines.len(), 3, "{}", about.script);
    assert!(
        lines[2].starts_with("client close => 0"),
        "{}",
        about.script
    );
    let again = crate::support::play(&about.script);
    assert_eq!(again.sent(), Events::parse(&told).sent());
}
