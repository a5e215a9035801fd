//! Links by which somebody sets up the way in: a password, then the second factor.

use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{PersonId, SessionId};

/// A link as stored.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Whose.
    pub person: PersonId,
    /// The session that may go on; none for an invitation.
    pub session: Option<SessionId>,
    /// The password that was chosen; none before.
    pub password_hash: Option<String>,
    /// The browser in which it was chosen.
    pub browser: Option<Vec<u8>>,
    /// The sealed secret of the one-time passwords to be.
    pub totp_sealed: Vec<u8>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Was it used?
    pub used: bool,
}

/// Writes a link; earlier ones of the same person end.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    sha256: &[u8; 32],
    person: PersonId,
    session: Option<SessionId>,
    totp_sealed: &[u8],
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), StorageError> {
    end_all(conn, person, now).await?;
    sqlx::query!(
        "insert into office.enrolment
             (token_sha256, person_id, session_id, totp_sealed, created_at, expires_at)
         values ($1, $2, $6, $3, $4, $5)",
        sha256,
        person.0,
        totp_sealed,
        to_db(now),
        to_db(expires_at),
        session.map(|id| id.0),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends every unused link of somebody.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_all(
    conn: &mut Conn,
    person: PersonId,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update office.enrolment set expires_at = $2
         where person_id = $1 and used_at is null and expires_at > $2",
        person.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Looks at a link, and holds it until the transaction ends.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(conn: &mut Conn, sha256: &[u8; 32]) -> Result<Option<Enrolment>, StorageError> {
    let row = sqlx::query!(
        r#"select person_id, session_id, password_hash, browser_sha256, totp_sealed, expires_at,
                  used_at is not null as "used!"
           from office.enrolment where token_sha256 = $1 for update"#,
        sha256,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Enrolment {
        person: PersonId(row.person_id),
        session: row.session_id.map(SessionId),
        password_hash: row.password_hash,
        browser: row.browser_sha256,
        totp_sealed: row.totp_sealed,
        expires_at: from_db(row.expires_at),
        used: row.used,
    }))
}

/// Keeps the chosen password, and a secret made for it, for the second step in the same browser; or
/// forgets the password.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_password(
    conn: &mut Conn,
    sha256: &[u8; 32],
    password_hash: Option<&str>,
    browser: &[u8; 32],
    totp_sealed: &[u8],
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update office.enrolment set password_hash = $2, browser_sha256 = $4, totp_sealed = $5
         where token_sha256 = $1 and used_at is null and expires_at > $3",
        sha256,
        password_hash,
        to_db(now),
        browser,
        totp_sealed,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Uses a link up. Of several attempts at once exactly one gets `true`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn consume(
    conn: &mut Conn,
    sha256: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update office.enrolment set used_at = $2
         where token_sha256 = $1 and used_at is null and expires_at > $2",
        sha256,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes links that are long over.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from office.enrolment where expires_at < $1",
        to_db(before),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
