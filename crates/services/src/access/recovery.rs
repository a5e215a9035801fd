//! A forgotten password. The form does the same work and gives the same answer whether a cabinet
//! exists or not; a job finds out. The old password works until a new one is set.

use super::sign_in::name;
use super::{address_name, codes, count_try, send_link, throttle_name};
use crate::billing::new_id;
use crate::error::commit;
use crate::jobs::{self, Recover};
use crate::{Actor, ServiceError, Services};
use domain::form::Problem;
use domain::ids::{ChallengeId, EventId};
use domain::{CardNumber, Contact, Email, Lang, PartnerNumber, Phone, Timestamp};
use storage::account::Account;
use storage::token::Purpose;
use storage::{Conn, account};

/// Longest login that is looked at, in bytes.
const LONGEST: usize = 254;

/// Takes the request. The answer names the form that waits for a code, in case one was sent.
///
/// # Errors
/// [`ServiceError::Invalid`] for an empty field or too many requests from one address.
pub async fn request(
    services: &Services,
    actor: &Actor,
    login: &str,
    lang: Lang,
) -> Result<ChallengeId, ServiceError> {
    let login = login.trim();
    if login.is_empty() || login.len() > LONGEST {
        return Err(ServiceError::field("login", Problem::LoginEmpty));
    }
    if PartnerNumber::parse(login).is_ok() {
        return Err(ServiceError::field("login", Problem::PartnerNumber));
    }
    // Nobody waits for a letter that a slip of the finger keeps away. The look of it tells nothing.
    if CardNumber::parse(login).is_err() && Contact::parse(login).is_none() {
        return Err(ServiceError::field("login", Problem::LoginMalformed));
    }
    let (mut tx, now) = services.db.begin().await?;
    if let Err(problem) = count(&mut tx, services, actor, now).await? {
        commit(tx).await?;
        return Err(ServiceError::field("login", problem));
    }
    let purpose = Purpose::Recovery;
    let id = codes::begin(&mut tx, services, actor, purpose, Some(login), now).await?;
    enqueue(&mut tx, login, id, lang).await?;
    commit(tx).await?;
    Ok(id)
}

/// Counts a request of this address.
pub(crate) async fn count(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    now: Timestamp,
) -> Result<Result<(), Problem>, ServiceError> {
    let key = format!("recover-from:{}", address_name(actor));
    let limit = services.settings.access.lookups_per_address;
    Ok(count_try(conn, &key, limit, 3600, now).await?.map(drop))
}

/// Queues the search.
pub(crate) async fn enqueue(
    conn: &mut Conn,
    login: &str,
    challenge: ChallengeId,
    lang: Lang,
) -> Result<(), ServiceError> {
    let recover = Recover {
        login: login.to_owned(),
        challenge: Some(challenge),
        lang,
    };
    jobs::enqueue_recovery(conn, EventId(new_id()), &recover).await
}

/// Where the answer goes: to the contact that was typed, else to the e-mail, else to the phone.
enum Way {
    Link(Email),
    Code(Phone),
}

fn way(account: &Account, login: &str) -> Option<Way> {
    // A cabinet that was never opened may write to the contact of its registration.
    let email = account
        .email
        .clone()
        .filter(|_| account.email_confirmed || !account.may_sign_in());
    let phone = account
        .phone
        .clone()
        .filter(|_| account.phone_confirmed || (!account.may_sign_in() && email.is_none()));
    let typed_phone = Phone::parse(login).is_ok_and(|typed| phone.as_ref() == Some(&typed));
    match (email, phone) {
        (_, Some(phone)) if typed_phone => Some(Way::Code(phone)),
        (Some(email), _) => Some(Way::Link(email)),
        (None, Some(phone)) => Some(Way::Code(phone)),
        (None, None) => None,
    }
}

/// The job: writes to the proven contact of the account, if there is one. A cabinet that was never
/// opened gets its activation link or code again.
pub async fn send(services: &Services, recover: &Recover) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    // No browser asks here: this is a job.
    let named = account::named(&mut tx, &name(&recover.login), &[]).await?;
    let Some(account) = named.account else {
        tracing::info!(login = throttle_name(&recover.login), "recovery.no_account");
        return Ok(());
    };
    let purpose = if account.may_sign_in() {
        Purpose::Recovery
    } else {
        Purpose::Activation
    };
    match (way(&account, &recover.login), recover.challenge) {
        (Some(Way::Link(email)), _) => {
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
        }
        (Some(Way::Code(phone)), Some(id)) => {
            codes::send(
                &mut tx,
                services,
                id,
                account.id,
                &phone,
                purpose,
                recover.lang,
                now,
            )
            .await?;
        }
        (Some(Way::Code(_)) | None, _) => {
            tracing::info!(account = %account.id, "recovery.no_contact");
        }
    }
    commit(tx).await
}
