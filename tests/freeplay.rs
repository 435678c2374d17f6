//! Free play, and the wire touched by hand, as a visitor does it.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::browser::Browser;
use crate::support::by_hand::{end, replay};
use crate::support::{Events, Server};

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
pub async fn lab(server: &Server, start: &str) -> Browser {
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
    let place = format!("//button[@data-start and contains(., '{start}')]");
    let chosen = browser.driver.find(By::XPath(place)).await.unwrap();
    chosen.click().await.unwrap();
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
pub async fn press(browser: &Browser, key: &str) {
    let ready = format!("{}[aria-disabled=false]", button(key));
    browser
        .until(&format!("document.querySelector(`{ready}`)"))
        .await;
    browser.click(&ready).await;
}

pub async fn states(browser: &Browser, wanted: &str) {
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
        .until(&format!(
            "document.querySelector(`{busy}`).dataset.reason.includes('still in its call')"
        ))
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
    let deeds: Vec<&str> = expected
        .iter()
        .map(|line| line.split(" =>").next().unwrap())
        .collect();
    shows(&browser, &deeds).await;

    // What was done is a script: played again it gives the same.
    let again = replay(&server, &script.join("\n"), "full").await;
    assert!(end(&again).0, "{:?}", end(&again));
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_connection_and_its_close_are_played_by_the_keyboard() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/play")).await;
    let tab = Key::Tab.value().to_string();
    while browser
        .get("document.activeElement.dataset.start === ''")
        .await
        != true
    {
        browser.press(&tab).await;
    }
    browser.press(Key::Enter.value().to_string()).await;
    browser
        .until("document.querySelector('.command').checkVisibility()")
        .await;
    for line in ["server listen", "client connect", "server accept"] {
        write(&browser, line).await;
    }
    states(&browser, "ESTABLISHED ESTABLISHED").await;

    // A mistake is shown at its place, and the line comes back.
    browser.press("/").await;
    browser.press("client jump").await;
    browser.press(Key::Enter.value().to_string()).await;
    browser
        .until(
            "document.querySelector('.mistake pre')?.textContent === 'client jump\\n       ^^^^'",
        )
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
    for (host, state) in [("c", "FIN_WAIT_2 CLOSE_WAIT"), ("v", "TIME_WAIT CLOSED")] {
        browser.press(host).await;
        let close = "document.activeElement.dataset.line?.endsWith(' close')";
        for _ in 0..12 {
            if browser.get(close).await == true {
                break;
            }
            browser.press(Key::Right.value().to_string()).await;
        }
        browser
            .until(&format!(
                "{close} && document.activeElement.ariaDisabled === 'false'"
            ))
            .await;
        browser.press(Key::Enter.value().to_string()).await;
        states(&browser, state).await;
    }
    let console = unasked(&browser).await;
    let refused = |line: &&String| !line.contains("422");
    assert_eq!(console.iter().filter(refused).count(), 0, "{console:?}");
}

#[tokio::test]
async fn a_button_that_cannot_be_pressed_says_why() {
    let server = Server::start(&[]);
    let browser = lab(&server, "An empty lab").await;
    let recv = button("client: recv");
    browser
        .until(&format!(
            "document.querySelector(`{recv}[aria-disabled=true]`)"
        ))
        .await;
    let why = "client, which has no connection. Needed: client connect first.";
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
    // What is said of the wire acts at once, also while the start is being played.
    browser
        .until("document.querySelector('.script li:nth-child(3) .gave')?.textContent")
        .await;
    write(&browser, "wire delay 1500ms").await; // long enough for a hand
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
        "wire delay 1500ms",
        "wire drop FIN from client seq 1",
        "client close",
    ];
    shows(&browser, &lines).await;
    browser
        .until("[...document.querySelectorAll('.name.fin:not(.later)')].some((name) => name.textContent.includes('↻'))")
        .await;
    states(&browser, "FIN_WAIT_2 CLOSE_WAIT").await;
    let events = events_of(&server, &run_of(&browser).await).await;
    let fin = |phase: &str| {
        let mut fins = events.of("segment").into_iter();
        fins.find(|segment| segment["flags"][0] == "FIN" && segment["phase"] == phase)
            .map(|fin| (fin["id"].clone(), fin["seq_rel"].clone()))
    };
    let [sent, dropped, delivered] = ["sent", "dropped", "delivered"].map(fin);
    assert_eq!(sent, dropped);
    assert_eq!(delivered.as_ref().unwrap().1, dropped.as_ref().unwrap().1);
    assert_ne!(delivered, dropped);
    assert_eq!(unasked(&browser).await, Vec::<String>::new());
}

