//! The course, the article, finding: what they say is what the recordings have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use fourwave::recording;
use serde_json::Value;
use thirtyfour::prelude::*;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Events, Server, fetch, scenario_ids};

/// What was recorded, by scenario.
fn recordings() -> &'static BTreeMap<String, Events> {
    static ALL: OnceLock<BTreeMap<String, Events>> = OnceLock::new();
    let read = |id: String| {
        let packed = std::fs::read(format!("scenarios/{}", recording::path(&id))).unwrap();
        let events = Events::parse(&recording::unpack(&packed).unwrap());
        (id, events)
    };
    ALL.get_or_init(|| scenario_ids().into_iter().map(read).collect())
}

async fn get(server: &Server, path: &str) -> String {
    let response = reqwest::get(server.url(path)).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.unwrap()
}

/// The lessons that a page links to, in its main part.
fn lessons(page: &str) -> BTreeSet<String> {
    let main = page.split("<main").nth(1).unwrap();
    let links = main.split("href=\"/s/").skip(1);
    links
        .map(|link| link.split(['"', '#', '?']).next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_course_has_every_lesson_with_a_sign_in_the_order_of_its_chapters() {
    let server = Server::start(&[]);
    let page = get(&server, "/?lang=en").await;
    let ids: BTreeSet<String> = scenario_ids().into_iter().collect();
    assert_eq!(lessons(&page), ids);
    let shown: Vec<&str> = page
        .split("data-lesson=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let place = |id: &&str| {
        let text = std::fs::read_to_string(format!("scenarios/{id}.toml")).unwrap();
        let scenario = fourwave::content::scenario::parse(id, &text).unwrap();
        (scenario.chapter, scenario.order)
    };
    assert!(shown.iter().is_sorted_by_key(place), "{shown:?}");
    assert_eq!(page.matches("<svg class=\"sign\"").count(), ids.len());
    let packed = reqwest::Client::new()
        .get(server.url("/"))
        .header("accept-encoding", "gzip");
    let packed = packed.send().await.unwrap().bytes().await.unwrap();
    assert!(packed.len() < 60_000, "{} bytes", packed.len());
}

#[tokio::test]
async fn a_recording_is_sent_packed_and_unpacked() {
    let server = Server::start(&[]);
    for id in scenario_ids() {
        let url = server.url(&format!("/api/recordings/{id}"));
        let plain = fetch(&url).await;
        let request = reqwest::Client::new()
            .get(&url)
            .header("accept-encoding", "br, gzip");
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-encoding"], "gzip");
        let packed = response.bytes().await.unwrap();
        assert_eq!(recording::unpack(&packed).unwrap(), plain, "{id}");
    }
}

/// What the recordings say of each claim, by other means than the program.
fn verdicts() -> BTreeMap<String, &'static str> {
    let mut checks: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    for events in recordings().values() {
        for check in events.of("check") {
            if let Value::String(claim) = &check["claim"] {
                let said = checks.entry(claim.clone()).or_default();
                said.insert(check["ok"].as_bool().unwrap());
            }
        }
    }
    let verdict = |said: BTreeSet<bool>| match (said.contains(&true), said.contains(&false)) {
        (true, true) => "partly",
        (true, false) => "holds",
        _ => "fails",
    };
    checks
        .into_iter()
        .map(|(claim, said)| (claim, verdict(said)))
        .collect()
}

#[tokio::test]
async fn the_article_has_every_claim_and_its_verdicts_are_the_recordings() {
    let server = Server::start(&[]);
    let page = get(&server, "/article").await;
    let text = std::fs::read_to_string("scenarios/article.toml").unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    let verdicts = verdicts();
    let claims = table["claims"].as_array().unwrap();
    assert_eq!(page.matches("class=\"claim\"").count(), claims.len());
    for claim in claims {
        let name = claim["name"].as_str().unwrap();
        let row = page.split(&format!("id=\"{name}\"")).nth(1);
        let row = row.unwrap_or_else(|| panic!("no row for {name}"));
        let verdict = verdicts.get(name).unwrap_or(&"open");
        let head = row.split('>').next().unwrap();
        assert!(
            head.ends_with(&format!("data-verdict=\"{verdict}\"")),
            "{name}: {verdict}, {head}"
        );
        assert!(row.contains("rel=\"noreferrer\""), "{name} has no source");
    }
}

/// The lessons in whose recordings something occurs.
fn with(occurs: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let having = recordings()
        .iter()
        .filter(|(_, events)| events.0.iter().any(&occurs));
    having.map(|(id, _)| id.clone()).collect()
}

fn gave(error: &str) -> impl Fn(&Value) -> bool {
    move |event| {
        event["type"] == "call"
            && event["phase"] == "exit"
            && (event["errno"] == error || event["words"] == error)
    }
}

#[tokio::test]
async fn pages_of_states_and_errors_list_exactly_the_recordings_that_have_them() {
    let server = Server::start(&[]);
    for state in fourwave::tcp::state::State::ALL.map(fourwave::tcp::state::State::name) {
        let page = get(&server, &format!("/state/{state}")).await;
        let expected = with(|event| event["type"] == "state" && event["to"] == state);
        assert_eq!(lessons(&page), expected, "{state}");
    }
    let mut errors: BTreeSet<String> = ["ECONNRESET", "EPIPE"].map(Into::into).into();
    for events in recordings().values() {
        let exits = events.of("call").into_iter();
        errors.extend(exits.filter_map(|exit| exit["errno"].as_str().map(Into::into)));
    }
    for error in errors {
        let page = get(&server, &format!("/error/{error}")).await;
        assert_eq!(lessons(&page), with(gave(&error)), "{error}");
    }
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    for (from, to) in [
        ("/error/10054", "/error/ECONNRESET"),
        ("/error/WSAESHUTDOWN", "/error/EPIPE"),
        ("/error/104", "/error/ECONNRESET"),
        ("/error/10053", "/error/ECONNABORTED"),
        ("/state/time-wait", "/state/TIME_WAIT"),
        ("/state/SYN_RCVD", "/state/SYN_RECEIVED"),
    ] {
        let response = client.get(server.url(from)).send().await.unwrap();
        assert_eq!(response.headers()["location"], to, "{from}");
    }
    for nothing in ["/error/EWHATEVER", "/state/OPEN", "/error/1"] {
        let response = reqwest::get(server.url(nothing)).await.unwrap();
        assert_eq!(response.status(), 404, "{nothing}");
    }
}

#[tokio::test]
async fn finding_finds_by_state_error_call_chapter_and_text_in_both_languages() {
    let server = Server::start(&[]);
    let found = async |query: &str| {
        let url = server.url("/find");
        let request = reqwest::Client::new().get(url).query(&[("q", query)]);
        let page = request.send().await.unwrap().text().await.unwrap();
        lessons(&page)
    };
    let resets = found("ECONNRESET").await;
    assert!(resets.contains("reset-linger-0"));
    for same in ["10054", "wsaeconnreset", "econnreset", "104"] {
        assert_eq!(found(same).await, resets, "{same}");
    }
    assert!(resets.is_superset(&with(gave("ECONNRESET"))));
    for state in ["FIN_WAIT_2", "fin-wait-2", "FIN_WAIT2"] {
        let having = with(|event| event["to"] == "FIN_WAIT_2");
        assert!(found(state).await.is_superset(&having), "{state}");
    }
    for query in [
        "shutdown()",
        "four waves",
        "四次挥手",
        "道别",
        "sigpipe rst",
    ] {
        let found = found(query).await;
        assert!(!found.is_empty(), "{query}");
    }
    assert!(found("half-close bye").await.contains("half-close"));
    assert!(!found("半关闭").await.contains("reset-linger-0"));
    for nothing in ["", "   ", "no such thing anywhere", "<script>"] {
        assert_eq!(found(nothing).await, BTreeSet::new(), "{nothing}");
    }
    let page = get(&server, "/find?q=%3Cscript%3E&lang=zh").await;
    assert!(
        !page.contains("<script>\""),
        "what is looked for is escaped"
    );
    assert!(page.contains("没有找到"));
}

#[tokio::test]
async fn finding_answers_as_one_types_and_by_its_form() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/find")).await;
    browser.click("#q").await;
    browser.press("10054").await;
    browser
        .until("$('#found a[href=\"/error/ECONNRESET\"]') && $('#found a[href^=\"/s/reset-linger-0\"]')")
        .await;
    assert_eq!(browser.get("location.search").await, "?q=10054");
    browser.get("globalThis.typed = true").await;
    browser.press(Key::Enter).await;
    browser
        .until("!globalThis.typed && $('#q')?.value === '10054' && $('#found .meant')")
        .await;
    browser
        .click("#found .moments a[href^='/s/reset-linger-0#']")
        .await;
    browser
        .until("$('.clock')?.textContent.match(/[1-9]/)")
        .await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn what_was_watched_is_marked_and_its_fix_is_told_at_the_end() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/")).await;
    assert_eq!(browser.text(".begin .primary").await, "Begin here");
    let lesson = browser.get("$('.begin .primary').href").await;
    browser.visit(lesson.as_str().unwrap()).await;
    assert_eq!(
        browser.get("localStorage.getItem('watched')").await,
        Value::Null
    );
    browser.click("[data-act=recording]").await;
    browser.until("$('.origin').textContent").await;
    browser.press(Key::End).await;
    browser.until("localStorage.getItem('watched')").await;
    let told = "($('.fix') ?? {}).hidden ?? false";
    assert_eq!(browser.get(told).await, false);

    browser.visit(server.url("/")).await;
    assert!(
        browser.text(".begin .primary").await.starts_with("Go on: "),
        "the next lesson is offered"
    );
    assert_eq!(browser.get("$$('.watched').length").await, 1);
    assert!(
        browser
            .text(".progress:not([hidden])")
            .await
            .starts_with("1 of ")
    );
    browser.click(".begin .link").await;
    browser.until("!$('.watched')").await;
    assert_eq!(browser.text(".begin .primary").await, "Begin here");
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_claim_is_judged_anew_here() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/article")).await;
    let button = ".claim:has([data-act=judge]) [data-act=judge]:not([hidden])";
    browser.until(&format!("$('{button}')")).await;
    browser.click(button).await;
    browser.until("$('output b')").await;
    let told = browser.text("output b").await;
    assert!(told.starts_with("Here, Linux "), "{told}");
    let recorded = "$('output b').closest('.claim').dataset.verdict";
    assert_eq!(
        browser
            .get("$('output b').parentElement.dataset.verdict")
            .await,
        browser.get(recorded).await
    );
    browser.assert_quiet().await;
}
