//! The article, claim by claim, each with the verdict that the recorded runs give.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::content::article::{Claim, ClaimVerdict};
use crate::content::catalogue::{self, CatalogueEntry};
use crate::content::markup;
use crate::content::scenario::Scenario;
use crate::i18n::Language;
use crate::recording::digest::Judged;
use crate::web::extract::locale::Locale;
use crate::web::pages::course::lessons;
use crate::web::pages::layout::{Layout, moment, page};
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "article.html")]
struct Article {
    layout: Layout,
    rows: Vec<ClaimRow>,
    /// How many claims each verdict has, where it has any.
    tally: Vec<(ClaimVerdict, usize)>,
    /// The kernels that the recorded runs ran on.
    kernels: String,
}

/// A claim and what decides it.
struct ClaimRow {
    number: usize,
    claim: &'static Claim,
    note: String,
    verdict: ClaimVerdict,
    checks: Vec<DecidingCheck>,
    /// The ids of the deciding scenarios, each once.
    scenarios: String,
}

/// A check that decides.
struct DecidingCheck {
    scenario: &'static Scenario,
    judged: &'static Judged,
    /// The check as the script has it.
    text: &'static str,
    /// Its moment, for the address.
    moment: String,
}

/// GET /article
pub(crate) async fn article(State(server): State<AppState>, locale: Locale, uri: Uri) -> Response {
    let layout = Layout::new(&server, &locale, &uri).await;
    let lessons = lessons().await;
    let claims = catalogue::claims().iter().enumerate();
    let rows: Vec<ClaimRow> = claims
        .map(|(index, claim)| claim_row(index + 1, claim, lessons, locale.language))
        .collect();
    let tally = [
        ClaimVerdict::Holds,
        ClaimVerdict::Partly,
        ClaimVerdict::Fails,
        ClaimVerdict::Open,
    ]
    .map(|verdict| {
        let of = rows.iter().filter(|row| row.verdict == verdict);
        (verdict, of.count())
    });
    let kernels: BTreeSet<&str> = lessons
        .iter()
        .map(|lesson| lesson.digest.kernel.as_str())
        .filter(|kernel| !kernel.is_empty())
        .collect();
    let article = Article {
        layout,
        rows,
        tally: tally.into_iter().filter(|(_, count)| *count > 0).collect(),
        kernels: kernels.into_iter().collect::<Vec<_>>().join(", "),
    };
    page(&article, &locale, StatusCode::OK)
}

fn claim_row(
    number: usize,
    claim: &'static Claim,
    lessons: &'static [CatalogueEntry],
    lang: Language,
) -> ClaimRow {
    let mut checks = Vec::new();
    for CatalogueEntry {
        scenario, digest, ..
    } in lessons
    {
        let judged = digest.judged.iter();
        checks.extend(
            judged
                .filter(|judged| judged.claim == claim.name)
                .map(|judged| DecidingCheck {
                    scenario,
                    judged,
                    text: check_text(scenario, judged),
                    moment: moment(judged.t),
                }),
        );
    }
    let mut scenarios: Vec<&str> = checks
        .iter()
        .map(|check| check.scenario.id.as_str())
        .collect();
    scenarios.dedup();
    ClaimRow {
        number,
        claim,
        note: markup::html(lang.of(&claim.note)),
        verdict: ClaimVerdict::of(checks.iter().map(|check| check.judged.ok)),
        scenarios: scenarios.join(" "),
        checks,
    }
}

/// A check without its label and without whose claim it is.
fn check_text(scenario: &'static Scenario, judged: &'static Judged) -> &'static str {
    let mut steps = scenario.script.steps.iter();
    let text = steps
        .find(|step| step.line == judged.line)
        .and_then(|step| step.text.split_once(judged.claim.as_str()));
    let text = text.and_then(|(_, after)| after.split_once(':'));
    text.map_or(judged.expected.as_str(), |(_, check)| check.trim())
}

impl ClaimVerdict {
    /// The key of its word, for one claim.
    fn word(self) -> &'static str {
        match self {
            ClaimVerdict::Holds => "article.holds",
            ClaimVerdict::Partly => "article.partly",
            ClaimVerdict::Fails => "article.fails",
            ClaimVerdict::Open => "article.open",
        }
    }

    /// The key of its word, for a number of claims.
    fn tally(self) -> &'static str {
        match self {
            ClaimVerdict::Holds => "tally.holds",
            ClaimVerdict::Partly => "tally.partly",
            ClaimVerdict::Fails => "tally.fails",
            ClaimVerdict::Open => "tally.open",
        }
    }
}
