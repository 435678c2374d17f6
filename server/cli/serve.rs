//! `fourwave`: serves the pages.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use fourwave::content::catalogue;
use fourwave::lab::Lab;
use fourwave::lab::run::request::{Limits, MAX_EVENTS};
use fourwave::store::Store;
use fourwave::web::{self, Site};
use tracing::warn;

use crate::cli::args::Serve;
use crate::cli::log::start_log;
use crate::cli::start::explain;

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn serve(serve: &Serve) -> Result<ExitCode> {
    start_log(serve.log.as_deref(), serve.log_format);
    let limits = Limits {
        run: Duration::from_secs(serve.run_limit),
        open: Duration::from_secs(serve.open_limit),
        idle: Duration::from_secs(serve.idle_limit),
        events: MAX_EVENTS,
    };
    let lab = Lab::new(serve.max_runs.into(), limits);
    let limit = serve.store_limit << 20;
    let store = Store::new(serve.data_dir(), limit, catalogue::pinned());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(serve.listen)
            .await
            .with_context(|| {
                format!(
                    "cannot serve on {}; --listen 127.0.0.1:0 takes any free port",
                    serve.listen
                )
            })?;
        println!("fourwave: http://{}", listener.local_addr()?);
        if let Err(refusal) = lab.ability() {
            warn!("no live runs, recordings only: {}", explain(&refusal));
        }
        let site = Site {
            lab,
            store,
            public_url: serve.public_url.clone(),
            runs_per_minute: serve.runs_per_minute,
        };
        web::serve(listener, site, web::terminated()).await?;
        Ok(ExitCode::SUCCESS)
    })
}
