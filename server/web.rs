//! The server: pages, the API, the live socket, and the files of the pages. [`serve`] is the entry, [`router`] has all
//! addresses.

pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod blocking;
pub(crate) mod error;
pub(crate) mod exported_run;
pub(crate) mod extract;
pub(crate) mod kept_store;
pub(crate) mod middleware;
pub(crate) mod offline_page;
pub(crate) mod pages;
pub(crate) mod picture_cache;
pub(crate) mod rate_limit;
pub mod recording_ref;
pub(crate) mod router;
pub(crate) mod state;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::lab::Lab;
use crate::store::Store;
use crate::web::blocking::blocking;
use crate::web::rate_limit::RateLimit;
use crate::web::router::router;
use crate::web::state::AppState;

/// The parts of a server.
pub struct Site {
    /// The live runs.
    pub lab: Lab,
    /// The kept recordings.
    pub store: Store,
    /// The server's address from outside, such as `https://waves.example`; None where each request names it.
    pub public_url: Option<String>,
    /// How many runs a minute one client may start.
    pub runs_per_minute: u32,
}

/// How long the server's end waits for the followers of runs.
const FAREWELL: Duration = Duration::from_secs(2);

/// Serves until `shutdown`, then ends every run and returns when nothing of them is left.
pub async fn serve(
    listener: TcpListener,
    site: Site,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let store = Arc::new(site.store);
    kept_store::check_store(&store);
    let lab = Arc::new(site.lab.on_end(kept_store::keep_open_ones(store.clone())));
    let followers = TaskTracker::new();
    let state = AppState {
        lab: lab.clone(),
        starting: Arc::new(RateLimit::per_minute(site.runs_per_minute)),
        store,
        keeping: Arc::default(),
        public_url: (site.public_url.as_deref()).map(|url| url.trim_end_matches('/').into()),
        is_local: listener.local_addr()?.ip().is_loopback(),
        pictures: Arc::default(),
        followers: followers.clone(),
    };
    let stopping = lab.clone();
    let shutdown = async move {
        shutdown.await;
        stopping.stop(); // each run tells its followers that it ends
    };
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(shutdown);
    let served = served.await;
    blocking(move || lab.close()).await;
    // The graceful shutdown does not wait for live sockets. A follower that does not read is not waited for long.
    followers.close();
    let _ = tokio::time::timeout(FAREWELL, followers.wait()).await;
    served
}

/// Resolves at Ctrl-C or SIGTERM.
pub async fn terminated() {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .expect("a signal handler");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
    // A connection that a client holds open does not hold the end up.
    tokio::spawn(async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        std::process::exit(1);
    });
}
