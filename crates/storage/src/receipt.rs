//! Fiscal receipts and their lines. Every change is a compare-and-set on the version.

use crate::convert::{code, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use domain::ids::{OpId, PaymentId, ReceiptId, RefundPartId, SubscriberId};
use domain::receipt::{
    Fiscal, Line, Mode, ReceiptKind, ReceiptProblem, ReceiptState, Settled, Subject,
};
use domain::{Money, Timestamp};

/// A receipt to be written with the money.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// Its id; also the idempotence key towards the provider.
    pub id: ReceiptId,
    /// What it documents.
    pub kind: ReceiptKind,
    /// The ledger operation it documents; one of a kind.
    pub op: OpId,
    /// The payment by which the provider is told of it.
    pub payment: Option<PaymentId>,
    /// The part of a refund that it documents.
    pub refund_part: Option<RefundPartId>,
    /// Where it is sent.
    pub contact: &'a str,
    /// What it says.
    pub lines: &'a [Line],
    /// By what it is settled.
    pub settled: Settled,
    /// Where it stands.
    pub state: ReceiptState,
    /// Why people must look.
    pub problem: Option<ReceiptProblem>,
    /// When the provider is asked first.
    pub next_look_at: Option<Timestamp>,
}

/// A receipt as stored.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Whose.
    pub subscriber: SubscriberId,
    /// Its id.
    pub id: ReceiptId,
    /// What it documents.
    pub kind: ReceiptKind,
    /// The ledger operation it documents.
    pub op: OpId,
    /// The payment by which the provider is told of it.
    pub payment: Option<PaymentId>,
    /// The part of a refund that it documents.
    pub refund_part: Option<RefundPartId>,
    /// Where it is sent.
    pub contact: String,
    /// The sum.
    pub total: Money,
    /// By what it is settled.
    pub settled: Settled,
    /// The tax inside.
    pub vat: Money,
    /// Where it stands.
    pub state: ReceiptState,
    /// Its id with the provider.
    pub provider_id: Option<String>,
    /// When it was first sent by itself.
    pub first_sent_at: Option<Timestamp>,
    /// How often the provider was asked.
    pub looks: u32,
    /// What the register has given it.
    pub fiscal: Option<Fiscal<Timestamp>>,
    /// For compare-and-set.
    pub version: i64,
    /// When the money moved.
    pub created_at: Timestamp,
}

struct Row {
    subscriber_id: uuid::Uuid,
    receipt_id: uuid::Uuid,
    kind: String,
    source_ref: uuid::Uuid,
    payment_id: Option<uuid::Uuid>,
    customer_contact: String,
    total_kop: i64,
    cashless_kop: i64,
    prepaid_kop: i64,
    credit_kop: i64,
    vat_kop: i64,
    state: String,
    provider_id: Option<String>,
    first_sent_at: Option<chrono::DateTime<chrono::Utc>>,
    looks: i32,
    refund_part_id: Option<uuid::Uuid>,
    fiscal_storage: Option<String>,
    fiscal_document: Option<String>,
    fiscal_attribute: Option<String>,
    registered_at: Option<chrono::DateTime<chrono::Utc>>,
    version: i64,
    created_at: chrono::DateTime<chrono::Utc>,
}

impl TryFrom<Row> for Receipt {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let fiscal = match (
            row.fiscal_storage,
            row.fiscal_document,
            row.fiscal_attribute,
            row.registered_at,
        ) {
            (Some(storage), Some(document), Some(attribute), Some(at)) => Some(Fiscal {
                storage,
                document,
                attribute,
                at: from_db(at),
            }),
            _ => None,
        };
        Ok(Self {
            subscriber: SubscriberId(row.subscriber_id),
            id: ReceiptId(row.receipt_id),
            kind: code("receipt.kind", &row.kind, ReceiptKind::from_code)?,
            op: OpId(row.source_ref),
            payment: row.payment_id.map(PaymentId),
            refund_part: row.refund_part_id.map(RefundPartId),
            contact: row.customer_contact,
            total: Money::from_kopecks(row.total_kop),
            settled: Settled {
                cashless: Money::from_kopecks(row.cashless_kop),
                prepaid: Money::from_kopecks(row.prepaid_kop),
                credit: Money::from_kopecks(row.credit_kop),
            },
            vat: Money::from_kopecks(row.vat_kop),
            state: code("receipt.state", &row.state, ReceiptState::from_code)?,
            provider_id: row.provider_id,
            first_sent_at: row.first_sent_at.map(from_db),
            looks: u32::try_from(row.looks).unwrap_or(0),
            fiscal,
            version: row.version,
            created_at: from_db(row.created_at),
        })
    }
}

