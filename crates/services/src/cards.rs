//! Saved bank cards: kept when a payer asks for it, used for payments, removed at once. What is kept is
//! the acquirer's token, sealed with a key of the settings (`cards.keys`), and a card's last digits.

use crate::billing::new_id;
use crate::error::{commit, retried};
use crate::payments::{contract_of, same_contract};
use crate::{Actor, ServiceError, Services, autopay, zone};
use domain::Timestamp;
use domain::autopay::EndedBy;
use domain::ids::{MethodId, SubscriberId};
use domain::payment::{Means, Purpose};
use domain::saved_card::{CardsPage, SavedCard};
use gateways::acquirer::{By, GatewayPayment};
use secrecy::{ExposeSecret, SecretString};
use storage::payment::Payment;
use storage::payment_method::{New, Saved};
use storage::{Conn, payment_method};

/// The page of saved cards.
pub async fn page(services: &Services, actor: &Actor) -> Result<CardsPage, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    Ok(CardsPage {
        today: zone::today(viewer.tz, now),
        contract: contract_of(&mut conn, viewer).await?,
        cards: saved(&mut conn, viewer.subscriber).await?,
        under_way: autopay::under_way(&mut conn, viewer.subscriber, None).await?,
    })
}

/// The saved cards of a contract, newest first.
pub(crate) async fn saved(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Vec<SavedCard>, ServiceError> {
    let order = storage::autopay::open(conn, subscriber).await?;
    let used = order.map(|order| order.method);
    let cards = payment_method::list(conn, subscriber).await?;
    Ok(cards.into_iter().map(|card| shown(card, used)).collect())
}

fn shown(card: Saved, used: Option<MethodId>) -> SavedCard {
    SavedCard {
        autopay: used == Some(card.id),
        id: card.id,
        brand: card.brand,
        last4: card.last4,
        expires: card.expires,
    }
}

/// Removes a card: from the answer on nothing is taken from it. Autopay from this card ends with it.
///
/// # Errors
/// [`ServiceError::Invalid`] when another contract is in view than the form's.
pub async fn remove(
    services: &Services,
    actor: &Actor,
    contract: &str,
    id: MethodId,
) -> Result<Removed, ServiceError> {
    let viewer = actor.viewer()?;
    same_contract(services, viewer, contract).await?;
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let removed = take_out(&mut tx, viewer.subscriber, id, EndedBy::CardRemoved, now).await?;
        commit(tx).await?;
        Ok(removed)
    })
    .await
}

/// A card whose owner has taken the permission back at the bank: it is removed here too, and autopay with
/// it is told to be off.
pub(crate) async fn revoked(
    services: &Services,
    subscriber: SubscriberId,
    id: MethodId,
) -> Result<(), ServiceError> {
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let removed = take_out(&mut tx, subscriber, id, EndedBy::CardRemoved, now).await?;
        if removed.autopay.is_some() {
            autopay::tell_revoked(&mut tx, services, subscriber, now).await?;
        }
        commit(tx).await
    })
    .await
}

/// What removing a card has led to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Was it there?
    pub card: bool,
    /// Autopay that ended with it.
    pub autopay: Option<autopay::Ended>,
}

async fn take_out(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: MethodId,
    by: EndedBy,
    now: Timestamp,
) -> Result<Removed, ServiceError> {
    let order = storage::autopay::lock(conn, subscriber).await?;
    let autopay = match order.filter(|order| order.method == id) {
        Some(order) => Some(autopay::end(conn, subscriber, &order, by, now).await?),
        None => None,
    };
    // Removed before, or never there: a second click has nothing left to do.
    let card = payment_method::remove(conn, subscriber, id, now).await?;
    Ok(Removed { card, autopay })
}

/// The contract leaves the cabinet, or the cabinet ends: whoever could switch anything off is gone, so
/// everything is switched off.
pub(crate) async fn forget_all(
    conn: &mut Conn,
    subscriber: SubscriberId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    if let Some(order) = storage::autopay::lock(conn, subscriber).await? {
        autopay::end(conn, subscriber, &order, EndedBy::CabinetLeft, now).await?;
    }
    for card in payment_method::list(conn, subscriber).await? {
        payment_method::remove(conn, subscriber, card.id, now).await?;
    }
    Ok(())
}

/// Keeps the card of a payment that was just credited, if its payer asked for it and the acquirer did it.
pub(crate) async fn keep(
    conn: &mut Conn,
    services: &Services,
    found: &Payment,
    object: &GatewayPayment,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let Some(card) = object.saved.as_ref().filter(|_| found.save) else {
        return Ok(());
    };
    // Whoever asked for it may have left with the contract or the cabinet since: then it is nobody's here.
    let keeper = payment_method::keeper(conn, found.subscriber, found.created_at).await?;
    let Some(account) = keeper else {
        tracing::info!(payment = %found.id, "cards.payer_has_left: the card was not kept");
        return Ok(());
    };
    // The same card again: one row, so that removing it once removes it.
    let same = payment_method::list(conn, found.subscriber)
        .await?
        .into_iter()
        .find(|known| {
            (&known.last4, &known.brand, known.expires) == (&card.last4, &card.brand, card.expires)
        });
    let id = same
        .as_ref()
        .map_or_else(|| MethodId(new_id()), |known| known.id);
    let token = card.token.expose_secret().as_bytes();
    let Some(token_sealed) = services.settings.card_keys.seal(token, id.0.as_bytes()) else {
        tracing::error!(payment = %found.id, "cards.no_key: the card was not kept");
        return Ok(());
    };
    if same.is_some() {
        return Ok(payment_method::renew(conn, found.subscriber, id, &token_sealed).await?);
    }
    let new = New {
        id,
        account,
        gateway: services.acquirer.name(),
        token_sealed: &token_sealed,
        brand: &card.brand,
        last4: &card.last4,
        expires: card.expires,
        saved_by: found.id,
    };
    Ok(payment_method::insert(conn, found.subscriber, &new, now).await?)
}

/// By what means the acquirer is asked; nothing when it must not be asked any more: the card was removed,
/// or the standing order that made the payment is over. A card that is found stays until the transaction
/// ends.
pub(crate) async fn means(
    conn: &mut Conn,
    services: &Services,
    found: &Payment,
) -> Result<Option<By>, ServiceError> {
    let id = match found.means {
        Means::BankCard => return Ok(Some(By::BankCard { save: found.save })),
        Means::Sbp => {
            return Ok(Some(By::Sbp {
                square: found.by_square,
            }));
        }
        Means::YooMoney => return Ok(Some(By::YooMoney)),
        Means::SavedCard(id) => id,
    };
    if found.purpose == Purpose::Autopay && !autopay::may_charge(conn, found).await? {
        return Ok(None);
    }
    let Some(card) = payment_method::hold(conn, found.subscriber, id).await? else {
        return Ok(None);
    };
    let opened = services
        .settings
        .card_keys
        .open(&card.token_sealed, id.0.as_bytes())
        .and_then(|(token, _)| String::from_utf8(token).ok());
    if opened.is_none() {
        tracing::error!(method = %id, "cards.sealed_with_another_key: nothing can be taken from this card");
    }
    Ok(opened.map(|token| By::Saved {
        token: SecretString::from(token),
    }))
}
