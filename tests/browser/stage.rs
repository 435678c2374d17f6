//! The stage in a real browser: recordings, and what can be chosen on any page.

mod live;

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::kernel::privileges::server_that_is_refused;
use crate::support::Server;
use crate::support::browser::{Browser, LAPTOP};

/// The states that the picture shows for a host, from top to bottom.
async fn shown_states(browser: &Browser, host: &str) -> Value {
    let side = if host == "client" { "end" } else { "start" };
    let words = format!("$$('.state-word[text-anchor={side}]:not(.later)')");
    let sorted = format!("{words}.sort((a, b) => a.getAttribute('y') - b.getAttribute('y'))");
    browser
        .get(&format!("{sorted}.map((word) => word.textContent)"))
        .await
}

/// The run on the stage can be kept as a capture, without a mouse too.
async fn assert_downloads_capture(browser: &Browser, address: &str) {
    let found = browser
        .call(
            "$('.exports summary').click(); \
             const link = $('.exports a[data-format=pcapng]'); link.focus(); \
             const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer()); \
             return [link.checkVisibility(), document.activeElement === link, link.hasAttribute('download'), \
                     new URL(link.href).pathname, [...bytes.slice(0, 4)]];",
        )
        .await;
    let section_header = [0x0a, 0x0d, 0x0d, 0x0a];
    assert_eq!(found, json!([true, true, true, address, section_header]));
}

#[tokio::test]
async fn a_recording_is_played_paused_stepped_and_scrubbed() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    assert_eq!(
        browser.get("$('.exports').checkVisibility()").await,
        json!(false)
    );
    browser.click(".invitation [data-act=recording]").await;
    browser.until_origin("Recorded on Linux").await;
    browser.until_states("ESTABLISHED ESTABLISHED").await;

    browser.press(" ").await;
    browser.until_paused().await;
    let paused = browser.get("$('#scrub').value").await;
    browser.press(Key::Right).await;
    browser
        .until(&format!(
            "Number($('#scrub').value) > {}",
            paused.as_str().unwrap()
        ))
        .await;
    browser.press(Key::Left).await;
    browser.press(Key::Home).await;
    browser.until_states("CLOSED CLOSED").await;
    browser.press(Key::End).await;
    browser.until_states("TIME_WAIT CLOSED").await;

    // Scrubbing, as a hand on the slider does it.
    let scrub =
        "const scrub = $('#scrub'); scrub.value = 600; scrub.dispatchEvent(new Event('input'))";
    browser.call(scrub).await;
    browser
        .until("$('#scrub').style.getPropertyValue('--part') === '0.6'")
        .await;

    // A line of the script leads to its moment.
    browser.click(".script li[data-line='2']").await;
    browser.until_states("CLOSED LISTEN").await;
    assert_downloads_capture(&browser, "/api/recordings/half-close/pcapng").await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn the_model_is_the_same_however_one_comes_to_a_moment() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    let answer = browser
        .call(
            "const { History, apply, nothing } = await import('/assets/now/scripts/model/model.js');
             const { Layout } = await import('/assets/now/scripts/model/layout.js');
             const lines = (await (await fetch('/api/recordings/half-close')).text()).trim().split('\\n');
             const events = lines.map((line) => JSON.parse(line));
             const history = new History(), layout = new Layout();
             for (const event of events) { history.add(event); layout.add(event); }
             // Frozen, so that whatever changes a model instead of making the next one fails.
             const freeze = (it) => {
               if (typeof it !== 'object' || it === null || Object.isFrozen(it)) return it;
               Object.values(Object.freeze(it)).forEach(freeze);
               return it;
             };
             const folded = [freeze(nothing)];
             for (const event of events) folded.push(freeze(apply(folded.at(-1), freeze(event))));
             // Nobody waits for a line in a lesson: what is idle is an open run.
             const untouched = Object.keys(nothing).filter((field) => field !== 'idle').filter((field) => JSON.stringify(folded.at(-1)[field]) === JSON.stringify(nothing[field]));
             const order = [...folded.keys()].sort((a, b) => (a * 7919) % 131 - (b * 7919) % 131);
             const differs = order.filter((n) => JSON.stringify(history.at(n)) !== JSON.stringify(folded[n]));
             const descends = layout.ys.filter((y, i) => i && y < layout.ys[i - 1]);
             const unknown = events.filter((event) => layout.count(layout.ys[event.seq]) <= event.seq);
             return { events: events.length, untouched, differs, descends, unknown };",
        )
        .await;
    assert!(answer["events"].as_u64() > Some(100), "{answer}");
    for none in ["untouched", "differs", "descends", "unknown"] {
        assert_eq!(answer[none], json!([]), "{none}");
    }
}

