//! Sharing in a real browser: what one visitor sees and shares, another one, who has never been here, sees by its link.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Server, request};

/// The moment, the states, the processes and their last results: what is on the stage, of this run and no other.
async fn stage(browser: &Browser) -> Value {
    browser
        .get("[$('.clock').value, ...$$('.host').map((host) => host.innerText)]")
        .await
}

async fn run_to_its_end(browser: &Browser) {
    browser.run_at_full_pace().await;
    browser.until_origin("Played on this kernel").await;
}

/// Pauses somewhere in the middle.
async fn stop_in_the_middle(browser: &Browser) {
    browser.press(Key::Home).await;
    for _ in 0..12 {
        browser.press(Key::Right).await;
    }
    browser.drawn().await;
    browser.until("location.hash.includes('t=')").await;
}

/// Chooses what to share, and waits for its address.
async fn address(browser: &Browser, kind: &str, part: &str) -> String {
    browser
        .click(&format!("#share label:has([value={kind}])"))
        .await;
    browser
        .until(&format!(
            "$('#share .place').checkVisibility() && $('#share .place').value.includes('{part}')"
        ))
        .await;
    let value = browser.get("$('#share .place').value").await;
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_shared_run_is_the_same_run_at_the_same_moment_for_somebody_else() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    run_to_its_end(&browser).await;
    stop_in_the_middle(&browser).await;
    let seen = stage(&browser).await;
    assert!(seen.to_string().contains("pid"), "{seen}");

    // By keyboard alone, and told to those who listen.
    browser.press("s").await;
    browser.until("$('#share').open").await;
    browser
        .until("document.activeElement.value === 'run' && document.activeElement.checked")
        .await;
    let offered = browser.text("#share .about").await;
    assert!(offered.contains("never changes"), "{offered}");
    browser.press(Key::Tab).await;
    assert_eq!(
        browser.get("document.activeElement.className").await,
        "primary keep"
    );
    browser.press(Key::Enter).await;
    browser
        .until("document.activeElement.matches('#share .copy')")
        .await;
    let link = address(&browser, "run", "/r/").await;
    assert!(
        link.starts_with(&server.url("/r/")) && link.contains("#t="),
        "{link}"
    );
    assert_eq!(
        browser.get("$('#share .keep').checkVisibility()").await,
        false
    );

    let other = Browser::open("en", LAPTOP).await;
    other.visit(&link).await;
    other.until_origin("Recorded on Linux").await;
    other
        .until(&format!("$('.clock').value === {}", seen[0]))
        .await;
    assert_eq!(stage(&other).await, seen);
    assert_eq!(other.text("h1").await, "Half-close: I am done, you are not");
    let since = other.text(".lesson p").await;
    assert!(
        since.starts_with("Recorded on 20") && since.contains("UTC on Linux"),
        "{since}"
    );

    // It can be shared on, without another one being kept.
    other.press("s").await;
    other.until("$('#share').open").await;
    assert_eq!(address(&other, "run", "/r/").await, link);
    other.press(Key::Escape).await;
    assert_eq!(other.get("$('#share').open").await, false);
    for browser in [browser, other] {
        browser.assert_quiet().await;
    }
}

#[tokio::test]
async fn a_reset_played_by_hand_is_the_same_for_somebody_else() {
    let server = Server::start(&[]);
    let browser = Browser::lab(&server, "A connection that stands", "full").await;
    browser.push("client: set linger 0").await;
    browser.push("client: close").await;
    browser.until_states("CLOSED CLOSED").await;
    browser.click(".transport .primary").await; // Stop
    browser.until_shown(".over .kept").await;
    let kept = browser.get("$('.over .kept').href").await;
    stop_in_the_middle(&browser).await;
    let seen = stage(&browser).await;

    browser.press("s").await;
    browser.until("$('#share').open").await;
    browser.click("#share .keep").await;
    let link = address(&browser, "run", "/r/").await;
    assert_eq!(link.split('#').next(), kept.as_str(), "kept once");

    let other = Browser::open("en", LAPTOP).await;
    other.visit(&link).await;
    other
        .until(&format!("$('.clock').value === {}", seen[0]))
        .await;
    assert_eq!(stage(&other).await, seen);
    other.press(Key::End).await;
    other.until_states("CLOSED CLOSED").await;
    let script = other
        .get("$$('.script li').map((line) => line.title)")
        .await;
    assert_eq!(script[3], "client set linger 0 => 0");
    assert_eq!(script[4], "client close => 0");
    assert_eq!(other.get("$$('.name.rst:not(.later)').length").await, 1);
}

#[tokio::test]
async fn a_lesson_is_shared_by_its_name_with_the_moment_of_its_recording() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    browser.click(".share").await;
    let bare = address(&browser, "lesson", "/s/half-close").await;
    assert_eq!(bare, server.url("/s/half-close"));
    browser.click("#share label:has([value=run])").await;
    browser
        .until("$('#share .about').textContent.includes('Press Run')")
        .await;
    browser.press(Key::Escape).await;
    assert_eq!(
        browser
            .get("document.activeElement.matches('.share')")
            .await,
        true
    );

    browser.click(".invitation [data-act=recording]").await;
    browser.until_origin("Recorded").await;
    stop_in_the_middle(&browser).await;
    let seen = stage(&browser).await;
    browser.press("s").await;
    browser.until("$('#share').open").await;
    let link = address(&browser, "lesson", "#t=").await;
    browser.click("#share .at input").await;
    browser
        .until(&format!("$('#share .place').value === '{bare}'"))
        .await;

    let other = Browser::open("en", LAPTOP).await;
    other.visit(&link).await;
    other
        .until(&format!("$('.clock').value === {}", seen[0]))
        .await;
    assert_eq!(stage(&other).await, seen);
    // A run of one's own has other times: they are no moments of the recording.
    other.visit(&bare).await;
    run_to_its_end(&other).await;
    other.press("s").await;
    other.until("$('#share').open").await;
    assert_eq!(address(&other, "lesson", "/s/").await, bare);
}

