//! `cargo bench --bench page`: what the pages weigh and how quickly the stage answers, in a real browser with real runs.
//!
//! Frames depend on who else uses the machine. A page on which nothing moves is measured in the same minute, and what
//! the stage itself computes in a frame is told apart from how late the frame came.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "what the tests share is more than this needs"
)]

#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};
use support::Server;
use support::browser::Browser;

const WINDOW: [u32; 2] = [1440, 900];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = Server::start(&[]);
    println!("{:<58} {:>10} {:>10}", "", "found", "wanted");
    weights(&server).await;
    readiness(&server).await;

    let browser = Browser::open("en", WINDOW).await;
    let run = stage_with(&browser, &server, &script(20, "16K")).await;
    browser.visit("about:blank").await;
    let idle = frames(&browser).await;
    let playing = {
        stage_with(&browser, &server, &script(20, "16K")).await;
        browser.get("$('.ladder').focus()").await;
        hook(&browser).await;
        scrub(&browser, "[0.3]").await;
        browser.press(" ").await;
        frames(&browser).await
    };
    let what = |name: &str| format!("{name}, {} segments", run["segments"]);
    row("idle page: frames a second", idle["fps"].as_f64(), "");
    row(
        "idle page: share of frames over 20 ms, %",
        idle["late"].as_f64(),
        "",
    );
    row(
        &what("playing: frames a second"),
        playing["fps"].as_f64(),
        "60",
    );
    row(
        &what("playing: share of frames over 20 ms, %"),
        playing["late"].as_f64(),
        "< 1",
    );
    row(
        &what("playing: computing in a frame, ms, median"),
        playing["median"].as_f64(),
        "",
    );
    row(
        &what("playing: computing in a frame, ms, 99 of 100"),
        playing["most"].as_f64(),
        "",
    );

    let run = stage_with(&browser, &server, &script(85, "32K")).await;
    hook(&browser).await;
    for view in ["picture", "table"] {
        browser.click(&format!(".views [data-view={view}]")).await;
        let scrubbed = scrub(
            &browser,
            "Array.from({ length: 60 }, (_, n) => ((n * 37) % 61) / 60)",
        )
        .await;
        let what = |name: &str| {
            format!(
                "scrubbing the {view}, {} segments: ms, {name}",
                run["segments"]
            )
        };
        row(&what("median"), scrubbed["median"].as_f64(), "16");
        row(&what("95 of 100"), scrubbed["most"].as_f64(), "16");
    }
}

fn row(name: &str, found: Option<f64>, wanted: &str) {
    println!(
        "{name:<58} {:>10.1} {wanted:>10}",
        found.unwrap_or(f64::NAN)
    );
}

/// So many times so many bytes, which leave in bursts, and the four waves.
fn script(times: usize, bytes: &str) -> String {
    let crossing = format!("client send {bytes} &\nserver recv {bytes} all\nwait client\n");
    format!(
        "server listen\nclient connect\nserver accept\n{}client close\nserver recv => 0\nserver close\n",
        crossing.repeat(times)
    )
}

/// Plays a script at full speed, and shows its end.
async fn stage_with(browser: &Browser, server: &Server, script: &str) -> Value {
    let json = serde_json::to_string(script).unwrap();
    browser.visit(server.url("/try")).await;
    let fragment = browser.get(&format!("encodeURIComponent({json})")).await;
    browser.visit("about:blank").await; // else only the fragment changes
    browser
        .visit(server.url(&format!("/try#script={}", fragment.as_str().unwrap())))
        .await;
    browser.run_at_full_pace().await;
    browser.until_origin("Played on").await;
    let events = "const text = await (await fetch(`/api/runs/${document.body.dataset.run}/events`)).text();
                  const events = text.trim().split('\\n').map((line) => JSON.parse(line));
                  return { events: events.length, segments: events.filter((event) => event.phase === 'sent').length };";
    browser.call(events).await
}

/// What a first visit of each page costs: how often it asks, and the bytes of all bodies as they travel.
async fn weights(server: &Server) {
    for (page, name) in [("/", "start page"), ("/s/half-close", "stage")] {
        let visit = first_visit(server, page, 0).await;
        let what = |what: &str| format!("first visit of the {name}: {what}");
        row(&what("requests"), visit["requests"].as_f64(), "60");
        let bytes = visit["bytes"].as_f64();
        row(&what("kB"), bytes.map(|bytes| bytes / 1000.0), "90");
    }
}

