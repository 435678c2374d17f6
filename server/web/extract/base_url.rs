//! Where this server is reached from outside: by `--public-url`, else as the request named it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use headers::{HeaderMapExt, Host};

use crate::web::state::AppState;

/// The beginning of every absolute address, such as `http://127.0.0.1:4444`; None where the request has no host.
#[derive(Clone)]
pub(crate) struct BaseUrl(Option<String>);

impl FromRequestParts<AppState> for BaseUrl {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        server: &AppState,
    ) -> Result<BaseUrl, Infallible> {
        if let Some(public) = &server.public_url {
            return Ok(BaseUrl(Some(public.to_string())));
        }
        // HTTP/1.1 has a header for it, HTTP/2 a part of the address.
        let named = parts.headers.typed_get::<Host>();
        let host = named.or_else(|| parts.uri.authority().cloned().map(Host::from));
        Ok(BaseUrl(host.map(|host| format!("http://{host}"))))
    }
}

impl BaseUrl {
    /// The absolute address of a path of this server.
    pub(crate) fn address(&self, path: &str) -> Option<String> {
        Some(format!("{}{path}", self.0.as_ref()?))
    }
}
