//! A script as `script` events amend it: `Composed` in server/recording/composed.rs, `linesOf` and `amended` in
//! web/scripts/script/live-script.js, `apply` in web/scripts/model/model.js.

use fourwave::recording::Composed;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answered, Page, read};

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    script: String,
    changes: Vec<Change>,
    lines: Vec<String>,
}

/// What a `script` event says.
#[derive(Clone, Deserialize, Serialize)]
struct Change {
    at: usize,
    remove: usize,
    insert: Vec<String>,
}

fn answered(case: &Case) -> Answered {
    let mut composed = Composed::new(&case.script);
    for Change { at, remove, insert } in case.changes.clone() {
        composed.change(at, remove, insert);
    }
    Answered {
        given: json!({ "script": case.script, "changes": case.changes }),
        expected: json!(case.lines),
        server: json!(composed.text().lines().collect::<Vec<_>>()),
    }
}

pub async fn compare(page: &mut Page) {
    let table: Table = read(include_str!("amended_script.toml"));
    let cases = || table.cases.iter().map(answered).collect();
    let live = "
        const { linesOf, amended } = await import('/assets/now/scripts/script/live-script.js');
        return given.changes.reduce(amended, linesOf(given.script)).map(({ text }) => text);";
    page.compare("amended script, live-script.js", cases(), live)
        .await;
    let model = "
        const { nothing, apply } = await import('/assets/now/scripts/model/model.js');
        const host = { address: '' };
        const run = { type: 'run', t: 0, script: given.script, hosts: { client: host, server: host } };
        const events = given.changes.map((change) => ({ type: 'script', t: 0, ...change }));
        return [run, ...events].reduce(apply, nothing).script.map(({ text }) => text);";
    page.compare("amended script, model.js", cases(), model)
        .await;
}
