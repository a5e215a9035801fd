//! Comparing a day with the acquirer, by its lists or by a registry that came as a file.

use super::build;
use crate::config::Config;
use anyhow::{Context, Result, bail};
use domain::format::money_full;
use domain::reconciliation::Difference;
use domain::{Date, Lang, Money};
use gateways::yookassa::registry;
use services::Services;
use services::reconciliation::{self, Compared};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// When something differs; 1 is for what could not be done.
const DIFFERS: u8 = 2;

/// Compares and prints each difference.
pub async fn run(config: Config, file: Option<&Path>, day: Option<&str>) -> Result<ExitCode> {
    let day = match day.map(|text| Date::parse(text).ok_or(text)) {
        None => None,
        Some(Ok(day)) => Some(day),
        Some(Err(text)) => bail!("--day {text} is not a day: give it as 2026-11-27"),
    };
    let built = build(&config, config.database_url()?, true)?;
    let compared = compare(&built.services, file, day).await;
    built.services.db.close().await;
    let compared = compared?;
    print(&compared)?;
    Ok(if compared.differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERS)
    })
}

async fn compare(services: &Services, file: Option<&Path>, day: Option<Date>) -> Result<Compared> {
    let yesterday = reconciliation::yesterday(services).await?;
    let Some(path) = file else {
        return Ok(reconciliation::by_lists(services, day.unwrap_or(yesterday)).await?);
    };
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("{shown} cannot be read"))?;
    let found = registry::parse(&bytes).with_context(|| format!("{shown} is not understood"))?;
    let day = match (found.day, day) {
        (Some(says), Some(asked)) if says != asked => {
            bail!("{shown} is of {says}, not of {asked}")
        }
        (Some(day), _) | (None, Some(day)) => day,
        (None, None) => bail!("{shown} does not say of which day it is: give --day"),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(reconciliation::by_file(services, day, &name, &found).await?)
}

fn print(compared: &Compared) -> Result<()> {
    let counted = &compared.counted;
    let sum = |sum: Money| money_full(Lang::En, sum);
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{}: {} payments, {}; {} refunds, {}; {} differences",
        compared.day,
        counted.payments,
        sum(counted.payments_sum),
        counted.refunds,
        sum(counted.refunds_sum),
        compared.differences.len(),
    )?;
    for found in &compared.differences {
        writeln!(out, "{}", line(found))?;
    }
    Ok(())
}

/// `payment 2f5a-1: the sums differ; theirs 500.00 ₽; ours 400.00 ₽`.
fn line(found: &Difference) -> String {
    let side = |name: &str, sum: Option<Money>| match sum {
        Some(sum) => format!("; {name} {}", money_full(Lang::En, sum)),
        None => String::new(),
    };
    let sums = format!(
        "{}{}",
        side("theirs", found.theirs),
        side("ours", found.ours)
    );
    let (kind, object) = (found.kind.code(), &found.object);
    format!("{kind} {object}: {}{sums}", found.what.title())
}
