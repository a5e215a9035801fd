//! Promised payments.

use crate::convert::{code, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use chrono::{DateTime, Utc};
use domain::ids::{PromiseId, SubscriberId};
use domain::promise::{PromiseState, Taken};
use domain::settings::OnDefault;
use domain::{Money, Timestamp};
use uuid::Uuid;

/// A promised payment.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// Its id.
    pub id: PromiseId,
    /// What was lent.
    pub amount: Money,
    /// Not repaid yet.
    pub owed: Money,
    /// What is owed when it is not back in time.
    pub on_default: OnDefault,
    /// Where it stands and its moments.
    pub taken: Taken,
}

impl Promise {
    /// Has its term passed, with something still owed?
    pub fn is_overdue(&self) -> bool {
        self.taken.state == PromiseState::Overdue
    }
}

struct Row {
    promise_id: Uuid,
    amount_kop: i64,
    repaid_kop: i64,
    state: String,
    granted_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    on_default: String,
    late: bool,
}

impl Row {
    fn promise(self) -> Result<Promise, StorageError> {
        Ok(Promise {
            id: PromiseId(self.promise_id),
            amount: Money::from_kopecks(self.amount_kop),
            owed: Money::from_kopecks(self.amount_kop - self.repaid_kop),
            on_default: code("promise.on_default", &self.on_default, OnDefault::from_code)?,
            taken: Taken {
                state: code("promise.state", &self.state, PromiseState::from_code)?,
                granted_at: from_db(self.granted_at),
                due_at: from_db(self.due_at),
                closed_at: self.closed_at.map(from_db),
                late: self.late,
            },
        })
    }
}

/// The open one, if there is one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<Promise>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        "select promise_id, amount_kop, repaid_kop, state, granted_at, due_at, closed_at,
                on_default, late
         from billing.promise where subscriber_id = $1 and state in ('active', 'overdue')",
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Row::promise).transpose()
}

/// Those that are closed, newest first, at most `limit`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn closed(
    conn: &mut Conn,
    subscriber: SubscriberId,
    limit: i64,
) -> Result<Vec<Promise>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "select promise_id, amount_kop, repaid_kop, state, granted_at, due_at, closed_at,
                on_default, late
         from billing.promise where subscriber_id = $1 and state in ('repaid', 'written_off')
         order by granted_at desc limit $2",
        subscriber.0,
        limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::promise).collect()
}

/// One that is granted.
#[derive(Debug, Clone, Copy)]
pub struct New {
    /// Its id.
    pub id: PromiseId,
    /// What is lent, with the fee.
    pub amount: Money,
    /// What it costs.
    pub fee: Money,
    /// What is owed when it is not back in time.
    pub on_default: OnDefault,
    /// When it has to be back.
    pub due_at: Timestamp,
    /// The first reminder.
    pub next_step_at: Timestamp,
}

/// Writes a granted one.
///
/// # Errors
/// [`StorageError::Duplicate`] when one is open already.
pub async fn insert(
    conn: &mut Conn,
    subscriber: SubscriberId,
    new: &New,
    granted_at: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.promise (subscriber_id, promise_id, amount_kop, fee_kop, state,
             granted_at, due_at, next_step_at, on_default)
         values ($1, $2, $3, $4, 'active', $5, $6, $7, $8)",
        subscriber.0,
        new.id.0,
        new.amount.kopecks(),
        new.fee.kopecks(),
        to_db(granted_at),
        to_db(new.due_at),
        to_db(new.next_step_at),
        new.on_default.code(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Contracts with a reminder or an end that is due, oldest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn due(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<SubscriberId>, StorageError> {
    let rows = sqlx::query_scalar!(
        "select subscriber_id from billing.promise
         where next_step_at is not null and next_step_at <= $1
         order by next_step_at limit $2",
        to_db(now),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(SubscriberId).collect())
}

/// Says when something is to be done next; `false` when another worker has done this step.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn step(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: PromiseId,
    now: Timestamp,
    next: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update billing.promise set next_step_at = $4
         where subscriber_id = $1 and promise_id = $2 and state = 'active' and next_step_at <= $3",
        subscriber.0,
        id.0,
        to_db(now),
        to_db(next),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
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
               closed_at = case when repaid_kop + $3 = amount_kop then $4::timestamptz end,
               next_step_at = case when repaid_kop + $3 < amount_kop then next_step_at end
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

/// Its time is over: what is still owed is overdue, and it counts as late even when nothing is.
///
/// # Errors
/// [`StorageError::Conflict`] when its time was over before.
pub async fn end(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: PromiseId,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.promise set late = true, next_step_at = null,
             state = case when state = 'active' then 'overdue' else state end
         where subscriber_id = $1 and promise_id = $2 and not late",
        subscriber.0,
        id.0,
    )
    .execute(conn)
    .await?;
    changed_one(&done, "promise")
}
