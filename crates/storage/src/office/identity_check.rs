//! Subscribers whose identity was checked against their contract, on the phone or in an office.

use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{EventId, SessionId, SubscriberId};
use domain::office::CheckWay;

/// A check that was passed.
#[derive(Debug, Clone, Copy)]
pub struct Passed<'a> {
    /// Who has proven to be the contract's owner.
    pub subscriber: SubscriberId,
    /// How.
    pub way: CheckWay,
    /// The number of the call, or of the application that was signed.
    pub reference: &'a str,
}

/// Notes that somebody has proven to be the contract's owner.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    id: EventId,
    session: SessionId,
    passed: Passed<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into office.identity_check (check_id, session_id, subscriber_id, way, reference, at)
         values ($1, $2, $3, $4, $5, $6)",
        id.0,
        session.0,
        passed.subscriber.0,
        passed.way.code(),
        passed.reference,
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
