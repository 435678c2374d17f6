//! The server: pages, the API for runs, the live socket, and the files of the page.

mod api;
mod assets;
mod atlas;
mod bound;
mod completing;
mod editing;
mod exports;
mod finding;
mod glossary;
mod guard;
mod handbook;
mod live;
mod markup;
mod oembed;
mod offline;
mod openapi;
mod origin;
mod packed;
mod pages;
mod phrases;
mod pictures;
mod plain;
mod programs;
mod qr;
mod scenarios;
mod sharing;
mod sheets;
mod source;
mod words;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::lab::Lab;
use crate::store::Store;

/// What every handler may use.
#[derive(Clone)]
struct Server {
    lab: Arc<Lab>,
    /// How often an address may start a run.
    starting: Arc<bound::Bound>,
    store: Arc<Store>,
    /// How often an address may have something kept.
    keeping: Arc<bound::Bound>,
    /// Where it is reached from outside, without a slash at the end, where that is known.
    public_url: Option<Arc<str>>,
    /// Whether it listens on this machine alone.
    is_local: bool,
    pictures: Arc<pictures::Pictures>,
    /// Whoever follows a run has one of these: when the last is gone, all have heard of its end.
    follows: mpsc::Sender<Infallible>,
}

/// What a server is made of.
pub struct Site {
    /// The live runs.
    pub lab: Lab,
    /// The recordings that were kept.
    pub store: Store,
    /// Where it is reached from outside, where that is known.
    pub public_url: Option<String>,
    /// How many runs a minute may be started from one address.
    pub runs_per_minute: u32,
}

/// The largest request: a script with its JSON around it.
const LARGEST_REQUEST: usize = 64 * 1024;
/// How long the end of the server waits until all who follow a run have heard of its end.
const FAREWELL: Duration = Duration::from_secs(2);

/// How hard pages are packed, for each who asks: in half of zlib's usual time, and a fortieth larger.
const PACKING: CompressionLevel = CompressionLevel::Precise(4);

/// Serves until `shutdown`, then ends every run and returns when nothing of them is left. `public_url` is where others
/// reach it, such as `https://waves.example`; where it is None, as each request named it.
pub async fn serve(
    listener: TcpListener,
    site: Site,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let store = Arc::new(site.store);
    sharing::look(&store);
    let lab = Arc::new(site.lab.on_end(sharing::keep_open_ones(store.clone())));
    let (follows, mut followers) = mpsc::channel(1);
    let server = Server {
        lab: lab.clone(),
        starting: Arc::new(bound::Bound::per_minute(site.runs_per_minute)),
        store,
        keeping: Arc::default(),
        public_url: (site.public_url.as_deref()).map(|url| url.trim_end_matches('/').into()),
        is_local: listener.local_addr()?.ip().is_loopback(),
        pictures: Arc::default(),
        follows,
    };
    let stopping = lab.clone();
    let shutdown = async move {
        shutdown.await;
        stopping.stop(); // each run tells its followers that it ends
    };
    let service = router(server).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(shutdown);
    let served = served.await;
    blocking(move || lab.close()).await;
    // Live sockets are no connections of the server's any more: who does not listen is not waited for long.
    let _ = tokio::time::timeout(FAREWELL, followers.recv()).await;
    served
}

/// Does what takes its time, or waits for the machine, where no other request waits for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.expect("what is handed over does not panic")
}

fn router(server: Server) -> Router {
    Router::new()
        .route("/", get(pages::course))
        .route("/s/{id}", get(pages::scenario))
        .route("/try", get(pages::try_it))
        .route("/r/{id}", get(pages::kept))
        .route("/play", get(pages::play))
        .route("/article", get(pages::article))
        .route("/embed", get(pages::embed))
        .route("/oembed", get(oembed::oembed))
        .route("/atlas", get(pages::atlas))
        .route("/atlas/{state}/{stimulus}", get(pages::cell))
        .route("/compare", get(pages::compare))
        .route("/find", get(pages::find))
        .route("/state/{name}", get(pages::state))
        .route("/error/{name}", get(pages::error))
        .route("/api/runs", post(api::start))
        .route("/api/runs/{id}", get(api::status).delete(api::stop))
        .route("/api/runs/{id}/lines", post(api::say))
        .route("/api/runs/{id}/events", get(live::events))
        .route("/api/runs/{id}/{format}", get(exports::of_run))
        .route("/api", get(pages::api))
        .route("/api/openapi.json", get(openapi::document))
        .route("/api/check", post(api::check))
        .route("/api/complete", post(completing::complete))
        .route("/api/handbook", get(handbook::handbook_in))
        .route("/api/scenarios", get(scenarios::all))
        .route("/api/scenarios/{id}", get(scenarios::one))
        .route("/api/offers", post(editing::offers))
        .route("/api/scenarios/{id}/program", get(programs::of_scenario))
        .route("/api/program", post(programs::of_script))
        .route("/api/recordings", post(sharing::keep))
        .route("/api/r/{id}", get(sharing::events))
        .route("/api/r/{id}/{format}", get(exports::of_kept))
        .route("/api/qr", post(qr::draw))
        .route("/api/recordings/{id}", get(api::recording))
        .route("/api/recordings/{id}/{format}", get(exports::of_lesson))
        .route("/api/atlas/{state}/{stimulus}", get(atlas::recording))
        .route(
            "/api/atlas/{state}/{stimulus}/{format}",
            get(exports::of_cell),
        )
        .route("/assets/{version}/{*path}", get(assets::file))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(plain::method)
        .layer(from_fn_with_state(server.clone(), guard::same_origin))
        .layer(from_fn_with_state(server.clone(), guard::local_names))
        .layer(from_fn(guard::headers))
        .layer(RequestBodyLimitLayer::new(LARGEST_REQUEST))
        .layer(from_fn(plain::answers))
        .layer(CompressionLayer::new().quality(PACKING))
        .with_state(server)
}

/// Resolves at Ctrl-C or SIGTERM.
pub async fn terminated() {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .expect("a signal handler");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
    // Whoever holds a connection open does not hold the end up.
    tokio::spawn(async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        std::process::exit(1);
    });
}
