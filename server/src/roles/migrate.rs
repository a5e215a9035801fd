//! Brings the database's structure up to date.

use super::{NO_ANSWER, owner};
use crate::config::Config;
use anyhow::{Context, Result};
use std::process::ExitCode;
use storage::Db;

/// Migrates once.
pub async fn run(config: Config) -> Result<ExitCode> {
    let db = owner(&config)?;
    migrate(&db).await?;
    db.close().await;
    tracing::info!("migrate.done");
    Ok(ExitCode::SUCCESS)
}

/// Makes the application's role, the tables, the job queue's tables, and the rights on them.
pub async fn migrate(db: &Db) -> Result<()> {
    let mut conn = db.pool().acquire().await.context(NO_ANSWER)?;
    storage::db::ensure_application_role(&mut conn)
        .await
        .context(
            "the role cabinet_app could not be made: use an address of the database's owner",
        )?;
    storage::MIGRATOR
        .run(db.pool())
        .await
        .context("the database could not be migrated")?;
    services::jobs::worker::migrate(db.pool())
        .await
        .context("the job queue could not be migrated")?;
    storage::job::grant(&mut conn)
        .await
        .context("rights on the job queue could not be given")?;
    Ok(())
}
