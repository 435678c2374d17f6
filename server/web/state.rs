//! The state that handlers share.

use std::sync::Arc;

use axum::http::Uri;
use headers::Host;
use tokio_util::task::TaskTracker;

use crate::lab::Lab;
use crate::store::Store;
use crate::web::picture_cache::PictureCache;
use crate::web::rate_limit::RateLimit;

/// What every handler may use.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) lab: Arc<Lab>,
    /// How often an address may start a run.
    pub(crate) starting: Arc<RateLimit>,
    pub(crate) store: Arc<Store>,
    /// How often an address may have something kept.
    pub(crate) keeping: Arc<RateLimit>,
    /// Where it is reached from outside, without a slash at the end, where that is known.
    pub(crate) public_url: Option<Arc<str>>,
    /// Whether it listens on this machine alone.
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
