//! What happened to an account's access. Only grows.

use crate::account::Origin;
use crate::convert::{code, from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{AccountId, EventId};
use domain::security::SecurityEvent;

/// An entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What happened.
    pub event: SecurityEvent,
    /// To what: a device, contact, passkey, contract; may be empty.
    pub detail: String,
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub address: Option<String>,
    /// In which browser, as it names itself.
    pub user_agent: String,
}

/// Writes an entry.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    account: AccountId,
    id: EventId,
    event: SecurityEvent,
    detail: &str,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into identity.security_log
             (account_id, event_id, event, detail, at, address, user_agent)
         values ($1, $2, $3, $4, $5, $6::text::inet, $7)",
        account.0,
        id.0,
        event.code(),
        detail,
        to_db(now),
        origin.address.map(|a| a.to_string()),
        origin.user_agent,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The newest entries.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(
    conn: &mut Conn,
    account: AccountId,
    limit: i64,
) -> Result<Vec<Entry>, StorageError> {
    let rows = sqlx::query!(
        "select event, detail, at, host(address) as address, user_agent
         from identity.security_log where account_id = $1
         order by at desc, event_id desc limit $2",
        account.0,
        limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Entry {
                event: code("security_log.event", &row.event, SecurityEvent::from_code)?,
                detail: row.detail,
                at: from_db(row.at),
                address: row.address,
                user_agent: row.user_agent,
            })
        })
        .collect()
}
