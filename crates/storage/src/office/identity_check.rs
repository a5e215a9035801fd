//! Subscribers whose identity was checked against their contract, on the phone or in an office.

use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{CaseId, EventId, SessionId, SubscriberId};
use domain::office::CheckWay;

/// A check.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    /// In which case.
    pub case: CaseId,
    /// Who says to be the contract's owner.
    pub subscriber: SubscriberId,
    /// How.
    pub way: CheckWay,
    /// The number of the call, or of the application that was signed.
    pub reference: &'a str,
    /// Was it proven?
    pub passed: bool,
}

/// Notes a check.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    id: EventId,
    session: SessionId,
    check: Check<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into office.identity_check
             (check_id, session_id, case_id, subscriber_id, way, reference, passed, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        session.0,
        check.case.0,
        check.subscriber.0,
        check.way.code(),
        check.reference,
        check.passed,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// When the check of this case was passed in this way and session, and its reference; nothing when a
/// later one in the same case failed.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn passed(
    conn: &mut Conn,
    session: SessionId,
    case: CaseId,
    way: CheckWay,
) -> Result<Option<(Timestamp, String)>, StorageError> {
    let row = sqlx::query!(
        "select at, way, reference, passed from office.identity_check
         where case_id = $1 and session_id = $2 order by at desc, check_id desc limit 1",
        case.0,
        session.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row
        .filter(|row| row.passed && row.way == way.code())
        .map(|row| (from_db(row.at), row.reference)))
}
