//! Subscribers whom somebody has opened, for a day. Pages are called by the case and not by the
//! subscriber.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{CaseId, SessionId, SubscriberId};

/// A subscriber whom a session has opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Who.
    pub subscriber: SubscriberId,
    /// The last digits of what was typed.
    pub found_by: String,
}

/// Opens a subscriber for a session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    id: CaseId,
    session: SessionId,
    case: &Opened,
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
pub async fn find(
    conn: &mut Conn,
    id: CaseId,
    session: SessionId,
) -> Result<Option<Opened>, StorageError> {
    let row = sqlx::query!(
        "select subscriber_id, found_by from office.subscriber_case
         where case_id = $1 and session_id = $2",
        id.0,
        session.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Opened {
        subscriber: SubscriberId(row.subscriber_id),
        found_by: row.found_by,
    }))
}

/// Forgets what was opened before a moment.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from office.subscriber_case where at < $1",
        to_db(before),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
