//! Promised payments.

use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::ids::{PromiseId, SubscriberId};
use domain::{Money, Timestamp};

/// An open promised payment.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// Its id.
    pub id: PromiseId,
    /// Not repaid yet.
    pub owed: Money,
    /// Has its term passed?
    pub overdue: bool,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// When it must be repaid.
    pub due_at: Timestamp,
}

/// The open one, if there is one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<Promise>, StorageError> {
    let row = sqlx::query!(
        r#"select promise_id, amount_kop - repaid_kop as "owed!", state, granted_at, due_at
           from billing.promise where subscriber_id = $1 and state in ('active', 'overdue')"#,
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Promise {
        id: PromiseId(row.promise_id),
        owed: Money::from_kopecks(row.owed),
        overdue: row.state == "overdue",
        granted_at: from_db(row.granted_at),
        due_at: from_db(row.due_at),
    }))
}

/// Writes a granted one.
///
/// # Errors
/// [`StorageError::Duplicate`] when one is open already.
pub async fn insert(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: PromiseId,
    amount: Money,
    granted_at: Timestamp,
    due_at: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.promise (subscriber_id, promise_id, amount_kop, state, granted_at, due_at)
         values ($1, $2, $3, 'active', $4, $5)",
        subscriber.0,
        id.0,
        amount.kopecks(),
        to_db(granted_at),
        to_db(due_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Records a repayment; whether nothing is owed any more.
///
/// # Errors
/// [`StorageError::Conflict`] when it is not open, or the repayment exceeds what is owed.
pub async fn repay(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: PromiseId,
    amount: Money,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let repaid = sqlx::query_scalar!(
        r#"update billing.promise set
               repaid_kop = repaid_kop + $3,
               state = case when repaid_kop + $3 = amount_kop then 'repaid' else state end,
               closed_at = case when repaid_kop + $3 = amount_kop then $4::timestamptz end
           where subscriber_id = $1 and promise_id = $2 and state in ('active', 'overdue')
             and repaid_kop + $3 <= amount_kop
           returning state = 'repaid' as "repaid!""#,
        subscriber.0,
        id.0,
        amount.kopecks(),
        to_db(now),
    )
    .fetch_optional(conn)
    .await?;
    repaid.ok_or(StorageError::Conflict("promise"))
}
