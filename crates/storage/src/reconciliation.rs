//! What we have posted for objects of the acquirer, and the cases of those that differ.

use crate::convert::{date_from_db, date_to_db, from_db, to_db};
use crate::{Conn, StorageError};
use domain::reconciliation::{Difference, Kind, Ours};
use domain::{Date, Money, Timestamp};

/// What we know of some objects; those that we have never heard of are not among it.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn known(
    conn: &mut Conn,
    gateway: &str,
    kind: Kind,
    objects: &[String],
) -> Result<Vec<Ours>, StorageError> {
    match kind {
        Kind::Payment => payments(conn, gateway, objects).await,
        Kind::Refund => refunds(conn, gateway, objects).await,
    }
}

fn ours(object: String, kopecks: Option<i64>) -> Ours {
    Ours {
        object,
        posted: kopecks.map(Money::from_kopecks),
    }
}

async fn payments(
    conn: &mut Conn,
    gateway: &str,
    objects: &[String],
) -> Result<Vec<Ours>, StorageError> {
    let rows = sqlx::query!(
        r#"select g.object_id as "object!",
               (select sum(s.amount_kop)::bigint from ledger.op o
                join ledger.posting s on s.subscriber_id = o.subscriber_id and s.op_id = o.op_id
                where o.subscriber_id = g.subscriber_id and s.dr_code = 1110
                  and o.idem_key in ('topup:' || g.payment_id, 'susp:' || g.payment_id)
                  and o.meta ->> 'object' = g.object_id) as posted
           from billing.gateway_object g where g.gateway = $1 and g.object_id = any($2)
           union all
           -- A second object of one payment.
           select o.meta ->> 'object', sum(s.amount_kop)::bigint from ledger.op o
           join ledger.posting s on s.subscriber_id = o.subscriber_id and s.op_id = o.op_id
               and s.dr_code = 1110
           where o.kind = 'suspense' and o.meta ->> 'object' = any($2)
             and not exists (select from billing.gateway_object g
                 where g.gateway = $1 and g.object_id = o.meta ->> 'object')
           group by 1"#,
        gateway,
        objects,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ours(row.object, row.posted))
        .collect())
}

async fn refunds(
    conn: &mut Conn,
    gateway: &str,
    objects: &[String],
) -> Result<Vec<Ours>, StorageError> {
    let rows = sqlx::query!(
        r#"select r.gateway_refund_id as "object!",
               (select sum(s.amount_kop)::bigint from ledger.op o
                join ledger.posting s on s.subscriber_id = o.subscriber_id and s.op_id = o.op_id
                where o.subscriber_id = r.subscriber_id and s.cr_code = 1110
                  and o.idem_key = 'refund:' || r.part_id || ':done') as posted
           from billing.refund_part r where r.gateway = $1 and r.gateway_refund_id = any($2)"#,
        gateway,
        objects,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ours(row.object, row.posted))
        .collect())
}

/// Something of ours that was posted, with its moment by the acquirer's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// It.
    pub ours: Ours,
    /// Its moment.
    pub at: Timestamp,
}

/// What of ours is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// From this moment on, by the acquirer's clock.
    pub from: Timestamp,
    /// Before this one.
    pub until: Timestamp,
    /// Only what was also over by then, by our own clock: of a refund a file names the day on which it was
    /// made, and we know the day on which it was begun.
    pub over: bool,
}

/// A part of what was posted of some span, in the order of moments and ids, that after `last`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn posted(
    conn: &mut Conn,
    kind: Kind,
    span: Span,
    last: Option<&Posted>,
    limit: i64,
) -> Result<Vec<Posted>, StorageError> {
    let at = last.map_or(span.from, |last| last.at);
    let after = last.map_or("", |last| last.ours.object.as_str());
    let (at, until) = (to_db(at), to_db(span.until));
    let one = |object: String, kopecks: i64, moment| Posted {
        ours: ours(object, Some(kopecks)),
        at: from_db(moment),
    };
    Ok(match kind {
        Kind::Payment => sqlx::query!(
            r#"select gateway_payment_id as "object!", amount_kop, captured_at as "at!"
               from billing.payment
               where state = 'succeeded' and captured_at is not null
                 and (captured_at, gateway_payment_id) > ($1, $3) and captured_at < $2
               order by captured_at, gateway_payment_id limit $4"#,
            at,
            until,
            after,
            limit,
        )
        .fetch_all(conn)
        .await?
        .into_iter()
        .map(|row| one(row.object, row.amount_kop, row.at))
        .collect(),
        Kind::Refund => sqlx::query!(
            r#"select gateway_refund_id as "object!", amount_kop, made_at as "at!"
               from billing.refund_part
               where state = 'succeeded' and (made_at, gateway_refund_id) > ($1, $3) and made_at < $2
                 and (not $5 or closed_at < $2)
               order by made_at, gateway_refund_id limit $4"#,
            at,
            until,
            after,
            limit,
            span.over,
        )
        .fetch_all(conn)
        .await?
        .into_iter()
        .map(|row| one(row.object, row.amount_kop, row.at))
        .collect(),
    })
}

