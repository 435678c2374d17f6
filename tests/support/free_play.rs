//! The desk of free play, as a visitor uses and sees it: buttons, the command line, the script that grows.

use fourwave::recording;
use thirtyfour::prelude::*;

use super::browser::{Browser, LAPTOP};
use super::{Server, fetch};

/// A button of the desk, by its actor and its deed.
pub fn button(key: &str) -> String {
    format!(".action-buttons [data-key='{key}']")
}

/// A run's script as it stands by now.
pub async fn script_of(server: &Server, id: &str) -> Vec<String> {
    let events = fetch(server.url(&format!("/api/runs/{id}/events"))).await;
    let script = recording::script(&recording::read(&events));
    // How long a timer took is another time each run.
    let lines = script.lines().filter(|line| !line.starts_with("sleep "));
    lines.map(str::to_owned).collect()
}

impl Browser {
    /// A page of free play on which a start was chosen by its name.
    pub async fn lab(server: &Server, start: &str, pace: &str) -> Browser {
        let browser = Browser::open("en", LAPTOP).await;
        browser.visit(server.url("/play")).await;
        browser.click(&format!("#pace option[value={pace}]")).await;
        browser.until("$('[data-start]:enabled')").await;
        let place = format!("//button[@data-start and contains(., '{start}')]");
        let chosen = browser.driver.find(By::XPath(place)).await.unwrap();
        chosen.click().await.unwrap();
        browser.run().await;
        browser.until_shown(".action-buttons").await;
        browser
    }

    /// Presses a button of the desk as soon as its deed can be done.
    pub async fn push(&self, key: &str) {
        let ready = format!("{}[aria-disabled=false]", button(key));
        self.until(&format!("$(`{ready}`)")).await;
        self.click(&ready).await;
    }

    /// Writes a line into the command line and plays it.
    pub async fn say(&self, line: &str) {
        self.press(":").await;
        self.until("document.activeElement.matches('.command-line input')")
            .await;
        self.press(line).await;
        self.press(Key::Enter).await;
        self.press(Key::Escape).await;
    }

    /// Waits until the page shows that script, but for the results.
    pub async fn until_script(&self, lines: &[&str]) {
        let shown = "$$('.script li').map((row) => row.firstChild.textContent).filter((line) => !line.startsWith('sleep')).join('|')";
        let wanted = lines.join("|");
        self.until(&format!("{shown} === `{wanted}`")).await;
    }
}
