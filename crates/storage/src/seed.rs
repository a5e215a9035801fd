//! Writing the demo's contracts and tariffs. Money never comes in here: it is posted through the
//! ledger like everywhere else.

use crate::convert::{date_to_db, to_db};
use crate::subscriber::Subscriber;
use crate::{Conn, StorageError};
use domain::billing::{PeriodUnit, Price};
use domain::ids::{CardId, PriceVersionId, ProductId, SubscriberId, SubscriptionId};
use domain::{Date, Email, Phone, Timestamp};

/// Has the demo been seeded?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn is_seeded(conn: &mut Conn) -> Result<bool, StorageError> {
    let some = sqlx::query_scalar!(r#"select exists (select from catalog.product) as "some!""#)
        .fetch_one(conn)
        .await?;
    Ok(some)
}

/// A tariff.
#[derive(Debug, Clone, Copy)]
pub struct Product<'a> {
    /// Its id.
    pub id: ProductId,
    /// Its code.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Channels.
    pub channels: i32,
    /// May nobody take it any more?
    pub archived: bool,
}

/// Writes a tariff.
///
/// # Errors
/// [`StorageError::Duplicate`] for a code that exists.
pub async fn insert_product(conn: &mut Conn, product: Product<'_>) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into catalog.product (product_id, code, name, kind, channels, archived)
         values ($1, $2, $3, 'base', $4, $5)",
        product.id.0,
        product.code,
        product.name,
        product.channels,
        product.archived,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Publishes a price.
///
/// # Errors
/// [`StorageError::Duplicate`] for the same period from the same day.
pub async fn insert_price(
    conn: &mut Conn,
    id: PriceVersionId,
    product: ProductId,
    price: Price,
    valid_from: Date,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into catalog.price_version
             (price_version_id, product_id, period_unit, period_count, price_kop, valid_from)
         values ($1, $2, $3, $4, $5, $6)",
        id.0,
        product.0,
        if price.unit == PeriodUnit::Day {
            "day"
        } else {
            "month"
        },
        i16::try_from(price.count).unwrap_or(1),
        price.amount.kopecks(),
        date_to_db(valid_from),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes a contract.
///
/// # Errors
/// [`StorageError::Duplicate`] for a contract number that exists.
pub async fn insert_subscriber(
    conn: &mut Conn,
    subscriber: &Subscriber,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.subscriber
             (subscriber_id, contract, surname, given_name, phone, email, tz, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        subscriber.id.0,
        subscriber.contract.as_str(),
        subscriber.surname,
        subscriber.given_name,
        subscriber.phone.as_ref().map(Phone::as_str),
        subscriber.email.as_ref().map(Email::as_str),
        subscriber.tz,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts a tariff on a card, paid until a day.
#[derive(Debug, Clone, Copy)]
pub struct NewSubscription {
    /// Its id.
    pub id: SubscriptionId,
    /// The card.
    pub card: CardId,
    /// The tariff.
    pub product: ProductId,
    /// Its price.
    pub price: PriceVersionId,
    /// First paid day.
    pub period_from: Date,
    /// Paid until this day, exclusive.
    pub paid_through: Date,
    /// When the next charge falls due.
    pub next_charge_at: Option<Timestamp>,
}

/// Writes a subscription.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert_subscription(
    conn: &mut Conn,
    subscriber: SubscriberId,
    new: &NewSubscription,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.subscription (subscriber_id, subscription_id, card_id, product_id,
             price_version_id, state, anchor_day, period_from, paid_through, next_charge_at)
         values ($1, $2, $3, $4, $5, 'active', $6, $7, $8, $9)",
        subscriber.0,
        new.id.0,
        new.card.0,
        new.product.0,
        new.price.0,
        i16::from(new.period_from.day()),
        date_to_db(new.period_from),
        date_to_db(new.paid_through),
        new.next_charge_at.map(to_db),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// All contracts, for load tests.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn subscribers(db: &crate::Db) -> Result<Vec<SubscriberId>, StorageError> {
    let ids = sqlx::query_scalar!("select subscriber_id from billing.subscriber")
        .fetch_all(db.pool())
        .await?;
    Ok(ids.into_iter().map(SubscriberId).collect())
}