/// Which comparison is meant.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The acquirer.
    pub gateway: &'a str,
    /// The day, by its clock.
    pub day: Date,
    /// Its lists, or a file.
    pub source: &'a str,
}

/// What a comparison has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Payments of the registry.
    pub payments: usize,
    /// Their sum.
    pub payments_sum: Money,
    /// Refunds of the registry.
    pub refunds: usize,
    /// Their sum.
    pub refunds_sum: Money,
    /// Refunds that were still under way.
    pub open: usize,
}

/// Writes a case down, or that it is still there; true when it is new.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open(
    conn: &mut Conn,
    run: &Run<'_>,
    found: &Difference,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let new = sqlx::query_scalar!(
        r#"insert into billing.reconciliation_case as c (gateway, kind, object_id, difference, day, source,
               theirs_kop, ours_kop, opened_at, seen_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
           on conflict (gateway, kind, object_id, difference, source) do update set
               day = excluded.day, seen_at = excluded.seen_at, closed_at = null, theirs_kop = excluded.theirs_kop,
               ours_kop = excluded.ours_kop,
               opened_at = case when c.closed_at is null then c.opened_at else excluded.opened_at end
           returning opened_at = seen_at as "new!""#,
        run.gateway,
        found.kind.code(),
        found.object,
        found.what.code(),
        date_to_db(run.day),
        run.source,
        found.theirs.map(Money::kopecks),
        found.ours.map(Money::kopecks),
        to_db(now),
    )
    .fetch_one(conn)
    .await?;
    Ok(new)
}

/// Ends a comparison: its cases of the kinds that were compared, which it did not find again, are closed.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end(
    conn: &mut Conn,
    run: &Run<'_>,
    kinds: &[Kind],
    counted: &Counted,
    differences: usize,
    now: Timestamp,
) -> Result<(), StorageError> {
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.code().to_owned()).collect();
    sqlx::query!(
        "update billing.reconciliation_case set closed_at = $4
         where gateway = $1 and day = $2 and source = $3 and closed_at is null and seen_at < $4
           and kind = any($5)",
        run.gateway,
        date_to_db(run.day),
        run.source,
        to_db(now),
        &kinds,
    )
    .execute(&mut *conn)
    .await?;
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    sqlx::query!(
        "insert into billing.reconciliation (gateway, day, source, finished_at, payments, payments_kop,
             refunds, refunds_kop, open, differences)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (gateway, day, source) do update set
             finished_at = excluded.finished_at, payments = excluded.payments,
             payments_kop = excluded.payments_kop, refunds = excluded.refunds,
             refunds_kop = excluded.refunds_kop, open = excluded.open, differences = excluded.differences",
        run.gateway,
        date_to_db(run.day),
        run.source,
        to_db(now),
        number(counted.payments),
        counted.payments_sum.kopecks(),
        number(counted.refunds),
        counted.refunds_sum.kopecks(),
        number(counted.open),
        number(differences),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A day that was compared.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    /// The day.
    pub day: Date,
    /// When it was compared last.
    pub at: Timestamp,
    /// Was something left that may change?
    pub unsettled: bool,
}

/// Days from one on that were compared.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn compared(
    conn: &mut Conn,
    gateway: &str,
    source: &str,
    since: Date,
) -> Result<Vec<Done>, StorageError> {
    let rows = sqlx::query!(
        r#"select day, finished_at, open > 0 or differences > 0 as "unsettled!"
           from billing.reconciliation
           where gateway = $1 and source = $2 and day >= $3"#,
        gateway,
        source,
        date_to_db(since),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Done {
                day: date_from_db(row.day)?,
                at: from_db(row.finished_at),
                unsettled: row.unsettled,
            })
        })
        .collect()
}
