//! Writes the demo's data.

use super::build;
use crate::config::Config;
use anyhow::{Result, bail};
use std::process::ExitCode;

/// Seeds once; a database that has tariffs already is left as it is. Everybody knows the passwords of the
/// demo's people: a cabinet that others can reach never gets them.
pub async fn run(config: Config) -> Result<ExitCode> {
    if !config.server.public_url.starts_with("http://") {
        bail!(
            "the demo's people have public passwords: they are written only for a cabinet on this machine (server.public_url begins with http://localhost)"
        );
    }
    let built = build(&config, config.owner_url()?, true)?;
    let fresh = services::demo::seed(&built.services).await?;
    built.services.db.close().await;
    tracing::info!(fresh, "seed.done");
    Ok(ExitCode::SUCCESS)
}
