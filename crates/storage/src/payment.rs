//! Payments and the look-up of the acquirer's objects. Every change is a compare-and-set on the
//! version, so that whoever decides on an old row loses and decides again.

use crate::convert::{code, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use domain::ids::{MethodId, PaymentId, SubscriberId};
use domain::payment::{CancelReason, Means, PaymentState, Purpose};
use domain::{Email, Money, Timestamp};

/// A payment as stored.
#[derive(Debug, Clone)]
pub struct Payment {
    /// Whose wallet.
    pub subscriber: SubscriberId,
    /// Its id.
    pub id: PaymentId,
    /// The sum.
    pub amount: Money,
    /// Where it stands.
    pub state: PaymentState,
    /// Sent to the acquirer as the idempotence key.
    pub idem_key: String,
    /// When it was first sent.
    pub first_sent_at: Option<Timestamp>,
    /// The acquirer's id.
    pub gateway_payment_id: Option<String>,
    /// The acquirer's page.
    pub confirmation_url: Option<String>,
    /// Why it was cancelled.
    pub cancel_reason: Option<CancelReason>,
    /// The last digits of the card.
    pub card_last4: Option<String>,
    /// Where the receipt goes.
    pub receipt_email: String,
    /// The return address's unguessable part.
    pub return_token: String,
    /// When the payer came back.
    pub returned_at: Option<Timestamp>,
    /// When it was credited.
    pub credited_at: Option<Timestamp>,
    /// How often the acquirer was asked.
    pub polls: i32,
    /// For compare-and-set.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// What for.
    pub purpose: Purpose,
    /// By what means.
    pub means: Means,
    /// Does the payer want the card to be kept?
    pub save: bool,
    /// When a create call was last begun, of those that are counted.
    pub last_sent_at: Option<Timestamp>,
    /// Does the payer see a square of ours, not the acquirer's page?
    pub by_square: bool,
}

struct Row {
    subscriber_id: uuid::Uuid,
    payment_id: uuid::Uuid,
    amount_kop: i64,
    state: String,
    idem_key: String,
    first_sent_at: Option<chrono::DateTime<chrono::Utc>>,
    gateway_payment_id: Option<String>,
    confirmation_url: Option<String>,
    cancel_reason: Option<String>,
    card_last4: Option<String>,
    receipt_email: String,
    return_token: String,
    returned_at: Option<chrono::DateTime<chrono::Utc>>,
    credited_at: Option<chrono::DateTime<chrono::Utc>>,
    polls: i32,
    version: i64,
    created_at: chrono::DateTime<chrono::Utc>,
    purpose: String,
    method: String,
    method_id: Option<uuid::Uuid>,
    save_method: bool,
    last_sent_at: Option<chrono::DateTime<chrono::Utc>>,
    by_square: bool,
}

impl TryFrom<Row> for Payment {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        Ok(Self {
            subscriber: SubscriberId(row.subscriber_id),
            id: PaymentId(row.payment_id),
            amount: Money::from_kopecks(row.amount_kop),
            state: code("payment.state", &row.state, PaymentState::from_code)?,
            idem_key: row.idem_key,
            first_sent_at: row.first_sent_at.map(from_db),
            gateway_payment_id: row.gateway_payment_id,
            confirmation_url: row.confirmation_url,
            cancel_reason: row
                .cancel_reason
                .map(|text| code("payment.cancel_reason", &text, CancelReason::from_code))
                .transpose()?,
            card_last4: row.card_last4,
            receipt_email: row.receipt_email,
            return_token: row.return_token,
            returned_at: row.returned_at.map(from_db),
            credited_at: row.credited_at.map(from_db),
            polls: row.polls,
            version: row.version,
            created_at: from_db(row.created_at),
            purpose: code("payment.purpose", &row.purpose, Purpose::from_code)?,
            means: code("payment.method", &row.method, |text| {
                Means::from_code(text, row.method_id.map(MethodId))
            })?,
            save: row.save_method,
            last_sent_at: row.last_sent_at.map(from_db),
            by_square: row.by_square,
        })
    }
}

