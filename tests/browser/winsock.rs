//! The lens names results as Windows does.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::questions::told;
use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Server, play};

#[tokio::test]
async fn through_the_lens_every_result_has_winsocks_name_and_says_so() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/reset-linger-0")).await;
    browser.click(".invitation [data-act=recording]").await;
    browser.until_origin("Recorded on Linux").await;
    browser.press(Key::End).await;
    let calls = "$$('.call .gave').map((gave) => gave.textContent)";
    let script = "$$('.script .gave').map((gave) => gave.textContent)";
    browser
        .until(&format!("{calls}.includes(' = EPIPE')"))
        .await;
    assert!(!told(&browser).await.contains("WSA"));

    browser.click("#lens option[value=winsock]").await;
    browser
        .until(&format!("{calls}.includes(' = WSAECONNABORTEDWin')"))
        .await;
    browser
        .until(&format!("{script}.includes('✓ WinWSAECONNRESET 10054')"))
        .await;
    browser.until_shown(".documents").await;
    let shows = told(&browser).await;
    assert!(!shows.contains("= EPIPE"), "{shows}");
    let unmarked = "$$('main *').filter((node) => /WSA/.test([...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join(''))
        && !node.matches('title') && !node.querySelector('sup, .mark')).length";
    assert_eq!(browser.get(unmarked).await, 0, "each name has its mark");
    assert!(shows.contains("WSAECONNABORTED 10053: documented by Windows, not observed"));

    // Remembered by the browser; on the host's card, at the moment behind the error; and gone with the lens.
    browser.visit(server.url("/s/reset-linger-0?lang=en")).await;
    browser.click(".invitation [data-act=recording]").await;
    browser.until_origin("Recorded on Linux").await;
    browser.click(".script li[data-line='11']").await;
    browser
        .until("$('.host.server .actors').textContent.includes('recv(4) = WinWSAECONNRESET 10054')")
        .await;
    browser.click("#lens option[value=errno]").await;
    browser
        .until("$('.documents').hidden && !$('.documented')")
        .await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn winsocks_code_follows_from_how_things_came_to_be() {
    let script = r#"
server listen
client connect
server accept
client set nonblock on
client recv                         => EAGAIN
client shutdown write               => 0
client dup as second
client send "x" on second           => EPIPE
client shutdown read                => 0
client recv                         => 0
client close on second
client close
client recv                         => EBADF
client connect 8000 as other        => ECONNREFUSED
client socket as lone
client recv on lone                 => ENOTCONN
client send "x" on lone             => EPIPE
client connect as kept
server accept as kept
client set keepalive 1s 1s 1 on kept
client connect as patient
server accept as patient
client set user_timeout 1s on patient
wire cut
client send "x" on patient          => 1
client recv on patient              => ETIMEDOUT
client recv on kept                 => ETIMEDOUT
"#;
    let events = tokio::task::spawn_blocking(move || play(script))
        .await
        .unwrap();
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/try")).await;
    let given = browser
        .call(&format!(
            "const {{ Winsock }} = await import('/assets/now/scripts/model/winsock.js');
             const events = {};
             const lens = new Winsock();
             for (const event of events) lens.add(event);
             const named = events.filter((event) => event.type === 'check' && lens.names.has(event.seq));
             return named.map((event) => `${{event.actual}}: ${{lens.names.get(event.seq).join(' ')}}`);",
            serde_json::to_string(&events.0).unwrap()
        ))
        .await;
    assert_eq!(
        given,
        json!([
            "EAGAIN: WSAEWOULDBLOCK 10035",
            "EPIPE: WSAESHUTDOWN 10058",
            "0: WSAESHUTDOWN 10058",
            "EBADF: WSAENOTSOCK 10038",
            "ECONNREFUSED: WSAECONNREFUSED 10061",
            "ENOTCONN: WSAENOTCONN 10057",
            "EPIPE: WSAENOTCONN 10057",
            "ETIMEDOUT: WSAETIMEDOUT 10060",
            "ETIMEDOUT: WSAENETRESET 10052",
        ])
    );
}
