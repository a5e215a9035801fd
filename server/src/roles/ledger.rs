//! Questions to the ledger.

use super::{NO_ANSWER, owner};
use crate::config::Config;
use anyhow::{Context, Result};
use std::io::Write;
use std::process::ExitCode;

/// Proves the invariants; exit code 1 names the rows that break one.
pub async fn check(config: Config) -> Result<ExitCode> {
    let db = owner(&config)?;
    let mut tx = db.begin_snapshot().await.context(NO_ANSWER)?;
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
