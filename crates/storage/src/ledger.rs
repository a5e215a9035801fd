//! Wallets, operations and postings. Only this module writes them, and it only ever adds.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::ids::{OpId, SubscriberId};
use domain::ledger::{OPERATOR, Op, Posting, PostingError, Wallet};
use domain::{Money, Timestamp};
use serde_json::Value;
use uuid::Uuid;

/// What became of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// Written now; the wallet after it.
    Now(Wallet),
    /// Written earlier under the same key with the same content; nothing changed.
    Earlier(OpId),
}

/// Why an operation was not posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The key was used for something else: a mistake of ours, never retried.
    #[error("key {0} was used for another operation")]
    OtherContent(String),
    /// The operation does not fit the wallet.
    #[error(transparent)]
    Rule(#[from] PostingError),
    /// The database refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

fn wallet(available: i64, promised: i64, other: i64, version: i64) -> Wallet {
    Wallet {
        available: Money::from_kopecks(available),
        promised_debt: Money::from_kopecks(promised),
        other_debt: Money::from_kopecks(other),
        version,
    }
}

/// Reads a wallet.
///
/// # Errors
/// [`StorageError::Corrupt`] when the contract has none: it is made with the contract.
pub async fn get(conn: &mut Conn, subscriber: SubscriberId) -> Result<Wallet, StorageError> {
    let row = sqlx::query!(
        "select available_kop, promised_debt_kop, other_debt_kop, version
         from ledger.wallet where subscriber_id = $1",
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| StorageError::corrupt("wallet", &subscriber))?;
    Ok(wallet(
        row.available_kop,
        row.promised_debt_kop,
        row.other_debt_kop,
        row.version,
    ))
}

/// Reads a wallet and holds it until the transaction ends. The one lock of a posting; taken after
/// the triggering row (payment) and before promise and subscriptions.
///
/// # Errors
/// [`StorageError::Corrupt`] when the contract has none.
pub async fn lock(conn: &mut Conn, subscriber: SubscriberId) -> Result<Wallet, StorageError> {
    let row = sqlx::query!(
        "select available_kop, promised_debt_kop, other_debt_kop, version
         from ledger.wallet where subscriber_id = $1 for no key update",
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| StorageError::corrupt("wallet", &subscriber))?;
    Ok(wallet(
        row.available_kop,
        row.promised_debt_kop,
        row.other_debt_kop,
        row.version,
    ))
}

/// Makes the empty wallet of a new contract.
///
/// # Errors
/// [`StorageError::Duplicate`] when there is one.
pub async fn open(
    conn: &mut Conn,
    subscriber: SubscriberId,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into ledger.wallet (subscriber_id, updated_at) values ($1, $2)",
        subscriber.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Posts an operation on a wallet that the caller has locked: the operation, its postings and the
/// wallet, in one statement. `digest` is the SHA-256 of the operation's content.
///
/// # Errors
/// [`PostError::OtherContent`] when the key was used for something else.
pub async fn post(
    conn: &mut Conn,
    op: &Op,
    before: &Wallet,
    digest: &[u8; 32],
    actor: &str,
    meta: &Value,
    now: Timestamp,
) -> Result<Posted, PostError> {
    let mut columns = Columns::default();
    let mut after = *before;
    for posting in &op.postings {
        let next = after.after(posting)?;
        columns.push(op.subscriber, posting, &after, &next);
        after = next;
    }
    let written = sqlx::query_scalar!(
        r#"with entry as (
               insert into ledger.op (subscriber_id, op_id, kind, idem_key, payload_sha256,
                   effective_at, posted_at, actor, meta)
               values ($1, $2, $8, $9, $10, $11, $14, $12, $13)
               on conflict (subscriber_id, idem_key) do nothing
               returning subscriber_id, op_id, posted_at
           ), held as (
               update ledger.wallet w set
                   available_kop = $3, promised_debt_kop = $4, other_debt_kop = $5, version = $6,
                   updated_at = $14
               from entry e
               where w.subscriber_id = $1 and w.subscriber_id = e.subscriber_id and w.version = $7
               returning e.subscriber_id, e.op_id, e.posted_at
           )
           insert into ledger.posting (subscriber_id, op_id, seq, posted_at, dr_code, dr_sub, cr_code,
               cr_sub, amount_kop, wallet_delta_kop, wallet_after_kop, wallet_version)
           select e.subscriber_id, e.op_id, p.seq, e.posted_at, p.dr_code, p.dr_sub, p.cr_code,
               p.cr_sub, p.amount, p.delta, p.after, p.version
           from held e, unnest($15::smallint[], $16::smallint[], $17::uuid[], $18::smallint[],
               $19::uuid[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[])
               as p(seq, dr_code, dr_sub, cr_code, cr_sub, amount, delta, after, version)
           returning 1 as "one!""#,
        op.subscriber.0,
        op.id.0,
        after.available.kopecks(),
        after.promised_debt.kopecks(),
        after.other_debt.kopecks(),
        after.version,
        before.version,
        op.kind.code(),
        op.idem_key,
        digest,
        to_db(op.effective_at),
        actor,
        meta,
        to_db(now),
        &columns.seq,
        &columns.dr_code,
        &columns.dr_sub,
        &columns.cr_code,
        &columns.cr_sub,
        &columns.amount,
        &columns.delta,
        &columns.after as &[Option<i64>],
        &columns.version as &[Option<i64>],
    )
    .fetch_all(&mut *conn)
    .await
    .map_err(StorageError::from)?;
    if written.len() == op.postings.len() {
        return Ok(Posted::Now(after));
    }
    earlier(conn, op, digest).await
}

/// Posts an operation of the operator's own accounts: no wallet is in it, and none is locked.
///
/// # Errors
/// [`PostError::OtherContent`] when the key was used for something else.
pub async fn post_operators(
    conn: &mut Conn,
    op: &Op,
    digest: &[u8; 32],
    actor: &str,
    meta: &Value,
    now: Timestamp,
) -> Result<Posted, PostError> {
    let nobody = Wallet::default();
    let mut columns = Columns::default();
    for posting in &op.postings {
        columns.push(op.subscriber, posting, &nobody, &nobody);
    }
    let written = sqlx::query_scalar!(
        r#"with entry as (
               insert into ledger.op (subscriber_id, op_id, kind, idem_key, payload_sha256,
                   effective_at, posted_at, actor, meta)
               values ($1, $2, $3, $4, $5, $6, $9, $7, $8)
               on conflict (subscriber_id, idem_key) do nothing
               returning subscriber_id, op_id, posted_at
           )
           insert into ledger.posting (subscriber_id, op_id, seq, posted_at, dr_code, dr_sub, cr_code,
               cr_sub, amount_kop, wallet_delta_kop)
           select e.subscriber_id, e.op_id, p.seq, e.posted_at, p.dr_code, p.dr_sub, p.cr_code,
               p.cr_sub, p.amount, p.delta
           from entry e, unnest($10::smallint[], $11::smallint[], $12::uuid[], $13::smallint[],
               $14::uuid[], $15::bigint[], $16::bigint[])
               as p(seq, dr_code, dr_sub, cr_code, cr_sub, amount, delta)
           returning 1 as "one!""#,
        op.subscriber.0,
        op.id.0,
        op.kind.code(),
        op.idem_key,
        digest,
        to_db(op.effective_at),
        actor,
        meta,
        to_db(now),
        &columns.seq,
        &columns.dr_code,
        &columns.dr_sub,
        &columns.cr_code,
        &columns.cr_sub,
        &columns.amount,
        &columns.delta,
    )
    .fetch_all(&mut *conn)
    .await
    .map_err(StorageError::from)?;
    if written.len() == op.postings.len() {
        return Ok(Posted::Now(nobody));
    }
    earlier(conn, op, digest).await
}

/// Nothing was written: it was posted earlier, or something is wrong.
async fn earlier(conn: &mut Conn, op: &Op, digest: &[u8; 32]) -> Result<Posted, PostError> {
    match find_key(conn, op.subscriber, &op.idem_key).await? {
        // Ours stands without postings: the wallet changed under our eyes, and the caller's
        // transaction ends with this error.
        Some((id, _)) if id == op.id => Err(StorageError::Conflict("wallet").into()),
        Some((id, stored)) if stored == digest.as_slice() => Ok(Posted::Earlier(id)),
        Some(_) => Err(PostError::OtherContent(op.idem_key.clone())),
        None => Err(StorageError::Conflict("operation").into()),
    }
}

/// Was something posted under this key?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find_key(
    conn: &mut Conn,
    subscriber: SubscriberId,
    idem_key: &str,
) -> Result<Option<(OpId, Vec<u8>)>, StorageError> {
    let row = sqlx::query!(
        "select op_id, payload_sha256 from ledger.op where subscriber_id = $1 and idem_key = $2",
        subscriber.0,
        idem_key,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (OpId(row.op_id), row.payload_sha256)))
}

