//! Fiscal receipts.

use crate::convert::{code, to_db};
use crate::{Conn, StorageError};
use domain::ids::{OpId, ReceiptId, SubscriberId};
use domain::receipt::ReceiptState;
use domain::{Money, Timestamp};

/// A receipt to be written with the money.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// Its id.
    pub id: ReceiptId,
    /// The operation it documents.
    pub op: OpId,
    /// Where the tax service's copy goes.
    pub contact: &'a str,
    /// The whole sum.
    pub total: Money,
    /// The tax inside.
    pub vat: Money,
    /// Code of the rate in the fiscal format.
    pub vat_code: i16,
    /// Did the acquirer get it with the payment?
    pub state: ReceiptState,
}

/// Writes an advance receipt; one per operation.
///
/// # Errors
/// [`StorageError::Duplicate`] for a second one.
pub async fn insert_advance(
    conn: &mut Conn,
    subscriber: SubscriberId,
    new: &New<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.receipt (subscriber_id, receipt_id, kind, source_ref, state,
             customer_contact, total_kop, vat_kop, vat_code, created_at)
         values ($1, $2, 'advance', $3, $4, $5, $6, $7, $8, $9)",
        subscriber.0,
        new.id.0,
        new.op.0,
        new.state.code(),
        new.contact,
        new.total.kopecks(),
        new.vat.kopecks(),
        new.vat_code,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Where the receipt of an operation stands.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn state_of(
    conn: &mut Conn,
    subscriber: SubscriberId,
    op: OpId,
) -> Result<Option<ReceiptState>, StorageError> {
    let state = sqlx::query_scalar!(
        "select state from billing.receipt
         where subscriber_id = $1 and kind = 'advance' and source_ref = $2",
        subscriber.0,
        op.0,
    )
    .fetch_optional(conn)
    .await?;
    state
        .map(|text| code("receipt.state", &text, ReceiptState::from_code))
        .transpose()
}
