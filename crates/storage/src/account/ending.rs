//! The end of a login: asked for, taken back, come; and what is forgotten by itself.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::AccountId;

/// Holds a login until the transaction ends.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn hold(conn: &mut Conn, id: AccountId) -> Result<(), StorageError> {
    sqlx::query_scalar!(
        "select account_id from identity.account where account_id = $1 for update",
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(())
}

/// Marks an open login for deletion; `false` when it is not open.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn close(
    conn: &mut Conn,
    id: AccountId,
    closes_at: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.account set state = 'closing', closes_at = $2
         where account_id = $1 and state = 'active'",
        id.0,
        to_db(closes_at),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the mark back; `false` when there is none.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn reopen(conn: &mut Conn, id: AccountId) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.account set state = 'active', closes_at = null
         where account_id = $1 and state = 'closing'",
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Logins whose time has come.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn closing_before(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<AccountId>, StorageError> {
    let rows = sqlx::query_scalar!(
        "select account_id from identity.account
         where state = 'closing' and closes_at <= $1 order by closes_at limit $2",
        to_db(now),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(AccountId).collect())
}

/// Erases what is known of a login whose time has come.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn erase(conn: &mut Conn, id: AccountId) -> Result<bool, StorageError> {
    let erased = sqlx::query_scalar!(r#"select identity.erase_account($1) as "erased!""#, id.0)
        .fetch_one(conn)
        .await?;
    Ok(erased)
}

/// Forgets a registration that was never opened; `false` when it has been.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn drop_pending(conn: &mut Conn, id: AccountId) -> Result<bool, StorageError> {
    let done = sqlx::query_scalar!(r#"select identity.drop_pending($1) as "done!""#, id.0)
        .fetch_one(conn)
        .await?;
    Ok(done)
}

/// Registrations that were begun before a moment and never opened.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn pending_before(
    conn: &mut Conn,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<AccountId>, StorageError> {
    let ids = sqlx::query_scalar!(
        "select account_id from identity.account
         where state = 'pending' and created_at < $1 limit $2",
        to_db(before),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// Deletes old traces: sessions and links that are over, entries of the security log, to whom
/// letters went.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep_traces(
    conn: &mut Conn,
    sessions_before: Timestamp,
    log_before: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "select identity.sweep_traces($1, $2)",
        to_db(sessions_before),
        to_db(log_before),
    )
    .execute(conn)
    .await?;
    Ok(())
}
