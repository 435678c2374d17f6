//! The wire in a visitor's hand: what is on it is held, dropped, doubled, forged, and goes in another order.

use serde_json::Value;
use thirtyfour::prelude::*;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::free_play::script_of;
use crate::support::{Events, Server, events_of, eventually};

/// Waits until the tray has these segments, from top to bottom.
async fn until_waits(browser: &Browser, names: &[&str]) {
    let shown = "$$('.tray li .name').map((name) => name.textContent)";
    let names = names.join("|");
    browser
        .until(&format!("{shown}.join('|') === `{names}`"))
        .await;
}

/// Waits until the tray has segments that these hosts have sent, from top to bottom.
async fn until_waits_from(browser: &Browser, hosts: &[&str]) {
    let shown = "$$('.tray li').map((row) => row.dataset.from)";
    let hosts = hosts.join("|");
    browser
        .until(&format!("{shown}.join('|') === '{hosts}'"))
        .await;
}

/// Who had sent what arrived since a line was played.
fn arrived(events: &Events, since: &str) -> Vec<String> {
    let begins = |event: &&Value| event["type"] == "step" && event["text"] == since;
    let begin = events.0.iter().find(begins).unwrap()["seq"].as_u64();
    let segments = events.of("segment").into_iter();
    let arrived = segments
        .filter(|segment| segment["phase"] == "delivered" && segment["seq"].as_u64() > begin);
    arrived
        .map(|segment| segment["from"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_fin_in_flight_is_dropped_and_sent_again() {
    let server = Server::start(&[]);
    let browser = Browser::lab(&server, "A connection that stands", "follow").await;
    // What is said of the wire acts at once, also while the start is being played.
    browser
        .until("$('.script li:nth-child(3) .gave')?.textContent")
        .await;
    browser.say("wire delay 1500ms").await; // long enough for a hand
    browser.push("client: close").await;
    browser.until("$('.chip.fin .drop')").await;
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
    browser.until_script(&lines).await;
    browser
        .until("$$('.name.fin:not(.later)').some((name) => name.textContent.includes('↻'))")
        .await;
    browser.until_states("FIN_WAIT_2 CLOSE_WAIT").await;
    let events = events_of(&server, &browser.run().await).await;
    let fin = |phase: &str| {
        let mut fins = events.of("segment").into_iter();
        fins.find(|segment| segment["flags"][0] == "FIN" && segment["phase"] == phase)
            .map(|fin| (fin["id"].clone(), fin["seq_rel"].clone()))
    };
    let [sent, dropped, delivered] = ["sent", "dropped", "delivered"].map(fin);
    assert_eq!(sent, dropped);
    assert_eq!(delivered.as_ref().unwrap().1, dropped.as_ref().unwrap().1);
    assert_ne!(delivered, dropped);
    browser.assert_quiet().await;
}

#[tokio::test]
async fn the_wire_is_held_and_what_waits_goes_in_another_order() {
    let server = Server::start(&[]);
    let browser = Browser::lab(&server, "A connection that stands", "full").await;
    browser.say("client connect as b").await;
    browser.say("server accept as b").await;
    browser
        .until("$('.script li:nth-child(5) .gave')?.textContent")
        .await;
    browser.press("h").await;
    browser.until_shown(".tray").await;
    // A reset is never sent again: nothing moves in the tray but by hand.
    browser.say("client set linger 0").await;
    browser.say("client close").await;
    until_waits_from(&browser, &["client"]).await;
    browser.say("server set linger 0 on b").await;
    browser.say("server close on b").await;
    until_waits_from(&browser, &["client", "server"]).await;

    // By its button the first goes later; then it is drawn back by hand, and then again.
    browser
        .click(".tray li:first-child [data-action=later]")
        .await;
    until_waits_from(&browser, &["server", "client"]).await;
    let handle = |row: usize| By::Css(format!(".tray li:nth-child({row}) .handle"));
    for hosts in [["client", "server"], ["server", "client"]] {
        let from = browser.driver.find(handle(1)).await.unwrap();
        let to = browser.driver.find(handle(2)).await.unwrap();
        let chain = browser.driver.action_chain().click_and_hold_element(&from);
        let chain = chain.move_to_element_center(&to).move_by_offset(0, 8);
        chain.release().perform().await.unwrap();
        until_waits_from(&browser, &hosts).await;
    }
    browser.click("[data-wire=hold]").await;
    browser.until("$('.tray').hidden").await;

    let id = browser.run().await;
    let script = script_of(&server, &id).await;
    let first = "wire release RST from server seq 1";
    let place = script.iter().position(|line| line == first);
    let place = place.unwrap_or_else(|| panic!("{script:?}"));
    assert_eq!(script[place + 1], "wire release", "{script:?}");
    let events = events_of(&server, &id).await;
    assert_eq!(arrived(&events, first), ["server", "client"]);
    browser.assert_quiet().await;
}

#[tokio::test]
async fn what_waits_is_delivered_dropped_and_duplicated_one_by_one() {
    let server = Server::start(&[]);
    let browser = Browser::lab(&server, "A connection that stands", "full").await;
    browser.until_states("ESTABLISHED ESTABLISHED").await;
    browser.press("h").await;
    browser.until_shown(".tray").await;
    // A reset is never sent again, however long the hand takes.
    browser.push("client: set linger 0").await;
    browser.push("client: close").await;
    until_waits(&browser, &["RST, ACK"]).await;
    let action = |name: &str| format!(".tray li:first-child [data-action={name}]");
    browser.click(&action("duplicate")).await;
    until_waits(&browser, &["RST, ACK", "RST, ACK"]).await;
    browser.click(&action("drop")).await;
    let dropped = "$$('.script li').some((row) => row.textContent.startsWith('wire drop'))";
    browser.until(dropped).await;
    until_waits(&browser, &["RST, ACK"]).await;
    browser.click(&action("deliver")).await;
    browser.until_states("CLOSED CLOSED").await;
    browser.press("h").await;
    browser.until("$('.tray').hidden").await;
    let script = script_of(&server, &browser.run().await).await;
    let wire: Vec<&String> = script
        .iter()
        .filter(|line| line.starts_with("wire"))
        .collect();
    let expected = [
        "wire hold any",
        "wire duplicate RST from client seq 1",
        "wire drop RST from client seq 1",
        "wire release RST from client seq 1",
        "wire release",
    ];
    assert_eq!(wire, expected);
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_lesson_waits_while_its_wire_is_held_and_is_only_touched_there() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    assert_eq!(browser.get("$('.wire-bar').hidden").await, true);
    browser.click(".invitation [data-act=run]").await;
    browser.until_shown(".wire-bar").await;
    browser.press("h").await;
    browser
        .until("$('.tray .why').textContent.includes('the script waits')")
        .await;
    browser.until("$('.tray li .name')").await;
    browser.press("h").await;
    browser.until_origin("Played on this kernel").await;
    browser.until("$('.wire-bar').hidden").await;
    let id = browser.run().await;
    let script = script_of(&server, &id).await;
    assert!(script.contains(&"wire hold any".to_owned()), "{script:?}");
    assert!(script.contains(&"wire release".to_owned()), "{script:?}");
    let events = events_of(&server, &id).await;
    assert_eq!(events.0.last().unwrap()["ok"], true, "{}", events.reason());
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_reset_is_forged_with_chosen_numbers() {
    let server = Server::start(&[]);
    let browser = Browser::lab(&server, "A connection that stands", "full").await;
    browser.until_states("ESTABLISHED ESTABLISHED").await;
    browser.push("server: recv").await;
    let line = "$('#forge .line code').textContent";
    for (offset, wanted) in [
        ("7", "wire inject RST to server seq next+7"),
        ("0", "wire inject RST to server"),
    ] {
        browser.click(".wire-bar [data-act=forge]").await;
        let fill = format!(
            "const form = $('#forge form'); form.elements.to.value = 'server conn'; \
             form.elements.seq.value = '{offset}'; form.dispatchEvent(new Event('input', {{ bubbles: true }}))"
        );
        browser.call(&fill).await;
        browser.until(&format!("{line} === '{wanted}'")).await;
        let said = browser.text("#forge .seq output").await;
        browser.click("#forge [value=inject]").await;
        let id = browser.run().await;
        let injected = eventually("it is told", || async {
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
    browser.until_states("ESTABLISHED CLOSED").await;
    browser
        .until("$$('.call .failed').some((gave) => gave.textContent === ' = ECONNRESET')")
        .await;
    browser.assert_quiet().await;
}
