//! Free play, as a visitor does it: by buttons, by keys, by the command line.

mod wire;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::free_play::{button, script_of};
use crate::support::interactive_run::{end, replay};
use crate::support::{Server, events_of};

#[tokio::test]
async fn a_connection_and_its_close_are_played_by_buttons() {
    let server = Server::start(&[]);
    let browser = Browser::lab(&server, "An empty lab", "full").await;
    browser.push("server: listen").await;
    browser.push("client: connect").await;
    browser.push("server: accept").await;
    browser.until_states("ESTABLISHED ESTABLISHED").await;

    // A call that blocks stays, and the other host goes on.
    browser.push("server: recv").await;
    let busy = button("server: close");
    browser
        .until(&format!(
            "$(`{busy}`).dataset.reason.includes('still in its call')"
        ))
        .await;
    browser.push("client: send \"hello\"").await;
    browser.push("client: close").await;
    browser.push("server: close").await;
    browser.until_states("TIME_WAIT CLOSED").await;

    let id = browser.run().await;
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
    browser.until_script(&deeds).await;

    // What was done is a script: played again it gives the same.
    let again = replay(&server, &script.join("\n"), "full").await;
    assert!(end(&again).0, "{:?}", end(&again));
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_connection_and_its_close_are_played_by_the_keyboard() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/play")).await;
    while browser.get("document.activeElement.dataset.start").await != "" {
        browser.press(Key::Tab).await;
    }
    browser.press(Key::Enter).await;
    browser.until_shown(".command-line").await;
    for line in ["server listen", "client connect", "server accept"] {
        browser.say(line).await;
    }
    browser.until_states("ESTABLISHED ESTABLISHED").await;

    // A mistake is shown at its place, and the line comes back.
    browser.press("/").await;
    browser.press("client jump").await;
    browser.press(Key::Enter).await;
    browser
        .until("$('.mistake pre')?.textContent === 'client jump\\n       ^^^^'")
        .await;
    browser
        .until("$('.command-line input').value === 'client jump'")
        .await;
    for _ in 0..2 {
        browser.press(Key::Up).await;
    }
    browser
        .until("$('.command-line input').value === 'server accept'")
        .await;
    browser.press(Key::Escape).await;

    // The buttons of each host, with the arrow keys.
    for (host, state) in [("c", "FIN_WAIT_2 CLOSE_WAIT"), ("v", "TIME_WAIT CLOSED")] {
        browser.press(host).await;
        let close = "document.activeElement.dataset.line?.endsWith(' close')";
        for _ in 0..12 {
            if browser.get(close).await == true {
                break;
            }
            browser.press(Key::Right).await;
        }
        browser
            .until(&format!(
                "{close} && document.activeElement.ariaDisabled === 'false'"
            ))
            .await;
        browser.press(Key::Enter).await;
        browser.until_states(state).await;
    }
    let console = browser.console().await;
    assert!(
        console.iter().all(|line| line.contains("422")), // the line that was refused
        "{console:?}"
    );
}

#[tokio::test]
async fn a_button_that_cannot_be_pressed_says_why() {
    let server = Server::start(&[]);
    let browser = Browser::lab(&server, "An empty lab", "full").await;
    let recv = button("client: recv");
    browser
        .until(&format!("$(`{recv}[aria-disabled=true]`)"))
        .await;
    let why = "client, which has no connection. Needed: client connect first.";
    let described = browser
        .get(&format!(
            "document.getElementById($(`{recv}`).getAttribute('aria-describedby')).textContent"
        ))
        .await;
    assert_eq!(described, why);
    browser.press("c").await;
    while browser.get("document.activeElement.dataset.line").await != "client recv" {
        browser.press(Key::Right).await;
    }
    let tip = "$('.tip').checkVisibility() && $('.tip').textContent";
    assert_eq!(browser.get(tip).await, why);
    // Pressed all the same, nothing is played.
    browser.press(Key::Enter).await;
    browser.push("client: connect").await;
    browser.until_script(&["client connect"]).await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn the_last_line_is_undone_by_playing_the_others_again() {
    let server = Server::start(&[]);
    let browser = Browser::lab(&server, "A connection that stands", "follow").await;
    browser.until_states("ESTABLISHED ESTABLISHED").await;
    browser.push("server: recv").await;
    browser.push("client: shutdown write").await;
    browser.until_states("FIN_WAIT_2 CLOSE_WAIT").await;
    let lines = [
        "server listen",
        "client connect",
        "server accept",
        "server recv",
        "client shutdown write",
        "wait server",
    ];
    browser.until_script(&lines).await;
    let before = browser.run().await;
    browser.press_with(Key::Control, "z").await;
    browser
        .until("$('.notice').textContent.includes('client shutdown write')")
        .await;
    browser.until_states("ESTABLISHED ESTABLISHED").await;
    browser.until_script(&lines[..4]).await;
    browser.until("$('.notice').hidden").await;
    let after = browser.run().await;
    assert_ne!(before, after);
    let old = events_of(&server, &before).await;
    assert_eq!(old.0.last().unwrap()["how"], "finished");

    // It goes on from there, by the link as by the key.
    browser.click("[data-act=undo]").await;
    browser.until_script(&lines[..3]).await;
    browser.push("server: send \"hello\"").await;
    browser.until("$('.chip.data')").await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_lab_outlives_its_page() {
    let server = Server::start(&[]);
    let browser = Browser::lab(&server, "A connection that stands", "full").await;
    browser.push("client: send \"hello\"").await;
    let lines = [
        "server listen",
        "client connect",
        "server accept",
        "client send \"hello\"",
        "server recv",
    ];
    browser.until_script(&lines[..4]).await;
    let id = browser.run().await;
    browser.driver.refresh().await.unwrap();
    browser.push("server: recv").await;
    assert_eq!(browser.run().await, id);
    browser.until_script(&lines).await;

    // Another visitor sees it, and can do nothing to it.
    let other = Browser::open("en", LAPTOP).await;
    other.visit(server.url(&format!("/play#run={id}"))).await;
    other.until_states("ESTABLISHED ESTABLISHED").await;
    let hidden = "['.action-buttons', '.command-line', '.wire-bar'].map((name) => $(name).hidden)";
    assert_eq!(other.get(hidden).await, json!([true, true, true]));
    other.assert_quiet().await;

    // Stop ends it; what was done can be begun again.
    browser.click(".transport .primary").await;
    browser.until_shown(".over").await;
    browser.click(".over [data-again]").await;
    browser
        .until(&format!("document.body.dataset.run !== '{id}'"))
        .await;
    browser.until_states("ESTABLISHED ESTABLISHED").await;
    let script = script_of(&server, &browser.run().await).await;
    assert_eq!(script.len(), 5, "{script:?}");
    browser.assert_quiet().await;
}

#[tokio::test]
async fn an_idle_lab_warns_before_it_ends() {
    let server = Server::start(&["--idle-limit", "12"]); // and a hand has half of it to say that it stays
    let browser = Browser::lab(&server, "An empty lab", "full").await;
    let warning = "$('.idle-warning').checkVisibility()";
    browser.until(warning).await;
    let said = browser.text(".idle-warning p").await;
    assert!(said.contains("This lab ends in"), "{said}");
    browser.click(".idle-warning button").await;
    browser.until(&format!("!{warning}")).await;
    // Staying was a sign of life; after it the same comes again, and the end.
    browser.until(warning).await;
    browser
        .until("$('.over').textContent.includes('because nothing was done')")
        .await;
    let events = events_of(&server, &browser.run().await).await;
    assert_eq!(events.0.last().unwrap()["how"], "idle");
    browser.assert_quiet().await;
}
