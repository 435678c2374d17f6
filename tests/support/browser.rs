//! A headless Chromium of one's own, driven by chromedriver; both end with the test.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::eventually;
use super::temp_dir::Folder;

/// The window of most tests.
pub const LAPTOP: [u32; 2] = [1280, 900];

/// How whatever is evaluated in a page names elements: one, and all.
const FIND: &str = "const $ = (css) => document.querySelector(css), $$ = (css) => [...document.querySelectorAll(css)];";

pub struct Browser {
    pub driver: WebDriver,
    chromedriver: Child,
    port: u16,
    _profile: Folder,
}

impl Browser {
    /// A browser whose user reads `language` and wants no questions, with a window of that size.
    pub async fn open(language: &str, size: [u32; 2]) -> Browser {
        let browser = Browser::fresh(language, size).await;
        let source = "try { localStorage.setItem('questions', 'off') } catch {}";
        let order = json!({
            "cmd": "Page.addScriptToEvaluateOnNewDocument",
            "params": { "source": source },
        });
        browser.order("goog/cdp/execute", order).await;
        browser
    }

    /// A browser that knows nothing yet, as a visitor's is who comes for the first time.
    pub async fn fresh(language: &str, [width, height]: [u32; 2]) -> Browser {
        let profile = Folder::new();
        let mut chromedriver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("chromedriver is installed (tests/run does that)");
        let mut lines = BufReader::new(chromedriver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().expect("chromedriver says its port").unwrap();
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
        std::thread::spawn(move || lines.for_each(drop)); // so that it is never stuck on a full pipe

        let mut wanted = DesiredCapabilities::chrome();
        for flag in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            &format!("--user-data-dir={}", profile.as_str()),
            &format!("--window-size={width},{height}"),
        ] {
            wanted.add_arg(flag).unwrap();
        }
        wanted
            .add_experimental_option("prefs", json!({ "intl.accept_languages": language }))
            .unwrap();
        wanted
            .set("goog:loggingPrefs", json!({ "browser": "ALL" }))
            .unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted)
            .await
            .unwrap();
        Browser {
            driver,
            chromedriver,
            port,
            _profile: profile,
        }
    }

    pub async fn visit(&self, url: impl AsRef<str>) {
        self.driver.goto(url.as_ref()).await.unwrap();
    }

    pub async fn click(&self, css: &str) {
        self.driver
            .find(By::Css(css))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
    }

    pub async fn text(&self, css: &str) -> String {
        self.driver
            .find(By::Css(css))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    pub async fn press(&self, keys: impl Into<TypingData>) {
        let chain = self.driver.action_chain().send_keys(keys);
        chain.perform().await.unwrap();
    }

    /// Presses a key while another is held.
    pub async fn press_with(&self, held: Key, key: impl Into<TypingData>) {
        let chain = self.driver.action_chain().key_down(held.clone());
        let chain = chain.send_keys(key).key_up(held);
        chain.perform().await.unwrap();
    }

    /// Waits until an expression is true in the page.
    pub async fn until(&self, expression: &str) {
        let holds = format!("Boolean({expression})");
        let ask = || async { (self.get(&holds).await == true).then_some(()) };
        eventually(expression, ask).await;
    }

    /// What an expression is in the page.
    pub async fn get(&self, expression: &str) -> Value {
        let script = format!("{FIND} return {expression}");
        let answer = self.driver.execute(&script, vec![]).await.unwrap();
        answer.json().clone()
    }

    /// What a function gives, which may wait; it is written as the body of one.
    pub async fn call(&self, body: &str) -> Value {
        let script = format!(
            "{FIND} const done = arguments[0]; (async () => {{ {body} }})().then(done, (error) => done(String(error)))"
        );
        let answer = self.driver.execute_async(&script, vec![]).await.unwrap();
        answer.json().clone()
    }

    /// Waits until what was done is drawn.
    pub async fn drawn(&self) {
        let two_frames = "await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));";
        self.call(two_frames).await;
    }

    /// What chromedriver answers to an order that only it knows.
    async fn order(&self, what: &str, order: Value) -> Value {
        let session = self.driver.session_id();
        let url = format!("http://127.0.0.1:{}/session/{session}/{what}", self.port);
        let request = reqwest::Client::new().post(url).json(&order);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer["value"]["error"].is_null(), "{answer}");
        answer
    }

    /// What the console got since the last time.
    pub async fn console(&self) -> Vec<String> {
        let answer = self.order("se/log", json!({ "type": "browser" })).await;
        let entries = answer["value"]
            .as_array()
            .unwrap_or_else(|| panic!("{answer}"));
        entries
            .iter()
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Fails where the console got something.
    pub async fn assert_quiet(&self) {
        assert_eq!(self.console().await, Vec::<String>::new());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.clone().leak(); // killing is quicker than asking, and asking waits for an answer
        let group = Pid::from_raw(self.chromedriver.id() as i32).unwrap();
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.chromedriver.wait();
    }
}
