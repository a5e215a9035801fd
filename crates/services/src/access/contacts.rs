//! Changing the e-mail and the phone: the new one is proven by a link or a code, the old one is told,
//! and the password must have been given a short while ago.

use super::notices::{Happened, record};
use super::{codes, confirm, count_try, no_room, send_link, slip};
use crate::error::commit;
use crate::{Actor, ServiceError, Services, crypto, zone};
use domain::form::Problem;
use domain::ids::{AccountId, ChallengeId};
use domain::security::SecurityEvent;
use domain::{Date, Email, Lang, LocalTime, Phone, Timestamp};
use storage::account::Proven;
use storage::token::Purpose;
use storage::{Conn, StorageError, account, token};

/// The bound contacts, as their owner sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contacts {
    /// E-mail, and whether it is proven.
    pub email: Option<(Email, bool)>,
    /// Phone, and whether it is proven.
    pub phone: Option<(Phone, bool)>,
    /// An e-mail to which a link was sent that has not been opened yet, and until when it works.
    pub waiting: Option<(Email, LocalTime)>,
    /// Today, where the person lives.
    pub today: Date,
    /// Can SMS be sent at all?
    pub sms: bool,
}

/// The bound contacts.
pub async fn list(services: &Services, actor: &Actor) -> Result<Contacts, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut look, now) = services.db.look().await?;
    let account = account::get(&mut look, viewer.account)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let waiting = token::waiting(&mut look, viewer.account, Purpose::Contact, now).await?;
    Ok(Contacts {
        waiting: waiting.and_then(|link| {
            let email = Email::parse(&link.contact).ok()?;
            Some((email, zone::local(viewer.tz, link.expires_at)))
        }),
        today: zone::today(viewer.tz, now),
        email: account.email.map(|email| (email, account.email_confirmed)),
        phone: account.phone.map(|phone| (phone, account.phone_confirmed)),
        sms: services.sms.is_some(),
    })
}

/// Sends a link to a new e-mail. Nothing changes before it is opened. `seen`: the address that was asked
/// about already.
///
/// # Errors
/// [`ServiceError::Invalid`] with what is wrong; [`ServiceError::ConfirmFirst`].
pub async fn begin_email(
    services: &Services,
    actor: &Actor,
    typed: &str,
    seen: &str,
    lang: Lang,
) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    let email = Email::parse(typed).map_err(|error| ServiceError::field("email", error.into()))?;
    if let Some(problem) = slip(&email, seen) {
        return Err(ServiceError::field("email", problem));
    }
    let account = account::get(&mut tx, viewer.account)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if account.email_confirmed && account.email.as_ref() == Some(&email) {
        return Err(ServiceError::field("email", Problem::ContactSame));
    }
    if let Err(error) = count_change(&mut tx, account.id, "email", now).await? {
        commit(tx).await?;
        return Err(error);
    }
    let sent = send_link(
        &mut tx,
        services,
        account.id,
        &email,
        Purpose::Contact,
        lang,
        now,
    )
    .await?;
    commit(tx).await?;
    if sent { Ok(()) } else { Err(no_room("email")) }
}

/// How many changes one account may begin in an hour: each sends something to a stranger.
const CHANGES_AN_HOUR: u32 = 5;

async fn count_change(
    conn: &mut Conn,
    account: AccountId,
    field: &'static str,
    now: Timestamp,
) -> Result<Result<(), ServiceError>, ServiceError> {
    let key = format!("contact-changes:{account}");
    let counted = count_try(conn, &key, CHANGES_AN_HOUR, 3600, now).await?;
    Ok(counted
        .map(drop)
        .map_err(|problem| ServiceError::field(field, problem)))
}

