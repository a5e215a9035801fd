//! Refunds. Every change is a compare-and-set on the version.

pub mod part;

use crate::convert::{code, from_db, to_db};
use crate::db::changed_one;
use crate::subscriber::contract;
use crate::{Conn, StorageError};
use domain::ids::{OpId, PaymentId, PersonId, RefundId, SubscriberId};
use domain::refund::{RefundState, Source};
use domain::{ContractNumber, Money, Timestamp};
use uuid::Uuid;

/// A refund as stored.
#[derive(Debug, Clone)]
pub struct Refund {
    /// Whose.
    pub subscriber: SubscriberId,
    /// Its id.
    pub id: RefundId,
    /// How much was asked for.
    pub amount: Money,
    /// Where it stands.
    pub state: RefundState,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When somebody has decided.
    pub decided_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// For compare-and-set.
    pub version: i64,
}

struct Row {
    subscriber_id: Uuid,
    refund_id: Uuid,
    amount_kop: i64,
    state: String,
    requested_at: chrono::DateTime<chrono::Utc>,
    decided_at: Option<chrono::DateTime<chrono::Utc>>,
    reason: Option<String>,
    version: i64,
}

impl TryFrom<Row> for Refund {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        Ok(Self {
            subscriber: SubscriberId(row.subscriber_id),
            id: RefundId(row.refund_id),
            amount: Money::from_kopecks(row.amount_kop),
            state: code("refund.state", &row.state, RefundState::from_code)?,
            requested_at: from_db(row.requested_at),
            decided_at: row.decided_at.map(from_db),
            reason: row.reason,
            version: row.version,
        })
    }
}

/// What a new refund is made of.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its id.
    pub id: RefundId,
    /// The form's key.
    pub form_key: &'a str,
    /// How much.
    pub amount: Money,
    /// The operation that has set the money aside.
    pub op: OpId,
}

/// Writes a refund.
///
/// # Errors
/// [`StorageError::Duplicate`] when one is open, or its form has made one.
pub async fn insert(
    conn: &mut Conn,
    subscriber: SubscriberId,
    new: &New<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.refund (subscriber_id, refund_id, form_key, amount_kop, state, op_id,
             requested_at)
         values ($1, $2, $3, $4, 'requested', $5, $6)",
        subscriber.0,
        new.id.0,
        new.form_key,
        new.amount.kopecks(),
        new.op.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One of a contract.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn get(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: RefundId,
) -> Result<Option<Refund>, StorageError> {
    sqlx::query_as!(
        Row,
        "select subscriber_id, refund_id, amount_kop, state, requested_at, decided_at, reason, version
         from billing.refund where subscriber_id = $1 and refund_id = $2",
        subscriber.0,
        id.0,
    )
    .fetch_optional(conn)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// One, held until the transaction ends: the first lock of whatever happens to it.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn lock(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: RefundId,
) -> Result<Option<Refund>, StorageError> {
    sqlx::query_as!(
        Row,
        "select subscriber_id, refund_id, amount_kop, state, requested_at, decided_at, reason, version
         from billing.refund where subscriber_id = $1 and refund_id = $2 for no key update",
        subscriber.0,
        id.0,
    )
    .fetch_optional(conn)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// Whose is a refund?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn owner(conn: &mut Conn, id: RefundId) -> Result<Option<SubscriberId>, StorageError> {
    let found = sqlx::query_scalar!(
        "select subscriber_id from billing.refund where refund_id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(SubscriberId))
}

/// The one that a form has made.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn by_form_key(
    conn: &mut Conn,
    subscriber: SubscriberId,
    form_key: &str,
) -> Result<Option<RefundId>, StorageError> {
    let id = sqlx::query_scalar!(
        "select refund_id from billing.refund where subscriber_id = $1 and form_key = $2",
        subscriber.0,
        form_key,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(RefundId))
}

/// The one that is under way.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<RefundId>, StorageError> {
    let id = sqlx::query_scalar!(
        "select refund_id from billing.refund
         where subscriber_id = $1 and state in ('requested', 'approved')",
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(RefundId))
}

