//! Serves the pages.

use super::{Built, Shutdown, build, listen};
use crate::config::Config;
use crate::http::connections::{self, Limits};
use crate::http::tls::{Certificate, TlsListener};
use crate::http::{self, State};
use anyhow::Result;
use std::process::ExitCode;

/// Runs until asked to stop.
pub async fn run(config: Config) -> Result<ExitCode> {
    let built = build(&config, config.database_url()?, false)?;
    let listener = listen("server.listen", config.server.listen).await?;
    serve(&config, &built, listener, Shutdown::on_signal()).await?;
    built.services.db.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Serves on a listener; requests under way are finished first.
pub async fn serve(
    config: &Config,
    built: &Built,
    listener: tokio::net::TcpListener,
    shutdown: Shutdown,
) -> Result<()> {
    use axum::serve::ListenerExt;
    // Rendering spawns its tasks on the runtime we are in; a second call changes nothing.
    let _ = any_spawner::Executor::init_tokio();
    let app = http::router(State::new(config, built)?);
    let limits = Limits::new(config.server.behind_proxy);
    let (chain, key) = (&config.server.tls_certificate, &config.server.tls_key);
    if let (Some(chain), Some(key)) = (chain, key) {
        let certificate = Certificate::read(chain, key)?;
        let listener = TlsListener::new(listener, certificate.clone())?;
        let watching = tokio::spawn(certificate.watch());
        tracing::info!(listen = %config.server.listen, tls = true, "serve.started");
        connections::serve(listener, app, limits, shutdown.wait()).await;
        watching.abort();
        return Ok(());
    }
    // Small answers must not wait for the other side's delayed acknowledgement.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    tracing::info!(listen = %config.server.listen, tls = false, "serve.started");
    connections::serve(listener, app, limits, shutdown.wait()).await;
    Ok(())
}
