//! The stage in other people's pages.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Server, fetch, request, start_run};

/// A page of another origin, another host and another port, with something in it; its address.
async fn page_elsewhere(body: String) -> String {
    let html = format!(
        "<!doctype html><title>elsewhere</title><link rel=\"icon\" href=\"data:,\"><body style=\"margin:0\">{body}"
    );
    let page = Router::new().route("/", get(move || async move { Html(html) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, page).await });
    format!("http://localhost:{port}/")
}

async fn oembed(server: &Server, query: &str) -> (u16, Value) {
    request("GET", &server.url(&format!("/oembed?{query}")), None).await
}

/// Whether what is played has come to its end.
pub const IS_OVER: &str =
    "$('#scrub').value === '1000' && $('[data-act=play]').dataset.playing === 'false'";

#[tokio::test]
async fn an_embedded_stage_plays_in_a_page_of_another_origin() {
    let server = Server::start(&[]);
    let page = format!("http://{}/s/half-close", server.address);
    let (status, answer) = oembed(&server, &format!("url={page}&maxwidth=700")).await;
    assert_eq!(status, 200);
    let code = answer["html"].as_str().unwrap().to_owned();
    let elsewhere = page_elsewhere(code).await;

    let browser = Browser::fresh("en", LAPTOP).await;
    browser.visit(&elsewhere).await;
    browser.driver.enter_frame(0).await.unwrap();
    browser.until("$('.chip')").await; // it plays by itself
    browser.click("#speed option[value='4']").await;
    browser.until(IS_OVER).await;
    assert_eq!(browser.text(".host.client .state").await, "TIME_WAIT");
    assert_eq!(browser.text(".host.server .state").await, "CLOSED");
    let drawn = "$$('.state-word:not(.later)').some((word) => word.textContent === 'CLOSE_WAIT')";
    assert_eq!(browser.get(drawn).await, true);

    // The way to the whole page leads to the same moment, in a window of its own.
    browser.press(Key::Home).await;
    browser.press(Key::Right).await;
    let whole = browser.get("$('.whole').href").await;
    let moment = browser.get("$('.clock').textContent").await;
    assert!(
        whole.as_str().unwrap().starts_with(&format!("{page}#t=")),
        "{whole}"
    );
    browser.click(".whole").await;
    let windows = browser.driver.windows().await.unwrap();
    browser
        .driver
        .switch_to_window(windows[1].clone())
        .await
        .unwrap();
    browser.until("$('.ladder .call')").await;
    assert_eq!(browser.get("$('.clock').textContent").await, moment);
    assert_eq!(browser.get("document.cookie").await, "");
    browser.assert_quiet().await;
}

#[tokio::test]
async fn only_the_embedded_stage_can_be_framed() {
    let server = Server::start(&[]);
    let policy = async |path: &str| {
        let response = reqwest::get(server.url(path)).await.unwrap();
        response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert!(
        policy("/embed?of=s:half-close")
            .await
            .contains("frame-ancestors *")
    );
    for path in [
        "/",
        "/s/half-close",
        "/try",
        "/atlas",
        "/find",
        "/embed/",
        "/embed/x",
        "/api/recordings/half-close/exercise",
        "/oembed",
    ] {
        assert!(
            policy(path).await.ends_with("frame-ancestors 'none'"),
            "{path}"
        );
    }
    let frame = format!("<iframe src=\"{}\"></iframe>", server.url("/s/half-close"));
    let browser = Browser::fresh("en", LAPTOP).await;
    browser.visit(page_elsewhere(frame).await).await;
    let told = browser.console().await;
    assert!(
        told.iter()
            .any(|line| line.contains("frame-ancestors 'none'")),
        "{told:?}"
    );
    browser.driver.enter_frame(0).await.unwrap();
    assert_eq!(browser.get("$('.stage')").await, Value::Null);
}

#[tokio::test]
async fn a_frame_does_as_its_options_say() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("en", [320, 600]).await;
    let open = async |options: &str| {
        browser
            .visit(server.url(&format!("/embed?of=s:reset-linger-0{options}")))
            .await;
        browser.until("$('.told')").await;
    };
    open("&paused=1").await;
    assert_eq!(
        browser.get("$('[data-act=play]').dataset.playing").await,
        "false"
    );
    assert_eq!(browser.get("$$('.chip').length").await, 0);
    assert_eq!(
        browser.get("document.documentElement.scrollWidth").await,
        browser.get("innerWidth").await
    );

    let [width, height] = LAPTOP;
    browser
        .driver
        .set_window_rect(0, 0, width, height)
        .await
        .unwrap();
    open("&paused=1&theme=dark&lang=zh&t=100000").await;
    let look = "[document.documentElement.dataset.theme, document.documentElement.lang, $('#scrub').value]";
    browser.until("$('#scrub').value === '1000'").await;
    assert_eq!(browser.get(look).await, json!(["dark", "zh-CN", "1000"]));
    assert_eq!(browser.text(".host.server .state").await, "CLOSED");
    assert!(
        browser
            .get("$('.ladder').textContent")
            .await
            .as_str()
            .unwrap()
            .contains("ECONNRESET")
    );
    open("&paused=1&theme=light").await;
    assert_eq!(
        browser.get("document.documentElement.dataset.theme").await,
        "light"
    );

    // Without answers neither a result nor a state is anywhere in the page.
    open("&paused=1&answers=0&t=100000").await;
    browser.until("$('#scrub').value === '1000'").await;
    assert_eq!(browser.text(".host.client .state").await, "?");
    let page = browser.get("$('main').outerHTML").await;
    for told in ["ECONNRESET", "ESTABLISHED", "CLOSED", "SYN_SENT", "= 5"] {
        assert!(!page.as_str().unwrap().contains(told), "{told}");
    }
    let segments = browser.get("$('.ladder').textContent").await;
    assert!(
        segments.as_str().unwrap().contains("RST, ACK"),
        "what it can be concluded from is there"
    );

    // Nothing is remembered, and nothing is asked of the browser's storage, which a frame may not have.
    let loaded = browser
        .get("performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop())")
        .await;
    let loaded: Vec<String> = serde_json::from_value(loaded).unwrap();
    assert!(loaded.iter().any(|name| name == "ladder.js"), "{loaded:?}");
    for other in [
        "store.js",
        "theme.js",
        "stage.js",
        "questions.js",
        "inspector.js",
    ] {
        assert!(!loaded.iter().any(|name| name == other), "{loaded:?}");
    }
    let response = reqwest::get(server.url("/embed?of=s:half-close&lang=zh"))
        .await
        .unwrap();
    assert!(response.headers().get("set-cookie").is_none());
    browser.assert_quiet().await;
}

