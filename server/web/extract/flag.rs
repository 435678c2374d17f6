//! A yes or no in an address.

use serde::Deserialize;

/// A flag in an address: 1 or 0.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
pub(crate) enum Flag {
    #[default]
    #[serde(rename = "0")]
    No,
    #[serde(rename = "1")]
    Yes,
}
