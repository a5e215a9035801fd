//! A lost or broken card is replaced in an office: the new card takes its place with its name, its
//! tariffs and paid days, the old number is dead for ever. Money is the contract's and does not move;
//! the cabinet stays the same and opens by the new number.

use super::case::{checked, known, opened};
use super::{OfficeActor, record};
use crate::access::notices::{self, Happened};
use crate::access::{count_try, tell_contract};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Actor, Origin, ServiceError, Services, letters, zone};
use chrono_tz::Tz;
use domain::billing::Hold;
use domain::form::{FieldError, Problem};
use domain::ids::{CardId, CaseId, SubscriberId};
use domain::office::{AuditEvent, Right};
use domain::security::SecurityEvent;
use domain::{CardNumber, Lang, Phone, Timestamp};
use storage::account::{Account, AccountState};
use storage::subscriber::{CardState, Death, Subscriber};
use storage::{
    Conn, StorageError, account, ledger, registration, session, subscriber, subscription,
};

/// How often one clerk may send the form in an hour; each card takes two: to compare, to give out.
const TRIES_AN_HOUR: u32 = 30;

/// The posted form.
#[derive(Debug, Clone, Default)]
pub struct Replacement {
    /// The id of the card that is lost or broken.
    pub card: String,
    /// The number of the new one.
    pub number: String,
    /// `lost` or `broken`.
    pub reason: String,
    /// The new number once more: it was compared with the card.
    pub sure: String,
}

/// A read form.
struct Parsed {
    card: CardId,
    number: CardNumber,
    death: Death,
    sure: bool,
}

impl Parsed {
    const fn why(&self) -> &'static str {
        match self.death {
            Death::Lost => "потеряна",
            _ => "сломана",
        }
    }
}

impl Replacement {
    fn parse(&self) -> Result<Parsed, ServiceError> {
        let mut errors = Vec::new();
        let mut wrong =
            |field: &str, problem: Problem| errors.push(FieldError::new(field, problem));
        let card = self.card.parse::<CardId>();
        let card = card.map_err(|_| wrong("card", Problem::CardChoice));
        let death = match self.reason.as_str() {
            "lost" => Some(Death::Lost),
            "broken" => Some(Death::Retired),
            _ => None,
        };
        if death.is_none() {
            wrong("reason", Problem::ReplacementReason);
        }
        let number = CardNumber::parse(&self.number);
        let number = number.map_err(|error| wrong("number", error.into()));
        match (card, number, death) {
            (Ok(card), Ok(number), Some(death)) => Ok(Parsed {
                card,
                death,
                sure: CardNumber::parse(&self.sure).ok().as_ref() == Some(&number),
                number,
            }),
            _ => Err(ServiceError::Invalid(errors)),
        }
    }
}

/// Replaces a card of the subscriber in this case, once both numbers were compared with the cards. The
/// same form sent twice replaces once.
///
/// # Errors
/// [`ServiceError::Invalid`] beside the fields; [`ServiceError::NotFound`] without the right, without
/// a check, and for somebody else's card.
pub async fn replace(
    services: &Services,
    actor: &OfficeActor,
    id: CaseId,
    form: &Replacement,
) -> Result<(), ServiceError> {
    let member = actor.may(Right::ReplaceCard)?;
    let form = form.parse()?;
    let (mut tx, now) = services.db.begin().await?;
    let subscriber = opened(&mut tx, member, id).await?.subscriber;
    let reference = checked(&mut tx, member, id, subscriber, now)
        .await?
        .ok_or(ServiceError::NotFound)?;
    // Charges wait: a period is charged on the old card or on the new one.
    ledger::lock(&mut tx, subscriber).await?;
    let held = subscriber::hold_card(&mut tx, subscriber, form.card)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if held.replaced_by.as_ref() == Some(&form.number) {
        return Ok(());
    }
    if held.card.state != CardState::Active {
        return Err(ServiceError::field("card", Problem::CardReplacedAlready));
    }
    let key = format!("office-cards:{}", member.person);
    if let Err(problem) = count_try(&mut tx, &key, TRIES_AN_HOUR, 3600, now).await? {
        commit(tx).await?;
        return Err(ServiceError::field("number", problem));
    }
    let owner = known(&mut tx, subscriber).await?;
    let change = format!("{} → {}", held.card.number.grouped(), form.number.grouped());
    let contract = owner.contract.as_str();
    let about = format!("{contract} · {change} · {} · {reference}", form.why());
    if is_taken(&mut tx, &form.number).await? {
        record(&mut tx, actor, AuditEvent::CardRefused, &about, now).await?;
        commit(tx).await?;
        return Err(ServiceError::field("number", Problem::CardInUse));
    }
    if !form.sure {
        commit(tx).await?;
        let (old, new) = (held.card.number.grouped(), form.number.grouped());
        return Err(ServiceError::field(
            "sure",
            Problem::ReplacementSure { old, new },
        ));
    }
    let new = CardId(new_id());
    let (name, position) = (held.card.name.as_deref(), held.position);
    subscriber::insert_card(&mut tx, subscriber, new, &form.number, name, None, position)
        .await
        .map_err(|error| match error {
            StorageError::Duplicate(_) => ServiceError::field("number", Problem::CardInUse),
            other => other.into(),
        })?;
    subscriber::end_card(&mut tx, subscriber, form.card, form.death, new).await?;
    let tz = zone::parse(&owner.tz);
    move_services(&mut tx, subscriber, (form.card, new), tz, now).await?;
    record(&mut tx, actor, AuditEvent::CardReplaced, &about, now).await?;
    let account = forget_strangers(&mut tx, subscriber).await?;
    if let Some(account) = &account {
        session::move_view(&mut tx, account.id, form.card, new).await?;
    }
    tell(
        &mut tx,
        services,
        actor,
        account.as_ref(),
        &owner,
        &change,
        now,
    )
    .await?;
    commit(tx).await
}

