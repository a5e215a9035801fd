//! Notifications of the acquirer as they came. They are a hint to look, never a proof.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use serde_json::Value;
use std::net::IpAddr;

/// Keeps a notification. A repeated one is counted and has to be processed again: an early copy
/// must not swallow the real event.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn receive(
    conn: &mut Conn,
    gateway: &str,
    event: &str,
    object_id: &str,
    payload: &Value,
    remote: Option<IpAddr>,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.webhook_inbox as w
             (gateway, event, object_id, payload, remote_ip, received_at)
         values ($1, $2, $3, $4, $5::text::inet, $6)
         on conflict (gateway, event, object_id) do update set
             hits = w.hits + 1, processed_at = null, outcome = null",
        gateway,
        event,
        object_id,
        payload,
        remote.map(|a| a.to_string()),
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks the notifications about an object as processed.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn processed(
    conn: &mut Conn,
    gateway: &str,
    object_id: &str,
    outcome: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update billing.webhook_inbox set processed_at = $3, outcome = $4
         where gateway = $1 and object_id = $2 and processed_at is null",
        gateway,
        object_id,
        to_db(now),
        outcome,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Objects whose notifications wait for longer than they should: their job was lost.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn stuck(
    conn: &mut Conn,
    gateway: &str,
    older_than: Timestamp,
    limit: i64,
) -> Result<Vec<String>, StorageError> {
    let rows = sqlx::query_scalar!(
        "select distinct object_id from billing.webhook_inbox
         where gateway = $1 and processed_at is null and received_at < $2 limit $3",
        gateway,
        to_db(older_than),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