/// What waits in the tray, from top to bottom, so many of it: what stays unanswered is soon sent again.
async fn waits(browser: &Browser, first: &[&str]) {
    let names = format!(
        "[...document.querySelectorAll('.tray li .name')].slice(0, {}).map((name) => name.textContent)",
        first.len()
    );
    browser
        .until(&format!("{names}.join('|') === `{}`", first.join("|")))
        .await;
}

/// Who had sent what arrived with data since a line was played.
fn arrived(events: &Events, since: &str) -> Vec<String> {
    let begins = |event: &&Value| event["type"] == "step" && event["text"] == since;
    let begin = events.0.iter().find(begins).unwrap()["seq"].as_u64();
    let segments = events.of("segment").into_iter();
    let arrived = segments.filter(|segment| {
        segment["phase"] == "delivered" && segment["len"] != 0 && segment["seq"].as_u64() > begin
    });
    arrived
        .map(|segment| segment["from"].as_str().unwrap().to_owned())
        .collect()
}

/// What the console got, but for a server that does not know how lines go on.
async fn unasked(browser: &Browser) -> Vec<String> {
    let mut console = browser.console().await;
    console.retain(|line| !line.contains("/api/complete"));
    console
}

/// Writes a line into the command line and plays it.
async fn write(browser: &Browser, line: &str) {
    browser.press(":").await;
    browser
        .until("document.activeElement.matches('.command input')")
        .await;
    browser.press(line).await;
    for key in [Key::Enter, Key::Escape] {
        browser.press(key.value().to_string()).await;
    }
}

