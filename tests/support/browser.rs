//! A headless Chromium of one's own, driven by chromedriver; both end with the test.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::eventually;

pub struct Browser {
    pub driver: WebDriver,
    chromedriver: Child,
    port: u16,
    profile: PathBuf,
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
        static PROFILES: AtomicU32 = AtomicU32::new(0);
        let number = PROFILES.fetch_add(1, Ordering::Relaxed);
        let profile =
            std::env::temp_dir().join(format!("fourwave-browser-{}-{number}", std::process::id()));
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
        ] {
            wanted.add_arg(flag).unwrap();
        }
        for flag in [
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ] {
            wanted.add_arg(flag).unwrap();
        }
        wanted
            .add_arg(&format!("--user-data-dir={}", profile.display()))
            .unwrap();
        wanted
            .add_arg(&format!("--window-size={width},{height}"))
            .unwrap();
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
            profile,
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

    pub async fn press(&self, key: impl AsRef<str>) {
        self.driver
            .action_chain()
            .send_keys(key.as_ref())
            .perform()
            .await
            .unwrap();
    }

    /// Presses a key while Shift is held.
    pub async fn press_shifted(&self, key: char) {
        let shift = '\u{e008}';
        let chain = self.driver.action_chain().key_down(shift);
        chain.send_keys(key).key_up(shift).perform().await.unwrap();
    }

    /// Waits until an expression is true in the page.
    pub async fn until(&self, expression: &str) {
        eventually(expression, || async {
            let holds = self
                .driver
                .execute(&format!("return Boolean({expression})"), vec![])
                .await
                .unwrap();
            (holds.json() == &json!(true)).then_some(())
        })
        .await;
    }

    /// What an expression is in the page.
    pub async fn get(&self, expression: &str) -> Value {
        self.driver
            .execute(&format!("return {expression}"), vec![])
            .await
            .unwrap()
            .json()
            .clone()
    }

    /// What a function gives, which may wait; it is written as the body of one.
    pub async fn call(&self, body: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {body} }})().then(done, (error) => done(String(error)))"
        );
        self.driver
            .execute_async(&script, vec![])
            .await
            .unwrap()
            .json()
            .clone()
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
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.clone().leak(); // killing is quicker than asking, and asking waits for an answer
        let group = Pid::from_raw(self.chromedriver.id() as i32).unwrap();
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.chromedriver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
