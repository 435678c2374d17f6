//! The programs made from scripts. The programs of every scenario and of random scripts compile; the Python programs put
//! the same segments on the wire as the lab.

mod alone;
mod compile;

use std::process::Output;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Server, request};

fn assert_silent(output: &Output) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    assert!(
        output.status.success() && text.is_empty(),
        "{}",
        String::from_utf8_lossy(&text)
    );
}

#[tokio::test]
async fn programs_are_told_over_http() {
    let server = Server::start(&[]);
    let get = |query: &str| server.url(&format!("/api/scenarios/{query}"));
    let response = reqwest::get(get("four-waves/program?host=client&language=python"))
        .await
        .unwrap();
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain")
    );
    let text = response.text().await.unwrap();
    assert!(
        text.contains("conn.connect((\"127.0.0.2\", 7000))")
            && text.contains("# wave1: client close"),
        "{text}"
    );

    for (path, status) in [
        ("no-such/program?host=client&language=c", 404),
        ("four-waves/program?host=client&language=cobol", 400),
        ("four-waves/program?language=c", 400),
    ] {
        assert_eq!(request("GET", &get(path), None).await.0, status, "{path}");
    }
    // The lines that would answer a question are left out.
    let beginning = reqwest::get(get(
        "four-waves/program?host=client&language=python&before=4",
    ))
    .await
    .unwrap();
    let text = beginning.text().await.unwrap();
    assert!(
        text.contains("conn.connect(") && !text.contains("close"),
        "{text}"
    );
    let own = |script: &str| json!({ "script": script, "host": "server", "language": "rust" });
    let post = async |body| request("POST", &server.url("/api/program"), Some(body)).await;
    assert_eq!(post(own("server listen 8000")).await.0, 200);
    let (status, answer) = post(own("server fly")).await;
    assert_eq!((status, &answer["error"]), (422, &json!("script")));
}

#[tokio::test]
async fn the_page_shows_the_program_and_remembers_the_language() {
    const TEXT: &str = "$('.program pre').textContent";
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    browser
        .until("$('.program pre').checkVisibility() === false")
        .await;

    // Without a mouse: from the script to C, to Python.
    browser.get("$('.tongues [value=script]').focus()").await;
    browser.press(Key::Right).await;
    browser.press(Key::Right).await;
    browser
        .until(&format!("{TEXT}.includes('conn.shutdown(socket.SHUT_WR)')"))
        .await;
    browser.get("$('.tongues [value=server]').click()").await;
    browser
        .until(&format!("{TEXT}.includes('listener.listen(128)')"))
        .await;
    assert_eq!(browser.get("$('ol.script').checkVisibility()").await, false);

    browser.click(".tongues button").await;
    browser.until_text(".tongues button", "Copied").await;
    browser.visit(server.url("/s/four-waves")).await;
    browser
        .until(&format!("{TEXT}.includes('# wave3: server close')"))
        .await;

    // A visitor's script, and a mistake in it.
    browser
        .visit(server.url("/try#script=server%20listen%208000"))
        .await;
    browser.until(&format!("{TEXT}.includes('8000')")).await;
    browser.visit(server.url("/try#script=server%20fly")).await;
    browser
        .until("$('.program [role=status]').textContent.startsWith('Line 1, column 8')")
        .await;
}

#[tokio::test]
async fn a_question_ahead_cuts_the_program() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("en", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    browser.get("$('.tongues [value=java]').click()").await;
    browser
        .until("$('.program [role=status]').textContent.startsWith('The rest shows')")
        .await;
    let text = browser.get("$('.program pre').textContent").await;
    assert!(!text.as_str().unwrap().contains("close("), "{text}");
}
