//! What came of each month of autopay, also of one that was given up and paid later. A month has one row
//! for a contract, whatever became of its orders: that is the key that keeps it from being paid twice.
//! Whoever changes one holds [`crate::autopay::lock`].

use crate::convert::{code, date_from_db, date_to_db, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use chrono::{DateTime, Utc};
use domain::autopay::{Run, RunState};
use domain::ids::{MandateId, PaymentId, SubscriberId};
use domain::payment::{CancelReason, PaymentState};
use domain::{Date, Money, Timestamp};
use uuid::Uuid;

/// What came of a month.
#[derive(Debug, Clone)]
pub struct Month {
    /// The month, by its first day.
    pub month: Date,
    /// How it stands.
    pub run: Run,
    /// Why the bank refused.
    pub reason: Option<CancelReason>,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// The sum of its payment.
    pub amount: Option<Money>,
    /// Payments that were made for it.
    pub tries: i16,
    /// Is the order over that it was announced for?
    order_is_over: bool,
}

struct Row {
    month: chrono::NaiveDate,
    state: String,
    due_at: DateTime<Utc>,
    notified_at: DateTime<Utc>,
    reminded: bool,
    noticed_kop: i64,
    attempt: i16,
    tries: i16,
    retry_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    closed_at: Option<DateTime<Utc>>,
    payment_id: Option<Uuid>,
    payment_state: Option<String>,
    payment_reason: Option<String>,
    amount_kop: Option<i64>,
    order_is_over: bool,
}

impl TryFrom<Row> for Month {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let reason = |text: Option<String>| {
            text.map(|text| code("autopay_run.reason", &text, CancelReason::from_code))
                .transpose()
        };
        let payment_state = row
            .payment_state
            .map(|text| code("payment.state", &text, PaymentState::from_code))
            .transpose()?;
        let payment_reason = reason(row.payment_reason)?;
        Ok(Self {
            month: date_from_db(row.month)?,
            run: Run {
                state: code("autopay_run.state", &row.state, RunState::from_code)?,
                due_at: from_db(row.due_at),
                notified_at: from_db(row.notified_at),
                reminded: row.reminded,
                noticed: Money::from_kopecks(row.noticed_kop),
                attempt: u8::try_from(row.attempt).unwrap_or(u8::MAX),
                retry_at: row.retry_at.map(from_db),
                payment: row
                    .payment_id
                    .map(PaymentId)
                    .zip(payment_state)
                    .map(|(id, state)| (id, state, payment_reason)),
            },
            reason: reason(row.reason)?,
            closed_at: row.closed_at.map(from_db),
            amount: row.amount_kop.map(Money::from_kopecks),
            tries: row.tries,
            order_is_over: row.order_is_over,
        })
    }
}

/// The open run of an order.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open(
    conn: &mut Conn,
    subscriber: SubscriberId,
    mandate: MandateId,
) -> Result<Option<Month>, StorageError> {
    Ok(months(conn, subscriber, true, Some(mandate), 1)
        .await?
        .pop())
}

/// Open runs whose order is over: of all orders, or of one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn left_over(
    conn: &mut Conn,
    subscriber: SubscriberId,
    only: Option<MandateId>,
) -> Result<Vec<Month>, StorageError> {
    let mut left = months(conn, subscriber, true, only, i64::MAX).await?;
    left.retain(|month| month.order_is_over);
    Ok(left)
}

/// Runs that are over, newest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn closed(
    conn: &mut Conn,
    subscriber: SubscriberId,
    limit: i64,
) -> Result<Vec<Month>, StorageError> {
    months(conn, subscriber, false, None, limit).await
}

async fn months(
    conn: &mut Conn,
    subscriber: SubscriberId,
    open: bool,
    only: Option<MandateId>,
    limit: i64,
) -> Result<Vec<Month>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        r#"select r.month, r.state, r.due_at, r.notified_at, r.reminded, r.noticed_kop, r.attempt,
                  r.tries, r.retry_at, r.reason, r.closed_at, r.payment_id, p.state as "payment_state?",
                  p.cancel_reason as "payment_reason?", p.amount_kop as "amount_kop?",
                  a.state = 'off' as "order_is_over!"
           from billing.autopay_run r
           join billing.autopay a using (subscriber_id, mandate_id)
           left join billing.payment p using (subscriber_id, payment_id)
           where r.subscriber_id = $1 and (r.closed_at is null) = $2
             and ($3::uuid is null or r.mandate_id = $3)
           order by r.month desc limit $4"#,
        subscriber.0,
        open,
        only.map(|order| order.0),
        limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Month::try_from).collect()
}

/// Contracts with a run under way whose order is over and whose payment has ended: somebody has missed it.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn missed(conn: &mut Conn, limit: i64) -> Result<Vec<SubscriberId>, StorageError> {
    let rows = sqlx::query_scalar!(
        "select r.subscriber_id
         from billing.autopay_run r
         join billing.autopay a using (subscriber_id, mandate_id)
         join billing.payment p using (subscriber_id, payment_id)
         where r.closed_at is null and a.state = 'off'
           and p.state in ('succeeded', 'canceled', 'abandoned')
         limit $1",
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(SubscriberId).collect())
}

