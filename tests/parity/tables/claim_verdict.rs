//! The verdict on a claim: `ClaimVerdict::of` in server/content/article.rs, `verdict` in web/scripts/model/verdict.js.

use fourwave::content::article::ClaimVerdict;
use serde::Deserialize;
use serde_json::json;

use super::{Answered, Page, read};

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    checks: Vec<bool>,
    verdict: String,
}

pub async fn compare(page: &mut Page) {
    let table: Table = read(include_str!("claim_verdict.toml"));
    let cases = table.cases.into_iter().map(|case| Answered {
        given: json!(case.checks),
        expected: json!(case.verdict),
        server: json!(ClaimVerdict::of(case.checks).name()),
    });
    let answer = "
        const { verdict } = await import('/assets/now/scripts/model/verdict.js');
        return verdict(given.map((ok) => ({ ok })));";
    page.compare("claim verdict", cases.collect(), answer).await;
}
