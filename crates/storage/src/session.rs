//! Signed-in devices.

use crate::account::Origin;
use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{AccountId, CardId, SessionId};

/// A device on which somebody is signed in.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// Does it stay after the browser is closed?
    pub remembered: bool,
    /// The card in view.
    pub card: Option<CardId>,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Begins a session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    token_sha256: &[u8; 32],
    session: &Session,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into identity.session (session_id, token_sha256, account_id, remembered, user_agent,
             address, card_id, created_at, last_seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6::text::inet, $7, $8, $8, $9)",
        session.id.0,
        token_sha256,
        session.account.0,
        session.remembered,
        origin.user_agent,
        origin.address.map(|a| a.to_string()),
        session.card.map(|c| c.0),
        to_db(now),
        to_db(session.expires_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The living session behind a cookie, of an account that may still sign in.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(
    conn: &mut Conn,
    token_sha256: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Session>, StorageError> {
    let row = sqlx::query!(
        "select s.session_id, s.account_id, s.remembered, s.card_id, s.last_seen_at, s.expires_at
         from identity.session s join identity.account a using (account_id)
         where s.token_sha256 = $1 and s.ended_at is null and s.expires_at > $2 and a.state = 'active'",
        token_sha256,
        to_db(now),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Session {
        id: SessionId(row.session_id),
        account: AccountId(row.account_id),
        remembered: row.remembered,
        card: row.card_id.map(CardId),
        last_seen_at: from_db(row.last_seen_at),
        expires_at: from_db(row.expires_at),
    }))
}

/// Notes that a session is in use and moves its end.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn touch(
    conn: &mut Conn,
    id: SessionId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.session set last_seen_at = $2, expires_at = $3
         where session_id = $1 and ended_at is null",
        id.0,
        to_db(now),
        to_db(expires_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Chooses the card in view.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_card(conn: &mut Conn, id: SessionId, card: CardId) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.session set card_id = $2 where session_id = $1",
        id.0,
        card.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends one session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end(conn: &mut Conn, id: SessionId, now: Timestamp) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.session set ended_at = $2 where session_id = $1 and ended_at is null",
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends all sessions of an account, as after a new password.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_all(
    conn: &mut Conn,
    account: AccountId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "update identity.session set ended_at = $2 where account_id = $1 and ended_at is null",
        account.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
