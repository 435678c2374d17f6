//! What every request passes: only our own pages may start runs, and the browser is told to load nothing from elsewhere.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use headers::{HeaderMapExt, Host, Origin};

use crate::web::state::AppState;

/// Refuses changes and WebSockets that a page of another origin asks for. Each browser names the page's origin in those
/// requests; a client that is no browser names none.
pub(crate) async fn same_origin(
    State(server): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    let upgrades = headers.contains_key(header::UPGRADE);
    let is_foreign = match headers.typed_try_get::<Origin>() {
        Ok(None) => false,
        Ok(Some(origin)) => {
            let names = [headers.typed_get::<Host>(), server.public_host()];
            !names.iter().flatten().any(|host| is_at(&origin, host))
        }
        Err(_) => true,
    };
    if (changes || upgrades) && is_foreign {
        return (
            StatusCode::FORBIDDEN,
            "this request came from a page of another origin",
        )
            .into_response();
    }
    next.run(request).await
}

fn is_at(origin: &Origin, host: &Host) -> bool {
    origin.hostname() == host.hostname() && origin.port() == host.port()
}

/// Refuses requests under a foreign name where the server listens on this machine alone. A page elsewhere can let its own
/// name point here (DNS rebinding), and would then be of the same origin.
pub(crate) async fn local_names(
    State(server): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().typed_get::<Host>();
    let is_ours = |host: &Host| is_loopback(host) || server.public_host().as_ref() == Some(host);
    if server.is_local && !host.as_ref().is_some_and(is_ours) {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "this server has no such name",
        )
            .into_response();
    }
    next.run(request).await
}

fn is_loopback(host: &Host) -> bool {
    let name = host.hostname();
    let address = name.trim_matches(['[', ']']).parse();
    name == "localhost" || address.is_ok_and(|address: IpAddr| address.is_loopback())
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
