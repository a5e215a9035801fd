//! Browsers on which somebody has signed in to an account; [`crate::session::open`] remembers them.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::AccountId;

/// A browser that was not seen for so long is a stranger again, in seconds.
const FORGOTTEN_AFTER: i64 = 400 * 24 * 3600;

/// Has this account been signed in to on this browser?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn is_known(
    conn: &mut Conn,
    account: Option<AccountId>,
    browser: &[u8; 32],
) -> Result<bool, StorageError> {
    // Asked for a missing account too, so that both take the same time.
    let known = sqlx::query_scalar!(
        r#"select exists (select from identity.known_browser
                          where account_id = $1 and browser_sha256 = $2) as "known!""#,
        account.map(|id| id.0),
        browser,
    )
    .fetch_one(conn)
    .await?;
    Ok(known)
}

/// Forgets the browser of a session that was ended from elsewhere.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn forget_of_session(
    conn: &mut Conn,
    account: AccountId,
    session: domain::ids::SessionId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from identity.known_browser b using identity.session s
         where s.session_id = $2 and s.account_id = $1
           and b.account_id = $1 and b.browser_sha256 = s.browser_sha256",
        account.0,
        session.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets all browsers but one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn forget_others(
    conn: &mut Conn,
    account: AccountId,
    keep: &[u8; 32],
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from identity.known_browser where account_id = $1 and browser_sha256 <> $2",
        account.0,
        keep,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets browsers that were not seen for long.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep(conn: &mut Conn, now: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from identity.known_browser where last_seen_at < $1",
        to_db(now.plus_seconds(-FORGOTTEN_AFTER)),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