/// What a new payment is made of.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// Whose wallet.
    pub subscriber: SubscriberId,
    /// Its id.
    pub id: PaymentId,
    /// The sum.
    pub amount: Money,
    /// The form's key.
    pub form_key: &'a str,
    /// The acquirer's idempotence key.
    pub idem_key: &'a str,
    /// The return address's unguessable part.
    pub return_token: &'a str,
    /// Where the receipt goes.
    pub receipt_email: &'a Email,
    /// What for.
    pub purpose: Purpose,
    /// By what means.
    pub means: Means,
    /// Does the payer want the card to be kept?
    pub save: bool,
    /// Does the payer see a square of ours, not the acquirer's page?
    pub by_square: bool,
}

/// Writes a payment down; `false` when this form has made one already.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(conn: &mut Conn, new: &New<'_>, now: Timestamp) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "insert into billing.payment (subscriber_id, payment_id, purpose, method, amount_kop, state,
             form_key, idem_key, return_token, receipt_email, created_at, next_poll_at, method_id,
             save_method, by_square)
         values ($1, $2, $10, $11, $3, 'created', $4, $5, $6, $7, $8, $9, $12, $13, $14)
         on conflict (subscriber_id, form_key) do nothing",
        new.subscriber.0,
        new.id.0,
        new.amount.kopecks(),
        new.form_key,
        new.idem_key,
        new.return_token,
        new.receipt_email.as_str(),
        to_db(now),
        // Whatever becomes of this process, somebody looks after the payment.
        to_db(now.plus_seconds(15)),
        new.purpose.code(),
        new.means.code(),
        new.means.saved().map(|method| method.0),
        new.save,
        new.by_square,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One payment of a contract.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn get(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: PaymentId,
) -> Result<Option<Payment>, StorageError> {
    sqlx::query_as!(
        Row,
        "select subscriber_id, payment_id, amount_kop, state, idem_key, first_sent_at,
             gateway_payment_id, confirmation_url, cancel_reason, card_last4, receipt_email,
             return_token, returned_at, credited_at, polls, version, created_at, purpose,
             method, method_id, save_method, last_sent_at, by_square
         from billing.payment where subscriber_id = $1 and payment_id = $2",
        subscriber.0,
        id.0,
    )
    .fetch_optional(conn)
    .await?
    .map(Payment::try_from)
    .transpose()
}

/// One payment, held until the transaction ends. The first lock of a posting.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn lock(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: PaymentId,
) -> Result<Option<Payment>, StorageError> {
    sqlx::query_as!(
        Row,
        "select subscriber_id, payment_id, amount_kop, state, idem_key, first_sent_at,
             gateway_payment_id, confirmation_url, cancel_reason, card_last4, receipt_email,
             return_token, returned_at, credited_at, polls, version, created_at, purpose,
             method, method_id, save_method, last_sent_at, by_square
         from billing.payment where subscriber_id = $1 and payment_id = $2 for no key update",
        subscriber.0,
        id.0,
    )
    .fetch_optional(conn)
    .await?
    .map(Payment::try_from)
    .transpose()
}

/// The payment a form has made.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn by_form_key(
    conn: &mut Conn,
    subscriber: SubscriberId,
    form_key: &str,
) -> Result<Option<Payment>, StorageError> {
    sqlx::query_as!(
        Row,
        "select subscriber_id, payment_id, amount_kop, state, idem_key, first_sent_at,
             gateway_payment_id, confirmation_url, cancel_reason, card_last4, receipt_email,
             return_token, returned_at, credited_at, polls, version, created_at, purpose,
             method, method_id, save_method, last_sent_at, by_square
         from billing.payment where subscriber_id = $1 and form_key = $2",
        subscriber.0,
        form_key,
    )
    .fetch_optional(conn)
    .await?
    .map(Payment::try_from)
    .transpose()
}

/// The payment behind a return address.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn by_return_token(
    conn: &mut Conn,
    return_token: &str,
) -> Result<Option<Payment>, StorageError> {
    sqlx::query_as!(
        Row,
        "select subscriber_id, payment_id, amount_kop, state, idem_key, first_sent_at,
             gateway_payment_id, confirmation_url, cancel_reason, card_last4, receipt_email,
             return_token, returned_at, credited_at, polls, version, created_at, purpose,
             method, method_id, save_method, last_sent_at, by_square
         from billing.payment where return_token = $1",
        return_token,
    )
    .fetch_optional(conn)
    .await?
    .map(Payment::try_from)
    .transpose()
}

