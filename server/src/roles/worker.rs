//! Works on background jobs.

use super::{Shutdown, build};
use crate::config::Config;
use anyhow::Result;
use std::process::ExitCode;

/// Runs until asked to stop; a job under way is finished first.
pub async fn run(config: Config) -> Result<ExitCode> {
    let built = build(&config, config.database_url()?, false)?;
    tracing::info!("worker.started");
    services::jobs::worker::run(built.services.clone(), Shutdown::on_signal().wait()).await;
    built.services.db.close().await;
    Ok(ExitCode::SUCCESS)
}
