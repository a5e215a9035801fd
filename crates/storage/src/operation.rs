//! Reading the changes of a wallet as rows for people.

use crate::convert::{date_from_db, from_db, to_db};
use crate::{Conn, StorageError};
use chrono::{DateTime, Utc};
use domain::billing::Period;
use domain::ids::{OpId, PaymentId, SubscriberId};
use domain::operation::OperationKind;
use domain::spending::{Direction, MonthSum};
use domain::{Money, Timestamp};
use uuid::Uuid;

/// A change of the wallet with its moment still in UTC.
#[derive(Debug, Clone)]
pub struct Row {
    /// Number of the change.
    pub version: i64,
    /// The ledger's operation.
    pub op: OpId,
    /// What it was.
    pub kind: OperationKind,
    /// How the wallet changed.
    pub amount: Money,
    /// The wallet after it.
    pub balance: Money,
    /// When.
    pub at: Timestamp,
    /// Tariff name or card mask.
    pub detail: Option<String>,
    /// The payment behind it.
    pub payment: Option<PaymentId>,
}

/// The newest changes older than `before`, of one direction when that is asked for, at most `limit`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(
    conn: &mut Conn,
    subscriber: SubscriberId,
    before: Option<i64>,
    direction: Direction,
    limit: i64,
) -> Result<Vec<Row>, StorageError> {
    let until = before.map_or(i64::MAX, |before| before.saturating_sub(1));
    newest(conn, subscriber, (0, until), direction, limit).await
}

/// The changes after one number until another, newest first.
async fn newest(
    conn: &mut Conn,
    subscriber: SubscriberId,
    (after, until): (i64, i64),
    direction: Direction,
    limit: i64,
) -> Result<Vec<Row>, StorageError> {
    let rows = sqlx::query_as!(
        Read,
        r#"select p.wallet_version as "version!", p.op_id, p.dr_code, p.cr_code,
                  p.wallet_delta_kop as delta, p.wallet_after_kop as "after!", p.posted_at,
                  o.kind, o.meta ->> 'detail' as detail, o.meta ->> 'payment' as payment
           from ledger.posting p
           join ledger.op o on o.subscriber_id = p.subscriber_id and o.op_id = p.op_id
           where p.subscriber_id = $1 and p.wallet_version > $2 and p.wallet_version <= $3
             and ($5::int = 0 or sign(p.wallet_delta_kop::numeric)::int = $5)
           order by p.wallet_version desc limit $4"#,
        subscriber.0,
        after,
        until,
        limit,
        match direction {
            Direction::Both => 0,
            Direction::In => 1,
            Direction::Out => -1,
        },
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Read::row).collect())
}

/// A point in the history of a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// How many changes there were until then.
    pub version: i64,
    /// The wallet after them.
    pub balance: Money,
}

/// The wallet as it was at a moment. Changes stand in the order of the wallet's lock, and the moment of a
/// change is when its transaction began: one may carry an earlier moment than the one before it. So a point
/// is the last change that began before, with all that stand before that.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn at(
    conn: &mut Conn,
    subscriber: SubscriberId,
    moment: Timestamp,
) -> Result<Point, StorageError> {
    let row = sqlx::query!(
        r#"select wallet_version as "version!", wallet_after_kop as "after!" from ledger.posting
           where subscriber_id = $1 and wallet_version is not null and posted_at < $2
           order by wallet_version desc limit 1"#,
        subscriber.0,
        to_db(moment),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or(
        Point {
            version: 0,
            balance: Money::ZERO,
        },
        |row| Point {
            version: row.version,
            balance: Money::from_kopecks(row.after),
        },
    ))
}

/// The changes after one point until another, of one direction when that is asked for, newest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn between(
    conn: &mut Conn,
    subscriber: SubscriberId,
    after: Point,
    until: Point,
    direction: Direction,
) -> Result<Vec<Row>, StorageError> {
    let whole = (after.version, until.version);
    newest(conn, subscriber, whole, direction, i64::MAX).await
}

