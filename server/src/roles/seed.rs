//! Writes the demo's data.

use super::build;
use crate::config::Config;
use anyhow::Result;
use std::process::ExitCode;

/// Seeds once; a database that has tariffs already is left as it is.
pub async fn run(config: Config) -> Result<ExitCode> {
    let built = build(&config, config.owner_url()?, true)?;
    let fresh = services::demo::seed(&built.services).await?;
    built.services.db.close().await;
    tracing::info!(fresh, "seed.done");
    Ok(ExitCode::SUCCESS)
}
