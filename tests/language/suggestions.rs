//! What each actor could do next, and what is in the way.

use serde_json::Value;

use crate::support::Server;

/// What an actor is offered after a script: each line, and what is in its way.
async fn offers(server: &Server, script: &str, language: &str) -> Vec<(String, Option<String>)> {
    let client = reqwest::Client::new().post(server.url("/api/offers"));
    let answer = client
        .header("accept-language", language)
        .body(script.to_owned())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    let told = answer["offers"].as_array().unwrap().iter();
    told.map(|offer| {
        let reason = offer["reason"].as_str().map(str::to_owned);
        (offer["line"].as_str().unwrap().to_owned(), reason)
    })
    .collect()
}

fn reason<'o>(offers: &'o [(String, Option<String>)], line: &str) -> Option<&'o str> {
    let found = offers.iter().find(|(offered, _)| offered == line);
    let (_, reason) = found.unwrap_or_else(|| panic!("{line}: {offers:?}"));
    reason.as_deref()
}

#[tokio::test]
async fn offers_say_what_each_actor_can_do_and_what_is_in_the_way() {
    let server = Server::start(&[]);
    let at_first = offers(&server, "", "en").await;
    assert_eq!(reason(&at_first, "client connect"), None);
    assert_eq!(
        reason(&at_first, "server recv"),
        Some("server, which has no connection. Needed: `server listen` first.")
    );
    let waiting = offers(&server, "client connect => blocked", "zh-CN").await;
    assert_eq!(
        reason(&waiting, "client close"),
        Some("client，它还在第 1 行的调用里。需要：先写 `wait client`，或者另开一个线程。")
    );
    let none = offers(&server, "", "zh-CN").await;
    let chinese = reason(&none, "client recv").unwrap();
    assert_eq!(chinese, "client 还没有连接。需要：先写 `client connect`。");

    let url = server.url("/api/offers");
    let wrong = reqwest::Client::new().post(url).body("client jump");
    let answer = wrong.send().await.unwrap();
    assert_eq!(answer.status(), 422);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["error"], "script");
    assert_eq!(answer["mistakes"][0]["column"], 8);
}
