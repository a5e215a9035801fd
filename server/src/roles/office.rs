//! Letting the first ones in, from the command line: an administrator of the staff, the owner of a
//! partner. Everybody else is asked in on the pages. The same lets in anew who has lost everything.

use super::{NO_ANSWER, build_quietly};
use crate::config::Config;
use anyhow::{Context, Result, bail};
use domain::Lang;
use services::ServiceError;
use services::office::command_line::{self, Invited};
use services::office::people::Invite;
use std::io::Write;
use std::process::ExitCode;

/// Asks a staff member in, or sends an existing one a new link.
pub async fn invite_staff(config: Config, form: Invite, new_key: bool) -> Result<ExitCode> {
    let built = build_quietly(&config)?;
    let link = command_line::invite_staff(&built.services, &form, new_key).await;
    built.services.db.close().await;
    print(link)
}

/// Asks the owner of a partner in, or sends the existing one a new link.
pub async fn invite_partner(
    config: Config,
    number: &str,
    organisation: &str,
    form: Invite,
    new_key: bool,
) -> Result<ExitCode> {
    let built = build_quietly(&config)?;
    let link =
        command_line::invite_partner(&built.services, number, organisation, &form, new_key).await;
    built.services.db.close().await;
    print(link)
}

fn print(link: Result<Invited, ServiceError>) -> Result<ExitCode> {
    match link {
        Ok(Invited { link, ignored }) => {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{link}")?;
            if !ignored.is_empty() {
                writeln!(
                    std::io::stderr(),
                    "cabinet: this login exists; what it says elsewhere stays: {}",
                    ignored.join(", ")
                )?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(ServiceError::Invalid(errors)) => {
            let said: Vec<String> = errors
                .iter()
                .map(|error| {
                    let words = app::i18n::problem::text(Lang::En, &error.problem);
                    format!("--{}: {words}", error.field)
                })
                .collect();
            bail!("{}", said.join("; "))
        }
        Err(ServiceError::Unavailable(error)) => Err(error).context(NO_ANSWER),
        Err(error) => Err(error.into()),
    }
}
