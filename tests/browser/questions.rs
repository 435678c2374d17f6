//! Questions stop the play before the answer shows, and the run answers them.

use thirtyfour::prelude::*;

use crate::support::Server;
use crate::support::browser::{Browser, LAPTOP};
use crate::support::stage::STATES;

/// Waits until the card is there, in that phase.
async fn until_phase(browser: &Browser, phase: &str) {
    browser
        .until(&format!(
            "$('.question:not([hidden])')?.dataset.phase === '{phase}'"
        ))
        .await;
}

/// Everything of the page that an eye, a pointer or a screen reader can meet.
pub async fn told(browser: &Browser) -> String {
    let told = "$$('main *, footer *')
        .filter((node) => !node.closest('.later, [hidden], .choices, .next-steps, defs'))
        .flatMap((node) => [node.title, node.ariaLabel, [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join('')])
        .join('\\n') + $('#said').textContent";
    browser.get(told).await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_recording_waits_for_an_answer_and_then_gives_the_runs() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("en", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    assert!(
        !told(&browser).await.contains("FIN_WAIT"),
        "nor before the play begins"
    );
    browser.click("#speed option[value='4']").await;
    browser.click(".invitation [data-act=recording]").await;
    until_phase(&browser, "asked").await;
    browser
        .until("document.activeElement.matches('.question fieldset')")
        .await;
    assert_eq!(
        browser.get(STATES).await,
        "ESTABLISHED ESTABLISHED",
        "the line has not begun"
    );
    let shows = told(&browser).await;
    for secret in [
        "FIN_WAIT",
        "CLOSE_WAIT",
        "TIME_WAIT",
        "close(3)",
        "FIN,",
        "=> 0",
    ] {
        assert!(!shows.contains(secret), "{secret} in {shows}");
    }
    let ticks = browser
        .get("$$('.ticks line').filter((tick) => parseFloat(tick.getAttribute('x1')) / 100 > $('#scrub').value / 1000).length")
        .await;
    assert_eq!(ticks, 0, "no tick ahead tells of a change");

    // Play does not go past it; a wrong answer does, and the run says what is right.
    browser.press(" ").await;
    browser.drawn().await;
    assert_eq!(browser.get(STATES).await, "ESTABLISHED ESTABLISHED");
    until_phase(&browser, "asked").await;
    browser.press("1").await;
    until_phase(&browser, "told").await;
    let card = browser.text(".question").await;
    assert!(
        card.contains("Not this time. In this run the client is now in FIN_WAIT_2."),
        "{card}"
    );
    assert!(
        card.contains("the descriptor is gone") && card.contains("half of the goodbye"),
        "why it was tempting, and what is right: {card}"
    );
    assert_eq!(browser.get(STATES).await, "FIN_WAIT_2 CLOSE_WAIT");
    assert_eq!(browser.text(".score span").await, "0 of 1 right");
    assert!(!told(&browser).await.contains("LAST_ACK"));

    // It waits there until it was read.
    browser.press(Key::Enter).await;
    until_phase(&browser, "asked").await;
    browser.click(".choices button[value='0']").await;
    until_phase(&browser, "told").await;
    assert!(browser.text(".verdict").await.starts_with("Right."));
    browser.press(" ").await;

    // Escape skips: the next line is played unasked.
    until_phase(&browser, "asked").await;
    browser.press(Key::Escape).await;
    browser.until_states("TIME_WAIT CLOSED").await;
    browser.until("$('.question').hidden").await;
    assert_eq!(browser.text(".score span").await, "1 of 2 right");

    browser.visit(server.url("/s/four-waves?lang=en")).await;
    assert_eq!(browser.text(".score span").await, "1 of 2 right");
    browser.click(".score button").await;
    browser.until("$('.score').hidden").await;

    // Stepping comes to a question, and the next step goes past it.
    browser.click(".invitation [data-act=recording]").await;
    browser.until_origin("Recorded on Linux").await;
    let steps = "const frame = () => new Promise(requestAnimationFrame);
        const card = $('.question');
        for (let n = 0; n < 60; n++) {
          const hidden = card.hidden;
          document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
          await frame(); await frame();
          if (!hidden) return card.hidden;
        }
        return 'never asked'";
    assert_eq!(browser.call(steps).await, true);
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_live_run_goes_on_while_its_question_waits() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("zh-CN", LAPTOP).await;
    browser.visit(server.url("/s/reset-linger-0")).await;
    browser.run_at_full_pace().await;
    until_phase(&browser, "asked").await;
    browser.until_origin("刚在本机内核上运行过").await;
    assert_eq!(browser.get(STATES).await, "ESTABLISHED ESTABLISHED");
    let shows = told(&browser).await;
    for secret in ["CLOSED", "ECONNRESET", "EPIPE", "RST, ACK"] {
        assert!(!shows.contains(secret), "{secret} in {shows}");
    }
    browser.press("3").await;
    until_phase(&browser, "told").await;
    assert!(browser.text(".verdict").await.starts_with("猜对了。"));
    browser.press(Key::Enter).await;
    until_phase(&browser, "asked").await;
    browser.press("2").await;
    until_phase(&browser, "told").await;
    assert!(browser.text(".verdict").await.contains("\"hello\""));
    browser.assert_quiet().await;
}

#[tokio::test]
async fn who_wants_no_questions_gets_none() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("en", LAPTOP).await;
    let plays_through = async || {
        browser.click("#speed option[value='4']").await;
        browser.click(".invitation [data-act=recording]").await;
        browser.until_states("TIME_WAIT CLOSED").await;
    };
    // A link that says so, for this visit and in the other language too.
    browser
        .visit(server.url("/s/half-close?questions=off"))
        .await;
    browser.click("#language").await;
    browser
        .until("document.documentElement.lang === 'zh-CN'")
        .await;
    plays_through().await;

    // The switch, in the middle of a question.
    browser.visit(server.url("/s/half-close?lang=en")).await;
    browser.click(".invitation [data-act=recording]").await;
    until_phase(&browser, "asked").await;
    browser.click(".predict input").await;
    browser.until_states("TIME_WAIT CLOSED").await;

    // It is remembered.
    browser.visit(server.url("/s/half-close")).await;
    assert_eq!(browser.get("$('.predict input').checked").await, false);
    plays_through().await;
    browser.assert_quiet().await;
}
