//! Two runs side by side: what is the same is found by cause, and where they part is told.

mod align;
mod pairs;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::accessibility::violations;
use crate::kernel::privileges::server_that_is_refused;
use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Server, request, start_run};

use pairs::PAIRS;

#[tokio::test]
async fn the_page_shows_both_and_says_where_they_part() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/close-unread")).await;
    let offered = "$('.next-steps .pairs a')";
    // What it asks would tell what the lesson's questions ask: it comes at the end.
    assert_eq!(
        browser.get(&format!("{offered}.checkVisibility()")).await,
        false
    );
    browser.click(".invitation [data-act=recording]").await;
    browser.until("$('.origin').textContent").await;
    browser.press(Key::End).await;
    browser.until(&format!("{offered}.checkVisibility()")).await;
    assert_eq!(
        browser.get(&format!("{offered}.search")).await,
        "?a=s:close-unread&b=s:four-waves"
    );
    browser.get(&format!("{offered}.click()")).await;
    browser.until("$('.findings .does')").await;
    let told = "$$('.findings p').map((p) => p.textContent)";
    assert_eq!(
        browser.get(told).await,
        json!([
            "Where they part Up to there both did the same. The last of it: server: accept(3) returns 4. Here the scripts differ. Go there",
            "Left: line 4 server send \"hi\" ",
            "Right: Nothing of the kind: it goes straight on.",
            "The same deed, another outcome Both: line 6: client close. Go there",
            "Left: client sends RST, ACK, sequence 1, acknowledges 3 client sent RST because its program closed the socket while received data was still unread (RFC 9293, 3.6.1).",
            "Right: client sends FIN, ACK, sequence 1, acknowledges 1 its program called close(3)",
        ])
    );
    let states = "$$('.now b').map((state) => state.textContent).join(' ')";
    assert_eq!(browser.get(states).await, "CLOSED CLOSED TIME_WAIT CLOSED");
    // The same line runs through both pictures, and the close that both make stands at one height.
    let line = "$$('.parting-line:not(.later)').map((line) => line.getAttribute('y1'))";
    let lines = browser.get(line).await;
    assert!(lines[0].is_string() && lines[0] == lines[1], "{lines}");
    let closes = "$$('.call').filter((call) => call.textContent.startsWith('close(3)')).map((call) => [call.getAttribute('y'), call.classList.contains('alike')])";
    let closes = browser.get(closes).await;
    assert!(closes[0] == closes[1] && closes[0][1] == true, "{closes}");
    let kinds = "$$('.segment.differs').map((line) => line.classList[1]).sort().join(' ')";
    assert_eq!(browser.get(kinds).await, "ack ack ack data fin fin rst");

    // Keys go to the moments: before the outcome nobody has closed, a step later one side is gone.
    browser.press("d").await;
    browser
        .until(&format!(
            "{states} === 'ESTABLISHED ESTABLISHED ESTABLISHED ESTABLISHED'"
        ))
        .await;
    browser.press("o").await;
    browser
        .until(&format!(
            "{states} === 'CLOSED ESTABLISHED FIN_WAIT_1 ESTABLISHED'"
        ))
        .await;
    browser.press(Key::Home).await;
    browser
        .until(&format!("{states} === 'CLOSED CLOSED CLOSED CLOSED'"))
        .await;
    browser.press(" ").await;
    browser.until("$$('.chip.syn').length === 2").await;
    browser.press(" ").await;
    browser.press(Key::End).await;
    browser
        .until(&format!("{states} === 'CLOSED CLOSED TIME_WAIT CLOSED'"))
        .await;

    // The table says the same in words.
    browser.press("t").await;
    let row = "(text) => $$('.aligned tbody tr').map((row) => [...row.cells].map((cell) => cell.firstChild?.textContent ?? '')).find((cells) => cells.includes(text))";
    assert_eq!(
        browser
            .get(&format!(
                "({row})('client: sends RST, ACK, sequence 1, acknowledges 3')"
            ))
            .await,
        json!([
            "differs",
            "client: sends RST, ACK, sequence 1, acknowledges 3",
            "client: sends FIN, ACK, sequence 1, acknowledges 1"
        ])
    );
    assert_eq!(
        browser.get("$('#parting').textContent").await,
        "here they part only leftserver: calls send(4, \"hi\")its program called send(4, \"hi\")"
            .replace("its program called send(4, \"hi\")", "")
    );
    browser.get("$('#parting button').click()").await;
    browser
        .until(&format!(
            "{states} === 'ESTABLISHED ESTABLISHED ESTABLISHED ESTABLISHED'"
        ))
        .await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn both_are_played_here_and_judged_anew() {
    let server = Server::start(&[]);
    let browser = Browser::open("zh-CN", LAPTOP).await;
    let run = start_run(
        &server,
        json!({ "script": "server listen\nclient connect\n", "pace": "full" }),
    )
    .await;
    browser
        .visit(server.url("/compare?a=s:time-wait-assassination&b=s:time-wait-survives"))
        .await;
    let origins = "$$('.versus .origin').map((origin) => origin.textContent.slice(0, 2)).join(' ')";
    browser.until(&format!("{origins} === '录于 录于'")).await;
    browser.click("[data-act=both]").await;
    browser.until("$('.findings .more')").await;
    assert_eq!(
        browser.text(".findings .more").await,
        "分岔处与录制的相同。"
    );
    assert_eq!(
        browser
            .get("$$('.versus .origin').every((origin) => origin.textContent.startsWith('刚在'))")
            .await,
        true
    );
    // Any two: a cell of the atlas, a run of this server.
    for pair in [
        "a=atlas:ESTABLISHED/rst-inside&b=s:blind-reset",
        &format!("a=run:{run}&b=s:handshake"),
    ] {
        browser.visit(server.url(&format!("/compare?{pair}"))).await;
        browser.until("$('.findings .does')").await;
    }
    browser.visit(server.url("/compare?a=s:dup&b=s:dup")).await;
    browser
        .until("$('.findings').textContent.startsWith('从头到尾都相同')")
        .await;
    assert_eq!(browser.get("$$('.parting-line, .differs').length").await, 0);
    browser.assert_quiet().await;
}

