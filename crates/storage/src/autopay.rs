//! Standing orders of autopay, and what came of each month. Whoever changes anything about one holds the
//! order's row first ([`lock`]): a refusal and a charge never pass each other.

use crate::convert::{code, date_from_db, date_to_db, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use chrono::{DateTime, Utc};
use domain::autopay::{DayOfMonth, EndedBy, MandateState, Run, RunState};
use domain::ids::{AccountId, MandateId, MethodId, PaymentId, SubscriberId};
use domain::payment::{CancelReason, PaymentState};
use domain::{Date, Money, Timestamp};
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
        let day = u8::try_from(row.day).ok().and_then(DayOfMonth::new);
        Ok(Self {
            id: MandateId(row.mandate_id),
            method: MethodId(row.method_id),
            day: day.ok_or_else(|| StorageError::corrupt("autopay.day", &row.day))?,
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
    let row = sqlx::query_as!(
        Row,
        "select mandate_id, method_id, day, state, receipt_email, mandate_version, agreed_at,
             scheduled_at, paused_reason
         from billing.autopay where subscriber_id = $1 and state <> 'off' for no key update",
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Mandate::try_from).transpose()
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

/// The last order that ended, with its end: what an undo brings back.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn last_ended(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<(DayOfMonth, MethodId, String, Timestamp)>, StorageError> {
    let row = sqlx::query!(
        r#"select day, method_id, ended_by as "ended_by!", ended_at as "ended_at!"
           from billing.autopay where subscriber_id = $1 and state = 'off'
           order by ended_at desc limit 1"#,
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let day = u8::try_from(row.day).ok().and_then(DayOfMonth::new);
        Ok((
            day.ok_or_else(|| StorageError::corrupt("autopay.day", &row.day))?,
            MethodId(row.method_id),
            row.ended_by,
            from_db(row.ended_at),
        ))
    })
    .transpose()
}

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
}

struct MonthRow {
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
}

impl TryFrom<MonthRow> for Month {
    type Error = StorageError;

    fn try_from(row: MonthRow) -> Result<Self, StorageError> {
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
        })
    }
}

/// The open run of an order.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open_run(
    conn: &mut Conn,
    subscriber: SubscriberId,
    mandate: MandateId,
) -> Result<Option<Month>, StorageError> {
    let row = sqlx::query_as!(
        MonthRow,
        r#"select r.month, r.state, r.due_at, r.notified_at, r.reminded, r.noticed_kop, r.attempt,
                  r.tries, r.retry_at, r.reason, r.closed_at, r.payment_id, p.state as "payment_state?",
                  p.cancel_reason as "payment_reason?", p.amount_kop as "amount_kop?"
           from billing.autopay_run r left join billing.payment p using (subscriber_id, payment_id)
           where r.subscriber_id = $1 and r.mandate_id = $2 and r.closed_at is null"#,
        subscriber.0,
        mandate.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Month::try_from).transpose()
}

/// Runs under way whose order is over: of all orders, or of one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn left_over(
    conn: &mut Conn,
    subscriber: SubscriberId,
    only: Option<MandateId>,
) -> Result<Vec<Month>, StorageError> {
    let rows = sqlx::query_as!(
        MonthRow,
        r#"select r.month, r.state, r.due_at, r.notified_at, r.reminded, r.noticed_kop, r.attempt,
                  r.tries, r.retry_at, r.reason, r.closed_at, r.payment_id, p.state as "payment_state?",
                  p.cancel_reason as "payment_reason?", p.amount_kop as "amount_kop?"
           from billing.autopay_run r
           join billing.autopay a using (subscriber_id, mandate_id)
           left join billing.payment p using (subscriber_id, payment_id)
           where r.subscriber_id = $1 and r.closed_at is null and a.state = 'off'
             and ($2::uuid is null or r.mandate_id = $2)"#,
        subscriber.0,
        only.map(|order| order.0),
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

/// Runs that are over, newest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn closed_runs(
    conn: &mut Conn,
    subscriber: SubscriberId,
    limit: i64,
) -> Result<Vec<Month>, StorageError> {
    let rows = sqlx::query_as!(
        MonthRow,
        r#"select r.month, r.state, r.due_at, r.notified_at, r.reminded, r.noticed_kop, r.attempt,
                  r.tries, r.retry_at, r.reason, r.closed_at, r.payment_id, p.state as "payment_state?",
                  p.cancel_reason as "payment_reason?", p.amount_kop as "amount_kop?"
           from billing.autopay_run r left join billing.payment p using (subscriber_id, payment_id)
           where r.subscriber_id = $1 and r.closed_at is not null order by r.month desc limit $2"#,
        subscriber.0,
        limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Month::try_from).collect()
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
