//! Which handler answers which address.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::web::api::{
    atlas, completion, events, exports, handbook, kept, oembed, openapi, programs, qr, recordings,
    runs, scenarios, scripts, suggestions,
};
use crate::web::middleware::api_answers::{self, LARGEST_REQUEST};
use crate::web::middleware::request_log::request_log;
use crate::web::middleware::security;
use crate::web::state::AppState;
use crate::web::{assets, pages};

/// How hard pages are packed, for each who asks: in half of zlib's usual time, and a fortieth larger.
const PACKING: CompressionLevel = CompressionLevel::Precise(4);

/// Every address, and what each request and answer passes through.
pub(crate) fn router(state: AppState) -> Router {
    Router::new()
        .route("/", get(pages::course))
        .route("/s/{id}", get(pages::lesson))
        .route("/try", get(pages::try_it))
        .route("/r/{id}", get(pages::recording))
        .route("/play", get(pages::free_play))
        .route("/article", get(pages::article))
        .route("/embed", get(pages::embed))
        .route("/oembed", get(oembed::oembed))
        .route("/atlas", get(pages::atlas))
        .route("/atlas/{state}/{stimulus}", get(pages::atlas_cell))
        .route("/compare", get(pages::compare))
        .route("/find", get(pages::search))
        .route("/state/{name}", get(pages::glossary_state))
        .route("/error/{name}", get(pages::glossary_error))
        .route("/api/runs", post(runs::start))
        .route("/api/runs/{id}", get(runs::status).delete(runs::stop))
        .route("/api/runs/{id}/lines", post(runs::say))
        .route("/api/runs/{id}/events", get(events::events))
        .route("/api/runs/{id}/{format}", get(exports::of_run))
        .route("/api", get(pages::api))
        .route("/api/openapi.json", get(openapi::document))
        .route("/api/check", post(scripts::check))
        .route("/api/complete", post(completion::complete))
        .route("/api/handbook", get(handbook::handbook))
        .route("/api/scenarios", get(scenarios::all))
        .route("/api/scenarios/{id}", get(scenarios::one))
        .route("/api/offers", post(suggestions::suggestions))
        .route("/api/scenarios/{id}/program", get(programs::of_scenario))
        .route("/api/program", post(programs::of_script))
        .route("/api/recordings", post(kept::keep))
        .route("/api/r/{id}", get(kept::events))
        .route("/api/r/{id}/{format}", get(exports::of_kept))
        .route("/api/qr", post(qr::draw))
        .route("/api/recordings/{id}", get(recordings::recording))
        .route("/api/recordings/{id}/{format}", get(exports::of_lesson))
        .route("/api/atlas/{state}/{stimulus}", get(atlas::recording))
        .route(
            "/api/atlas/{state}/{stimulus}/{format}",
            get(exports::of_cell),
        )
        .route("/assets/{version}/{*path}", get(assets::file))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(api_answers::method)
        .layer(from_fn_with_state(state.clone(), security::same_origin))
        .layer(from_fn_with_state(state.clone(), security::local_names))
        .layer(from_fn(security::headers))
        .layer(RequestBodyLimitLayer::new(LARGEST_REQUEST))
        .layer(from_fn(api_answers::answers))
        .layer(CompressionLayer::new().quality(PACKING))
        .layer(request_log())
        .with_state(state)
}
