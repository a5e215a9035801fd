//! Lots of advances and what has used them up. Whoever calls holds the wallet.

use crate::convert::to_db;
use crate::db::changed_one;
use crate::{Conn, StorageError};
use domain::advance::Lot;
use domain::ids::{OpId, PaymentId, SubscriberId};
use domain::receipt::ROOM_OF_A_PAYMENT;
use domain::{Money, Timestamp};
use uuid::Uuid;

/// A lot to be written.
#[derive(Debug, Clone, Copy)]
pub struct New {
    /// Its id.
    pub id: Uuid,
    /// The operation that brought it; none for one that mends.
    pub op: Option<OpId>,
    /// The payment that did, where one did.
    pub payment: Option<PaymentId>,
    /// How much.
    pub amount: Money,
    /// Code of the calculated tax rate.
    pub vat_code: i16,
}

/// Writes a lot.
///
/// # Errors
/// [`StorageError::Duplicate`] when the operation has one.
pub async fn insert(
    conn: &mut Conn,
    subscriber: SubscriberId,
    new: &New,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.advance_lot (subscriber_id, lot_id, op_id, payment_id, amount_kop,
             remaining_kop, vat_code, taken_at)
         values ($1, $2, $3, $4, $5, $5, $6, $7)",
        subscriber.0,
        new.id,
        new.op.map(|id| id.0),
        new.payment.map(|id| id.0),
        new.amount.kopecks(),
        new.vat_code,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lots with something left, the oldest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open(conn: &mut Conn, subscriber: SubscriberId) -> Result<Vec<Lot>, StorageError> {
    let rows = sqlx::query!(
        "select lot_id, remaining_kop, payment_id from billing.advance_lot
         where subscriber_id = $1 and remaining_kop > 0 order by taken_at, lot_id",
        subscriber.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Lot {
            id: row.lot_id,
            remaining: Money::from_kopecks(row.remaining_kop),
            payment: row.payment_id.map(PaymentId),
        })
        .collect())
}

/// An operation uses up a part of a lot.
///
/// # Errors
/// [`StorageError::Conflict`] when less is left.
pub async fn take(
    conn: &mut Conn,
    subscriber: SubscriberId,
    lot: Uuid,
    op: OpId,
    amount: Money,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.advance_lot set remaining_kop = remaining_kop - $3
         where subscriber_id = $1 and lot_id = $2 and remaining_kop >= $3",
        subscriber.0,
        lot,
        amount.kopecks(),
    )
    .execute(&mut *conn)
    .await?;
    changed_one(&done, "advance lot")?;
    sqlx::query!(
        "insert into billing.advance_use (subscriber_id, lot_id, op_id, amount_kop)
         values ($1, $2, $3, $4)",
        subscriber.0,
        lot,
        op.0,
        amount.kopecks(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The payment by which the provider is told of a service: the preferred one, else the newest, of those that
/// have room for another receipt.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn payment_with_room(
    conn: &mut Conn,
    subscriber: SubscriberId,
    preferred: Option<PaymentId>,
) -> Result<Option<PaymentId>, StorageError> {
    let id = sqlx::query_scalar!(
        "select p.payment_id from billing.payment p
         where p.subscriber_id = $1
             -- The one that is being credited in this very transaction is not marked yet.
             and (p.payment_id = $2 and p.state <> 'succeeded'
                 or p.state = 'succeeded' and p.gateway_payment_id is not null)
             and (select count(*) from billing.receipt r
                  where r.subscriber_id = $1 and r.payment_id = p.payment_id) < $3
         order by (p.payment_id = $2) is true desc, p.credited_at desc limit 1",
        subscriber.0,
        preferred.map(|id| id.0),
        ROOM_OF_A_PAYMENT,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(PaymentId))
}
