//! Looks at the settings and the neighbours and says what is wrong, one line each.

use super::build;
use crate::config::Config;
use anyhow::Result;
use domain::support::Support;
use services::office::command_line;
use std::io::Write;
use std::process::ExitCode;

/// Looks once; exit code 1 when something is wrong.
pub async fn run(config: Config) -> Result<ExitCode> {
    let mut findings: Vec<(&str, Result<String, String>)> = Vec::new();
    let site = config.server.site_root.join("pkg");
    findings.push((
        "built pages",
        if site.is_dir() {
            Ok(site.display().to_string())
        } else {
            Err(format!(
                "{} does not exist: run `make build`",
                site.display()
            ))
        },
    ));
    findings.push((
        "acquirer",
        if config.acquirer.shop_id.is_empty() {
            Err("setting acquirer.shop_id is empty: nobody could pay".into())
        } else {
            Ok(config.acquirer.base_url.clone())
        },
    ));
    findings.push((
        "mail",
        match &config.mail.smtp_url {
            Some(_) => Ok("an SMTP server is set".into()),
            None => Err("setting mail.smtp_url is missing: links could not be sent".into()),
        },
    ));
    findings.push((
        "SMS",
        Ok(if config.sms.api_key.is_some() {
            format!("an SMS provider is set: {}", config.sms.base_url)
        } else {
            "none is set (sms.api_key): codes are not sent, forms ask for an e-mail".into()
        }),
    ));
    findings.push((
        "support",
        if config.support.phone == Support::default().phone {
            Err("setting support.phone is not set: people would be sent to nobody's number".into())
        } else {
            Ok(config.support.phone.to_string())
        },
    ));
    findings.push((
        "seller",
        if config.seller.inn.is_empty() {
            Err(
                "settings seller.name and seller.inn are not set: receipts would name nobody"
                    .into(),
            )
        } else {
            Ok(format!("{}, ИНН {}", config.seller.name, config.seller.inn))
        },
    ));
    findings.push(("database", database(&config).await));
    findings.push(("doors of partners and staff", doors(&config).await));
    let mut out = std::io::stdout().lock();
    let mut code = ExitCode::SUCCESS;
    for (what, finding) in findings {
        match finding {
            Ok(text) => writeln!(out, "ok     {what}: {text}")?,
            Err(text) => {
                code = ExitCode::FAILURE;
                writeln!(out, "WRONG  {what}: {text}")?;
            }
        }
    }
    Ok(code)
}

async fn database(config: &Config) -> Result<String, String> {
    let url = config.database_url().map_err(|error| error.to_string())?;
    let built = build(config, url, true).map_err(|error| error.to_string())?;
    let answer = built.services.db.ping().await;
    built.services.db.close().await;
    answer
        .map(|_| "answers and is migrated".into())
        .map_err(|error| format!("{error}; is it running, and has `cabinet migrate` been run?"))
}

async fn doors(config: &Config) -> Result<String, String> {
    if config.office.keys.is_empty() {
        return Ok("closed: no office.keys".into());
    }
    let url = config.database_url().map_err(|error| error.to_string())?;
    let built = build(config, url, true).map_err(|error| error.to_string())?;
    let doors = command_line::look(&built.services).await;
    built.services.db.close().await;
    let doors = doors.map_err(|error| error.to_string())?;
    if doors.locked_out > 0 {
        return Err(format!(
            "{} of {} people cannot come in: none of office.keys opens their second factors",
            doors.locked_out, doors.people
        ));
    }
    match doors.administrators {
        0 => Err("there is no administrator: `cabinet staff invite` lets the first one in".into()),
        1 => Ok(format!(
            "{} people, one administrator: a second one would help when the first is away",
            doors.people
        )),
        many => Ok(format!("{} people, {many} administrators", doors.people)),
    }
}
