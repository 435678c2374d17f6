//! Free play, and the wire touched by hand, as a visitor does it.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::browser::Browser;
use crate::support::{Events, Server, request};

const LAPTOP: [u32; 2] = [1280, 900];

/// What an actor is offered after a script: each line, and what is in its way.
async fn offers(server: &Server, script: &str, language: &str) -> Vec<(String, Option<String>)> {
    let client = reqwest::Client::new().post(server.url("/api/offers"));
    let answer = client
        .header("accept-language", language)
        .body(script.to_owned())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    let told = answer["offers"].as_array().unwrap().iter();
    told.map(|offer| {
        let reason = offer["reason"].as_str().map(str::to_owned);
        (offer["line"].as_str().unwrap().to_owned(), reason)
    })
    .collect()
}

fn reason<'o>(offers: &'o [(String, Option<String>)], line: &str) -> Option<&'o str> {
    let found = offers.iter().find(|(offered, _)| offered == line);
    let (_, reason) = found.unwrap_or_else(|| panic!("{line}: {offers:?}"));
    reason.as_deref()
}

#[tokio::test]
async fn offers_say_what_each_actor_can_do_and_what_is_in_the_way() {
    let server = Server::start(&[]);
    let at_first = offers(&server, "", "en").await;
    assert_eq!(reason(&at_first, "client connect"), None);
    assert_eq!(
        reason(&at_first, "server recv"),
        Some("server, which has no connection. Needed: `server listen` first.")
    );
    let waiting = offers(&server, "client connect => blocked", "zh-CN").await;
    assert_eq!(
        reason(&waiting, "client close"),
        Some("client，它还在第 1 行的调用里。需要：先写 `wait client`，或者另开一个线程。")
    );
    let none = offers(&server, "", "zh-CN").await;
    let chinese = reason(&none, "client recv").unwrap();
    assert_eq!(chinese, "client 还没有连接。需要：先写 `client connect`。");

    let url = server.url("/api/offers");
    let wrong = reqwest::Client::new().post(url).body("client jump");
    let answer = wrong.send().await.unwrap();
    assert_eq!(answer.status(), 422);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["error"], "script");
    assert_eq!(answer["mistakes"][0]["column"], 8);
}

/// A page of free play on which a start was chosen, at full pace.
async fn lab(server: &Server, start: &str) -> Browser {
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/play")).await;
    browser.click("#pace option[value=full]").await;
    begin(&browser, start).await;
    browser
}

/// Chooses a start by its name and waits until it was played.
async fn begin(browser: &Browser, start: &str) {
    browser
        .until("document.querySelector('[data-start]:enabled')")
        .await;
    let chosen = format!(
        "[...document.querySelectorAll('[data-start]')].find((button) => button.textContent.includes('{start}')).click()"
    );
    browser.driver.execute(&chosen, vec![]).await.unwrap();
    browser.until("document.body.dataset.run").await;
    browser
        .until("document.querySelector('.desk').checkVisibility()")
        .await;
}

/// A button of the desk, by its actor and its deed.
fn button(key: &str) -> String {
    format!(".desk [data-key='{key}']")
}

/// Presses a button of the desk as soon as its deed can be done.
async fn press(browser: &Browser, key: &str) {
    let ready = format!("{}[aria-disabled=false]", button(key));
    browser
        .until(&format!("document.querySelector(`{ready}`)"))
        .await;
    browser.click(&ready).await;
}

async fn states(browser: &Browser, wanted: &str) {
    let states = "[...document.querySelectorAll('.host .state')].map((state) => state.textContent).join(' ')";
    browser.until(&format!("{states} === '{wanted}'")).await;
}

/// The id of the run on the stage.
async fn run_of(browser: &Browser) -> String {
    let id = browser.get("document.body.dataset.run").await;
    id.as_str().unwrap().to_owned()
}

/// What has happened in a run by now.
async fn events_of(server: &Server, id: &str) -> Events {
    let url = server.url(&format!("/api/runs/{id}/events"));
    Events::parse(&reqwest::get(url).await.unwrap().text().await.unwrap())
}

