//! Registrations under way, each bound to the browser that began it.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{AccountId, CardId, RegistrationId, SubscriberId};

/// A registration between its steps.
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// The contract the card belongs to.
    pub subscriber: SubscriberId,
    /// The card that was typed.
    pub card: CardId,
    /// The login, once the contract matched.
    pub account: Option<AccountId>,
}

/// Life of a registration in seconds.
pub const LIFE_SECONDS: i64 = 24 * 3600;

/// Begins a registration.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    id: RegistrationId,
    browser: &[u8; 32],
    subscriber: SubscriberId,
    card: CardId,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into identity.registration
             (registration_id, browser_sha256, subscriber_id, card_id, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        id.0,
        browser,
        subscriber.0,
        card.0,
        to_db(now),
        to_db(now.plus_seconds(LIFE_SECONDS)),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Finds a registration of this browser.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(
    conn: &mut Conn,
    id: RegistrationId,
    browser: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Registration>, StorageError> {
    let row = sqlx::query!(
        "select subscriber_id, card_id, account_id from identity.registration
         where registration_id = $1 and browser_sha256 = $2 and expires_at > $3",
        id.0,
        browser,
        to_db(now),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Registration {
        id,
        subscriber: SubscriberId(row.subscriber_id),
        card: CardId(row.card_id),
        account: row.account_id.map(AccountId),
    }))
}

/// The contract matched: remembers the login.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_account(
    conn: &mut Conn,
    id: RegistrationId,
    account: AccountId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.registration set account_id = $2 where registration_id = $1",
        id.0,
        account.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends whatever registrations of a contract are under way.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn forget(conn: &mut Conn, subscriber: SubscriberId) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from identity.registration where subscriber_id = $1",
        subscriber.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes registrations that have expired.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep(conn: &mut Conn, now: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from identity.registration where expires_at <= $1",
        to_db(now)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