#[tokio::test]
async fn the_wire_is_held_and_what_waits_goes_in_another_order() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/play")).await;
    begin(&browser, "A connection that stands").await;
    states(&browser, "ESTABLISHED ESTABLISHED").await;
    browser.press("h").await;
    browser
        .until("document.querySelector('.tray').checkVisibility()")
        .await;
    // One right after the other, before anything is sent again.
    write(&browser, "client send \"hello\" &").await;
    write(&browser, "server send \"bye\" &").await;
    let [hello, bye] = ["5 B \"hello\"", "3 B \"bye\""];
    waits(&browser, &[hello, bye]).await;

    // By its button the first goes later; then it is drawn back by hand, and then again.
    browser
        .click(".tray li:first-child [data-deed=later]")
        .await;
    waits(&browser, &[bye, hello]).await;
    let handle = |row: usize| By::Css(format!(".tray li:nth-child({row}) .grip"));
    for names in [[hello, bye], [bye, hello]] {
        let from = browser.driver.find(handle(1)).await.unwrap();
        let to = browser.driver.find(handle(2)).await.unwrap();
        let chain = browser.driver.action_chain().click_and_hold_element(&from);
        let chain = chain.move_to_element_center(&to).move_by_offset(0, 8);
        chain.release().perform().await.unwrap();
        waits(&browser, &names).await;
    }
    browser.click("[data-wire=hold]").await;
    browser
        .until("document.querySelector('.tray').hidden")
        .await;

    let id = run_of(&browser).await;
    let script = script_of(&server, &id).await;
    let first = "wire release data from server seq 1";
    let place = script.iter().position(|line| line == first);
    let place = place.unwrap_or_else(|| panic!("{script:?}"));
    assert_eq!(script[place + 1], "wire release", "{script:?}");
    let events = events_of(&server, &id).await;
    let mut order = arrived(&events, first);
    order.dedup(); // what was sent again goes with it
    assert_eq!(order, ["server", "client"]);
    assert_eq!(unasked(&browser).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_waits_is_delivered_dropped_and_duplicated_one_by_one() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/play")).await;
    begin(&browser, "An empty lab").await;
    browser.press("h").await;
    browser
        .until("document.querySelector('.tray').checkVisibility()")
        .await;
    press(&browser, "server: listen").await;
    press(&browser, "client: connect").await;
    waits(&browser, &["SYN"]).await;
    let deed = |deed: &str| format!(".tray li:first-child [data-deed={deed}]");
    browser.click(&deed("duplicate")).await;
    waits(&browser, &["SYN", "SYN"]).await;
    browser.click(&deed("drop")).await;
    let dropped = "[...document.querySelectorAll('.script li')].some((row) => row.textContent.startsWith('wire drop'))";
    browser.until(dropped).await;
    browser.click(&deed("deliver")).await;
    waits(&browser, &["SYN, ACK"]).await;
    browser.click(&deed("deliver")).await;
    let names = "[...document.querySelectorAll('.tray li .name')].map((name) => name.textContent)";
    browser.until(&format!("{names}.includes('ACK 1')")).await;
    browser.press("h").await;
    states(&browser, "ESTABLISHED ESTABLISHED").await;
    let script = script_of(&server, &run_of(&browser).await).await;
    let wire: Vec<&String> = script
        .iter()
        .filter(|line| line.starts_with("wire"))
        .collect();
    let expected = [
        "wire hold any",
        "wire duplicate SYN from client seq 0",
        "wire drop SYN from client seq 0",
        "wire release SYN from client seq 0",
        "wire release SYN,ACK from server seq 0",
        "wire release",
    ];
    assert_eq!(wire, expected);
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_lesson_waits_while_its_wire_is_held_and_is_only_touched_there() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    assert_eq!(
        browser
            .get("document.querySelector('.wire-bar').hidden")
            .await,
        true
    );
    browser.click(".invitation [data-act=run]").await;
    browser
        .until("document.querySelector('.wire-bar').checkVisibility()")
        .await;
    browser.press("h").await;
    browser
        .until("document.querySelector('.tray .why').textContent.includes('the script waits')")
        .await;
    browser
        .until("document.querySelector('.tray li .name')")
        .await;
    browser.press("h").await;
    browser
        .until("document.querySelector('.origin').textContent.startsWith('Played on this kernel')")
        .await;
    assert_eq!(
        browser
            .get("document.querySelector('.wire-bar').hidden")
            .await,
        true
    );
    let id = run_of(&browser).await;
    let script = script_of(&server, &id).await;
    assert!(script.contains(&"wire hold any".to_owned()), "{script:?}");
    assert!(script.contains(&"wire release".to_owned()), "{script:?}");
    let events = events_of(&server, &id).await;
    assert_eq!(events.0.last().unwrap()["ok"], true, "{}", events.reason());
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_reset_is_forged_with_chosen_numbers() {
    let server = Server::start(&[]);
    let browser = lab(&server, "A connection that stands").await;
    states(&browser, "ESTABLISHED ESTABLISHED").await;
    press(&browser, "server: recv").await;
    let line = "document.querySelector('#forge .line code').textContent";
    for (offset, wanted) in [
        ("7", "wire inject RST to server seq next+7"),
        ("0", "wire inject RST to server"),
    ] {
        browser.click(".wire-bar [data-act=forge]").await;
        let fill = format!(
            "const form = document.querySelector('#forge form'); form.elements.to.value = 'server conn'; \
             form.elements.seq.value = '{offset}'; form.dispatchEvent(new Event('input', {{ bubbles: true }}))"
        );
        browser.driver.execute(&fill, vec![]).await.unwrap();
        browser.until(&format!("{line} === '{wanted}'")).await;
        let said = browser.text("#forge .seq output").await;
        browser.click("#forge [value=inject]").await;
        let id = run_of(&browser).await;
        let injected = crate::support::eventually("it is told", || async {
            let events = events_of(&server, &id).await;
            let all = events.of("segment").into_iter().cloned();
            let mut forged = all.filter(|segment| segment["phase"] == "injected");
            forged.find(|segment| segment["seq_rel"] == 1 + offset.parse::<i64>().unwrap())
        })
        .await;
        // The numbers that the dialog promised are those on the wire.
        let promised = format!(
            "= {} · {} in the header",
            injected["seq_rel"], injected["seq_abs"]
        );
        assert_eq!(said, promised);
    }
    states(&browser, "ESTABLISHED CLOSED").await;
    browser
        .until("[...document.querySelectorAll('.call .failed')].some((gave) => gave.textContent === ' = ECONNRESET')")
        .await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_last_line_is_undone_by_playing_the_others_again() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/play")).await;
    begin(&browser, "A connection that stands").await;
    states(&browser, "ESTABLISHED ESTABLISHED").await;
    press(&browser, "server: recv").await;
    press(&browser, "client: shutdown write").await;
    states(&browser, "FIN_WAIT_2 CLOSE_WAIT").await;
    let lines = [
        "server listen",
        "client connect",
        "server accept",
        "server recv",
        "client shutdown write",
        "wait server",
    ];
    shows(&browser, &lines).await;
    let before = run_of(&browser).await;
    let undo = browser
        .driver
        .action_chain()
        .key_down(Key::Control)
        .send_keys("z");
    undo.key_up(Key::Control).perform().await.unwrap();
    browser
        .until("document.querySelector('.notice').textContent.includes('client shutdown write')")
        .await;
    states(&browser, "ESTABLISHED ESTABLISHED").await;
    shows(&browser, &lines[..4]).await;
    browser
        .until("document.querySelector('.notice').hidden")
        .await;
    let after = run_of(&browser).await;
    assert_ne!(before, after);
    let old = events_of(&server, &before).await;
    assert_eq!(old.0.last().unwrap()["how"], "finished");

    // It goes on from there, by the link as by the key.
    browser.click("[data-act=undo]").await;
    shows(&browser, &lines[..3]).await;
    press(&browser, "server: send \"hello\"").await;
    browser.until("document.querySelector('.chip.data')").await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_lab_outlives_its_page() {
    let server = Server::start(&[]);
    let browser = lab(&server, "A connection that stands").await;
    press(&browser, "client: send \"hello\"").await;
    shows(
        &browser,
        &[
            "server listen",
            "client connect",
            "server accept",
            "client send \"hello\"",
        ],
    )
    .await;
    let id = run_of(&browser).await;
    browser.driver.refresh().await.unwrap();
    press(&browser, "server: recv").await;
    assert_eq!(run_of(&browser).await, id);
    shows(
        &browser,
        &[
            "server listen",
            "client connect",
            "server accept",
            "client send \"hello\"",
            "server recv",
        ],
    )
    .await;

    // Another visitor sees it, and can do nothing to it.
    let other = Browser::open("en", LAPTOP).await;
    other.visit(server.url(&format!("/play#run={id}"))).await;
    states(&other, "ESTABLISHED ESTABLISHED").await;
    let hidden =
        "['.desk', '.command', '.wire-bar'].map((name) => document.querySelector(name).hidden)";
    assert_eq!(other.get(hidden).await, json!([true, true, true]));
    assert_eq!(other.console().await, Vec::<String>::new());

    // Stop ends it; what was done can be begun again.
    browser.click(".transport .primary").await;
    browser
        .until("document.querySelector('.over').checkVisibility()")
        .await;
    browser.click(".over [data-again]").await;
    browser
        .until(&format!("document.body.dataset.run !== '{id}'"))
        .await;
    states(&browser, "ESTABLISHED ESTABLISHED").await;
    let script = script_of(&server, &run_of(&browser).await).await;
    assert_eq!(script.len(), 5, "{script:?}");
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_idle_lab_warns_before_it_ends() {
    let server = Server::start(&["--idle-limit", "6"]);
    let browser = lab(&server, "An empty lab").await;
    let warning = "document.querySelector('.idle-warning').checkVisibility()";
    browser.until(warning).await;
    let said = browser.text(".idle-warning p").await;
    assert!(said.contains("This lab ends in"), "{said}");
    browser.click(".idle-warning button").await;
    browser.until(&format!("!{warning}")).await;
    // Staying was a sign of life; after it the same comes again, and the end.
    browser.until(warning).await;
    browser
        .until("document.querySelector('.over').textContent.includes('because nothing was done')")
        .await;
    let events = events_of(&server, &run_of(&browser).await).await;
    assert_eq!(events.0.last().unwrap()["how"], "idle");
    assert_eq!(browser.console().await, Vec::<String>::new());
}
