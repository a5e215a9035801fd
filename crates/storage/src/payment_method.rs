//! Saved bank cards: the acquirer's tokens, sealed, and the little of a card that may be shown.

use crate::convert::{date_to_db, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use domain::ids::{AccountId, MethodId, PaymentId, SubscriberId};
use domain::{Date, Timestamp};

/// A saved card.
#[derive(Debug, Clone)]
pub struct Saved {
    /// Its id.
    pub id: MethodId,
    /// The token, sealed for its id.
    pub token_sealed: Vec<u8>,
    /// Payment system.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Month and year after which it does not work.
    pub expires: Option<(u8, u16)>,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// A card to save.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// Its id.
    pub id: MethodId,
    /// Whose it is.
    pub account: AccountId,
    /// The acquirer.
    pub gateway: &'a str,
    /// The token, sealed for its id.
    pub token_sealed: &'a [u8],
    /// Payment system.
    pub brand: &'a str,
    /// Last four digits.
    pub last4: &'a str,
    /// Month and year after which it does not work.
    pub expires: Option<(u8, u16)>,
    /// The payment it was saved by.
    pub saved_by: PaymentId,
}

/// Saves a card; the same payment saves it once.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    subscriber: SubscriberId,
    new: &New<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.payment_method (subscriber_id, method_id, gateway, token_sealed, brand,
             last4, expiry_month, expiry_year, saved_by, created_at, account_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (subscriber_id, saved_by) do nothing",
        subscriber.0,
        new.id.0,
        new.gateway,
        new.token_sealed,
        new.brand,
        new.last4,
        new.expires.map(|(month, _)| i16::from(month)),
        new.expires.and_then(|(_, year)| i16::try_from(year).ok()),
        new.saved_by.0,
        to_db(now),
        new.account.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Another token for a card that is saved already.
///
/// # Errors
/// [`StorageError::Conflict`] when it was removed meanwhile.
pub async fn renew(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: MethodId,
    token_sealed: &[u8],
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.payment_method set token_sealed = $3
         where subscriber_id = $1 and method_id = $2 and state = 'active'",
        subscriber.0,
        id.0,
        token_sealed,
    )
    .execute(conn)
    .await?;
    changed_one(&done, "payment_method")
}

/// The login whose contract it has been since a moment, if it is to stay; held until the transaction ends,
/// so that whoever leaves meanwhile takes along what is kept here.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn keeper(
    conn: &mut Conn,
    subscriber: SubscriberId,
    then: Timestamp,
) -> Result<Option<AccountId>, StorageError> {
    let id = sqlx::query_scalar!(
        "select a.account_id
         from identity.membership m join identity.account a using (account_id)
         where m.subscriber_id = $1 and m.since <= $2 and a.state = 'active' for share of a",
        subscriber.0,
        to_db(then),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(AccountId))
}

struct Row {
    method_id: uuid::Uuid,
    token_sealed: Option<Vec<u8>>,
    brand: String,
    last4: String,
    expiry_month: Option<i16>,
    expiry_year: Option<i16>,
    created_at: chrono::DateTime<chrono::Utc>,
}

impl From<Row> for Saved {
    fn from(row: Row) -> Self {
        let number = |value: Option<i16>| value.and_then(|value| u16::try_from(value).ok());
        let month = number(row.expiry_month).and_then(|month| u8::try_from(month).ok());
        Self {
            id: MethodId(row.method_id),
            token_sealed: row.token_sealed.unwrap_or_default(),
            brand: row.brand,
            last4: row.last4,
            expires: month.zip(number(row.expiry_year)),
            created_at: from_db(row.created_at),
        }
    }
}

/// The saved cards of a contract, newest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(conn: &mut Conn, subscriber: SubscriberId) -> Result<Vec<Saved>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "select method_id, token_sealed, brand, last4, expiry_month, expiry_year, created_at
         from billing.payment_method where subscriber_id = $1 and state = 'active'
         order by created_at desc, method_id desc",
        subscriber.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Saved::from).collect())
}

/// One saved card that was not removed, kept from being removed until the transaction ends.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn hold(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: MethodId,
) -> Result<Option<Saved>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        "select method_id, token_sealed, brand, last4, expiry_month, expiry_year, created_at
         from billing.payment_method
         where subscriber_id = $1 and method_id = $2 and state = 'active' for share",
        subscriber.0,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Saved::from))
}

/// Cards that running autopay takes money from, whose last day is at most so many days after `today`, and
/// whose owner was not told so near before it.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn expiring(
    conn: &mut Conn,
    today: Date,
    days: u16,
    limit: i64,
) -> Result<Vec<(SubscriberId, MethodId)>, StorageError> {
    let rows = sqlx::query!(
        "select m.subscriber_id, m.method_id
         from billing.payment_method m
         join billing.autopay a using (subscriber_id, method_id)
         where a.state = 'active' and m.state = 'active'
           and (m.warned_days is null or m.warned_days > $2::int)
           -- What the index finds, and of that the days exactly.
           and make_date(m.expiry_year, m.expiry_month, 1) between $1::date - 31 and $1::date + $2::int
           and make_date(m.expiry_year, m.expiry_month, 1) + interval '1 month - 1 day'
               between $1::date and $1::date + $2::int
         order by m.subscriber_id limit $3",
        date_to_db(today),
        i32::from(days),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (SubscriberId(row.subscriber_id), MethodId(row.method_id)))
        .collect())
}

/// Notes that the owner was warned so many days before; `false` when that, or a nearer one, was noted.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn warned(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: MethodId,
    days: u16,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update billing.payment_method set warned_days = $3
         where subscriber_id = $1 and method_id = $2 and state = 'active'
           and (warned_days is null or warned_days > $3)",
        subscriber.0,
        id.0,
        i16::try_from(days).unwrap_or(i16::MAX),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a card: its token is erased. `false` when it was removed before, or never was.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn remove(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: MethodId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update billing.payment_method set state = 'removed', token_sealed = null, removed_at = $3
         where subscriber_id = $1 and method_id = $2 and state = 'active'",
        subscriber.0,
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(changed_one(&done, "payment_method").is_ok())
}
