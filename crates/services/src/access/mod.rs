//! Identity: registration, activation, sign-in, recovery, sessions.

pub mod activation;
pub mod change;
pub mod codes;
pub mod confirm;
pub mod contacts;
pub mod contracts;
pub mod devices;
pub(crate) mod notices;
pub mod passkeys;
pub mod passwords;
pub(crate) mod proof;
pub mod recovery;
pub mod registration;
pub mod sessions;
pub mod sign_in;
pub(crate) mod tries;

use crate::billing::new_id;
use crate::{Actor, ServiceError, Services, crypto, jobs, letters};
use domain::form::Problem;
use domain::ids::{AccountId, EventId, SubscriberId};
use domain::{CardNumber, Contact, Email, Lang, PartnerNumber, Timestamp};
use std::net::IpAddr;
use storage::account::Proven;
use storage::outbox::{Channel, Delivery};
use storage::subscriber::{Card, CardState, Subscriber};
use storage::token::{Purpose, Token};
use storage::{Conn, code, outbox, subscriber, throttle, token};

/// Whole minutes until a moment, at least one.
pub(crate) fn minutes_until(then: Timestamp, now: Timestamp) -> u64 {
    u64::try_from((then.seconds_since(now) + 59) / 60)
        .unwrap_or(1)
        .max(1)
}

/// Counts a try against a limit.
///
/// # Errors
/// [`Problem::TooManyTries`] with the minutes to wait once the limit is passed.
pub(crate) async fn count_try(
    conn: &mut Conn,
    key: &str,
    limit: u32,
    window_seconds: i64,
    now: Timestamp,
) -> Result<Result<u32, Problem>, ServiceError> {
    let count = throttle::hit(conn, key, window_seconds, now).await?;
    Ok(limit.checked_sub(count.hits).ok_or(Problem::TooManyTries {
        minutes: minutes_until(count.window_ends_at, now),
    }))
}

/// An address that looks like a slip of the finger, unless it was asked about before: `seen`.
pub(crate) fn slip(email: &Email, seen: &str) -> Option<Problem> {
    let asked = Email::parse(seen).is_ok_and(|seen| seen == *email);
    let meant = email.slip().filter(|_| !asked)?;
    let typed = email.as_str().to_owned();
    Some(Problem::EmailSlip { typed, meant })
}

/// The number of a subscriber's card as it was typed. A partner's number is told apart: it has a door of its
/// own.
///
/// # Errors
/// [`ServiceError::Invalid`] of the field `card`.
pub(crate) fn typed_card(text: &str) -> Result<CardNumber, ServiceError> {
    if PartnerNumber::parse(text).is_ok() {
        return Err(ServiceError::field("card", Problem::PartnerNumber));
    }
    CardNumber::parse(text).map_err(|error| ServiceError::field("card", error.into()))
}

/// Looks a card up, for people who have proven nothing: whether a card exists is public, but counted by
/// address.
///
/// # Errors
/// [`ServiceError::Unavailable`] and its like; what is wrong with the number is the inner answer.
pub(crate) async fn look_up_card(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    number: &CardNumber,
    now: Timestamp,
) -> Result<Result<(SubscriberId, Card), Problem>, ServiceError> {
    let key = format!("card-lookup:{}", address_name(actor));
    let limit = services.settings.access.lookups_per_address;
    let allowed = count_try(conn, &key, limit, 3600, now).await?;
    let found = subscriber::find_card(conn, number).await?;
    Ok(match (allowed, found) {
        (Err(problem), _) => Err(problem),
        (Ok(_), None) => Err(Problem::CardUnknown),
        (Ok(_), Some((_, card))) if card.state == CardState::Dead => Err(Problem::CardBlocked),
        (Ok(_), Some(found)) => Ok(found),
    })
}

/// Where somebody asks from, for counting. One household's IPv6 addresses are a whole /64.
pub(crate) fn address_name(actor: &Actor) -> String {
    match actor.origin.address {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(address) => address.to_string(),
        None => String::new(),
    }
}

/// A short name for a throttled text, so that the table never holds what people typed.
pub(crate) fn throttle_name(text: &str) -> String {
    crypto::hex(&crypto::sha256(text.trim().to_lowercase().as_bytes())[..12])
}