#[tokio::test]
async fn what_goes_wrong_is_told_in_the_frame() {
    let server = Server::start(&[]);
    let browser = Browser::fresh("en", LAPTOP).await;
    for (source, status) in [
        ("s:nothing", 404),
        ("", 404),
        ("x:y", 404),
        ("r:nothing", 200),
        ("run:nothing", 200),
    ] {
        let url = server.url(&format!("/embed?of={source}"));
        assert_eq!(
            reqwest::get(&url).await.unwrap().status(),
            status,
            "{source}"
        );
        browser.visit(&url).await;
        browser
            .until("$('.notice').textContent.startsWith('There is no such recording')")
            .await;
        assert_eq!(
            browser
                .get("$('.host .state').checkVisibility({ visibilityProperty: true })")
                .await,
            false
        );
    }
    // A live run is followed, and a server that is gone is said to be.
    let script = "server listen\nclient connect\nsleep 60s";
    let id = start_run(&server, json!({ "script": script, "pace": "full" })).await;
    browser
        .visit(server.url(&format!("/embed?of=run:{id}")))
        .await;
    browser
        .until_text(".host.client .state", "ESTABLISHED")
        .await;
    server.signal(rustix::process::Signal::KILL);
    browser
        .until("$('.notice').textContent.startsWith('The connection to the server was lost')")
        .await;
}

#[tokio::test]
async fn oembed_answers_for_pages_that_show_a_recording() {
    let server = Server::start(&[]);
    let page = fetch(server.url("/atlas/TIME_WAIT/fin")).await;
    let (_, rest) = page
        .split_once("type=\"application/json+oembed\" href=\"")
        .unwrap();
    let href = rest.split('"').next().unwrap().replace("&amp;", "&");
    let (status, answer) = request("GET", &server.url(&href), None).await;
    assert_eq!(status, 200);
    assert_eq!([&answer["version"], &answer["type"]], ["1.0", "rich"]);
    let expected = format!("src=\"//{}/embed?of=atlas:TIME_WAIT/fin\"", server.address);
    let html = answer["html"].as_str().unwrap();
    assert!(html.contains(&expected), "{html}");
    for part in [
        "title=\"",
        "loading=\"lazy\"",
        "allowfullscreen",
        "sandbox=\"allow-scripts allow-same-origin",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let try_it = fetch(server.url("/try")).await;
    assert!(!try_it.contains("json+oembed"));

    let (_, small) = oembed(
        &server,
        "url=/s/half-close&maxwidth=300&maxheight=200&format=json",
    )
    .await;
    assert_eq!([&small["width"], &small["height"]], [300, 200]);
    for (query, expected) in [
        ("url=/s/nothing", 404),
        ("url=/article", 404),
        ("url=http://elsewhere.test/s/half-close", 404),
        ("url=/s/half-close&format=xml", 501),
        ("url=/s/half-close&maxwidth=wide", 400),
        ("url=/s/half-close&maxheight=0", 400),
        ("", 400),
    ] {
        assert_eq!(oembed(&server, query).await.0, expected, "{query}");
    }
}

#[tokio::test]
async fn the_stage_gives_the_code_of_its_frame() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    let is_offered = "$('.embed-entry').checkVisibility()";
    assert_eq!(
        browser.get(is_offered).await,
        false,
        "nothing is on the stage yet"
    );
    browser.click(".invitation [data-act=recording]").await;
    browser.until(is_offered).await;
    browser.press(" ").await;
    browser.click(".embed-entry").await;
    browser.until("$('#embed').open").await;
    browser.click("#embed [name=paused]").await;
    browser.click("#embed [name=answers]").await;
    browser
        .click("#embed [name=theme] option[value=dark]")
        .await;
    let code = browser.get("$('#embed textarea').value").await;
    let src = format!(
        "src=\"{}\"",
        server.url("/embed?of=s:half-close&amp;paused=1&amp;answers=0&amp;theme=dark")
    );
    assert!(code.as_str().unwrap().contains(&src), "{code}");
    browser.driver.enter_frame(0).await.unwrap();
    browser.until("$('.told.answers-hidden')").await;
    assert_eq!(
        browser.get("document.documentElement.dataset.theme").await,
        "dark"
    );
    browser.driver.enter_parent_frame().await.unwrap();

    // The code as it is shows the same elsewhere.
    browser
        .visit(page_elsewhere(code.as_str().unwrap().to_owned()).await)
        .await;
    browser.driver.enter_frame(0).await.unwrap();
    browser.until("$('.told.answers-hidden')").await;
    browser.assert_quiet().await;
}
