//! Questions to the ledger.

use crate::config::Config;
use anyhow::{Context, Result};
use secrecy::ExposeSecret;
use std::io::Write;
use std::process::ExitCode;
use storage::Db;

/// Proves the invariants; exit code 1 names the rows that break one.
pub async fn check(config: Config) -> Result<ExitCode> {
    let db = Db::connect(config.owner_url()?.expose_secret(), 2)?;
    let (mut tx, _) = db.begin().await.context("the database is out of reach")?;
    let findings = storage::ledger_check::check(&mut tx).await?;
    drop(tx);
    db.close().await;
    let mut out = std::io::stdout().lock();
    for (invariant, rule) in storage::ledger_check::invariants() {
        let broken = findings
            .iter()
            .find(|finding| finding.invariant == invariant);
        writeln!(
            out,
            "{} {invariant} {rule}",
            if broken.is_some() { "BROKEN" } else { "ok    " }
        )?;
        for row in broken.iter().flat_map(|finding| &finding.rows) {
            writeln!(out, "       {row}")?;
        }
    }
    Ok(if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
