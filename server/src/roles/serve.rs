//! Serves the pages.

use super::{Built, Shutdown, build, listen};
use crate::config::Config;
use crate::http::connections::{self, Limits};
use crate::http::tls::{self, Certificate};
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
    // Rendering spawns its tasks on the runtime we are in; a second call changes nothing.
    let _ = any_spawner::Executor::init_tokio();
    let app = http::router(State::new(config, built)?);
    let limits = Limits::new(config.server.behind_proxy);
    let (chain, key) = (&config.server.tls_certificate, &config.server.tls_key);
    let certificate = match (chain, key) {
        (Some(chain), Some(key)) => Some(Certificate::read(chain, key)?),
        _ => None,
    };
    let tls = certificate.clone().map(tls::acceptor).transpose()?;
    tracing::info!(listen = %config.server.listen, tls = tls.is_some(), "serve.started");
    let watching = certificate.map(|certificate| tokio::spawn(certificate.watch()));
    connections::serve(listener, tls, app, limits, shutdown.wait()).await;
    if let Some(watching) = watching {
        watching.abort();
    }
    Ok(())
}