/// Announces a charge: a new run, or a new moment and sum of the open one. A month that came to nothing may
/// be announced again, also under another order; one that was paid, or is being paid, may not: `false`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn announce(
    conn: &mut Conn,
    subscriber: SubscriberId,
    mandate: MandateId,
    month: Date,
    (sum, due_at, reminded): (Money, Timestamp, bool),
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "insert into billing.autopay_run as r (subscriber_id, month, mandate_id, state, due_at,
             notified_at, reminded, noticed_kop)
         values ($1, $2, $3, 'notified', $4, $5, $6, $7)
         on conflict (subscriber_id, month) do update set mandate_id = excluded.mandate_id,
             state = 'notified', due_at = excluded.due_at, notified_at = excluded.notified_at,
             reminded = excluded.reminded, noticed_kop = excluded.noticed_kop, retry_at = null,
             closed_at = null, reason = null, payment_id = null,
             attempt = case when r.mandate_id = excluded.mandate_id then r.attempt else 0 end
         where (r.mandate_id = excluded.mandate_id and r.state in ('notified', 'retry', 'charging')
                or r.state in ('failed', 'skipped'))
           and not exists (select from billing.payment p
               where p.subscriber_id = r.subscriber_id and p.payment_id = r.payment_id
                 and p.state <> 'canceled')",
        subscriber.0,
        date_to_db(month),
        mandate.0,
        to_db(due_at),
        to_db(now),
        reminded,
        sum.kopecks(),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Is a month paid, being paid or announced, under whatever order?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn is_taken(
    conn: &mut Conn,
    subscriber: SubscriberId,
    month: Date,
) -> Result<bool, StorageError> {
    let taken = sqlx::query_scalar!(
        r#"select exists (
               select from billing.autopay_run r
               left join billing.payment p using (subscriber_id, payment_id)
               where r.subscriber_id = $1 and r.month = $2
                 and (r.state = 'succeeded' or p.state not in ('canceled'))) as "taken!""#,
        subscriber.0,
        date_to_db(month),
    )
    .fetch_one(conn)
    .await?;
    Ok(taken)
}

/// The second notice went out.
///
/// # Errors
/// [`StorageError::Conflict`] when the run changed.
pub async fn reminded(
    conn: &mut Conn,
    subscriber: SubscriberId,
    month: Date,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.autopay_run set reminded = true
         where subscriber_id = $1 and month = $2 and state = 'notified' and not reminded",
        subscriber.0,
        date_to_db(month),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "autopay_run")
}

/// The payment of a run is made.
///
/// # Errors
/// [`StorageError::Conflict`] when the run changed.
pub async fn charging(
    conn: &mut Conn,
    subscriber: SubscriberId,
    month: Date,
    payment: PaymentId,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.autopay_run set state = 'charging', payment_id = $3, retry_at = null,
             tries = tries + 1
         where subscriber_id = $1 and month = $2 and state in ('notified', 'retry')",
        subscriber.0,
        date_to_db(month),
        payment.0,
    )
    .execute(conn)
    .await?;
    changed_one(&done, "autopay_run")
}

/// Again at `retry_at`: the bank refused, or it never came to the bank.
///
/// # Errors
/// [`StorageError::Conflict`] when the run changed.
pub async fn try_again(
    conn: &mut Conn,
    subscriber: SubscriberId,
    month: Date,
    retry_at: Timestamp,
    refused: bool,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.autopay_run set state = 'retry', retry_at = $3,
             attempt = attempt + case when $4 then 1 else 0 end
         where subscriber_id = $1 and month = $2 and state = 'charging'",
        subscriber.0,
        date_to_db(month),
        to_db(retry_at),
        refused,
    )
    .execute(conn)
    .await?;
    changed_one(&done, "autopay_run")
}

/// Money of a month that was given up came after all: the month was paid.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn paid_late(conn: &mut Conn, subscriber: SubscriberId) -> Result<(), StorageError> {
    sqlx::query!(
        "update billing.autopay_run r set state = 'succeeded', reason = null from billing.payment p
         where r.subscriber_id = $1 and r.state in ('failed', 'skipped')
           and p.subscriber_id = r.subscriber_id and p.payment_id = r.payment_id
           and p.state = 'succeeded'",
        subscriber.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A run is over.
///
/// # Errors
/// [`StorageError::Conflict`] when it is over already.
pub async fn close(
    conn: &mut Conn,
    subscriber: SubscriberId,
    month: Date,
    state: RunState,
    reason: Option<CancelReason>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.autopay_run set state = $3, reason = $4, closed_at = $5, retry_at = null
         where subscriber_id = $1 and month = $2 and closed_at is null",
        subscriber.0,
        date_to_db(month),
        state.code(),
        reason.map(CancelReason::code),
        to_db(now),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "autopay_run")
}
