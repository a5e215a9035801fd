//! Parts of refunds: what one payment gives back. Whoever changes one holds its refund, so the last part
//! that is over sees the others as they are.

use crate::convert::{code, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use domain::ids::{MethodId, PaymentId, RefundId, RefundPartId, SubscriberId};
use domain::payment::Means;
use domain::refund::PartState;
use domain::{Money, Timestamp};
use uuid::Uuid;

/// A part of a refund, with what is known of its payment.
#[derive(Debug, Clone)]
pub struct Part {
    /// Whose.
    pub subscriber: SubscriberId,
    /// Its id; also the idempotence key towards the acquirer.
    pub id: RefundPartId,
    /// The refund.
    pub refund: RefundId,
    /// The payment it gives back.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: PartState,
    /// When a call was first begun.
    pub first_sent_at: Option<Timestamp>,
    /// When one was last begun.
    pub last_sent_at: Option<Timestamp>,
    /// The acquirer's id of it.
    pub gateway_refund_id: Option<String>,
    /// How often the acquirer was asked.
    pub looks: u32,
    /// For compare-and-set.
    pub version: i64,
    /// The acquirer's id of the payment.
    pub payment_object: Option<String>,
    /// By what it was paid.
    pub means: Means,
    /// The last digits of the card.
    pub card_last4: Option<String>,
    /// When it was paid.
    pub paid_at: Timestamp,
}

struct PartRow {
    subscriber_id: Uuid,
    part_id: Uuid,
    refund_id: Uuid,
    payment_id: Uuid,
    amount_kop: i64,
    state: String,
    first_sent_at: Option<chrono::DateTime<chrono::Utc>>,
    last_sent_at: Option<chrono::DateTime<chrono::Utc>>,
    gateway_refund_id: Option<String>,
    looks: i32,
    version: i64,
    gateway_payment_id: Option<String>,
    method: String,
    method_id: Option<Uuid>,
    card_last4: Option<String>,
    created_at: chrono::DateTime<chrono::Utc>,
}

impl TryFrom<PartRow> for Part {
    type Error = StorageError;

    fn try_from(row: PartRow) -> Result<Self, StorageError> {
        Ok(Self {
            subscriber: SubscriberId(row.subscriber_id),
            id: RefundPartId(row.part_id),
            refund: RefundId(row.refund_id),
            payment: PaymentId(row.payment_id),
            amount: Money::from_kopecks(row.amount_kop),
            state: code("refund_part.state", &row.state, PartState::from_code)?,
            first_sent_at: row.first_sent_at.map(from_db),
            last_sent_at: row.last_sent_at.map(from_db),
            gateway_refund_id: row.gateway_refund_id,
            looks: u32::try_from(row.looks).unwrap_or(0),
            version: row.version,
            payment_object: row.gateway_payment_id,
            means: code("payment.method", &row.method, |text| {
                Means::from_code(text, row.method_id.map(MethodId))
            })?,
            card_last4: row.card_last4,
            paid_at: from_db(row.created_at),
        })
    }
}

/// Writes a part of one.
///
/// # Errors
/// [`StorageError::Duplicate`] when the payment has one already.
pub async fn insert(
    conn: &mut Conn,
    subscriber: SubscriberId,
    refund: RefundId,
    id: RefundPartId,
    payment: PaymentId,
    amount: Money,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.refund_part (subscriber_id, part_id, refund_id, payment_id, amount_kop, state)
         values ($1, $2, $3, $4, $5, 'reserved')",
        subscriber.0,
        id.0,
        refund.0,
        payment.0,
        amount.kopecks(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The parts of a refund, the newest payment first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(
    conn: &mut Conn,
    subscriber: SubscriberId,
    refund: RefundId,
) -> Result<Vec<Part>, StorageError> {
    sqlx::query_as!(
        PartRow,
        "select r.subscriber_id, r.part_id, r.refund_id, r.payment_id, r.amount_kop, r.state,
             r.first_sent_at, r.last_sent_at, r.gateway_refund_id, r.looks, r.version,
             p.gateway_payment_id, p.method, p.method_id, p.card_last4, p.created_at
         from billing.refund_part r join billing.payment p using (subscriber_id, payment_id)
         where r.subscriber_id = $1 and r.refund_id = $2 order by p.created_at desc, r.part_id",
        subscriber.0,
        refund.0,
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(TryInto::try_into)
    .collect()
}

/// One part.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn get(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: RefundPartId,
) -> Result<Option<Part>, StorageError> {
    sqlx::query_as!(
        PartRow,
        "select r.subscriber_id, r.part_id, r.refund_id, r.payment_id, r.amount_kop, r.state,
             r.first_sent_at, r.last_sent_at, r.gateway_refund_id, r.looks, r.version,
             p.gateway_payment_id, p.method, p.method_id, p.card_last4, p.created_at
         from billing.refund_part r join billing.payment p using (subscriber_id, payment_id)
         where r.subscriber_id = $1 and r.part_id = $2",
        subscriber.0,
        id.0,
    )
    .fetch_optional(conn)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// Whose is a refund of the acquirer?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn by_object(
    conn: &mut Conn,
    gateway: &str,
    object: &str,
) -> Result<Option<(SubscriberId, RefundPartId)>, StorageError> {
    let row = sqlx::query!(
        "select subscriber_id, part_id from billing.refund_part
         where gateway = $1 and gateway_refund_id = $2",
        gateway,
        object,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (SubscriberId(row.subscriber_id), RefundPartId(row.part_id))))
}

/// What changes on a part besides its state.
#[derive(Debug, Clone, Default)]
pub struct Change<'a> {
    /// Set when it is sent: the first moment stays, the last one moves.
    pub sent_at: Option<Timestamp>,
    /// Who has it, and under which id.
    pub object: Option<(&'a str, &'a str)>,
    /// When the acquirer has made it, by its clock.
    pub made_at: Option<Timestamp>,
    /// When to ask next; `None` stops asking.
    pub next_look_at: Option<Timestamp>,
}

/// Moves a part on.
///
/// # Errors
/// [`StorageError::Conflict`] when it changed meanwhile; [`StorageError::Duplicate`] when another part has
/// this refund of the acquirer.
pub async fn update(
    conn: &mut Conn,
    found: &Part,
    state: PartState,
    change: &Change<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.refund_part set state = $4,
             first_sent_at = coalesce(first_sent_at, $5),
             last_sent_at = coalesce($5, last_sent_at),
             gateway = coalesce(gateway, $6), gateway_refund_id = coalesce(gateway_refund_id, $7),
             next_look_at = $8,
             -- A call that is begun is no answer yet: pauses grow by answers.
             looks = looks + case when $5::timestamptz is null then 1 else 0 end,
             closed_at = $9, made_at = coalesce(made_at, $10), version = version + 1
         where subscriber_id = $1 and part_id = $2 and version = $3",
        found.subscriber.0,
        found.id.0,
        found.version,
        state.code(),
        change.sent_at.map(to_db),
        change.object.map(|(gateway, _)| gateway),
        change.object.map(|(_, id)| id),
        change.next_look_at.map(to_db),
        (!state.is_open()).then(|| to_db(now)),
        change.made_at.map(to_db),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "refund part")
}

/// Parts about which the acquirer is to be asked.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn due(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(SubscriberId, RefundPartId)>, StorageError> {
    let rows = sqlx::query!(
        "select subscriber_id, part_id from billing.refund_part
         where next_look_at <= $1 order by next_look_at limit $2",
        to_db(now),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (SubscriberId(row.subscriber_id), RefundPartId(row.part_id)))
        .collect())
}
