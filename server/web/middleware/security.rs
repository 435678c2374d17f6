//! What every request passes: only our own pages may start runs, and the browser is told to load nothing from elsewhere.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::web::state::AppState;

/// Refuses what a page of another origin sends: each browser names the page's origin with whatever may change something
/// and with every WebSocket. A client that is no browser names none.
pub(crate) async fn same_origin(
    State(server): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    let upgrades = headers.contains_key(header::UPGRADE);
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ours = |origin: &str| {
        let host = origin.split_once("://").map(|(_, host)| host);
        host.is_some() && (host == text(header::HOST) || host == server.public_host())
    };
    if (changes || upgrades) && text(header::ORIGIN).is_some_and(|origin| !is_ours(origin)) {
        return (
            StatusCode::FORBIDDEN,
            "this request came from a page of another origin",
        )
            .into_response();
    }
    next.run(request).await
}

/// Where the server listens on this machine alone, refuses requests that call it by another name than its public one: a
/// page elsewhere can have its own name point here (DNS rebinding), and would then be of the same origin.
pub(crate) async fn local_names(
    State(server): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| !port.contains(']'))
        .map_or(host, |(name, _)| name);
    let is_ours = name == "localhost"
        || name
            .trim_matches(['[', ']'])
            .parse()
            .is_ok_and(|ip: IpAddr| ip.is_loopback())
        || server.public_host() == Some(host);
    if server.is_local && !is_ours {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "this server has no such name",
        )
            .into_response();
    }
    next.run(request).await
}

/// Adds the headers that every answer carries.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                          img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'self'; \
                          frame-ancestors 'none'";
    /// Others may show this page in theirs, which has nothing that a click in it could change.
    const FRAMED: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                          img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *";
    let policy = match request.uri().path() {
        "/embed" => FRAMED,
        _ => POLICY,
    };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
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
