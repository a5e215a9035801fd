//! What is told about autopay: in the inbox always, by every confirmed contact too. The notices before a
//! charge carry a link that switches it off without signing in.

use crate::access::write_letter;
use crate::billing::new_id;
use crate::{ServiceError, Services, crypto, letters, zone};
use domain::ids::{MessageId, SubscriberId};
use domain::notice::Notice;
use domain::{LocalTime, Money, Timestamp};
use storage::account::Account;
use storage::autopay::Mandate;
use storage::outbox::Channel;
use storage::{Conn, account, autopay_link, inbox, payment_method};

/// A charge that is coming.
pub(super) struct Due<'a> {
    /// How much.
    pub sum: Money,
    /// When.
    pub at: LocalTime,
    /// Of which order.
    pub order: &'a Mandate,
}

/// Tells of a charge that is coming.
pub(super) async fn tell_due(
    conn: &mut Conn,
    services: &Services,
    subscriber: SubscriberId,
    due: &Due<'_>,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let cards = payment_method::list(conn, subscriber).await?;
    let card = cards.into_iter().find(|card| card.id == due.order.method);
    let notice = Notice::AutopayDue {
        sum: due.sum,
        due: due.at,
        last4: card.map(|card| card.last4).unwrap_or_default(),
    };
    inbox::insert(conn, subscriber, MessageId(new_id()), &notice, now).await?;
    let token = crypto::random_token();
    let digest = crypto::sha256(token.as_bytes());
    autopay_link::insert(conn, &digest, subscriber, due.order.id, now).await?;
    let Some(account) = account::of_subscriber(conn, subscriber).await? else {
        return Ok(());
    };
    let today = zone::today(zone::OPERATOR, now);
    let link = format!("{}/autopay/off/{token}", services.settings.public_url);
    let letter = letters::about_autopay(services, account.lang, &notice, today, Some(&link));
    let sms = letters::autopay_due_sms(account.lang, due.sum, due.at, &link);
    write(conn, services, &account, letter, Some(sms), now).await
}

/// Tells anything else: SMS cost money and interrupt, so they are for charges alone.
pub(super) async fn tell(
    conn: &mut Conn,
    services: &Services,
    subscriber: SubscriberId,
    notice: &Notice,
    now: Timestamp,
) -> Result<(), ServiceError> {
    inbox::insert(conn, subscriber, MessageId(new_id()), notice, now).await?;
    let Some(account) = account::of_subscriber(conn, subscriber).await? else {
        return Ok(());
    };
    let today = zone::today(zone::OPERATOR, now);
    let letter = letters::about_autopay(services, account.lang, notice, today, None);
    write(conn, services, &account, letter, None, now).await
}

async fn write(
    conn: &mut Conn,
    services: &Services,
    account: &Account,
    letter: letters::Text,
    sms: Option<letters::Text>,
    now: Timestamp,
) -> Result<(), ServiceError> {
    if let Some(email) = account.confirmed_email() {
        let to = email.as_str();
        write_letter(conn, Some(account.id), Channel::Email, to, letter, now).await?;
    }
    if let (Some(phone), Some(sms), Some(_)) = (account.confirmed_phone(), sms, &services.sms) {
        let to = phone.as_str();
        write_letter(conn, Some(account.id), Channel::Sms, to, sms, now).await?;
    }
    Ok(())
}
