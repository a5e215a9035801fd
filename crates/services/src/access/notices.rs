//! The security log and the notices about it: what happened is written down, and what could have been
//! somebody else's doing is told by every contact and in the inbox, in the transaction that did it.

use super::{throttle_name, write_letter};
use crate::billing::new_id;
use crate::{Actor, ServiceError, Services, letters};
use domain::ids::{AccountId, EventId, MessageId};
use domain::notice::Notice;
use domain::security::SecurityEvent;
use domain::{Email, Phone, Timestamp};
use storage::account::{Account, Proven};
use storage::inbox::Reader;
use storage::outbox::Channel;
use storage::{Conn, account, inbox, security_log, throttle};

/// Something that happened to the access of an account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Happened<'a> {
    /// Whose.
    pub account: AccountId,
    /// What.
    pub event: SecurityEvent,
    /// To what: a device, contact, passkey, contract; may be empty.
    pub detail: &'a str,
    /// A contact that was just replaced: its owner must hear of it too.
    pub replaced: Option<(Proven, &'a str)>,
}

/// A notice that anybody can provoke from outside never goes by SMS: that would cost us money.
const fn can_be_provoked(event: SecurityEvent) -> bool {
    matches!(event, SecurityEvent::SignInPaused)
}

/// Writes it down and tells it.
pub(crate) async fn record(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    happened: Happened<'_>,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let (id, Happened { event, detail, .. }) = (EventId(new_id()), happened);
    let origin = &actor.origin;
    security_log::insert(conn, happened.account, id, event, detail, origin, now).await?;
    if !event.is_told() {
        return Ok(());
    }
    tell(conn, services, happened, now).await
}

/// Tells what is written down already: in the inbox of each contract and by every contact.
pub(crate) async fn tell(
    conn: &mut Conn,
    services: &Services,
    happened: Happened<'_>,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let Happened {
        account: id,
        event,
        detail,
        ..
    } = happened;
    let notice = Notice::Security {
        event,
        detail: detail.to_owned(),
    };
    for subscriber in account::subscribers(conn, id).await? {
        let to = Reader {
            subscriber,
            account: id,
        };
        inbox::insert_for(conn, to, MessageId(new_id()), &notice, now).await?;
    }
    let Some(account) = account::get(conn, id).await? else {
        return Ok(());
    };
    write_to_contacts(conn, services, &account, happened, now).await
}

async fn write_to_contacts(
    conn: &mut Conn,
    services: &Services,
    account: &Account,
    happened: Happened<'_>,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let mut emails: Vec<&str> = Vec::new();
    let mut phones: Vec<&str> = Vec::new();
    emails.extend(account.confirmed_email().map(Email::as_str));
    phones.extend(account.confirmed_phone().map(Phone::as_str));
    match happened.replaced {
        Some((Proven::Email, old)) => emails.push(old),
        Some((Proven::Phone, old)) => phones.push(old),
        None => {}
    }
    for email in emails {
        let text = letters::security(services, account.lang, happened.event, happened.detail);
        write_letter(conn, Some(account.id), Channel::Email, email, text, now).await?;
    }
    if services.sms.is_none() || can_be_provoked(happened.event) {
        return Ok(());
    }
    for phone in phones {
        let key = format!("sms-notices:{}", throttle_name(phone));
        let limit = services.settings.access.letters_per_contact * 2;
        if throttle::hit(conn, &key, 24 * 3600, now).await?.hits > limit {
            tracing::info!(account = %account.id, "notices.sms_throttled");
            continue;
        }
        let text = letters::security_sms(services, account.lang, happened.event);
        write_letter(conn, Some(account.id), Channel::Sms, phone, text, now).await?;
    }
    Ok(())
}