/// Ends every link and code of an account that is under way: whoever ordered one before the access
/// changed hands must not use it afterwards.
pub(crate) async fn end_pending(
    conn: &mut Conn,
    account: AccountId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    token::end_of_account(conn, account, now).await?;
    code::end_of_account(conn, account, now).await?;
    Ok(())
}

/// May this contact be written to? Links and codes count together, by contact and hour: a form must
/// not become a cannon.
pub(crate) async fn has_room(
    conn: &mut Conn,
    services: &Services,
    contact: &str,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    let key = format!("letters:{}", throttle_name(contact));
    let limit = services.settings.access.letters_per_contact;
    let room = throttle::hit(conn, &key, 3600, now).await?.hits <= limit;
    if !room {
        tracing::info!(contact = throttle_name(contact), "letters.throttled");
    }
    Ok(room)
}

/// What is said when a contact has no room.
pub(crate) fn no_room(field: &'static str) -> ServiceError {
    ServiceError::field(field, Problem::TooManyTries { minutes: 60 })
}

/// Puts a letter into the outbox and its job into the queue.
pub(crate) async fn write_letter(
    conn: &mut Conn,
    account: Option<AccountId>,
    channel: Channel,
    recipient: &str,
    text: letters::Text,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let id = EventId(new_id());
    let delivery = Delivery {
        id,
        channel,
        recipient: recipient.to_owned(),
        subject: text.subject,
        body: text.body,
        attempts: 0,
    };
    outbox::insert(conn, account, &delivery, now).await?;
    jobs::enqueue_delivery(conn, id).await
}

/// Makes a one-time secret that proves a contact; the one before it, for the same purpose, ends.
pub(crate) async fn new_link(
    conn: &mut Conn,
    account: AccountId,
    purpose: Purpose,
    proves: &Contact,
    life: i64,
    now: Timestamp,
) -> Result<String, ServiceError> {
    token::end_all(conn, account, purpose, now).await?;
    let secret = crypto::random_token();
    let row = Token {
        purpose,
        account,
        proven: Proven::of(proves),
        contact: proves.as_str().to_owned(),
        expires_at: now.plus_seconds(life),
        used: false,
    };
    token::insert(conn, &crypto::sha256(secret.as_bytes()), &row, now).await?;
    Ok(secret)
}

/// Sends a one-time link to an e-mail; `false` when that address has no room.
pub(crate) async fn send_link(
    conn: &mut Conn,
    services: &Services,
    account: AccountId,
    email: &Email,
    purpose: Purpose,
    lang: Lang,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    // Links that went to another address end even when no new one is sent.
    token::end_to_others(conn, account, purpose, email.as_str(), now).await?;
    if !has_room(conn, services, email.as_str(), now).await? {
        return Ok(false);
    }
    let life = match purpose {
        Purpose::Recovery => services.settings.access.recovery_life,
        _ => services.settings.access.activation_life,
    };
    // Only a link that is really sent ends the one before: asking too often takes nobody's away.
    let proves = Contact::Email(email.clone());
    let secret = new_link(conn, account, purpose, &proves, life, now).await?;
    let text = match purpose {
        Purpose::Activation => letters::activation(services, lang, &secret),
        Purpose::Recovery => letters::recovery(services, lang, &secret),
        Purpose::Contact => letters::new_email(services, lang, &secret),
        Purpose::Restore => letters::restore(services, lang, &secret),
    };
    write_letter(
        conn,
        Some(account),
        Channel::Email,
        email.as_str(),
        text,
        now,
    )
    .await?;
    Ok(true)
}

/// Tells whoever the contract names: by SMS, else by e-mail.
pub(crate) async fn tell_contract(
    conn: &mut Conn,
    services: &Services,
    account: Option<AccountId>,
    contract: &Subscriber,
    text: letters::Text,
    now: Timestamp,
) -> Result<(), ServiceError> {
    match (&contract.phone, &services.sms, &contract.email) {
        (Some(phone), Some(_), _) => {
            write_letter(conn, account, Channel::Sms, phone.as_str(), text, now).await
        }
        (_, _, Some(email)) => {
            write_letter(conn, account, Channel::Email, email.as_str(), text, now).await
        }
        _ => Ok(()),
    }
}
