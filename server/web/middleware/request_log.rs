//! The log of requests: a span for each, and a line in it once the answer begins. The query is left out, since it can hold
//! an address or a word that a visitor looks for; so is the client's address.

use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use tower_http::trace::{HttpMakeClassifier, TraceLayer};
use tracing::{Span, info, info_span};

/// The layer that opens the span of each request.
pub(crate) type RequestLog = TraceLayer<HttpMakeClassifier, MakeSpan, (), OnResponse, (), (), ()>;

type MakeSpan = fn(&Request) -> Span;
type OnResponse = fn(&Response, Duration, &Span);

/// A span named `request`; the line in it has the status, and how long the answer took to begin.
pub(crate) fn request_log() -> RequestLog {
    TraceLayer::new_for_http()
        .make_span_with(span as MakeSpan)
        .on_request(())
        .on_response(answered as OnResponse)
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

fn span(request: &Request) -> Span {
    info_span!("request", method = %request.method(), path = request.uri().path())
}

fn answered(response: &Response, latency: Duration, _: &Span) {
    let latency_us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
    info!(status = response.status().as_u16(), latency_us, "answered");
}
