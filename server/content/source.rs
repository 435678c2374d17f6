//! Citations.

use serde::{Deserialize, Serialize};

/// The source of a fact.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Document and section.
    pub text: String,
    /// Its address.
    pub url: String,
}
