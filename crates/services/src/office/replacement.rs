//! A lost or broken card is replaced in an office: the new card takes its place with its name, its
//! tariffs and paid days, the old number is dead for ever. Money is the contract's and does not move;
//! the cabinet stays the same and opens by the new number.

use super::case::{is_checked, known, open_account, opened};
use super::{OfficeActor, record};
use crate::access::notices::{self, Happened};
use crate::access::{count_try, tell_contract};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Actor, Origin, ServiceError, Services, letters};
use domain::form::{FieldError, Problem};
use domain::ids::{CardId, CaseId, SubscriberId};
use domain::office::{AuditEvent, Right};
use domain::security::SecurityEvent;
use domain::{CardNumber, Lang, Timestamp};
use storage::account::Account;
use storage::subscriber::{CardState, Death, Subscriber};
use storage::{Conn, StorageError, ledger, session, subscriber, subscription};

/// How many cards one clerk may give out in an hour.
const CARDS_AN_HOUR: u32 = 30;

/// The posted form.
#[derive(Debug, Clone, Default)]
pub struct Replacement {
    /// The id of the card that is lost or broken.
    pub card: String,
    /// The number of the new one.
    pub number: String,
    /// `lost` or `broken`.
    pub reason: String,
}

/// A read form.
struct Parsed {
    card: CardId,
    number: CardNumber,
    death: Death,
}

impl Replacement {
    fn parse(&self) -> Result<Parsed, ServiceError> {
        let mut errors = Vec::new();
        let mut wrong =
            |field: &str, problem: Problem| errors.push(FieldError::new(field, problem));
        let card = self.card.parse::<CardId>();
        let card = card.map_err(|_| wrong("card", Problem::CardChoice));
        let death = match self.reason.as_str() {
            "lost" => Ok(Death::Lost),
            "broken" => Ok(Death::Retired),
            _ => Err(wrong("reason", Problem::ReplacementReason)),
        };
        let number = CardNumber::parse(&self.number);
        let number = number.map_err(|error| wrong("number", error.into()));
        match (card, number, death) {
            (Ok(card), Ok(number), Ok(death)) => Ok(Parsed {
                card,
                number,
                death,
            }),
            _ => Err(ServiceError::Invalid(errors)),
        }
    }
}

/// Replaces a card of the subscriber in this case. The same form sent twice replaces once.
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
    if !is_checked(&mut tx, member, subscriber, now).await? {
        return Err(ServiceError::NotFound);
    }
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
    if let Err(problem) = count_try(&mut tx, &key, CARDS_AN_HOUR, 3600, now).await? {
        commit(tx).await?;
        return Err(ServiceError::field("number", problem));
    }
    let owner = known(&mut tx, subscriber).await?;
    let new = CardId(new_id());
    subscriber::insert_card(
        &mut tx,
        subscriber,
        new,
        &form.number,
        held.card.name.as_deref(),
        None,
        held.position,
    )
    .await
    .map_err(|error| match error {
        StorageError::Duplicate(_) => ServiceError::field("number", Problem::CardInUse),
        other => other.into(),
    })?;
    subscriber::end_card(&mut tx, subscriber, form.card, form.death, new).await?;
    move_services(&mut tx, subscriber, form.card, new, now).await?;
    let change = format!(
        "•• {} → •• {}",
        held.card.number.last4(),
        form.number.last4()
    );
    let about = format!("{} · {change}", owner.contract.as_str());
    record(&mut tx, actor, AuditEvent::CardReplaced, &about, now).await?;
    let account = open_account(&mut tx, subscriber).await?;
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

/// What runs on the card goes on, on the new one; the head-end hears of it.
async fn move_services(
    conn: &mut Conn,
    subscriber: SubscriberId,
    from: CardId,
    to: CardId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    subscription::move_to_card(conn, subscriber, from, to).await?;
    for moved in subscription::list(conn, subscriber).await? {
        if moved.card == to {
            let (on, until) = (moved.rules.is_served(), moved.rules.paid_through);
            subscription::set_intent(conn, subscriber, moved.id, on, until, now).await?;
        }
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
    // The clerk's own address is nothing to the subscriber.
    let unseen = Actor {
        origin: Origin::default(),
        ..actor.guest.clone()
    };
    notices::record(conn, services, &unseen, happened, now).await
}
