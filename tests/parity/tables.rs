//! Rules that are written twice, in Rust and in JavaScript. Each has one table of cases; the server and the page must
//! both give the table's answers.
//!
//! A new case is a new entry in the rule's TOML file.

mod amended_script;
mod claim_verdict;
mod forged_numbers;
mod markup;
mod recording_ref;
mod segment_filter;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::Server;
use crate::support::browser::{Browser, LAPTOP};

/// A case, and the server's answer to it.
struct Answered {
    /// The input, as the page gets it.
    given: Value,
    expected: Value,
    server: Value,
}

/// Reads a table.
fn read<T: DeserializeOwned>(table: &str) -> T {
    toml::from_str(table).unwrap_or_else(|error| panic!("{error}"))
}

/// A page that can import every module, and the cases that were answered wrongly so far.
struct Page {
    browser: Browser,
    wrong: String,
}

impl Page {
    /// Notes each case that the server or the page answers otherwise than the table. `answer` is the body of an async
    /// function that gives the page's answer to `given`.
    async fn compare(&mut self, rule: &str, cases: Vec<Answered>, answer: &str) {
        assert!(!cases.is_empty(), "{rule}: the table is empty");
        let given: Vec<&Value> = cases.iter().map(|case| &case.given).collect();
        let body = format!(
            "const answer = async (given) => {{ {answer} }};
             return Promise.all({}.map((given) => answer(given).catch(String)));",
            json!(given)
        );
        let answers = self.browser.call(&body).await;
        let answers = answers
            .as_array()
            .unwrap_or_else(|| panic!("{rule}: {answers}"));
        for (case, page) in cases.iter().zip(answers) {
            if case.server != case.expected || *page != case.expected {
                self.wrong += &format!(
                    "\n{rule}: {:.300}\n  table:  {}\n  server: {}\n  page:   {page}\n",
                    case.given.to_string(),
                    case.expected,
                    case.server
                );
            }
        }
    }
}

#[tokio::test]
async fn the_server_and_the_page_give_the_answers_of_one_table() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/article")).await;
    let mut page = Page {
        browser,
        wrong: String::new(),
    };
    amended_script::compare(&mut page).await;
    claim_verdict::compare(&mut page).await;
    forged_numbers::compare(&mut page).await;
    markup::compare(&mut page).await;
    recording_ref::compare(&mut page).await;
    segment_filter::compare(&mut page).await;
    assert!(page.wrong.is_empty(), "{}", page.wrong);
}
