//! The server: pages, the API for runs, the live socket, and the files of the page.

mod api;
mod assets;
mod atlas;
mod bound;
mod exports;
mod finding;
mod glossary;
mod guard;
mod live;
mod markup;
mod openapi;
mod pages;
mod phrases;
mod plain;
mod programs;
mod scenarios;
mod words;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::lab::Lab;

/// What every handler may use.
#[derive(Clone)]
struct Server {
    lab: Arc<Lab>,
    /// How often an address may start a run.
    starting: Arc<bound::Bound>,
    /// True once the server is about to end.
    ending: watch::Receiver<bool>,
}

/// The largest request: a script with its JSON around it.
const LARGEST_REQUEST: usize = 64 * 1024;

/// Serves until `shutdown`, then ends every run and returns when nothing of them is left. From one address so many runs may
/// be started a minute.
pub async fn serve(
    listener: TcpListener,
    lab: Lab,
    runs_per_minute: u32,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let lab = Arc::new(lab);
    let (end, ending) = watch::channel(false);
    let server = Server {
        lab: lab.clone(),
        starting: Arc::new(bound::Bound::per_minute(runs_per_minute)),
        ending,
    };
    let stopping = lab.clone();
    let shutdown = async move {
        shutdown.await;
        stopping.stop(); // each run tells its followers that it ends
        end.send_replace(true);
    };
    let is_local = listener.local_addr()?.ip().is_loopback();
    let service = router(server, is_local).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(shutdown);
    let served = served.await;
    tokio::task::spawn_blocking(move || lab.close()).await?;
    served
}

fn router(server: Server, is_local: bool) -> Router {
    Router::new()
        .route("/", get(pages::course))
        .route("/s/{id}", get(pages::scenario))
        .route("/try", get(pages::try_it))
        .route("/article", get(pages::article))
        .route("/atlas", get(pages::atlas))
        .route("/atlas/{state}/{stimulus}", get(pages::cell))
        .route("/find", get(pages::find))
        .route("/state/{name}", get(pages::state))
        .route("/error/{name}", get(pages::error))
        .route("/api/runs", post(api::start))
        .route("/api/runs/{id}", get(api::status).delete(api::stop))
        .route("/api/runs/{id}/events", get(live::events))
        .route("/api/runs/{id}/pcapng", get(exports::run_pcapng))
        .route("/api", get(pages::api))
        .route("/api/openapi.json", get(openapi::document))
        .route("/api/check", post(api::check))
        .route("/api/scenarios", get(scenarios::all))
        .route("/api/scenarios/{id}", get(scenarios::one))
        .route("/api/scenarios/{id}/program", get(programs::of_scenario))
        .route("/api/program", post(programs::of_script))
        .route("/api/recordings/{id}", get(api::recording))
        .route(
            "/api/recordings/{id}/pcapng",
            get(exports::recording_pcapng),
        )
        .route("/api/atlas/{state}/{stimulus}", get(atlas::recording))
        .route("/api/atlas/{state}/{stimulus}/pcapng", get(atlas::capture))
        .route("/assets/{version}/{*path}", get(assets::file))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(plain::method)
        .layer(middleware::from_fn(guard::same_origin))
        .layer(middleware::from_fn_with_state(is_local, guard::local_names))
        .layer(middleware::from_fn(guard::headers))
        .layer(RequestBodyLimitLayer::new(LARGEST_REQUEST))
        .layer(middleware::from_fn(plain::answers))
        .layer(CompressionLayer::new())
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
