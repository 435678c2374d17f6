//! Runs of this moment on the stage.

use serde_json::json;
use thirtyfour::prelude::*;

use super::{assert_downloads_capture, shown_states};
use crate::support::browser::{Browser, LAPTOP};
use crate::support::processes::descendants;
use crate::support::{Server, events_of, eventually, start_run, stop_run};

#[tokio::test]
async fn run_shows_the_four_waves_as_the_kernel_gave_them() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/")).await;
    browser.click("a[href='/s/four-waves']").await;
    browser.click(".invitation [data-act=run]").await;
    let id = browser.run().await;

    // A segment is seen on its way while the same packet is still held on the wire.
    browser.until("$('.chip')").await;
    let so_far = events_of(&server, &id).await;
    assert!(so_far.of("end").is_empty(), "the run is still going on");

    browser.until_origin("Played on this kernel").await;
    browser.until_paused().await;
    assert_eq!(browser.text(".host.client .state").await, "TIME_WAIT");
    assert_eq!(browser.text(".host.server .state").await, "CLOSED");
    assert!(
        browser
            .text(".host.client .timer")
            .await
            .ends_with("s left")
    );

    let events = events_of(&server, &id).await;
    assert_eq!(
        shown_states(&browser, "client").await,
        json!(events.path("client", false))
    );
    let server_path = [events.path("server", true), events.path("server", false)].concat();
    assert_eq!(shown_states(&browser, "server").await, json!(server_path));
    assert_downloads_capture(&browser, &format!("/api/runs/{id}/pcapng")).await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_run_at_full_speed_is_played_so_that_it_can_be_followed() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/reset-linger-0")).await;
    browser.run_at_full_pace().await;
    browser.until("$('.head.rst:not(.later)')").await;
    browser.until_text(".host.server .state", "CLOSED").await;
    browser
        .until("$$('.call .failed').some((gave) => gave.textContent === ' = ECONNRESET')")
        .await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_script_of_ones_own_is_checked_played_and_carried_by_the_address() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/try")).await;
    let area = browser.driver.find(By::Css(".editor textarea"));
    let area = area.await.unwrap();
    area.clear().await.unwrap();
    area.send_keys("server listen\nclient conect")
        .await
        .unwrap();
    browser
        .until("$('.mistakes')?.textContent.includes('Line 2, column 8: found `conect`')")
        .await;
    browser.click(".transport .primary").await;
    let selected = "document.activeElement.value?.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)";
    browser.until(&format!("{selected} === 'conect'")).await;

    area.clear().await.unwrap();
    area.send_keys("client connect => ECONNREFUSED")
        .await
        .unwrap();
    browser.until_text(".mistakes", "").await;
    browser.click(".transport .primary").await;
    browser.until_text(".script .gave", "✓ ECONNREFUSED").await;
    browser.until("$('.name.rst:not(.later)')").await;
    let address = browser.driver.current_url().await.unwrap();
    assert!(address.fragment().unwrap().contains("s=1"), "{address}");

    // The other language, the same script.
    browser.click("#language").await;
    browser
        .until("document.documentElement.lang === 'zh-CN'")
        .await;
    let same = "$('.editor textarea').value === 'client connect => ECONNREFUSED'";
    browser.until(same).await;

    // The link in another browser: the same script.
    let other = Browser::open("zh-CN", LAPTOP).await;
    other.visit(address.as_str()).await;
    other.until(same).await;
    // And the same run, which its server remembers.
    other.until_text(".script .gave", "✓ ECONNREFUSED").await;
    assert_eq!(other.run().await, browser.run().await);
    other.assert_quiet().await;
}

