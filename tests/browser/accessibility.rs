//! Every page, looked at by axe-core: nothing in it keeps somebody out.

use std::ops::Deref;

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::Server;
use crate::support::browser::Browser;

/// A phone, a laptop, a wall.
const WIDTHS: [u32; 3] = [390, 1280, 1920];
/// Each theme in each language.
const LOOKS: [(&str, &str); 4] = [
    ("light", "en"),
    ("dark", "zh-CN"),
    ("light", "zh-CN"),
    ("dark", "en"),
];

/// axe-core as tests/run has fetched it; that file names its version.
fn axe() -> String {
    let version = include_str!("../run")
        .lines()
        .find_map(|line| line.strip_prefix("axe="))
        .expect("tests/run names a version of axe-core");
    let path = format!(
        "{}/target/axe-core-{version}.js",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{path}: {error}. tests/run fetches it: run that once"))
}

/// What keeps somebody out of the page as it is.
pub async fn violations(browser: &Browser) -> Vec<String> {
    if browser.get("typeof axe").await == "undefined" {
        browser.driver.execute(&axe(), vec![]).await.unwrap();
    }
    let found = browser
        .call(
            "const { violations } = await axe.run({ resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } });
             return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`));",
        )
        .await;
    let Value::Array(found) = found else {
        panic!("axe-core: {found}");
    };
    let told = found.iter().map(|it| it.as_str().unwrap().to_owned());
    told.collect()
}

struct Judge {
    browser: Browser,
    /// How often it has looked, and what it found.
    looks: usize,
    found: Vec<String>,
}

impl Deref for Judge {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Judge {
    /// Looks at the page as it is, in a window of the next width.
    async fn look(&mut self, at: &str) {
        let width = WIDTHS[self.looks % WIDTHS.len()];
        self.looks += 1;
        self.driver.set_window_rect(0, 0, width, 900).await.unwrap();
        // What fades is not judged half-way.
        self.until(&format!(
            "innerWidth === {width} && document.getAnimations().length === 0"
        ))
        .await;
        for violation in violations(self).await {
            self.found.push(format!("{at}, {width} px: {violation}"));
        }
    }

    async fn visit_as(&self, url: String, (theme, language): (&str, &str)) {
        let remember =
            format!("localStorage.theme = '{theme}'; document.cookie = 'lang={language}; path=/'");
        self.call(&remember).await;
        self.visit(url).await;
        let look = "[document.documentElement.dataset.theme, document.documentElement.lang]";
        assert_eq!(self.get(look).await, json!([theme, language]));
    }
}

#[tokio::test]
async fn axe_finds_nothing_in_any_page() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", [WIDTHS[1], 900]).await;
    let mut judge = Judge {
        browser,
        looks: 0,
        found: Vec::new(),
    };
    judge.visit(server.url("/")).await;

    for (index, look) in LOOKS.into_iter().enumerate() {
        // Two looks see all there is, the other two what differs most.
        let all = index < 2;
        for page in ["/", "/try", "/play", "/atlas", "/nowhere"]
            .iter()
            .take(if all { 5 } else { 1 })
        {
            judge.visit_as(server.url(page), look).await;
            judge.look(&format!("{page} {look:?}")).await;
        }
        judge.visit_as(server.url("/s/half-close"), look).await;
        if all {
            judge.look(&format!("idle {look:?}")).await;
        }
        judge.click(".invitation [data-act=recording]").await;
        judge.until("$('.chip.fin')").await;
        judge.press(" ").await;
        judge.look(&format!("playing {look:?}")).await;
        judge.press("t").await;
        judge.look(&format!("playing, as a table {look:?}")).await;
        judge.press(Key::End).await;
        judge.until_text(".host.client .state", "TIME_WAIT").await;
        if all {
            judge.look(&format!("ended, as a table {look:?}")).await;
        }
        judge.press("t").await;
        judge.look(&format!("ended {look:?}")).await;
        judge.press("s").await;
        judge.until("$('#share').open").await;
        for kind in ["run", "script", "lesson"]
            .iter()
            .take(if all { 3 } else { 1 })
        {
            let label = format!("#share label:has([value={kind}])");
            judge.click(&label).await;
            judge.until(&format!("$('#share [value={kind}]').checked && $('#share .qr').checkVisibility() === ('{kind}' !== 'run')"))
                .await;
            judge.look(&format!("sharing the {kind} {look:?}")).await;
        }
        judge.press(Key::Escape).await;
        if all {
            // On a phone the transport lies over the page's end, where a driver would press it instead.
            judge.get("$('.embed-entry').click()").await;
            judge.until("$('#embed').open").await;
            judge.look(&format!("the code of a frame {look:?}")).await;
            let frame = format!("/embed?of=s:half-close&t=4300&paused=1&theme={}", look.0);
            judge.visit_as(server.url(&frame), look).await;
            judge.until("$('.told')").await;
            judge.look(&format!("frame {look:?}")).await;
            for kind in ["blanks", "shuffle"] {
                let sheet = format!("/api/recordings/half-close/exercise?kind={kind}");
                judge.visit(server.url(&sheet)).await;
                judge.look(&format!("{kind} {look:?}")).await;
            }
        }
    }
    // A lab with what can be done, what cannot, and what waits on the wire; and the segment to be forged.
    for look in LOOKS {
        judge.visit_as(server.url("/play"), look).await;
        judge.until("$('[data-start]:enabled')").await;
        judge.click("[data-start*=connect]").await;
        judge
            .until("$('.action-buttons [data-key=\"client: + fork\"], .action-buttons [data-key=\"client: more\"]')")
            .await;
        judge
            .click(".action-buttons [data-key='client: more']")
            .await;
        judge.until_states("ESTABLISHED ESTABLISHED").await;
        judge.press("h").await;
        judge.say("client send \"held\"").await;
        judge.until("$('.tray li .name')").await;
        judge.look(&format!("free play {look:?}")).await;
        judge.click(".wire-bar [data-act=forge]").await;
        judge.look(&format!("a forged segment {look:?}")).await;
        let over = "$('#forge').close(); $('.transport .primary').click()";
        judge.call(over).await;
        judge.until_shown(".over").await;
        judge.look(&format!("a lab that has ended {look:?}")).await;
    }
    assert_eq!(judge.found, Vec::<String>::new());
    let missing = "Failed to load resource: the server responded with a status of 404";
    let console = judge.console().await;
    let unasked: Vec<&String> = console
        .iter()
        .filter(|line| !(line.contains("/nowhere") && line.contains(missing)))
        .collect();
    assert_eq!(unasked, Vec::<&String>::new());
}
