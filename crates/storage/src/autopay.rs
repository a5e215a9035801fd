//! Standing orders of autopay; what came of each month stands in [`crate::autopay_run`]. Whoever changes
//! anything about either holds the contract's autopay first ([`lock`]): a refusal and a charge never pass
//! each other.

use crate::convert::{code, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use chrono::{DateTime, Utc};
use domain::Timestamp;
use domain::autopay::{DayOfMonth, EndedBy, MandateState};
use domain::ids::{AccountId, MandateId, MethodId, SubscriberId};
use domain::payment::CancelReason;
use uuid::Uuid;

/// A standing order that is not over.
#[derive(Debug, Clone)]
pub struct Mandate {
    /// Its id.
    pub id: MandateId,
    /// The card.
    pub method: MethodId,
    /// The day of the month.
    pub day: DayOfMonth,
    /// Active or paused.
    pub state: MandateState,
    /// Where receipts go when the login has no e-mail.
    pub receipt_email: String,
    /// The version of the text that was agreed to.
    pub version: String,
    /// When it was agreed to.
    pub agreed_at: Timestamp,
    /// The next moment of its day.
    pub scheduled_at: Timestamp,
    /// Why it is paused.
    pub paused_reason: Option<CancelReason>,
}

struct Row {
    mandate_id: Uuid,
    method_id: Uuid,
    day: i16,
    state: String,
    receipt_email: String,
    mandate_version: String,
    agreed_at: DateTime<Utc>,
    scheduled_at: DateTime<Utc>,
    paused_reason: Option<String>,
}

impl TryFrom<Row> for Mandate {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        Ok(Self {
            id: MandateId(row.mandate_id),
            method: MethodId(row.method_id),
            day: day(row.day)?,
            state: code("autopay.state", &row.state, MandateState::from_code)?,
            receipt_email: row.receipt_email,
            version: row.mandate_version,
            agreed_at: from_db(row.agreed_at),
            scheduled_at: from_db(row.scheduled_at),
            paused_reason: row
                .paused_reason
                .map(|text| code("autopay.paused_reason", &text, CancelReason::from_code))
                .transpose()?,
        })
    }
}

/// The order of a contract that is not over.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<Mandate>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        "select mandate_id, method_id, day, state, receipt_email, mandate_version, agreed_at,
             scheduled_at, paused_reason
         from billing.autopay where subscriber_id = $1 and state <> 'off'",
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Mandate::try_from).transpose()
}

/// The same, held until the transaction ends; the first lock of everything about autopay. It is the
/// contract that is held, whether it has an order or not: somebody who waits here must see the order that
/// was made meanwhile.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn lock(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<Mandate>, StorageError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('autopay:' || $1::uuid, 0))",
        subscriber.0
    )
    .execute(&mut *conn)
    .await?;
    open(conn, subscriber).await
}

/// A new order.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// Its id.
    pub id: MandateId,
    /// Who agrees.
    pub account: AccountId,
    /// The card.
    pub method: MethodId,
    /// The day of the month.
    pub day: DayOfMonth,
    /// Where receipts go.
    pub receipt_email: &'a str,
    /// The version of the text that was agreed to.
    pub version: &'a str,
    /// SHA-256 of that text as it was shown.
    pub text_sha256: &'a [u8],
    /// From where.
    pub from: Option<std::net::IpAddr>,
    /// The first moment of its day.
    pub scheduled_at: Timestamp,
}

/// Writes an order.
///
/// # Errors
/// [`StorageError::Duplicate`] when one runs already.
pub async fn insert(
    conn: &mut Conn,
    subscriber: SubscriberId,
    new: &New<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.autopay (subscriber_id, mandate_id, method_id, day, receipt_email,
             mandate_version, mandate_sha256, agreed_at, agreed_from, scheduled_at, next_step_at, account_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::inet, $10, $8, $11)",
        subscriber.0,
        new.id.0,
        new.method.0,
        i16::from(new.day.get()),
        new.receipt_email,
        new.version,
        new.text_sha256,
        to_db(now),
        new.from.map(|address| address.to_string()),
        to_db(new.scheduled_at),
        new.account.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends an order.
///
/// # Errors
/// [`StorageError::Conflict`] when it is over already.
pub async fn end(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: MandateId,
    by: EndedBy,
    now: Timestamp,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.autopay set state = 'off', ended_at = $3, ended_by = $4, next_step_at = null,
             paused_reason = null
         where subscriber_id = $1 and mandate_id = $2 and state <> 'off'",
        subscriber.0,
        id.0,
        to_db(now),
        by.code(),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "autopay")
}

/// Pauses an order.
///
/// # Errors
/// [`StorageError::Conflict`] when it does not run.
pub async fn pause(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: MandateId,
    reason: CancelReason,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.autopay set state = 'paused', paused_reason = $3, next_step_at = null
         where subscriber_id = $1 and mandate_id = $2 and state = 'active'",
        subscriber.0,
        id.0,
        reason.code(),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "autopay")
}

/// When an order is looked at again, and the next moment of its day.
///
/// # Errors
/// [`StorageError::Conflict`] when it does not run.
pub async fn look_at(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: MandateId,
    scheduled_at: Timestamp,
    next_step_at: Timestamp,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.autopay set scheduled_at = $3, next_step_at = $4
         where subscriber_id = $1 and mandate_id = $2 and state = 'active'",
        subscriber.0,
        id.0,
        to_db(scheduled_at),
        to_db(next_step_at),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "autopay")
}

/// Contracts whose order has to be looked at.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn due(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<SubscriberId>, StorageError> {
    let rows = sqlx::query_scalar!(
        "select subscriber_id from billing.autopay
         where next_step_at is not null and next_step_at <= $1 order by next_step_at limit $2",
        to_db(now),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(SubscriberId).collect())
}

/// A standing order that is over.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    /// The day of the month.
    pub day: DayOfMonth,
    /// The card.
    pub method: MethodId,
    /// How it ended.
    pub by: EndedBy,
    /// When.
    pub at: Timestamp,
}

/// The order that ended last: what an undo brings back.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn last_ended(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<Past>, StorageError> {
    let row = sqlx::query!(
        r#"select day, method_id, ended_by as "ended_by!", ended_at as "ended_at!"
           from billing.autopay where subscriber_id = $1 and state = 'off'
           order by ended_at desc limit 1"#,
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Past {
            day: day(row.day)?,
            method: MethodId(row.method_id),
            by: code("autopay.ended_by", &row.ended_by, EndedBy::from_code)?,
            at: from_db(row.ended_at),
        })
    })
    .transpose()
}

fn day(stored: i16) -> Result<DayOfMonth, StorageError> {
    u8::try_from(stored)
        .ok()
        .and_then(DayOfMonth::new)
        .ok_or_else(|| StorageError::corrupt("autopay.day", &stored))
}
