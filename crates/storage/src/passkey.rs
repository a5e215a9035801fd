//! Passkeys and the ceremonies under way.

use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{AccountId, CeremonyId};
use serde_json::Value;

/// A passkey as its owner sees it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The authenticator's id of it.
    pub id: Vec<u8>,
    /// How its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// The passkeys of an account, the oldest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(conn: &mut Conn, account: AccountId) -> Result<Vec<Listed>, StorageError> {
    let rows = sqlx::query!(
        "select credential_id, name, created_at, last_used_at
         from identity.passkey where account_id = $1 order by created_at, credential_id",
        account.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Listed {
            id: row.credential_id,
            name: row.name,
            created_at: from_db(row.created_at),
            last_used_at: row.last_used_at.map(from_db),
        })
        .collect())
}

/// Adds a passkey.
///
/// # Errors
/// [`StorageError::Duplicate`] when it belongs to an account already.
pub async fn insert(
    conn: &mut Conn,
    account: AccountId,
    id: &[u8],
    name: &str,
    credential: &Value,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into identity.passkey (account_id, credential_id, name, credential, created_at)
         values ($1, $2, $3, $4, $5)",
        account.0,
        id,
        name,
        credential,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The stored part of a passkey of this account, held until the transaction ends: its counter moves.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn hold(
    conn: &mut Conn,
    account: AccountId,
    id: &[u8],
) -> Result<Option<Value>, StorageError> {
    let credential = sqlx::query_scalar!(
        "select credential from identity.passkey
         where account_id = $1 and credential_id = $2 for update",
        account.0,
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(credential)
}

/// Notes that a passkey was used, and what changed in it.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn used(
    conn: &mut Conn,
    account: AccountId,
    id: &[u8],
    credential: &Value,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.passkey set credential = $3, last_used_at = $4
         where account_id = $1 and credential_id = $2",
        account.0,
        id,
        credential,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Renames a passkey; `false` when the account has no such one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn rename(
    conn: &mut Conn,
    account: AccountId,
    id: &[u8],
    name: &str,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.passkey set name = $3 where account_id = $1 and credential_id = $2",
        account.0,
        id,
        name,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a passkey; its name, or nothing when the account has no such one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn remove(
    conn: &mut Conn,
    account: AccountId,
    id: &[u8],
) -> Result<Option<String>, StorageError> {
    let name = sqlx::query_scalar!(
        "delete from identity.passkey where account_id = $1 and credential_id = $2 returning name",
        account.0,
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(name)
}

/// Removes all of an account; how many there were.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn remove_all(conn: &mut Conn, account: AccountId) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from identity.passkey where account_id = $1",
        account.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Begins a ceremony.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn begin(
    conn: &mut Conn,
    id: CeremonyId,
    browser: &[u8; 32],
    account: Option<AccountId>,
    state: &Value,
    expires_at: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into identity.ceremony (ceremony_id, browser_sha256, account_id, state, expires_at)
         values ($1, $2, $3, $4, $5)",
        id.0,
        browser,
        account.map(|id| id.0),
        state,
        to_db(expires_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a ceremony of this browser (and of this account, when a passkey is being added): it can be
/// answered once.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn take(
    conn: &mut Conn,
    id: CeremonyId,
    browser: &[u8; 32],
    account: Option<AccountId>,
    now: Timestamp,
) -> Result<Option<Value>, StorageError> {
    let state = sqlx::query_scalar!(
        "delete from identity.ceremony
         where ceremony_id = $1 and browser_sha256 = $2 and account_id is not distinct from $3
           and expires_at > $4
         returning state",
        id.0,
        browser,
        account.map(|id| id.0),
        to_db(now),
    )
    .fetch_optional(conn)
    .await?;
    Ok(state)
}

/// Deletes ceremonies that nobody has answered.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep(conn: &mut Conn, now: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from identity.ceremony where expires_at <= $1",
        to_db(now)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
