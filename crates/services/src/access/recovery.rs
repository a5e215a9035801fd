//! A forgotten password. The form does the same work and gives the same answer whether a cabinet
//! exists or not; a job finds out. The old password works until a new one is set.

use super::sign_in::find_account;
use super::{address_name, count_try, send_link, throttle_name};
use crate::billing::new_id;
use crate::error::commit;
use crate::jobs::{self, Recover};
use crate::{Actor, ServiceError, Services};
use domain::Lang;
use domain::form::Problem;
use domain::ids::EventId;
use storage::token::Purpose;

/// Longest login that is looked at, in bytes.
const LONGEST: usize = 254;

/// Takes the request.
///
/// # Errors
/// [`ServiceError::Invalid`] for an empty field or too many requests from one address.
pub async fn request(
    services: &Services,
    actor: &Actor,
    login: &str,
    lang: Lang,
) -> Result<(), ServiceError> {
    let login = login.trim();
    if login.is_empty() || login.len() > LONGEST {
        return Err(ServiceError::field("login", Problem::LoginEmpty));
    }
    let (mut tx, now) = services.db.begin().await?;
    let address = address_name(actor);
    let limit = services.settings.access.lookups_per_address;
    let allowed = count_try(
        &mut tx,
        &format!("recover-from:{address}"),
        limit,
        3600,
        now,
    )
    .await?;
    if allowed.is_ok() {
        let recover = Recover {
            login: login.to_owned(),
            lang,
        };
        jobs::enqueue_recovery(&mut tx, EventId(new_id()), &recover).await?;
    }
    commit(tx).await?;
    allowed
        .map(drop)
        .map_err(|problem| ServiceError::field("login", problem))
}

/// The job: writes to the proven contact of the account, if there is one. A cabinet that was never
/// opened gets its activation link again.
pub async fn send(services: &Services, recover: &Recover) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let Some(account) = find_account(&mut tx, &recover.login).await? else {
        tracing::info!(login = throttle_name(&recover.login), "recovery.no_account");
        return Ok(());
    };
    let purpose = if account.active {
        Purpose::Recovery
    } else {
        Purpose::Activation
    };
    let proven = account.email_confirmed || !account.active;
    let Some(email) = account.email.filter(|_| proven) else {
        tracing::info!(account = %account.id, "recovery.no_contact");
        return Ok(());
    };
    send_link(
        &mut tx,
        services,
        account.id,
        &email,
        purpose,
        recover.lang,
        now,
    )
    .await?;
    commit(tx).await
}
