//! Answers that are stored gzipped (RFC 1952). Nearly every client takes them so, and nothing is packed for each request.

use std::io::{self, Read};

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;

use crate::web::extract::quality_list::quality_list;

/// An answer of gzipped bytes, unpacked for a client that does not take gzip.
///
/// # Errors
/// Where the bytes are not gzipped.
pub(crate) fn answer(headers: &HeaderMap, gzipped: Bytes) -> io::Result<Response> {
    let vary = [(header::VARY, "Accept-Encoding")];
    if takes_gzip(headers) {
        let encoding = [(header::CONTENT_ENCODING, "gzip")];
        return Ok((vary, encoding, gzipped).into_response());
    }
    let mut unpacked = Vec::new();
    GzDecoder::new(&*gzipped).read_to_end(&mut unpacked)?;
    Ok((vary, unpacked).into_response())
}

/// Whether Accept-Encoding names gzip and does not refuse it (RFC 9110, section 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut codings = quality_list(headers, header::ACCEPT_ENCODING);
    codings.any(|(coding, quality)| coding.eq_ignore_ascii_case("gzip") && quality > 0.0)
}