/// Sends a code to a new phone. Nothing changes before it is typed.
///
/// # Errors
/// [`ServiceError::Invalid`] with what is wrong; [`ServiceError::ConfirmFirst`].
pub async fn begin_phone(
    services: &Services,
    actor: &Actor,
    typed: &str,
    lang: Lang,
) -> Result<ChallengeId, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    let phone = Phone::parse(typed).map_err(|error| ServiceError::field("phone", error.into()))?;
    if services.sms.is_none() {
        return Err(ServiceError::field("phone", Problem::PhoneNotServed));
    }
    let account = account::get(&mut tx, viewer.account)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if account.phone_confirmed && account.phone.as_ref() == Some(&phone) {
        return Err(ServiceError::field("phone", Problem::ContactSame));
    }
    if let Err(error) = count_change(&mut tx, account.id, "phone", now).await? {
        commit(tx).await?;
        return Err(error);
    }
    let id = codes::begin(&mut tx, services, actor, Purpose::Contact, None, now).await?;
    let purpose = Purpose::Contact;
    let sent = codes::send(
        &mut tx, services, id, account.id, &phone, purpose, lang, now,
    )
    .await?;
    commit(tx).await?;
    if sent { Ok(id) } else { Err(no_room("phone")) }
}

/// What the link in a letter to a new e-mail is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// It works, for this address.
    Ready(Email),
    /// It was used.
    Used,
    /// Its time has passed, or a newer one was sent.
    Expired,
}

/// Looks at the link without using it.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is no such link.
pub async fn look(services: &Services, secret: &str) -> Result<Link, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let link = token::find(&mut tx, &crypto::sha256(secret.as_bytes()))
        .await?
        .filter(|link| link.purpose == Purpose::Contact)
        .ok_or(ServiceError::NotFound)?;
    if link.used {
        return Ok(Link::Used);
    }
    if link.expires_at <= now {
        return Ok(Link::Expired);
    }
    let email = Email::parse(&link.contact).map_err(|_| ServiceError::NotFound)?;
    Ok(Link::Ready(email))
}

/// Uses the link up: the new e-mail is bound. Whoever holds the link has the mailbox, and the change
/// was asked for with the password; so it works on any device, signed in or not.
///
/// # Errors
/// [`ServiceError::Invalid`] when the address belongs to another cabinet;
/// [`ServiceError::NotFound`] for a link that no longer works.
pub async fn finish_email(
    services: &Services,
    actor: &Actor,
    secret: &str,
) -> Result<(), ServiceError> {
    let digest = crypto::sha256(secret.as_bytes());
    let (mut tx, now) = services.db.begin().await?;
    let link = token::find(&mut tx, &digest)
        .await?
        .filter(|link| link.purpose == Purpose::Contact)
        .ok_or(ServiceError::NotFound)?;
    if !token::consume(&mut tx, &digest, now).await? {
        return Err(ServiceError::NotFound);
    }
    bind(
        &mut tx,
        services,
        actor,
        link.account,
        link.proven,
        &link.contact,
        now,
    )
    .await?;
    commit(tx).await
}

/// Binds a proven contact and tells the old one.
pub(crate) async fn bind(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    id: AccountId,
    proven: Proven,
    contact: &str,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let before = account::get(conn, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    match account::set_contact(conn, id, proven, contact, now).await {
        Ok(true) => {}
        Ok(false) => return Err(ServiceError::NotFound),
        Err(StorageError::Duplicate(_)) => {
            return Err(ServiceError::field("", Problem::ContactTaken));
        }
        Err(error) => return Err(error.into()),
    }
    // A recovery that is under way to the old contact ends with it.
    for purpose in [Purpose::Recovery, Purpose::Restore] {
        token::end_all(conn, id, purpose, now).await?;
    }
    let (event, detail, old) = match proven {
        Proven::Email => (
            SecurityEvent::EmailChanged,
            Email::parse(contact).ok().map(|email| email.masked()),
            before
                .confirmed_email()
                .map(|email| email.as_str().to_owned()),
        ),
        Proven::Phone => (
            SecurityEvent::PhoneChanged,
            Phone::parse(contact).ok().map(|phone| phone.masked()),
            before
                .confirmed_phone()
                .map(|phone| phone.as_str().to_owned()),
        ),
    };
    let happened = Happened {
        account: id,
        event,
        detail: &detail.unwrap_or_default(),
        replaced: old.as_deref().map(|old| (proven, old)),
    };
    record(conn, services, actor, happened, now).await
}
