//! A browser of one's own, driven by chromedriver: a context in one of the Chromiums that the tests share.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::chromium::{Context, Lent};
use super::eventually;

/// The window of most tests.
pub const LAPTOP: [u32; 2] = [1280, 900];

/// How whatever is evaluated in a page names elements: one, and all.
const FIND: &str = "const $ = (css) => document.querySelector(css), $$ = (css) => [...document.querySelectorAll(css)];";

pub struct Browser {
    pub driver: WebDriver,
    // The context is closed before another test has the Chromium.
    _context: Context,
    _chromium: Lent,
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
    pub async fn fresh(language: &str, size: [u32; 2]) -> Browser {
        let (chromium, context) = Lent::with_context(language, size).await;
        let mut wanted = DesiredCapabilities::chrome();
        wanted
            .set_debugger_address(chromium.debugger_address())
            .unwrap();
        wanted
            .set("goog:loggingPrefs", json!({ "browser": "ALL" }))
            .unwrap();
        let driver = WebDriver::new(&chromium.chromedriver, wanted)
            .await
            .unwrap();
        Browser {
            driver,
            _context: context,
            _chromium: chromium,
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
    pub async fn order(&self, what: &str, order: Value) -> Value {
        let (server, session) = (self.driver.server_url(), self.driver.session_id());
        let url = format!("{server}session/{session}/{what}");
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
        let _ = self.driver.clone().leak(); // its session ends with the window, and asking for that waits for an answer
    }
}