/// One operation: how it changed the wallet, in the order of the changes, and the days it was for.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn of_op(
    conn: &mut Conn,
    subscriber: SubscriberId,
    op: OpId,
) -> Result<(Vec<Row>, Option<Period>), StorageError> {
    let rows = sqlx::query_as!(
        Read,
        r#"select p.wallet_version as "version!", p.op_id, p.dr_code, p.cr_code,
                  p.wallet_delta_kop as delta, p.wallet_after_kop as "after!", p.posted_at,
                  o.kind, o.meta ->> 'detail' as detail, o.meta ->> 'payment' as payment
           from ledger.posting p
           join ledger.op o on o.subscriber_id = p.subscriber_id and o.op_id = p.op_id
           where p.subscriber_id = $1 and p.op_id = $2 and p.wallet_version is not null
           order by p.wallet_version"#,
        subscriber.0,
        op.0,
    )
    .fetch_all(&mut *conn)
    .await?;
    let charged = sqlx::query!(
        r#"select lower(period) as "from!", upper(period) as "to!" from billing.charge
           where subscriber_id = $1 and op_id = $2"#,
        subscriber.0,
        op.0,
    )
    .fetch_optional(conn)
    .await?;
    let period = match charged {
        Some(row) => Some(Period {
            from: date_from_db(row.from)?,
            to: date_from_db(row.to)?,
        }),
        None => None,
    };
    Ok((rows.into_iter().map(Read::row).collect(), period))
}

/// What services have cost by month there, since a moment: what goes to paid periods and earnings, and what
/// comes back from them taken off.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn spent_by_month(
    conn: &mut Conn,
    subscriber: SubscriberId,
    zone: &str,
    since: Timestamp,
) -> Result<Vec<MonthSum>, StorageError> {
    let rows = sqlx::query!(
        r#"select date_trunc('month', p.posted_at at time zone $2)::date as "month!",
               coalesce(sum(-p.wallet_delta_kop) filter (where o.kind <> 'promise_fee'), 0)::bigint
                   as "tariff!",
               coalesce(sum(-p.wallet_delta_kop) filter (where o.kind = 'promise_fee'), 0)::bigint
                   as "other!"
           from ledger.posting p
           join ledger.op o on o.subscriber_id = p.subscriber_id and o.op_id = p.op_id
           where p.subscriber_id = $1 and p.posted_at >= $3 and p.wallet_version is not null
             and ((p.dr_code = 2010 and p.cr_code in (2020, 4010))
                 or (p.cr_code = 2010 and p.dr_code in (2020, 4010)))
           group by 1 order by 1"#,
        subscriber.0,
        zone,
        to_db(since),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MonthSum {
                month: date_from_db(row.month)?,
                tariff: Money::from_kopecks(row.tariff),
                other: Money::from_kopecks(row.other),
            })
        })
        .collect()
}

/// A change as the database gives it.
struct Read {
    version: i64,
    op_id: Uuid,
    dr_code: i16,
    cr_code: i16,
    delta: i64,
    after: i64,
    posted_at: DateTime<Utc>,
    kind: String,
    detail: Option<String>,
    payment: Option<String>,
}

impl Read {
    fn row(self) -> Row {
        Row {
            version: self.version,
            op: OpId(self.op_id),
            kind: match (self.kind.as_str(), self.dr_code, self.cr_code) {
                (_, 2010, 1310) => OperationKind::PromiseRepaid,
                (_, 2010, 1320) => OperationKind::DebtRepaid,
                ("top_up", _, 2010) => OperationKind::TopUp,
                ("charge", 2010, _) => OperationKind::Charge,
                ("voucher", _, 2010) => OperationKind::Voucher,
                ("promise_grant", _, 2010) => OperationKind::PromiseGrant,
                ("promise_fee", 2010, _) => OperationKind::PromiseFee,
                ("promise_expire", _, 2010) => OperationKind::DaysReturned,
                ("refund_request", 2010, _) => OperationKind::RefundRequest,
                ("refund_cancel", _, 2010) => OperationKind::RefundCancel,
                _ => OperationKind::Other,
            },
            amount: Money::from_kopecks(self.delta),
            balance: Money::from_kopecks(self.after),
            at: from_db(self.posted_at),
            detail: self.detail,
            payment: self.payment.and_then(|text| text.parse().ok()),
        }
    }
}