#[tokio::test]
async fn a_visitor_who_leaves_in_mid_run_leaves_nothing_behind() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/reset-linger-0")).await;
    browser.click(".invitation [data-act=run]").await;
    let id = browser.run().await;
    drop(browser);
    let end = eventually("the run comes to its end alone", || async {
        events_of(&server, &id)
            .await
            .0
            .pop()
            .filter(|event| event["type"] == "end")
    })
    .await;
    assert_eq!(end["ok"], true);
    let pid = server.pid();
    let only_the_fork_server = || async move { (descendants(pid).len() == 1).then_some(()) };
    eventually("its processes are gone", only_the_fork_server).await;
}

#[tokio::test]
async fn where_the_server_is_lost_nothing_is_made_up() {
    let mut server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    browser.click(".invitation [data-act=run]").await;
    browser.until("$('.name.syn:not(.later)')").await;
    server.signal(rustix::process::Signal::KILL);
    server.ended();
    browser
        .until("$('.notice').textContent.includes('was lost')")
        .await;
    let shown = "$$('.host .state, .clock').map((node) => node.textContent).join(' ')";
    browser.until_text(".transport .primary", "Run").await;
    let then = browser.get(shown).await;

    let again = Server::start_at(&server.address);
    browser
        .until("$('.notice').textContent.includes('does not know this run any more')")
        .await;
    assert_eq!(browser.get(shown).await, then, "time stands still");
    browser.click(".transport .primary").await;
    browser.until_origin("Live on this kernel").await;
    drop(again);
}

#[tokio::test]
async fn each_of_two_connections_is_told_by_its_name() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    let script = "server listen\nclient connect\nserver accept\nclient connect as b\nserver accept as b\n\
                  client close\nserver close\nclient send \"=> b\" on b => 4\n";
    browser.visit_script(&server, script).await;
    browser.run_at_full_pace().await;
    browser.until_origin("Played").await;
    browser.until_paused().await;
    assert_eq!(browser.text(".host.client .state").await, "ESTABLISHED");
    assert_eq!(
        browser.text(".host.client .others").await,
        "conn: TIME_WAIT"
    );
    let shown = shown_states(&browser, "client").await;
    assert!(
        shown
            .as_array()
            .unwrap()
            .contains(&json!("conn: FIN_WAIT_2")),
        "{shown}"
    );
    assert_eq!(
        browser.text(".script li[data-line='8'] button").await,
        "client send \"=> b\" on b"
    );
    assert_eq!(
        browser.text(".script li[data-line='4'] .gave").await,
        "= 0",
        "what connect gave, not socket"
    );
}

#[tokio::test]
async fn each_host_shows_its_programs_its_descriptors_and_its_buffers() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    let script = "server listen\nclient connect\nserver accept\nclient fork child\nclient thread reader\nreader recv &\n\
                  client send 3000\nclient close\nserver recv peek\nclient set keepalive 5s 5s 5\nsleep 1s";
    browser.visit_script(&server, script).await;
    browser.run_at_full_pace().await;
    browser.until_origin("Played").await;
    browser.press(Key::End).await;
    let rows = |css: &str| format!("$$('{css} li').map((row) => row.textContent)");
    browser
        .until(&format!(
            "{}.join() === 'child 3×1conn'",
            rows(".client .files")
        ))
        .await;
    let actors = browser.get(&rows(".client .actors")).await;
    assert_eq!(actors.as_array().unwrap().len(), 3, "{actors}");
    assert!(
        actors[2].as_str().unwrap().contains("recv(3) ⋯ waiting"),
        "{actors}"
    );
    assert_eq!(browser.text(".server .recv .bytes").await, "3000 B");
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_run_that_waits_says_its_place_in_the_middle_of_the_stage() {
    let server = Server::start(&["--max-runs", "1"]);
    let other = start_run(&server, json!({ "script": "server listen\nserver accept" })).await;
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    browser.click(".invitation [data-act=run]").await;
    browser
        .until("$('.notice:not([hidden])')?.textContent.includes('number 1 in the queue')")
        .await;
    stop_run(&server, &other).await;
    browser
        .until("$('.notice').hidden && $('.client .state').textContent === 'ESTABLISHED'")
        .await;
    browser.assert_quiet().await;
}