#[tokio::test]
async fn an_address_that_names_nothing_is_told_which() {
    let server = Server::start(&[]);
    for (query, status, wrong) in [
        ("", 200, vec![]),
        ("?a=s:four-waves", 200, vec![]),
        ("?a=s:nowhere&b=s:four-waves", 404, vec!["s:nowhere"]),
        (
            "?a=s:four-waves&b=atlas:ESTABLISHED/nothing",
            404,
            vec!["atlas:ESTABLISHED/nothing"],
        ),
        (
            "?a=run:nothing&b=four-waves",
            404,
            vec!["run:nothing", "four-waves"],
        ),
        (
            "?a=%3Cscript%3E&b=r:../x",
            404,
            vec!["&#60;script&#62;", "r:../x"],
        ),
    ] {
        let response = reqwest::get(server.url(&format!("/compare{query}")))
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{query}");
        let page = response.text().await.unwrap();
        let told: Vec<&str> = page
            .split("role=\"alert\">There is no such recording: <code>")
            .skip(1)
            .map(|rest| rest.split("</code>").next().unwrap())
            .collect();
        assert_eq!(told, wrong, "{query}");
        assert_eq!(
            page.matches("class=\"signs\"").count(),
            PAIRS.len(),
            "{query}"
        );
        let chosen = page.contains("<option value=\"s:four-waves\" selected>");
        assert_eq!(chosen, query.contains("s:four-waves"), "{query}");
    }
    // What only its own address can tell, the page does.
    let (status, _) = request("GET", &server.url("/api/r/nowhere"), None).await;
    assert_eq!(status, 404);
    let browser = Browser::open("en", LAPTOP).await;
    browser
        .visit(server.url("/compare?a=s:dup&b=r:nowhere"))
        .await;
    browser
        .until_text(
            ".notice:not([hidden])",
            "Right: There is no such recording: r:nowhere",
        )
        .await;
}

#[tokio::test]
async fn what_is_on_the_stage_can_be_compared() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser
        .visit(server.url("/atlas/ESTABLISHED/rst-inside"))
        .await;
    browser.click(".invitation [data-act=recording]").await;
    browser.until_shown(".beside").await;
    browser.click(".beside").await;
    browser
        .until("$('#a')?.value === 'atlas:ESTABLISHED/rst-inside'")
        .await;
    assert_eq!(
        browser.get("[$('#b').value, $('[role=alert]')]").await,
        json!(["", null])
    );
}

#[tokio::test]
async fn a_phone_shows_one_after_the_other_and_axe_finds_nothing() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    for (width, theme, language) in [
        (390, "dark", "zh-CN"),
        (1280, "light", "en"),
        (1920, "dark", "en"),
        (390, "light", "en"),
    ] {
        browser.visit(server.url("/find")).await;
        let remember =
            format!("localStorage.theme = '{theme}'; document.cookie = 'lang={language}; path=/'");
        browser.call(&remember).await;
        browser
            .driver
            .set_window_rect(0, 0, width, 900)
            .await
            .unwrap();
        for address in [
            "/compare?a=s:nothing",
            "/compare?a=s:close-unread&b=s:four-waves",
        ] {
            browser.visit(server.url(address)).await;
            browser.until("$('.findings .does, .chooser')").await;
            assert_eq!(
                violations(&browser).await,
                Vec::<String>::new(),
                "{address} {width} {theme}"
            );
            let overflow = "document.documentElement.scrollWidth - innerWidth";
            assert!(
                browser.get(overflow).await.as_i64() <= Some(0),
                "{address} {width}"
            );
        }
        if width == 390 {
            let visible = "$$('.run').map((run) => getComputedStyle(run).visibility).join(' ')";
            assert_eq!(browser.get(visible).await, "visible hidden");
            browser.click(".switches [data-run=b]").await;
            assert_eq!(browser.get(visible).await, "hidden visible");
        }
        browser.press("t").await;
        browser.until_shown(".aligned").await;
        assert_eq!(
            violations(&browser).await,
            Vec::<String>::new(),
            "table {width} {theme}"
        );
    }
}

#[tokio::test]
async fn where_nothing_can_be_run_recordings_are_compared() {
    let server = server_that_is_refused();
    let browser = Browser::open("en", LAPTOP).await;
    browser
        .visit(server.url("/compare?a=s:kill-unread&b=s:kill-nothing-unread"))
        .await;
    browser.until("$('.findings .does')").await;
    let offered = "$('[data-act=both]').checkVisibility()";
    assert_eq!(browser.get(offered).await, false);
    assert!(
        browser
            .text(".findings")
            .await
            .contains("received data was still unread")
    );
}