#[tokio::test]
async fn language_and_theme_are_switched_and_remembered() {
    let server = Server::start(&[]);
    let browser = Browser::open("zh-CN,zh", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    assert_eq!(browser.text("h1").await, "四次挥手");
    browser.click("#language").await;
    browser.until_text("h1", "Four waves goodbye").await;
    browser.visit(server.url("/")).await;
    assert_eq!(browser.get("document.documentElement.lang").await, "en");
    let theme = browser.get("document.documentElement.dataset.theme").await;
    browser.click("#theme").await;
    browser.driver.refresh().await.unwrap();
    assert_ne!(
        browser.get("document.documentElement.dataset.theme").await,
        theme
    );
    browser.assert_quiet().await;
}

#[tokio::test]
async fn where_the_machine_refuses_the_recording_plays() {
    let server = server_that_is_refused();
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    let refusal = browser.text(".refusal").await;
    assert!(
        refusal.contains("opening /dev/net/tun")
            && refusal.contains("This command would allow it:"),
        "{refusal}"
    );
    browser.click(".invitation .primary").await;
    browser.click("#speed option[value='4']").await;
    browser.until_text(".host.client .state", "TIME_WAIT").await;
    assert!(
        browser
            .text(".origin")
            .await
            .starts_with("Recorded on Linux")
    );
    browser.assert_quiet().await;
}

#[tokio::test]
async fn the_address_keeps_the_moment_and_keys_move_it() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close#t=3200")).await;
    browser.until_text(".client .state", "ESTABLISHED").await;
    browser.until_text(".clock", "3.2 s").await;
    // To the change after and before: the states tell, and the address follows.
    browser.press_with(Key::Shift, Key::Right).await;
    browser.until_text(".client .state", "FIN_WAIT_1").await;
    browser
        .until("Number(new URLSearchParams(location.hash.slice(1)).get('t')) > 3200")
        .await;
    browser.press_with(Key::Shift, Key::Left).await;
    browser.until_text(".client .state", "ESTABLISHED").await;
    browser.press("?").await;
    browser.until("$('#keys').open").await;
    browser.press(Key::Escape).await;
    browser.until("!$('#keys').open").await;
    browser.press("p").await;
    browser
        .until("'projector' in document.documentElement.dataset")
        .await;
    let fits = "document.documentElement.scrollHeight <= innerHeight && $('.transport').getBoundingClientRect().bottom <= innerHeight + 1";
    browser.until(fits).await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn paper_gets_the_whole_run_and_the_screen_its_moment_back() {
    let server = Server::start(&[]);
    let browser = Browser::open("zh-CN", LAPTOP).await;
    browser.visit(server.url("/s/half-close#t=3200")).await;
    let state = "$('.client .state').textContent";
    browser.until(&format!("{state} === 'ESTABLISHED'")).await;
    let fins = "$$('.ladder .name.fin:not(.later)').length";
    assert_eq!(browser.get(fins).await, 0);
    browser
        .get("dispatchEvent(new Event('beforeprint')) && null")
        .await;
    assert_eq!(browser.get(fins).await, 2);
    assert_eq!(browser.get(state).await, "TIME_WAIT");
    browser
        .get("dispatchEvent(new Event('afterprint')) && null")
        .await;
    assert_eq!(browser.get(state).await, "ESTABLISHED");
    assert_eq!(browser.get(fins).await, 0);
    browser.assert_quiet().await;
}
