//! Sessions behind the doors of partners and staff: they end when they are not used, and in any case.

use crate::account::Origin;
use crate::convert::{code, from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{PartnerId, PersonId, SessionId};
use domain::office::{Door, Role};

/// A session that begins.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// In which browser.
    pub browser: &'a [u8; 32],
    /// From where.
    pub origin: &'a Origin,
    /// New recovery codes to show in it, sealed.
    pub codes_sealed: Option<&'a [u8]>,
    /// When it ends if it is not used.
    pub idle_until: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
}

/// A living session and who is in it.
#[derive(Debug, Clone)]
pub struct Living {
    /// The session.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// Login or e-mail.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The partner.
    pub partner: Option<PartnerId>,
    /// What the partner is called.
    pub organisation: Option<String>,
    /// Are there recovery codes that were not yet kept?
    pub has_codes: bool,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
}

/// Begins a session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    token_sha256: &[u8; 32],
    new: New<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into office.session (session_id, token_sha256, person_id, browser_sha256,
             codes_sealed, user_agent, address, created_at, last_seen_at, idle_until, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7::text::inet, $8, $8, $9, $10)",
        new.id.0,
        token_sha256,
        new.person.0,
        new.browser,
        new.codes_sealed,
        new.origin.user_agent,
        new.origin.address.map(|a| a.to_string()),
        to_db(now),
        to_db(new.idle_until),
        to_db(new.expires_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The living session behind a door's cookie, of somebody who may come in by that door.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(
    conn: &mut Conn,
    door: Door,
    token_sha256: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Living>, StorageError> {
    let row = sqlx::query!(
        r#"select s.session_id, s.person_id, p.login, p.name, p.role, p.partner_id,
                  o.name as "organisation?", s.codes_sealed is not null as "has_codes!",
                  s.last_seen_at, s.expires_at
           from office.session s
           join office.person p using (person_id)
           left join office.partner o using (partner_id)
           where s.token_sha256 = $1 and p.door = $2
             and s.ended_at is null and s.idle_until > $3 and s.expires_at > $3
             and p.blocked_at is null and o.blocked_at is null"#,
        token_sha256,
        door.code(),
        to_db(now),
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Living {
            id: SessionId(row.session_id),
            person: PersonId(row.person_id),
            login: row.login,
            name: row.name,
            role: code("person.role", &row.role, Role::from_code)?,
            partner: row.partner_id.map(PartnerId),
            organisation: row.organisation,
            has_codes: row.has_codes,
            last_seen_at: from_db(row.last_seen_at),
            expires_at: from_db(row.expires_at),
        })
    })
    .transpose()
}

/// Whose session this is or was, behind a door.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn whose(
    conn: &mut Conn,
    door: Door,
    token_sha256: &[u8; 32],
) -> Result<Option<PersonId>, StorageError> {
    let id = sqlx::query_scalar!(
        "select s.person_id from office.session s join office.person p using (person_id)
         where s.token_sha256 = $1 and p.door = $2",
        token_sha256,
        door.code(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(PersonId))
}

/// Notes that a session is in use.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn touch(
    conn: &mut Conn,
    id: SessionId,
    idle_until: Timestamp,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update office.session set last_seen_at = $2, idle_until = $3
         where session_id = $1 and ended_at is null",
        id.0,
        to_db(now),
        to_db(idle_until),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many living sessions somebody has.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn count(conn: &mut Conn, person: PersonId, now: Timestamp) -> Result<i64, StorageError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from office.session
           where person_id = $1 and ended_at is null and idle_until > $2 and expires_at > $2"#,
        person.0,
        to_db(now),
    )
    .fetch_one(conn)
    .await?;
    Ok(count)
}

/// The sealed recovery codes of a session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn codes(conn: &mut Conn, id: SessionId) -> Result<Option<Vec<u8>>, StorageError> {
    let sealed = sqlx::query_scalar!(
        "select codes_sealed from office.session where session_id = $1",
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(sealed.flatten())
}

/// The recovery codes are kept by their owner: they are not shown again.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn drop_codes(conn: &mut Conn, id: SessionId) -> Result<(), StorageError> {
    sqlx::query!(
        "update office.session set codes_sealed = null where session_id = $1",
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end(conn: &mut Conn, id: SessionId, now: Timestamp) -> Result<(), StorageError> {
    sqlx::query!(
        "update office.session set ended_at = $2, codes_sealed = null
         where session_id = $1 and ended_at is null",
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends all sessions of somebody, except one when it is named.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_all(
    conn: &mut Conn,
    person: PersonId,
    keep: Option<SessionId>,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "update office.session set ended_at = $3, codes_sealed = null
         where person_id = $1 and session_id is distinct from $2 and ended_at is null",
        person.0,
        keep.map(|id| id.0),
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes sessions that are long over.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from office.session where expires_at < $1",
        to_db(before),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
