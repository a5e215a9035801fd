//! Prepaid cards and their batches. PINs never come here, only their digests.

use crate::convert::{code, date_from_db, date_to_db, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use domain::ids::{PersonId, SubscriberId, VoucherBatchId};
use domain::voucher::VoucherState;
use domain::{Date, Money, Timestamp};

/// A batch as stored.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// Its id.
    pub id: VoucherBatchId,
    /// What each card is worth.
    pub face: Money,
    /// How many cards.
    pub quantity: i32,
    /// The last day on which its cards are taken.
    pub valid_until: Date,
    /// Who made it.
    pub created_by: PersonId,
}

/// Writes a batch down, without its cards.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert_batch(
    conn: &mut Conn,
    batch: &Batch,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.voucher_batch
             (batch_id, face_kop, quantity, valid_until, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        batch.id.0,
        batch.face.kopecks(),
        batch.quantity,
        date_to_db(batch.valid_until),
        batch.created_by.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes the cards of a batch: digests of their PINs and serials, in the same order.
///
/// # Errors
/// [`StorageError::Duplicate`] when a serial or a PIN exists.
pub async fn insert_cards(
    conn: &mut Conn,
    batch: &Batch,
    key_id: &str,
    digests: &[Vec<u8>],
    serials: &[String],
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.voucher
             (pin_hmac, key_id, serial, batch_id, face_kop, valid_until)
         select digest, $3, serial, $4, $5, $6
         from unnest($1::bytea[], $2::text[]) as card(digest, serial)",
        digests,
        serials,
        key_id,
        batch.id.0,
        batch.face.kopecks(),
        date_to_db(batch.valid_until),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Activates a batch and its printed cards: what those are worth together. Nothing when it was activated
/// before.
///
/// # Errors
/// [`StorageError::Database`] with a broken constraint when the one who made it does.
pub async fn activate(
    conn: &mut Conn,
    batch: VoucherBatchId,
    by: PersonId,
    now: Timestamp,
) -> Result<Option<Money>, StorageError> {
    let done = sqlx::query!(
        "update billing.voucher_batch set activated_by = $2, activated_at = $3
         where batch_id = $1 and activated_at is null",
        batch.0,
        by.0,
        to_db(now),
    )
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let faces = sqlx::query_scalar!(
        "update billing.voucher set state = 'active' where batch_id = $1 and state = 'printed'
         returning face_kop",
        batch.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(Some(faces.into_iter().map(Money::from_kopecks).sum()))
}

/// A card as stored.
#[derive(Debug, Clone)]
pub struct Voucher {
    /// Its serial.
    pub serial: String,
    /// What it is worth.
    pub face: Money,
    /// Where it stands.
    pub state: VoucherState,
    /// The last day on which it is taken.
    pub valid_until: Date,
    /// Who redeemed it, and when.
    pub redeemed: Option<(SubscriberId, Timestamp)>,
}

/// The card with one of these digests. It is not locked: a lock would be written to disk, and the answer
/// for a card that exists would take longer than for one that does not.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(conn: &mut Conn, digests: &[Vec<u8>]) -> Result<Option<Voucher>, StorageError> {
    let row = sqlx::query!(
        "select serial, face_kop, state, valid_until, redeemed_by, redeemed_at
         from billing.voucher where pin_hmac = any($1)",
        digests,
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Voucher {
            serial: row.serial,
            face: Money::from_kopecks(row.face_kop),
            state: code("voucher.state", &row.state, VoucherState::from_code)?,
            valid_until: date_from_db(row.valid_until)?,
            redeemed: row
                .redeemed_by
                .zip(row.redeemed_at)
                .map(|(by, at)| (SubscriberId(by), from_db(at))),
        })
    })
    .transpose()
}

/// Redeems an active card. Of several who do it at once one gets it.
///
/// # Errors
/// [`StorageError::Conflict`] when it is not active any more.
pub async fn redeem(
    conn: &mut Conn,
    serial: &str,
    subscriber: SubscriberId,
    today: Date,
    now: Timestamp,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.voucher set state = 'redeemed', redeemed_by = $2, redeemed_at = $3
         where serial = $1 and state = 'active' and valid_until >= $4",
        serial,
        subscriber.0,
        to_db(now),
        date_to_db(today),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "voucher")
}

/// The face of a card that a contract has redeemed; nothing for any other serial.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn redeemed_face(
    conn: &mut Conn,
    subscriber: SubscriberId,
    serial: &str,
) -> Result<Option<Money>, StorageError> {
    let face = sqlx::query_scalar!(
        "select face_kop from billing.voucher where serial = $1 and redeemed_by = $2",
        serial,
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(face.map(Money::from_kopecks))
}