/// Postings as columns, for one insert.
#[derive(Default)]
struct Columns {
    seq: Vec<i16>,
    dr_code: Vec<i16>,
    dr_sub: Vec<Uuid>,
    cr_code: Vec<i16>,
    cr_sub: Vec<Uuid>,
    amount: Vec<i64>,
    delta: Vec<i64>,
    after: Vec<Option<i64>>,
    version: Vec<Option<i64>>,
}

impl Columns {
    fn push(
        &mut self,
        subscriber: SubscriberId,
        posting: &Posting,
        before: &Wallet,
        after: &Wallet,
    ) {
        let owner = |code: domain::ledger::Code| {
            if code.is_subscribers() {
                subscriber.0
            } else {
                OPERATOR.0
            }
        };
        let touches = after.version != before.version;
        self.seq.push(self.seq.len() as i16 + 1);
        self.dr_code.push(posting.debit.number());
        self.dr_sub.push(owner(posting.debit));
        self.cr_code.push(posting.credit.number());
        self.cr_sub.push(owner(posting.credit));
        self.amount.push(posting.amount.kopecks());
        self.delta.push(posting.wallet_delta().kopecks());
        self.after
            .push(touches.then_some(after.available.kopecks()));
        self.version.push(touches.then_some(after.version));
    }
}

/// Adds what was committed since the last run to the sums of all accounts; how many postings.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn roll_up(conn: &mut Conn) -> Result<i64, StorageError> {
    let counted = sqlx::query_scalar!(r#"select ledger.roll_up() as "counted!""#)
        .fetch_one(conn)
        .await?;
    Ok(counted)
}

/// Makes the parts of the posting table for the months ahead.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn ensure_months(
    conn: &mut Conn,
    now: Timestamp,
    months: i32,
) -> Result<(), StorageError> {
    sqlx::query!(
        "select ledger.ensure_months(($1::timestamptz at time zone 'UTC')::date, $2)",
        to_db(now),
        months,
    )
    .execute(conn)
    .await?;
    Ok(())
}
