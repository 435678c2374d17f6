//! The stage of a page, as a visitor uses and sees it.

use super::Server;
use super::browser::Browser;

/// The states that the cards of both hosts show.
pub const STATES: &str = "$$('.host .state').map((state) => state.textContent).join(' ')";

impl Browser {
    /// Opens a script in the editor, by its link.
    pub async fn visit_script(&self, server: &Server, script: &str) {
        let script: String = script.bytes().map(|byte| format!("%{byte:02x}")).collect();
        self.visit(server.url(&format!("/try#script={script}")))
            .await;
    }

    /// Waits until the cards show these states.
    pub async fn until_states(&self, both: &str) {
        self.until(&format!("{STATES} === '{both}'")).await;
    }

    /// Waits until an element's text is this.
    pub async fn until_text(&self, css: &str, text: &str) {
        self.until(&format!("$(`{css}`)?.textContent === `{text}`"))
            .await;
    }

    /// Waits until an element is there to be seen.
    pub async fn until_shown(&self, css: &str) {
        self.until(&format!("$(`{css}`)?.checkVisibility()")).await;
    }

    /// Waits until the page says where what it shows comes from.
    pub async fn until_origin(&self, origin: &str) {
        let says = format!("$('.origin').textContent.startsWith('{origin}')");
        self.until(&says).await;
    }

    /// Waits until the playhead rests.
    pub async fn until_paused(&self) {
        self.until("$('[data-act=play]').dataset.playing === 'false'")
            .await;
    }

    /// Plays what is on the stage at full pace.
    pub async fn run_at_full_pace(&self) {
        self.click("#pace option[value=full]").await;
        self.click(".transport .primary").await;
    }

    /// The id of the run that the page has started.
    pub async fn run(&self) -> String {
        self.until("document.body.dataset.run").await;
        let id = self.get("document.body.dataset.run").await;
        id.as_str().unwrap().to_owned()
    }
}