/// A run's script as it stands by now.
async fn script_of(server: &Server, id: &str) -> Vec<String> {
    let events = events_of(server, id).await;
    let given = events.0[0]["script"].as_str().unwrap();
    let mut lines: Vec<String> = given.lines().map(str::to_owned).collect();
    for change in events.of("script") {
        let at = change["at"].as_u64().unwrap() as usize - 1;
        let remove = change["remove"].as_u64().unwrap() as usize;
        let insert = change["insert"].as_array().unwrap().iter();
        let insert = insert.map(|line| line.as_str().unwrap().to_owned());
        lines.splice(at..at + remove, insert);
    }
    // How long a timer took is another time each run.
    lines.retain(|line| !line.starts_with("sleep "));
    lines
}

/// Waits until the page shows that script, but for the results.
async fn shows(browser: &Browser, lines: &[&str]) {
    let shown = "[...document.querySelectorAll('.script li')].map((row) => row.firstChild.textContent).filter((line) => !line.startsWith('sleep')).join('|')";
    browser
        .until(&format!("{shown} === `{}`", lines.join("|")))
        .await;
}

#[tokio::test]
async fn a_connection_and_its_close_are_played_by_buttons() {
    let server = Server::start(&[]);
    let browser = lab(&server, "An empty lab").await;
    press(&browser, "server: listen").await;
    press(&browser, "client: connect").await;
    press(&browser, "server: accept").await;
    states(&browser, "ESTABLISHED ESTABLISHED").await;

    // A call that blocks stays, and the other host goes on.
    press(&browser, "server: recv").await;
    let busy = button("server: close");
    browser
        .until(&format!("document.querySelector(`{busy}`).dataset.reason.includes('still in its call')"))
        .await;
    press(&browser, "client: send \"hello\"").await;
    press(&browser, "client: close").await;
    press(&browser, "server: close").await;
    states(&browser, "TIME_WAIT CLOSED").await;

    let id = run_of(&browser).await;
    let script = script_of(&server, &id).await;
    let expected = [
        "server listen => 0",
        "client connect => 0",
        "server accept => 4",
        "server recv => blocked",
        "client send \"hello\" => 5",
        "wait server => \"hello\"",
        "client close => 0",
        "server close => 0",
    ];
    assert_eq!(script, expected);
    let deeds: Vec<&str> = expected.iter().map(|line| line.split(" =>").next().unwrap()).collect();
    shows(&browser, &deeds).await;

    // What was done is a script: played again it gives the same.
    let again = json!({ "script": script.join("\n"), "pace": "full" });
    let (status, answer) = request("POST", &server.url("/api/runs"), Some(again)).await;
    assert_eq!(status, 201, "{answer}");
    let again = events_of(&server, answer["id"].as_str().unwrap()).await;
    assert_eq!(again.0.last().unwrap()["ok"], true, "{again}");
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_connection_and_its_close_are_played_by_the_keyboard() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/play")).await;
    let tab = Key::Tab.value().to_string();
    while browser.get("document.activeElement.dataset.start === ''").await != true {
        browser.press(&tab).await;
    }
    browser.press(Key::Enter.value().to_string()).await;
    browser
        .until("document.querySelector('.command').checkVisibility()")
        .await;
    for line in ["server listen", "client connect", "server accept"] {
        browser.press(":").await;
        browser
            .until("document.activeElement.matches('.command input')")
            .await;
        browser.press(line).await;
        browser.press(Key::Enter.value().to_string()).await;
        browser.press(Key::Escape.value().to_string()).await;
    }
    states(&browser, "ESTABLISHED ESTABLISHED").await;

    // A mistake is shown at its place, and the line comes back.
    browser.press("/").await;
    browser.press("client jump").await;
    browser.press(Key::Enter.value().to_string()).await;
    browser
        .until("document.querySelector('.mistake pre')?.textContent === 'client jump\\n       ^^^^'")
        .await;
    browser
        .until("document.querySelector('.command input').value === 'client jump'")
        .await;
    for _ in 0..2 {
        browser.press(Key::Up.value().to_string()).await;
    }
    browser
        .until("document.querySelector('.command input').value === 'server accept'")
        .await;
    browser.press(Key::Escape.value().to_string()).await;

    // The buttons of each host, with the arrow keys.
    for (host, state) in [("c", "FIN_WAIT_2 CLOSE_WAIT"), ("s", "TIME_WAIT CLOSED")] {
        browser.press(host).await;
        let close = "document.activeElement.dataset.line?.endsWith(' close')";
        for _ in 0..12 {
            if browser.get(close).await == true {
                break;
            }
            browser.press(Key::Right.value().to_string()).await;
        }
        browser
            .until(&format!("{close} && document.activeElement.ariaDisabled === 'false'"))
            .await;
        browser.press(Key::Enter.value().to_string()).await;
        states(&browser, state).await;
    }
    assert_eq!(browser.console().await.iter().filter(|line| !line.contains("422")).count(), 0);
}

