//! What every request passes: only our own pages may start runs, and the browser is told to load nothing from elsewhere.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses what a page of another origin sends: each browser names the page's origin with whatever may change something
/// and with every WebSocket. A client that is no browser names none.
pub(super) async fn same_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    let upgrades = headers.contains_key(header::UPGRADE);
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if (changes || upgrades)
        && let Some(origin) = text(header::ORIGIN)
        && origin.split_once("://").map(|(_, host)| host) != text(header::HOST)
    {
        return (
            StatusCode::FORBIDDEN,
            "this request came from a page of another origin",
        )
            .into_response();
    }
    next.run(request).await
}

/// Adds the headers that every answer carries.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                          img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    response
}