/// What is set aside and has not gone back.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_aside(conn: &mut Conn, subscriber: SubscriberId) -> Result<Money, StorageError> {
    let sum = sqlx::query_scalar!(
        r#"select coalesce(sum(amount_kop), 0)::bigint as "sum!" from billing.refund_part
           where subscriber_id = $1 and state not in ('succeeded', 'canceled')"#,
        subscriber.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::from_kopecks(sum))
}

/// What lies on a wallet and came by payments that can be given back.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sources(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Vec<Source>, StorageError> {
    let rows = sqlx::query!(
        r#"select l.lot_id, l.remaining_kop, p.payment_id, p.created_at,
               p.amount_kop - coalesce((select sum(r.amount_kop) from billing.refund_part r
                   where r.subscriber_id = $1 and r.payment_id = p.payment_id
                     and r.state <> 'canceled'), 0)::bigint as "room!"
           from billing.advance_lot l
           join billing.payment p on p.subscriber_id = l.subscriber_id and p.payment_id = l.payment_id
           where l.subscriber_id = $1 and l.remaining_kop > 0
             -- Of what was there before lots were kept, nobody knows by what it came.
             and l.op_id is not null
             and p.state = 'succeeded' and p.gateway_payment_id is not null
             -- Money that was put aside is not on the wallet.
             and exists (select from ledger.op o where o.subscriber_id = $1
                 and o.idem_key = 'topup:' || p.payment_id)
           order by l.taken_at, l.lot_id"#,
        subscriber.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Source {
            lot: row.lot_id,
            remaining: Money::from_kopecks(row.remaining_kop),
            payment: PaymentId(row.payment_id),
            room: Money::from_kopecks(row.room),
            paid_at: from_db(row.created_at),
        })
        .collect())
}

/// What is decided about a refund.
#[derive(Debug, Clone, Copy)]
pub enum Decision<'a> {
    /// Somebody has agreed.
    Approved(PersonId),
    /// Somebody has refused, and why.
    Declined(PersonId, &'a str),
    /// Its owner has taken it back.
    Withdrawn,
    /// All its parts are over.
    Finished,
}

impl Decision<'_> {
    /// Where it then stands.
    pub const fn state(&self) -> RefundState {
        match self {
            Self::Approved(_) => RefundState::Approved,
            Self::Declined(..) => RefundState::Declined,
            Self::Withdrawn => RefundState::Withdrawn,
            Self::Finished => RefundState::Finished,
        }
    }
}

/// Writes down what was decided.
///
/// # Errors
/// [`StorageError::Conflict`] when it changed meanwhile.
pub async fn decide(
    conn: &mut Conn,
    found: &Refund,
    decision: Decision<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let (by, reason) = match decision {
        Decision::Approved(by) => (Some(by), None),
        Decision::Declined(by, reason) => (Some(by), Some(reason)),
        Decision::Withdrawn | Decision::Finished => (None, None),
    };
    let state = decision.state();
    let done = sqlx::query!(
        "update billing.refund set state = $4,
             decided_by = coalesce($5, decided_by),
             decided_at = case when $5::uuid is null then decided_at else $7 end,
             reason = $6,
             closed_at = case when $8 then null else $7 end,
             version = version + 1
         where subscriber_id = $1 and refund_id = $2 and version = $3",
        found.subscriber.0,
        found.id.0,
        found.version,
        state.code(),
        by.map(|id| id.0),
        reason,
        to_db(now),
        state.is_open(),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "refund")
}

/// A refund in the list of those that somebody has to decide.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its id.
    pub id: RefundId,
    /// Whose.
    pub contract: ContractNumber,
    /// How much.
    pub amount: Money,
    /// When it was asked for.
    pub requested_at: Timestamp,
}

/// Those that wait, the oldest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn waiting(conn: &mut Conn, limit: i64) -> Result<Vec<Waiting>, StorageError> {
    let rows = sqlx::query!(
        "select r.refund_id, s.contract, r.amount_kop, r.requested_at
         from billing.refund r join billing.subscriber s using (subscriber_id)
         where r.state = 'requested' order by r.requested_at, r.refund_id limit $1",
        limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Waiting {
                id: RefundId(row.refund_id),
                contract: contract(&row.contract)?,
                amount: Money::from_kopecks(row.amount_kop),
                requested_at: from_db(row.requested_at),
            })
        })
        .collect()
}
