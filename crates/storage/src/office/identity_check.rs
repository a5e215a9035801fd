//! Subscribers whom somebody has opened, and callers whose identity was checked against their contract.

use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{CaseId, EventId, SessionId, SubscriberId};

/// A subscriber whom a session has opened.
#[derive(Debug, Clone)]
pub struct Case {
    /// Who.
    pub subscriber: SubscriberId,
    /// The last digits of what was typed.
    pub found_by: String,
}

/// Opens a subscriber for a session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open(
    conn: &mut Conn,
    id: CaseId,
    session: SessionId,
    case: &Case,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into office.subscriber_case (case_id, session_id, subscriber_id, found_by, at)
         values ($1, $2, $3, $4, $5)",
        id.0,
        session.0,
        case.subscriber.0,
        case.found_by,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The subscriber whom this session has opened under an id.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn opened(
    conn: &mut Conn,
    id: CaseId,
    session: SessionId,
) -> Result<Option<Case>, StorageError> {
    let row = sqlx::query!(
        "select subscriber_id, found_by from office.subscriber_case
         where case_id = $1 and session_id = $2",
        id.0,
        session.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Case {
        subscriber: SubscriberId(row.subscriber_id),
        found_by: row.found_by,
    }))
}

/// Forgets what was opened before a moment.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep_cases(conn: &mut Conn, before: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from office.subscriber_case where at < $1",
        to_db(before),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Notes that somebody on the phone has proven to be the contract's owner.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    id: EventId,
    session: SessionId,
    subscriber: SubscriberId,
    call: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into office.identity_check (check_id, session_id, subscriber_id, call, at)
         values ($1, $2, $3, $4, $5)",
        id.0,
        session.0,
        subscriber.0,
        call,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// When that was last, in this session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn newest(
    conn: &mut Conn,
    session: SessionId,
    subscriber: SubscriberId,
) -> Result<Option<Timestamp>, StorageError> {
    let at = sqlx::query_scalar!(
        "select at from office.identity_check where session_id = $1 and subscriber_id = $2
         order by at desc limit 1",
        session.0,
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(at.map(from_db))
}
