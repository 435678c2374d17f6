//! The answers of the API, whichever handler makes them: refusals are JSON, OPTIONS is answered, and open answers have the
//! header by which browsers let other origins read them (CORS).

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::web::error::ApiError;

/// The addresses that pages of any origin may read: their answers are the same for everybody and do not change. Live runs
/// are not among them, else every page on the web could look into the runs of a server on the visitor's machine.
const OPEN: [&str; 5] = [
    "/api/openapi.json",
    "/api/scenarios",
    "/api/recordings/",
    "/api/atlas/",
    "/api/r/",
];

/// The largest request: a script with its JSON around it.
pub(crate) const LARGEST_REQUEST: usize = 64 * 1024;
/// The most bytes of a refusal in words.
const MAX_REFUSAL: usize = 4096;

/// Turns refusals into JSON, and marks open answers for browsers.
pub(crate) async fn answers(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/api/") && path != "/oembed" {
        return next.run(request).await;
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_open = reads && OPEN.iter().any(|open| path.starts_with(open));
    let method = request.method().clone();
    let mut response = next.run(request).await;
    if is_refused(&response) && !is_json(&response) {
        response = in_json(response, &method).await;
    }
    if is_open {
        let everybody = HeaderValue::from_static("*");
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
    }
    response
}

/// Answers a method that an address does not take. The router adds Allow with the methods that it takes (RFC 9110, section
/// 10.2.1); OPTIONS asks for no more than that.
pub(crate) async fn method(method: Method) -> StatusCode {
    match method {
        Method::OPTIONS => StatusCode::NO_CONTENT,
        _ => StatusCode::METHOD_NOT_ALLOWED,
    }
}

fn is_refused(response: &Response) -> bool {
    response.status().is_client_error() || response.status().is_server_error()
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

/// The same refusal with its words in JSON.
async fn in_json(response: Response, method: &Method) -> Response {
    let (mut parts, body) = response.into_parts();
    let said = to_bytes(body, MAX_REFUSAL).await.unwrap_or_default();
    let message = match parts.status {
        StatusCode::METHOD_NOT_ALLOWED => format!("this address does not take {method}"),
        StatusCode::PAYLOAD_TOO_LARGE => format!("a request may have {LARGEST_REQUEST} bytes"),
        StatusCode::NOT_FOUND => "there is nothing at this address".into(),
        _ => String::from_utf8_lossy(&said).into_owned(),
    };
    let told = ApiError::of(parts.status, message).into_response();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(told.headers().clone());
    Response::from_parts(parts, told.into_body())
}
