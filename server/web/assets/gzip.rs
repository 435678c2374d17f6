//! What is kept gzip'd (RFC 1952) and sent as it is: nearly every client takes it so, and nothing is packed for it anew.

use std::io::{self, Read};

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;

use crate::web::extract::quality_list::quality_list;

/// An answer of these bytes, unpacked for a client that does not take them packed.
///
/// # Errors
/// Where they are not gzip'd.
pub(crate) fn answer(headers: &HeaderMap, packed: Bytes) -> io::Result<Response> {
    let vary = [(header::VARY, "Accept-Encoding")];
    if takes_gzip(headers) {
        let packing = [(header::CONTENT_ENCODING, "gzip")];
        return Ok((vary, packing, packed).into_response());
    }
    let mut plain = Vec::new();
    GzDecoder::new(&*packed).read_to_end(&mut plain)?;
    Ok((vary, plain).into_response())
}

/// Whether Accept-Encoding names gzip and does not refuse it (RFC 9110, section 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut codings = quality_list(headers, header::ACCEPT_ENCODING);
    codings.any(|(coding, quality)| coding.eq_ignore_ascii_case("gzip") && quality > 0.0)
}