/// Writes a receipt with its lines; one of a kind per operation.
///
/// # Errors
/// [`StorageError::Duplicate`] for a second one.
pub async fn insert(
    conn: &mut Conn,
    subscriber: SubscriberId,
    new: &New<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let total: Money = new.lines.iter().map(|line| line.sum).sum();
    let vat: Money = new.lines.iter().map(|line| line.vat).sum();
    sqlx::query!(
        "insert into billing.receipt (subscriber_id, receipt_id, kind, source_ref, payment_id, state,
             customer_contact, total_kop, vat_kop, problem, next_look_at, created_at, cashless_kop,
             prepaid_kop, credit_kop, refund_part_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        subscriber.0,
        new.id.0,
        new.kind.code(),
        new.op.0,
        new.payment.map(|id| id.0),
        new.state.code(),
        new.contact,
        total.kopecks(),
        vat.kopecks(),
        new.problem.map(ReceiptProblem::code),
        new.next_look_at.map(to_db),
        to_db(now),
        new.settled.cashless.kopecks(),
        new.settled.prepaid.kopecks(),
        new.settled.credit.kopecks(),
        new.refund_part.map(|id| id.0),
    )
    .execute(&mut *conn)
    .await?;
    for (n, line) in (1_i16..).zip(new.lines) {
        sqlx::query!(
            "insert into billing.receipt_line (subscriber_id, receipt_id, n, name, sum_kop, vat_code,
                 vat_kop, mode, subject)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            subscriber.0,
            new.id.0,
            n,
            line.name,
            line.sum.kopecks(),
            line.vat_code,
            line.vat.kopecks(),
            line.mode.code(),
            line.subject.code(),
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

fn unseen() -> Vec<String> {
    ReceiptProblem::UNSEEN
        .map(|problem| problem.code().to_owned())
        .into()
}

/// All receipts of an operation that its owner may see.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn all_of_op(
    conn: &mut Conn,
    subscriber: SubscriberId,
    op: OpId,
) -> Result<Vec<(ReceiptId, ReceiptKind, ReceiptState)>, StorageError> {
    let rows = sqlx::query!(
        "select receipt_id, kind, state from billing.receipt
         where subscriber_id = $1 and source_ref = $2
             and (state = 'registered' or problem is null or problem <> all($3)) order by kind",
        subscriber.0,
        op.0,
        &unseen(),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok((
                ReceiptId(row.receipt_id),
                code("receipt.kind", &row.kind, ReceiptKind::from_code)?,
                code("receipt.state", &row.state, ReceiptState::from_code)?,
            ))
        })
        .collect()
}

/// The receipt of the money of a payment, and where it stands.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn advance_of(
    conn: &mut Conn,
    subscriber: SubscriberId,
    payment: PaymentId,
) -> Result<Option<(ReceiptId, ReceiptState)>, StorageError> {
    let row = sqlx::query!(
        "select receipt_id, state from billing.receipt
         where subscriber_id = $1 and payment_id = $2 and kind = 'advance'",
        subscriber.0,
        payment.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let state = code("receipt.state", &row.state, ReceiptState::from_code)?;
        Ok((ReceiptId(row.receipt_id), state))
    })
    .transpose()
}

/// One receipt.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn get(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: ReceiptId,
) -> Result<Option<Receipt>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        "select subscriber_id, receipt_id, kind, source_ref, payment_id, customer_contact, total_kop,
             cashless_kop, prepaid_kop, credit_kop, vat_kop, state, provider_id,
             first_sent_at, looks, refund_part_id, fiscal_storage, fiscal_document,
             fiscal_attribute, registered_at, version, created_at
         from billing.receipt where subscriber_id = $1 and receipt_id = $2",
        subscriber.0,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Receipts, newest first, those before one of them when it is named. What people have to make by hand
