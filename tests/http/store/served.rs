//! Recordings that a server keeps.

use std::path::Path;
use std::process::Command;

use fourwave::recording::{self, Story};
use fourwave::store::Day;
use futures_util::{StreamExt, stream};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::{FILE, ROOM, TODAY, ask, database, lines, open};
use crate::support::interactive_run::ByHand;
use crate::support::temp_dir::Folder;
use crate::support::{
    Events, FOURWAVE, Server, ended_run, events_of, eventually, fetch, play, request, start_run,
    until_told,
};

/// Starts a server on a folder; what it says on stderr, what sharing a run is answered, and a page with no recording.
async fn server_with(folder: &Path) -> (String, (u16, Value), u16) {
    let logs = Folder::new();
    let log = logs.write("log", "");
    let mut command = Command::new(FOURWAVE);
    command
        .args(["--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder);
    command.stderr(std::fs::File::create(&log).unwrap());
    let server = Server::spawn(command);
    let run = played(&server).await;
    let shared = share(&server, &run).await;
    assert_eq!(share(&server, &run).await, shared);
    let (status, _) = request("GET", &server.url("/s/half-close"), None).await;
    assert_eq!(status, 200, "everything else is served");
    let page = reqwest::get(server.url("/r/abcdefghij")).await.unwrap();
    let page = page.status().as_u16();
    drop(server);
    (std::fs::read_to_string(log).unwrap(), shared, page)
}

/// A run that has ended; its id.
async fn played(server: &Server) -> String {
    let script = "server listen\nclient connect\nclient close";
    ended_run(server, json!({ "script": script, "pace": "full" })).await
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    open(&folder, ROOM).keep(&lines(1), TODAY).unwrap();
    database(&folder)
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let before = std::fs::read(folder.file(FILE)).unwrap();
    let (said, (status, answer), page) = server_with(folder.path()).await;
    assert_eq!((status, page), (503, 503), "{answer}");
    for text in [&said, answer["message"].as_str().unwrap()] {
        assert!(
            text.contains(folder.as_str())
                && text.contains("newer fourwave")
                && text.contains("--data-dir"),
            "{text}"
        );
    }
    assert_eq!(
        said.matches(folder.as_str()).count(),
        1,
        "said once: {said}"
    );
    assert!(
        std::fs::read(folder.file(FILE)).unwrap() == before,
        "it is left as it was"
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_names_its_path_and_all_else_is_served() {
    // A file where the folder should be, which stops root too; and a database that is none.
    let folder = Folder::new();
    let below = folder.write("file", "").join("below");
    folder.write(FILE, "this is a letter, and no database at all".repeat(100));
    let late = Path::new("/proc/nowhere"); // as if it could be made, until that is tried
    for (path, missing) in [(&*below, 503), (folder.path(), 503), (late, 404)] {
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

async fn share(server: &Server, run: &str) -> (u16, Value) {
    request(
        "POST",
        &server.url("/api/recordings"),
        Some(json!({ "run": run })),
    )
    .await
}

#[tokio::test]
async fn a_kept_run_outlives_a_killed_server() {
    let folder = Folder::new();
    let mut server = Server::start(&["--data-dir", folder.as_str()]);
    let run = played(&server).await;
    let told = fetch(server.url(&format!("/api/runs/{run}/events"))).await;
    let (status, answer) = share(&server, &run).await;
    assert_eq!(status, 201, "{answer}");
    let id = answer["id"].as_str().unwrap();
    assert_eq!(answer["address"], format!("/r/{id}"));
    server.signal(Signal::KILL);
    server.ended();

    let server = Server::start(&["--data-dir", folder.as_str()]);
    let kept = fetch(server.url(&format!("/api/r/{id}"))).await;
    assert_eq!(kept, told);
    let page = fetch(server.url(&format!("/r/{id}"))).await;
    assert!(page.contains("Closed by the client alone"), "{page}");
}

/// Many keep at once when the server is killed: what was acknowledged is there, and the database is whole.
#[tokio::test]
async fn nothing_acknowledged_is_lost_in_a_burst() {
    let folder = Folder::new();
    let mut server = Server::start(&["--data-dir", folder.as_str()]);
    let runs: Vec<String> = stream::iter(0..30)
        .map(|_| played(&server))
        .buffered(8)
        .collect()
        .await;
    let mut told = Vec::new();
    for run in &runs {
        told.push(fetch(server.url(&format!("/api/runs/{run}/events"))).await);
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

    let server = Server::start(&["--data-dir", folder.as_str()]);
    for (index, id) in acknowledged {
        let kept = fetch(server.url(&format!("/api/r/{id}"))).await;
        assert_eq!(kept, told[index]);
    }
    drop(server);
    let check = ask::<String>(&database(&folder), "PRAGMA integrity_check");
    assert_eq!(check.as_deref(), Ok("ok"));
}

#[tokio::test]
async fn a_run_that_goes_on_is_kept_as_far_as_it_is() {
    let server = Server::start(&[]);
    let script = "server listen\nclient connect\nserver accept\nserver recv";
    let run = start_run(&server, json!({ "script": script, "pace": "full" })).await;
    until_told(&server, &run, "\"call\":\"recv\"", 1).await;
    let (status, answer) = share(&server, &run).await;
    assert_eq!(status, 201, "{answer}");
    let kept = Events::parse(
        &fetch(server.url(&format!("/api/r/{}", answer["id"].as_str().unwrap()))).await,
    );
    let now = events_of(&server, &run).await;
    assert_eq!(kept.0[..], now.0[..kept.0.len()]);
    assert!(kept.of("end").is_empty() && !kept.of("call").is_empty());
}

#[tokio::test]
async fn a_recording_is_sent_as_it_is_stored_and_for_ever() {
    let server = Server::start(&[]);
    let run = played(&server).await;
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
    let plain = fetch(url.clone()).await;
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
    let store = open(&folder, 1 << 20);
    let mut number = 0;
    while store.keep(&lines(number), Day::today()).is_ok() {
        number += 1;
    }
    drop(store);
    let server = Server::start(&["--data-dir", folder.as_str(), "--store-limit", "1"]);
    let run = played(&server).await;
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
    let mut run = ByHand::open(server, "", "full").await;
    run.say_all(lines).await;
    if let Some(last) = lines.last() {
        run.until_line(last).await;
    }
    let events = server.url(&format!("/api/runs/{}/events", run.id));
    run.stop().await;
    fetch(events).await
}

#[tokio::test]
async fn free_play_is_kept_when_it_ends_and_its_script_repeats_it() {
    let folder = Folder::new();
    let server = Server::start(&["--data-dir", folder.as_str()]);
    play_by_hand(&server, &[]).await; // in which nothing was done
    let told = play_by_hand(
        &server,
        &["server listen", "client connect", "client close"],
    )
    .await;
    let id = eventually("the run is kept", || async {
        let database = folder.file(FILE).exists().then(|| database(&folder))?;
        ask::<String>(&database, "SELECT id FROM recordings").ok()
    })
    .await;
    let kept = fetch(server.url(&format!("/api/r/{id}"))).await;
    assert_eq!(kept, told);
    drop(server); // and with it all that would still be kept
    let count = ask::<i64>(&database(&folder), "SELECT count(*) FROM recordings");
    assert_eq!(count, Ok(1));

    let about = open(&folder, ROOM)
        .info(&id, Day::today())
        .unwrap()
        .unwrap();
    assert_eq!(about.story, Story::One(fourwave::event::host::Host::Client));
    let lines: Vec<&str> = about.script.lines().collect();
    assert_eq!(lines.len(), 3, "{}", about.script);
    assert!(
        lines[2].starts_with("client close => 0"),
        "{}",
        about.script
    );
    let again = play(&about.script);
    assert_eq!(again.sent(), Events::parse(&told).sent());
}

/// The events of a lesson, and the same as an older program recorded them: without facts about lines.
fn with_and_without_facts() -> (Vec<Value>, Vec<String>) {
    let facts = [
        "lines",
        "kind",
        "action",
        "label",
        "claim",
        "actor",
        "verb",
        "waits_for",
        "background",
    ];
    let new = lines(1);
    let new = new.iter().map(|line| serde_json::from_str(line).unwrap());
    let new: Vec<Value> = new.collect();
    let old = new.iter().cloned().map(|mut event| {
        let has_facts = ["run", "script", "step"].contains(&event["type"].as_str().unwrap());
        for fact in facts.into_iter().filter(|_| has_facts) {
            event.as_object_mut().unwrap().remove(fact);
        }
        event.to_string()
    });
    let old = old.collect();
    (new, old)
}

#[tokio::test]
async fn an_older_recording_gets_facts_about_its_lines_when_it_is_read() {
    let folder = Folder::new();
    let (new, old) = with_and_without_facts();
    let store = open(&folder, ROOM);
    let id = store.keep(&old, TODAY).unwrap();
    let kept = store.events(&id, TODAY).unwrap().unwrap();
    assert!(!kept.has_facts);
    drop(store);

    let server = Server::start(&["--data-dir", folder.as_str()]);
    let events = fetch(server.url(&format!("/api/r/{id}"))).await;
    let events = events
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    assert_eq!(events.collect::<Vec<Value>>(), new);
    let json = fetch(server.url(&format!("/api/r/{id}/json"))).await;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["events"], json!(new));
    drop(server);
    let same = open(&folder, ROOM).events(&id, TODAY).unwrap().unwrap();
    assert_eq!(same, kept, "the kept bytes never change");
}
