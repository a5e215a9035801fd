//! Callers whose identity was checked against their contract.

use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{EventId, SessionId, SubscriberId};

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
