//! A yes or no in an address.

use serde::Deserialize;

/// Something in an address that is so (1) or is not (0).
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
pub(crate) enum Flag {
    #[default]
    #[serde(rename = "0")]
    No,
    #[serde(rename = "1")]
    Yes,
}
