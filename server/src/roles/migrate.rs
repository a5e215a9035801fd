//! Brings the database's structure up to date.

use crate::config::Config;
use anyhow::{Context, Result};
use secrecy::ExposeSecret;
use std::process::ExitCode;
use storage::Db;

/// Migrates once.
pub async fn run(config: Config) -> Result<ExitCode> {
    let db = Db::connect(config.owner_url()?.expose_secret(), 2)?;
    migrate(&db).await?;
    db.close().await;
    tracing::info!("migrate.done");
    Ok(ExitCode::SUCCESS)
}

/// Makes the application's role, the tables, the job queue's tables, and the rights on them.
pub async fn migrate(db: &Db) -> Result<()> {
    let mut conn = db
        .pool()
        .acquire()
        .await
        .context("the database is out of reach")?;
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