/// When Run can be pressed, and when everything has come, over networks of some round trips.
async fn readiness(server: &Server) {
    for (latency, wanted) in [(0, "300"), (40, ""), (150, "1200")] {
        let mut visits = Vec::new();
        for _ in 0..3 {
            visits.push(first_visit(server, "/s/half-close", latency).await);
        }
        let what = |what: &str| format!("stage, first visit at {latency} ms: {what}, ms, median");
        row(&what("ready"), median(&visits, "ready"), wanted);
        row(&what("complete"), median(&visits, "complete"), "");
    }
    let browser = Browser::open("en", WINDOW).await;
    let mut visits = Vec::new();
    for _ in 0..4 {
        browser.visit(server.url("/s/four-waves")).await;
        visits.push(browser.call(VISIT).await);
    }
    let later = median(&visits[1..], "ready");
    row("stage, later visit: ready, ms, median", later, "300");
}

fn median(visits: &[Value], key: &str) -> Option<f64> {
    let figures = visits.iter().map(|visit| visit[key].as_f64());
    let mut figures: Vec<f64> = figures.collect::<Option<_>>()?;
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}

/// What a visit cost, once nothing more is asked for. Modules run before DOMContentLoaded ends, and Run works then.
const VISIT: &str = "
    await fetch($('link[rel=icon]').href);
    const files = () => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    for (let count = 0; count !== files().length;) {
      count = files().length;
      await new Promise((done) => setTimeout(done, 1000));
    }
    const end = (name) => Math.max(...files().map((file) => file[name] ?? 0));
    return { requests: files().length, bytes: files().reduce((sum, file) => sum + file.encodedBodySize, 0),
             ready: end('domContentLoadedEventEnd'), complete: end('responseEnd') };";

/// A visit by a browser that has nothing of the page yet, with so many ms before each answer.
async fn first_visit(server: &Server, page: &str, latency: u32) -> Value {
    let browser = Browser::open("en", WINDOW).await;
    slow_down(&browser, latency).await;
    browser.visit(server.url(page)).await;
    browser.call(VISIT).await
}

/// From now on each answer comes so many ms later (0: at once).
async fn slow_down(browser: &Browser, latency: u32) {
    let conditions = json!({
        "offline": false, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1,
    });
    for (cmd, params) in [
        ("Network.enable", json!({})),
        ("Network.emulateNetworkConditions", conditions),
    ] {
        let order = json!({ "cmd": cmd, "params": params });
        browser.order("goog/cdp/execute", order).await;
    }
}

/// From now on what the page computes in each frame is written down, and the layout that follows from it.
async fn hook(browser: &Browser) {
    let hook = "const draw = requestAnimationFrame.bind(window);
                window.costs = [];
                window.unhooked = draw;
                window.requestAnimationFrame = (then) => draw((now) => {
                  const start = performance.now();
                  then(now);
                  document.body.getBoundingClientRect();
                  costs.push(performance.now() - start);
                });
                await new Promise((done) => draw(() => draw(done)));";
    browser.call(hook).await;
}

const RANK: &str = "const rank = (figures, part) => figures.sort((a, b) => a - b)[Math.floor((figures.length - 1) * part)];";

/// Five seconds of frames.
async fn frames(browser: &Browser) -> Value {
    let measure = "window.costs = [];
        const times = await new Promise((done) => {
          const times = [];
          const draw = window.unhooked ?? requestAnimationFrame;
          const next = (now) => { times.push(now); now - times[0] < 5000 ? draw(next) : done(times); };
          draw(next);
        });
        const gaps = times.slice(1).map((time, index) => time - times[index]);
        return { fps: (gaps.length * 1000) / (times.at(-1) - times[0]), late: (100 * gaps.filter((gap) => gap > 20).length) / gaps.length,
                 median: rank(costs, 0.5), most: rank(costs, 0.99) };";
    browser.call(&format!("{RANK} {measure}")).await
}

/// From the hand on the slider to what is drawn: the input's handler, and the frame that follows.
async fn scrub(browser: &Browser, parts: &str) -> Value {
    let measure = format!(
        "const slider = $('#scrub'), answers = [];
         for (const part of {parts}) {{
           slider.value = part * slider.max;
           costs.length = 0;
           const start = performance.now();
           slider.dispatchEvent(new Event('input'));
           const handled = performance.now() - start;
           await new Promise((done) => setTimeout(function wait() {{ costs.length ? done() : setTimeout(wait); }}));
           answers.push(handled + costs[0]);
         }}
         return {{ median: rank(answers, 0.5), most: rank(answers, 0.95) }};"
    );
    browser.call(&format!("{RANK} {measure}")).await
}
