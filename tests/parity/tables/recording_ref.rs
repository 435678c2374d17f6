//! References to recordings: `RecordingRef` in server/web/recording_ref.rs, web/scripts/share/recording-ref.js.

use fourwave::web::recording_ref::RecordingRef;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answered, Page, read};

#[derive(Deserialize)]
struct Table {
    references: Vec<Reference>,
    /// Texts that are no references.
    others: Vec<String>,
}

#[derive(Deserialize)]
struct Reference {
    value: String,
    events: String,
    page: String,
}

fn server(value: &str) -> Value {
    match RecordingRef::named(value) {
        Some(reference) => json!([reference.events(), reference.page(), reference.value()]),
        None => Value::Null,
    }
}

pub async fn compare(page: &mut Page) {
    let table: Table = read(include_str!("recording_ref.toml"));
    let references = table.references.iter().map(|case| Answered {
        given: json!(case.value),
        expected: json!([case.events, case.page, case.value]),
        server: server(&case.value),
    });
    let others = table.others.iter().map(|value| Answered {
        given: json!(value),
        expected: Value::Null,
        server: server(value),
    });
    let answer = "
        const { addressesOf, refOf } = await import('/assets/now/scripts/share/recording-ref.js');
        const addresses = addressesOf(given);
        return addresses && [addresses.events, addresses.page, refOf(addresses.events)];";
    page.compare(
        "recording reference",
        references.chain(others).collect(),
        answer,
    )
    .await;
}