#[tokio::test]
async fn a_button_that_cannot_be_pressed_says_why() {
    let server = Server::start(&[]);
    let browser = lab(&server, "An empty lab").await;
    let recv = button("client: recv");
    browser
        .until(&format!("document.querySelector(`{recv}[aria-disabled=true]`)"))
        .await;
    let why = "client, which has no connection. Needed: `client connect` first.";
    let described = browser
        .get(&format!(
            "document.getElementById(document.querySelector(`{recv}`).getAttribute('aria-describedby')).textContent"
        ))
        .await;
    assert_eq!(described, why);
    browser.press("c").await;
    while browser.get("document.activeElement.dataset.line").await != "client recv" {
        browser.press(Key::Right.value().to_string()).await;
    }
    let tip = "document.querySelector('.tip').checkVisibility() && document.querySelector('.tip').textContent";
    assert_eq!(browser.get(tip).await, why);
    // Pressed all the same, nothing is played.
    browser.press(Key::Enter.value().to_string()).await;
    press(&browser, "client: connect").await;
    shows(&browser, &["client connect"]).await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_fin_in_flight_is_dropped_and_sent_again() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/play")).await;
    begin(&browser, "A connection that stands").await;
    press(&browser, "client: close").await;
    browser
        .until("document.querySelector('.chip.fin .drop')")
        .await;
    browser.press("x").await;
    // The line is put before the one in which the FIN was sent.
    let lines = [
        "server listen",
        "client connect",
        "server accept",
        "wire drop FIN from client seq 1",
        "client close",
    ];
    shows(&browser, &lines).await;
    browser
        .until("[...document.querySelectorAll('.name.fin:not(.later)')].some((name) => name.textContent.includes('↻'))")
        .await;
    states(&browser, "FIN_WAIT_2 CLOSE_WAIT").await;
    let events = events_of(&server, &run_of(&browser).await).await;
    let fins: Vec<&Value> = events
        .of("segment")
        .into_iter()
        .filter(|segment| segment["flags"][0] == "FIN")
        .collect();
    let phases: Vec<&str> = fins.iter().map(|fin| fin["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["sent", "dropped", "sent", "delivered"]);
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_wire_is_held_and_what_waits_is_put_in_another_order() {
    let server = Server::start(&[]);
    let browser = lab(&server, "A connection that stands").await;
    press(&browser, "server: close").await;
    browser.press("h").await;
    browser
        .until("document.querySelector('.tray').checkVisibility()")
        .await;
    press(&browser, "client: send \"hello\"").await;
    press(&browser, "client: close").await;
    let waiting = "[...document.querySelectorAll('.tray li .name')].map((name) => name.textContent).join(' | ')";
    browser
        .until(&format!("{waiting} === '5 B \"hello\" | FIN, ACK'"))
        .await;
    browser
        .click(".tray li:first-child [data-deed=later]")
        .await;
    browser
        .until(&format!("{waiting} === 'FIN, ACK | 5 B \"hello\"'"))
        .await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}
