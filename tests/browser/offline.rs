//! The stage in a file of its own, which needs no server.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::embed::IS_OVER;
use crate::support::browser::{Browser, LAPTOP};
use crate::support::temp_dir::Folder;
use crate::support::{Server, ended_run, fetch};

/// A browser that has opened a page from a file.
async fn opened(folder: &Folder, page: &str) -> Browser {
    let file = folder.write("page.html", page);
    let browser = Browser::fresh("en", LAPTOP).await;
    browser.visit(format!("file://{}", file.display())).await;
    browser.until("$('.told')").await;
    browser
}

#[tokio::test]
async fn a_recording_plays_from_a_file_with_no_server() {
    let server = Server::start(&[]);
    let response = reqwest::get(server.url("/api/recordings/half-close/html"))
        .await
        .unwrap();
    assert_eq!(
        response.headers()["content-disposition"],
        "attachment; filename=\"fourwave-half-close.html\""
    );
    let file = response.text().await.unwrap();
    assert!(file.len() < 150_000, "{} bytes", file.len());
    assert!(file.contains("default-src 'none'"));
    for path in [
        "/api/atlas/TIME_WAIT/fin/html",
        "/api/recordings/nothing/html",
        "/api/runs/nothing/html",
    ] {
        let expected = if path.contains("nothing") { 404 } else { 200 };
        assert_eq!(
            reqwest::get(server.url(path)).await.unwrap().status(),
            expected,
            "{path}"
        );
    }
    drop(server);

    let folder = Folder::new();
    let browser = opened(&folder, &file).await;
    browser.until("$('.chip')").await; // it plays as soon as it is open
    browser.click("#speed option[value='4']").await;
    browser.until(IS_OVER).await;
    assert_eq!(browser.text(".host.client .state").await, "TIME_WAIT");
    browser.click(".script li[data-line='6']").await;
    browser
        .until("$('.note .text').textContent.startsWith('shutdown(SHUT_WR) closes one direction')")
        .await;
    let clock = browser.get("$('.clock').textContent").await;
    browser.click(".head .quiet").await;
    browser
        .until("document.documentElement.lang === 'zh-CN' && $('.told')")
        .await;
    browser
        .until("$('.note .text').textContent.includes('只关闭一个方向')")
        .await;
    assert_eq!(
        browser.get("$('.clock').textContent").await,
        clock,
        "the moment is kept"
    );

    // Everything came out of the file.
    let asked = "performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => !name.startsWith('data:'))";
    assert_eq!(browser.get(asked).await, json!([]));
    let refused = "try { await fetch('http://127.0.0.1:1/'); return 'let through' } catch { return 'refused' }";
    assert_eq!(browser.call(refused).await, "refused");
    let console = browser.console().await;
    assert!(
        console.iter().all(|line| line.contains("127.0.0.1:1")),
        "{console:?}"
    );
}

#[tokio::test]
async fn what_a_run_said_cannot_leave_its_element() {
    let server = Server::start(&[]);
    let hostile = "</script><script>document.title = 'broken out'</script><!--<script>";
    let script = format!(
        "server listen\nclient connect\nserver accept\nclient send \"{hostile}\"\nserver recv\n# {hostile}"
    );
    let id = ended_run(&server, json!({ "script": script, "pace": "full" })).await;
    let file = fetch(server.url(&format!("/api/runs/{id}/html"))).await;
    let folder = Folder::new();
    let browser = opened(&folder, &file).await;
    browser.press(Key::End).await;
    browser
        .until(&format!(
            "$('.script').textContent.includes({})",
            json!(hostile)
        ))
        .await;
    assert_eq!(
        browser.get("document.title").await,
        "A script of one’s own · fourwave"
    );
    browser.assert_quiet().await;
}