/// The newest payments of a contract.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(
    conn: &mut Conn,
    subscriber: SubscriberId,
    limit: i64,
) -> Result<Vec<Payment>, StorageError> {
    sqlx::query_as!(
        Row,
        "select subscriber_id, payment_id, amount_kop, state, idem_key, first_sent_at,
             gateway_payment_id, confirmation_url, cancel_reason, card_last4, receipt_email,
             return_token, returned_at, credited_at, polls, version, created_at, purpose,
             method, method_id, save_method, last_sent_at, by_square
         from billing.payment where subscriber_id = $1
         order by created_at desc, payment_id desc limit $2",
        subscriber.0,
        limit,
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(Payment::try_from)
    .collect()
}

/// What changes on a payment besides its state; `None` leaves a column as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Set when it is sent: the first moment stays, the last one moves.
    pub sent_at: Option<Timestamp>,
    /// The acquirer's id.
    pub gateway_payment_id: Option<String>,
    /// The acquirer's page.
    pub confirmation_url: Option<String>,
    /// Why it was cancelled.
    pub cancel_reason: Option<CancelReason>,
    /// The last digits of the card.
    pub card_last4: Option<String>,
    /// When it was credited.
    pub credited_at: Option<Timestamp>,
    /// When the acquirer has taken the money, by its clock.
    pub captured_at: Option<Timestamp>,
    /// When to ask again; `None` stops asking.
    pub next_poll_at: Option<Timestamp>,
}

/// Moves a payment to a state.
///
/// # Errors
/// [`StorageError::Conflict`] when it changed meanwhile.
pub async fn update(
    conn: &mut Conn,
    payment: &Payment,
    state: PaymentState,
    change: &Change,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.payment set state = $4,
             first_sent_at = coalesce(first_sent_at, $5),
             last_sent_at = coalesce($5, last_sent_at),
             gateway_payment_id = coalesce(gateway_payment_id, $6),
             confirmation_url = coalesce($7, confirmation_url),
             cancel_reason = coalesce(cancel_reason, $8),
             card_last4 = coalesce($9, card_last4),
             credited_at = coalesce(credited_at, $10),
             next_poll_at = $11,
             captured_at = coalesce(captured_at, $12),
             -- A call that is begun is no answer yet: pauses grow by answers.
             polls = polls + case when $5::timestamptz is null then 1 else 0 end,
             version = version + 1
         where subscriber_id = $1 and payment_id = $2 and version = $3",
        payment.subscriber.0,
        payment.id.0,
        payment.version,
        state.code(),
        change.sent_at.map(to_db),
        change.gateway_payment_id,
        change.confirmation_url,
        change.cancel_reason.map(CancelReason::code),
        change.card_last4,
        change.credited_at.map(to_db),
        change.next_poll_at.map(to_db),
        change.captured_at.map(to_db),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "payment")
}

/// The payer is back: remembers the first time and asks the acquirer at once.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn mark_returned(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: PaymentId,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update billing.payment set returned_at = coalesce(returned_at, $3),
             next_poll_at = case when next_poll_at is null then null else $3 end
         where subscriber_id = $1 and payment_id = $2
           and state not in ('succeeded', 'canceled', 'abandoned')",
        subscriber.0,
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Open payments that are due for a question to the acquirer.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn due(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(SubscriberId, PaymentId)>, StorageError> {
    let rows = sqlx::query!(
        "select subscriber_id, payment_id from billing.payment
         where next_poll_at is not null and next_poll_at <= $1 order by next_poll_at limit $2",
        to_db(now),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (SubscriberId(row.subscriber_id), PaymentId(row.payment_id)))
        .collect())
}

/// Whose is an object of the acquirer?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find_object(
    conn: &mut Conn,
    gateway: &str,
    object_id: &str,
) -> Result<Option<(SubscriberId, PaymentId)>, StorageError> {
    let row = sqlx::query!(
        "select subscriber_id, payment_id from billing.gateway_object
         where gateway = $1 and object_id = $2",
        gateway,
        object_id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (SubscriberId(row.subscriber_id), PaymentId(row.payment_id))))
}

/// Remembers whose an object of the acquirer is.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert_object(
    conn: &mut Conn,
    gateway: &str,
    object_id: &str,
    subscriber: SubscriberId,
    id: PaymentId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.gateway_object (gateway, object_id, subscriber_id, payment_id)
         values ($1, $2, $3, $4) on conflict do nothing",
        gateway,
        object_id,
        subscriber.0,
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}
