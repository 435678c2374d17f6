//! `fourwave`: serves the pages.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use fourwave::config::Serve;
use fourwave::lab::Lab;
use fourwave::web;

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn serve(serve: &Serve) -> Result<ExitCode> {
    let lab = Lab::new(serve.max_runs, Duration::from_secs(serve.run_limit));
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
            eprintln!(
                "fourwave: no live runs, recordings only: {}",
                super::explain(&refusal)
            );
        }
        web::serve(listener, lab, serve.runs_per_minute, web::terminated()).await?;
        Ok(ExitCode::SUCCESS)
    })
}