#[tokio::test]
async fn a_script_in_a_link_is_the_same_script_for_somebody_else() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    let script =
        "# 打个招呼\nserver listen\nclient connect\nserver accept\nclient send \"hello & <bye>\"";
    browser.visit(server.url("/try")).await;
    browser
        .call(&format!(
            "const area = $('.editor textarea'); area.value = {}; area.dispatchEvent(new Event('input')); return 0;",
            json!(script)
        ))
        .await;
    browser.until("location.hash.startsWith('#s=1')").await;
    browser.click(".share").await;
    let link = address(&browser, "script", "#s=1").await;
    assert_eq!(browser.get("location.href").await, link);
    assert_eq!(
        browser.text("#share .length").await,
        format!("{} characters", link.len())
    );

    let other = Browser::open("en", LAPTOP).await;
    let plain = "$('.editor textarea').value";
    other.visit(&link).await;
    other.until_shown(".editor").await;
    assert_eq!(other.get(plain).await, script);
    // As links were written before.
    let older = server.url("/try#script=server%20listen%0Aclient%20connect");
    other.visit(&server.url("/")).await;
    other.visit(&older).await;
    other.until_shown(".editor").await;
    assert_eq!(other.get(plain).await, "server listen\nclient connect");
    // A lesson's script leaves for the editor in the same way.
    other.visit(server.url("/s/four-waves")).await;
    let shown = "$$('.script li').length";
    let lines = other.get(shown).await;
    other.click("[data-act=edit]").await;
    other
        .until("location.pathname === '/try' && $('.editor')?.checkVisibility()")
        .await;
    assert!(
        other
            .get("location.hash")
            .await
            .as_str()
            .unwrap()
            .starts_with("#s=1")
    );
    assert!(
        other
            .get(&format!("{plain}.trim().split('\\n').length"))
            .await
            .as_u64()
            >= lines.as_u64()
    );
    other.assert_quiet().await;
}

#[tokio::test]
async fn a_damaged_link_says_so_and_loses_nothing() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    let link = server.url("/try#s=1abcdefgh");
    browser.visit(&link).await;
    browser.until_shown(".notice").await;
    let told = browser.text(".notice").await;
    assert!(
        told.contains("damaged") && told.contains("Copy it once more"),
        "{told}"
    );
    assert_eq!(browser.get("location.href").await, link);
    // The page works all the same, and whoever goes on has a whole link.
    browser.click(".transport .primary").await;
    browser.until("document.body.dataset.run && location.hash.startsWith('#s=1') && !location.hash.includes('abcdefgh')").await;
    assert_eq!(browser.get("$('.notice').checkVisibility()").await, false);
    // With another end pasted into the same page it is read anew.
    browser.call("location.hash = 's=2abc'; return 0").await;
    browser
        .until("$('.notice').textContent.includes('newer kind')")
        .await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_code_for_the_room_and_a_word_to_who_serves_himself_alone() {
    let server = Server::start(&[]);
    let browser = Browser::open("zh-CN", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    browser.click(".share").await;
    browser
        .until("$('#share .qr img').naturalWidth > 100")
        .await;
    browser.click("#share .copy").await;
    browser.until_text("#share .copy", "已复制").await;
    assert_eq!(browser.text("#share .outcome").await, "已复制");
    let port = server.address.split(':').next_back().unwrap();
    assert_eq!(
        browser.text("#share .loopback code").await,
        format!("fourwave --listen 0.0.0.0:{port}")
    );
    browser.click("#share .qr").await;
    browser.until("$('#wall').open").await;
    let height = browser
        .get("$('#wall img').getBoundingClientRect().height / innerHeight")
        .await;
    assert!(height.as_f64().unwrap() > 0.8, "{height}");
    browser.press(Key::Escape).await;
    let open = "[$('#wall').open, $('#share').open]";
    assert_eq!(browser.get(open).await, json!([false, true]));
    browser.assert_quiet().await;
}

#[tokio::test]
async fn what_cannot_be_kept_is_told_in_the_dialog() {
    let server = Server::start(&["--data-dir", "/proc/nowhere"]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    run_to_its_end(&browser).await;
    browser.press("s").await;
    browser.until("$('#share').open").await;
    browser.click("#share .keep").await;
    browser
        .until("$('#share .outcome').classList.contains('wrong')")
        .await;
    let told = browser.text("#share .outcome").await;
    assert!(
        told.contains("/proc/nowhere") && told.contains("--data-dir"),
        "{told}"
    );
    assert_eq!(browser.get("$('#share .keep').disabled").await, false);
}

#[tokio::test]
async fn codes_are_drawn_for_what_has_room_in_one() {
    let server = Server::start(&[]);
    let draw = |text: String| {
        reqwest::Client::new()
            .post(server.url("/api/qr"))
            .body(text)
            .send()
    };
    let code = draw("http://127.0.0.1:4444/r/abcdefghij".into())
        .await
        .unwrap();
    assert_eq!(
        (
            code.status().as_u16(),
            code.headers()["content-type"].to_str().unwrap()
        ),
        (200, "image/svg+xml")
    );
    assert!(code.text().await.unwrap().contains("<svg"));
    assert_eq!(draw("x".repeat(2953)).await.unwrap().status(), 200);
    assert_eq!(draw("x".repeat(2954)).await.unwrap().status(), 422);
    let (status, answer) = request("POST", &server.url("/api/qr"), None).await;
    assert_eq!((status, &answer["error"]), (422, &json!("request")));
}