/// appears once it is made.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(
    conn: &mut Conn,
    subscriber: SubscriberId,
    before: Option<ReceiptId>,
    limit: i64,
) -> Result<Vec<Receipt>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "select subscriber_id, receipt_id, kind, source_ref, payment_id, customer_contact, total_kop,
             cashless_kop, prepaid_kop, credit_kop, vat_kop, state, provider_id,
             first_sent_at, looks, refund_part_id, fiscal_storage, fiscal_document,
             fiscal_attribute, registered_at, version, created_at
         from billing.receipt where subscriber_id = $1
             and (state = 'registered' or problem is null or problem <> all($4))
             and ($2::uuid is null or (created_at, receipt_id) < (
                 select created_at, receipt_id from billing.receipt
                 where subscriber_id = $1 and receipt_id = $2))
         order by created_at desc, receipt_id desc limit $3",
        subscriber.0,
        before.map(|id| id.0),
        limit,
        &unseen(),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The lines of one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn lines(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: ReceiptId,
) -> Result<Vec<Line>, StorageError> {
    let rows = sqlx::query!(
        "select name, sum_kop, vat_code, vat_kop, mode, subject from billing.receipt_line
         where subscriber_id = $1 and receipt_id = $2 order by n",
        subscriber.0,
        id.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Line {
                name: row.name,
                sum: Money::from_kopecks(row.sum_kop),
                vat_code: row.vat_code,
                vat: Money::from_kopecks(row.vat_kop),
                mode: code("receipt_line.mode", &row.mode, Mode::from_code)?,
                subject: code("receipt_line.subject", &row.subject, Subject::from_code)?,
            })
        })
        .collect()
}

/// What changes.
#[derive(Debug, Clone, Default)]
pub struct Change<'a> {
    /// It is being sent by itself.
    pub sent_at: Option<Timestamp>,
    /// Who has it, and under which id.
    pub provider: Option<(&'a str, &'a str)>,
    /// When to ask next; nothing where nothing is left to ask.
    pub next_look_at: Option<Timestamp>,
    /// What the register has given it.
    pub fiscal: Option<Fiscal<Timestamp>>,
    /// Why people must look.
    pub problem: Option<ReceiptProblem>,
}

/// Moves a receipt on.
///
/// # Errors
/// [`StorageError::Conflict`] when it was changed meanwhile; [`StorageError::Duplicate`] when another
/// receipt has this id of the provider.
pub async fn update(
    conn: &mut Conn,
    found: &Receipt,
    state: ReceiptState,
    change: &Change<'_>,
) -> Result<(), StorageError> {
    let fiscal = change.fiscal.as_ref();
    let done = sqlx::query!(
        "update billing.receipt
         set state = $4, first_sent_at = coalesce(first_sent_at, $5),
             provider = coalesce(provider, $6), provider_id = coalesce(provider_id, $7),
             next_look_at = $8, looks = looks + 1, fiscal_storage = $9, fiscal_document = $10,
             fiscal_attribute = $11, registered_at = $12, problem = $13, version = version + 1
         where subscriber_id = $1 and receipt_id = $2 and version = $3",
        found.subscriber.0,
        found.id.0,
        found.version,
        state.code(),
        change.sent_at.map(to_db),
        change.provider.map(|(name, _)| name),
        change.provider.map(|(_, id)| id),
        change.next_look_at.map(to_db),
        fiscal.map(|fiscal| fiscal.storage.as_str()),
        fiscal.map(|fiscal| fiscal.document.as_str()),
        fiscal.map(|fiscal| fiscal.attribute.as_str()),
        fiscal.map(|fiscal| to_db(fiscal.at)),
        change.problem.map(ReceiptProblem::code),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "receipt")
}

/// Receipts about which the provider is to be asked.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn due(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(SubscriberId, ReceiptId)>, StorageError> {
    let rows = sqlx::query!(
        "select subscriber_id, receipt_id from billing.receipt
         where next_look_at <= $1 order by next_look_at limit $2",
        to_db(now),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (SubscriberId(row.subscriber_id), ReceiptId(row.receipt_id)))
        .collect())
}

/// Which of the provider's receipts are already ours.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn known(
    conn: &mut Conn,
    provider: &str,
    ids: &[String],
) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select provider_id as "id!" from billing.receipt
           where provider = $1 and provider_id = any($2)"#,
        provider,
        ids,
    )
    .fetch_all(conn)
    .await?)
}
