//! The state that handlers share.

use std::sync::Arc;

use axum::http::Uri;
use headers::Host;
use tokio_util::task::TaskTracker;

use crate::lab::Lab;
use crate::store::Store;
use crate::web::picture_cache::PictureCache;
use crate::web::rate_limit::RateLimit;

/// The parts of the server that handlers use.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) lab: Arc<Lab>,
    /// The limit of starting runs.
    pub(crate) starting: Arc<RateLimit>,
    pub(crate) store: Arc<Store>,
    /// The limit of keeping recordings.
    pub(crate) keeping: Arc<RateLimit>,
    /// The server's address from outside, without a slash at the end, where it is known.
    pub(crate) public_url: Option<Arc<str>>,
    /// Whether the server listens on this machine alone.
    pub(crate) is_local: bool,
    pub(crate) pictures: Arc<PictureCache>,
    /// The followers of runs: the server's end waits until each has heard of its run's end.
    pub(crate) followers: TaskTracker,
}

impl AppState {
    /// Host and port in the public address, where there is one.
    pub(crate) fn public_host(&self) -> Option<Host> {
        let url: Uri = self.public_url.as_deref()?.parse().ok()?;
        url.into_parts().authority.map(Host::from)
    }
}
