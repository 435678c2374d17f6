//! The article that this playground answers, claim by claim: scenarios/article.toml. What becomes of a claim stands
//! nowhere: the checks of runs decide ([`ClaimVerdict::of`]).

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::content::file_error::FileError;
use crate::content::source::Citation;
use crate::i18n::Text;

/// Its file's name, beside the scenarios.
pub const FILE: &str = "article.toml";

/// One statement of the article.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name in scripts: `claim NAME: …`.
    pub name: String,
    /// The statement, in words of our own.
    pub says: Text,
    /// What is so.
    pub note: Text,
    /// Whether it speaks of what only Windows documents.
    pub windows: bool,
    /// Where the facts come from.
    pub sources: Vec<Citation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticleToml {
    claims: Vec<ClaimToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimToml {
    name: Spanned<String>,
    says: Text,
    note: Text,
    #[serde(default)]
    windows: bool,
    #[serde(default)]
    sources: Vec<Citation>,
}

/// Reads the claims, in their order; `name` is the file's path, for messages.
pub fn parse(name: &str, text: &str) -> Result<Vec<Claim>, FileError> {
    let file: ArticleToml =
        toml::from_str(text).map_err(|error| FileError::toml(name, text, &error))?;
    let mut claims: Vec<Claim> = Vec::new();
    for claim in file.claims {
        let start = claim.name.span().start;
        let claim_name = claim.name.into_inner();
        if claims.iter().any(|other| other.name == claim_name) {
            let message = format!("there is another claim named `{claim_name}`");
            return Err(FileError::at(name, text, start, &message));
        }
        claims.push(Claim {
            name: claim_name,
            says: claim.says,
            note: claim.note,
            windows: claim.windows,
            sources: claim.sources,
        });
    }
    Ok(claims)
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimVerdict {
    /// Every check was true.
    Holds,
    /// Some were, some were not.
    Partly,
    /// None was.
    Fails,
    /// There was none.
    Open,
}

impl ClaimVerdict {
    /// From whether each of its checks was true. web/scripts/model/verdict.js says the same of a run in the browser.
    pub fn of(checks: impl IntoIterator<Item = bool>) -> ClaimVerdict {
        let (held, failed): (Vec<bool>, Vec<bool>) = checks.into_iter().partition(|ok| *ok);
        match (held.is_empty(), failed.is_empty()) {
            (true, true) => ClaimVerdict::Open,
            (false, true) => ClaimVerdict::Holds,
            (true, false) => ClaimVerdict::Fails,
            (false, false) => ClaimVerdict::Partly,
        }
    }

    /// As web pages and scripts name it.
    pub fn name(self) -> &'static str {
        match self {
            ClaimVerdict::Holds => "holds",
            ClaimVerdict::Partly => "partly",
            ClaimVerdict::Fails => "fails",
            ClaimVerdict::Open => "open",
        }
    }
}
