//! Where a fact is from.

use serde::{Deserialize, Serialize};

/// Where a fact comes from.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Document and section.
    pub text: String,
    /// Its address.
    pub url: String,
}
