//! A subscriber who cannot come in: whoever has checked who it is sends the link to a new password, to
//! a contact that is bound by using it, and neither sees nor sets a password.

use super::case::{CHECK_LIFE, checked, known, open_account, opened};
use super::{Member, OfficeActor, audit, record};
use crate::access::notices::{self, Happened};
use crate::access::{count_try, has_room, new_link, write_letter};
use crate::error::commit;
use crate::{Actor, Origin, ServiceError, Services, letters};
use domain::form::Problem;
use domain::ids::{AccountId, CaseId, SubscriberId};
use domain::office::{AuditEvent, Door, Right};
use domain::security::SecurityEvent;
use domain::{Contact, Timestamp};
use storage::account::Account;
use storage::outbox::Channel;
use storage::token::Purpose;
use storage::{Conn, account, token};

/// How many links may be sent for one caller in a quarter of an hour: enough for a mistyped address.
const LINKS_A_CALL: u32 = 3;
/// How many one member may send in an hour.
const LINKS_AN_HOUR: u32 = 30;

/// Sends the link to a new password to a contact the caller has named. Nothing of the cabinet changes
/// before the link is used; every contact that is bound now is told at once. That a contact belongs to
/// another cabinet is told to that contact alone.
///
/// # Errors
/// [`ServiceError::Invalid`] beside `contact`; [`ServiceError::NotFound`] without the right, without a
/// check in this call, and when there is no cabinet.
pub async fn send(
    services: &Services,
    actor: &OfficeActor,
    id: CaseId,
    contact: &str,
) -> Result<(), ServiceError> {
    let member = actor.may(Right::RestoreAccess)?;
    let wrong = |problem| ServiceError::field("contact", problem);
    let contact = read_contact(services, contact).map_err(wrong)?;
    let (mut tx, now) = services.db.begin().await?;
    let subscriber = opened(&mut tx, member, id).await?.subscriber;
    let reference = checked(&mut tx, member, id, subscriber, now)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let owner = known(&mut tx, subscriber).await?;
    let account = open_account(&mut tx, subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let masked = contact.masked();
    let about = format!("{} · {masked} · {reference}", owner.contract.as_str());
    if let Err(problem) = room(&mut tx, services, member, subscriber, contact.as_str(), now).await?
    {
        record(&mut tx, actor, AuditEvent::ContactRefused, &about, now).await?;
        commit(tx).await?;
        return Err(wrong(problem));
    }
    record(&mut tx, actor, AuditEvent::AccessRestored, &about, now).await?;
    if is_anothers(&mut tx, &account, &contact).await? {
        let (channel, text) = match contact {
            Contact::Email(_) => (
                Channel::Email,
                letters::email_has_a_cabinet(services, account.lang),
            ),
            Contact::Phone(_) => (
                Channel::Sms,
                letters::phone_has_a_cabinet(services, account.lang),
            ),
        };
        write_letter(&mut tx, None, channel, contact.as_str(), text, now).await?;
        return commit(tx).await;
    }
    write_link(&mut tx, services, &account, &contact, now).await?;
    let happened = Happened {
        account: account.id,
        event: SecurityEvent::RestoreLinkSent,
        detail: &masked,
        replaced: None,
    };
    // The operator's own address is nothing to the subscriber.
    let unseen = Actor {
        origin: Origin::default(),
        ..actor.guest.clone()
    };
    notices::record(&mut tx, services, &unseen, happened, now).await?;
    commit(tx).await
}

/// May another link be sent: for this caller, by this member, to this contact, by SMS at all?
async fn room(
    conn: &mut Conn,
    services: &Services,
    member: &Member,
    subscriber: SubscriberId,
    contact: &str,
    now: Timestamp,
) -> Result<Result<(), Problem>, ServiceError> {
    for (key, limit, window) in [
        (
            format!("office-links:{subscriber}"),
            LINKS_A_CALL,
            CHECK_LIFE,
        ),
        (
            format!("office-links-by:{}", member.person),
            LINKS_AN_HOUR,
            3600,
        ),
    ] {
        if let Err(problem) = count_try(conn, &key, limit, window, now).await? {
            return Ok(Err(problem));
        }
    }
    if !has_room(conn, services, contact, now).await? {
        return Ok(Err(Problem::TooManyTries { minutes: 60 }));
    }
    Ok(Ok(()))
}

/// The subscriber has used an operator's link: the staff's log says so.
pub(crate) async fn used(
    conn: &mut Conn,
    origin: &Origin,
    account: AccountId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let mut contracts = Vec::new();
    for id in account::subscribers(conn, account).await? {
        contracts.push(known(conn, id).await?.contract.as_str().to_owned());
    }
    let by = audit::By {
        door: Door::Staff,
        partner: None,
        person: None,
        name: "Абонент",
    };
    let event = AuditEvent::ContactBound;
    audit::write(conn, by, origin, event, &contracts.join(", "), now).await
}

fn read_contact(services: &Services, text: &str) -> Result<Contact, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::ContactMissing);
    }
    match Contact::parse(text) {
        None => Err(Problem::KnownContactMalformed),
        Some(Contact::Phone(_)) if services.sms.is_none() => Err(Problem::PhoneNotServed),
        Some(contact) => Ok(contact),
    }
}

/// Does the contact open somebody else's cabinet?
async fn is_anothers(
    conn: &mut Conn,
    account: &Account,
    contact: &Contact,
) -> Result<bool, ServiceError> {
    let found = match contact {
        Contact::Email(email) => account::by_email(conn, email).await?,
        Contact::Phone(phone) => account::by_phone(conn, phone).await?,
    };
    Ok(found.is_some_and(|found| found.id != account.id))
}

async fn write_link(
    conn: &mut Conn,
    services: &Services,
    account: &Account,
    contact: &Contact,
    now: Timestamp,
) -> Result<(), ServiceError> {
    // A recovery that is under way ends: the caller is helped in another way now.
    token::end_all(conn, account.id, Purpose::Recovery, now).await?;
    let life = services.settings.access.activation_life;
    let secret = new_link(conn, account.id, Purpose::Restore, contact, life, now).await?;
    let (channel, text) = match contact {
        Contact::Email(_) => (
            Channel::Email,
            letters::restore(services, account.lang, &secret),
        ),
        Contact::Phone(_) => (
            Channel::Sms,
            letters::restore_sms(services, account.lang, &secret),
        ),
    };
    let to = contact.as_str();
    write_letter(conn, Some(account.id), channel, to, text, now).await
}
