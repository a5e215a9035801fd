//! Paying for a card without signing in: whoever has its number sees whether television is on, until when
//! it is paid and what is short, and nothing about whose it is. Look-ups and starts are counted.

use crate::access::{address_name, look_up_card, typed_card};
use crate::error::commit;
use crate::payments::{Making, Started, chosen_amount, make, typed_email};
use crate::{Actor, ServiceError, Services, crypto, zone};
use domain::CardNumber;
use domain::billing::paid_until;
use domain::form::{FieldError, Problem};
use domain::ids::SubscriberId;
use domain::payment::Means;
use domain::top_up::{GuestForm, suggest};
use storage::{Conn, ledger, subscriber, subscription};

/// A payment as the form gives it.
#[derive(Debug, Clone, Default)]
pub struct Pay {
    /// The card's number.
    pub card: String,
    /// The chosen sum; empty or `other` when `amount` counts.
    pub sum: String,
    /// The typed sum.
    pub amount: String,
    /// By what means; a saved card is nobody's here.
    pub means: String,
    /// E-mail for the receipt.
    pub receipt_email: String,
    /// The form's key.
    pub key: String,
}

/// Is there such a card? Counted by address.
///
/// # Errors
/// [`ServiceError::Invalid`] with what is wrong with the number.
pub async fn check(services: &Services, actor: &Actor, card: &str) -> Result<(), ServiceError> {
    let number = typed_card(card)?;
    let (mut tx, now) = services.db.begin().await?;
    let found = look_up_card(&mut tx, services, actor, &number, now).await?;
    commit(tx).await?;
    found
        .map(drop)
        .map_err(|problem| ServiceError::field("card", problem))
}

/// The form of a card that was looked up before.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is no such card in use.
pub async fn form(services: &Services, card: &str) -> Result<GuestForm, ServiceError> {
    let (mut conn, now) = services.db.look().await?;
    let (subscriber, number) = usable(&mut conn, card).await?;
    let contract = subscriber::get(&mut conn, subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let today = zone::today(zone::parse(&contract.tz), now);
    let wallet = ledger::get(&mut conn, subscriber).await?;
    let running = subscription::list(&mut conn, subscriber).await?;
    let rules: Vec<_> = running.into_iter().map(|stored| stored.rules).collect();
    Ok(GuestForm {
        card: number.grouped(),
        served: rules.iter().any(domain::billing::Subscription::is_served),
        paid_through: paid_until(&rules, &wallet),
        suggestions: suggest(&rules, &wallet, today, services.settings.top_up),
        limits: services.settings.top_up,
        key: crypto::form_key(),
        today,
    })
}

async fn usable(conn: &mut Conn, card: &str) -> Result<(SubscriberId, CardNumber), ServiceError> {
    let number = CardNumber::parse(card).map_err(|_| ServiceError::NotFound)?;
    let (subscriber, card) = subscriber::find_card(conn, &number)
        .await?
        .ok_or(ServiceError::NotFound)?;
    match card.state {
        subscriber::CardState::Active => Ok((subscriber, card.number)),
        subscriber::CardState::Dead => Err(ServiceError::NotFound),
    }
}

/// Makes the payment and sends it to the acquirer.
///
/// # Errors
/// [`ServiceError::Invalid`] for a sum out of limits, a missing e-mail or too many look-ups.
pub async fn pay(
    services: &Services,
    actor: &Actor,
    command: Pay,
) -> Result<Started, ServiceError> {
    let mut errors = Vec::new();
    let amount = chosen_amount(services, &command.sum, &command.amount, &mut errors);
    let email = typed_email(&command.receipt_email, &mut errors);
    let means = match command.means.as_str() {
        "" => Some(Means::BankCard),
        text => Means::from_form(text).filter(|means| means.saved().is_none()),
    };
    if means.is_none() {
        errors.push(FieldError::new("means", Problem::MethodUnavailable));
    }
    let (mut tx, now) = services.db.begin().await?;
    let number = CardNumber::parse(&command.card).map_err(|_| ServiceError::NotFound)?;
    let found = look_up_card(&mut tx, services, actor, &number, now).await?;
    let (subscriber, _) = match found {
        Ok(found) => found,
        Err(problem) => {
            commit(tx).await?;
            return Err(ServiceError::field("", problem));
        }
    };
    let (Some(amount), Some(email), Some(means)) = (amount, email, means) else {
        commit(tx).await?;
        return Err(ServiceError::Invalid(errors));
    };
    let making = Making {
        subscriber,
        amount,
        email: &email,
        means,
        save: false,
        form_key: command.key,
        counted: format!("payment-start-from:{}", address_name(actor)),
    };
    make(services, tx, making, now).await
}
