//! The layout of a run: the server's, as its picture shows it, and the page's.

use serde_json::json;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Server, scenario_ids};

#[tokio::test]
async fn the_picture_is_laid_out_as_the_stage_does() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    let ids = json!(scenario_ids()).to_string();
    let found = browser
        .call(&include_str!("layout.js").replace("IDS", &ids))
        .await;
    assert_eq!(found["wrong"], json!([]));
    assert!(found["compared"].as_u64() > Some(3000), "{found}");
}
