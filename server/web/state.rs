//! The state that handlers share.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::sync::mpsc;

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
    /// Whoever follows a run has one of these: when the last is gone, all have heard of its end.
    pub(crate) follows: mpsc::Sender<Infallible>,
}