/// Is the number a card's, or a phone by which somebody signs in?
async fn is_taken(conn: &mut Conn, number: &CardNumber) -> Result<bool, ServiceError> {
    if subscriber::find_card(conn, number).await?.is_some() {
        return Ok(true);
    }
    Ok(match Phone::parse(number.as_str()) {
        Ok(phone) => account::by_phone(conn, &phone).await?.is_some(),
        Err(_) => false,
    })
}

/// Whoever has begun to open a cabinet with the card that is lost now does not go on. The cabinet, if
/// there is one.
async fn forget_strangers(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<Account>, ServiceError> {
    registration::forget(conn, subscriber).await?;
    let Some(account) = account::of_subscriber(conn, subscriber).await? else {
        return Ok(None);
    };
    if account.state == AccountState::Pending {
        account::drop_pending(conn, account.id).await?;
        return Ok(None);
    }
    Ok(Some(account))
}

/// What runs on the card goes on, on the new one; the head-end hears of it.
async fn move_services(
    conn: &mut Conn,
    subscriber: SubscriberId,
    (from, to): (CardId, CardId),
    tz: Tz,
    now: Timestamp,
) -> Result<(), ServiceError> {
    subscription::move_to_card(conn, subscriber, from, to).await?;
    for mut moved in subscription::list(conn, subscriber).await? {
        if moved.card != to {
            continue;
        }
        // The card that was lost is no more.
        subscription::remove_hold(conn, subscriber, moved.id, Hold::CardLost).await?;
        moved.rules.holds.retain(|hold| *hold != Hold::CardLost);
        let (on, until) = (moved.rules.is_served(), moved.rules.paid_through);
        // What is charged again is charged from where its paid days end.
        let next = on.then(|| zone::midnight(tz, until));
        subscription::update(conn, subscriber, &moved, next).await?;
        subscription::set_intent(conn, subscriber, moved.id, from, false, until, now).await?;
        subscription::set_intent(conn, subscriber, moved.id, to, on, until, now).await?;
    }
    Ok(())
}

/// Tells every contact of the cabinet; without a cabinet, whoever the contract names.
async fn tell(
    conn: &mut Conn,
    services: &Services,
    actor: &OfficeActor,
    account: Option<&Account>,
    owner: &Subscriber,
    change: &str,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let Some(account) = account else {
        let text = letters::card_replaced(services, Lang::Ru, change);
        return tell_contract(conn, services, None, owner, text, now).await;
    };
    let happened = Happened {
        account: account.id,
        event: SecurityEvent::CardReplaced,
        detail: change,
        replaced: None,
    };
    // Whoever can be written to by the cabinet hears of it there; else the contract's own contact does.
    let written = account.email_confirmed || (account.phone_confirmed && services.sms.is_some());
    if !written {
        let text = letters::card_replaced(services, account.lang, change);
        tell_contract(conn, services, Some(account.id), owner, text, now).await?;
    }
    // The clerk's own address is nothing to the subscriber.
    let unseen = Actor {
        origin: Origin::default(),
        ..actor.guest.clone()
    };
    notices::record(conn, services, &unseen, happened, now).await
}
