//! Letters and SMS on their way out.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{AccountId, EventId};

/// How a text travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
}

/// A text to be sent.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its id; the Message-ID of a letter.
    pub id: EventId,
    /// How.
    pub channel: Channel,
    /// To whom.
    pub recipient: String,
    /// Subject of a letter.
    pub subject: String,
    /// Text.
    pub body: String,
    /// How often it was tried.
    pub attempts: i32,
}

/// Writes a text to be sent.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    account: Option<AccountId>,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into outbox.delivery
             (delivery_id, account_id, channel, recipient, subject, body, state, created_at)
         values ($1, $2, $3, $4, $5, $6, 'queued', $7)",
        delivery.id.0,
        account.map(|id| id.0),
        if delivery.channel == Channel::Email {
            "email"
        } else {
            "sms"
        },
        delivery.recipient,
        delivery.subject,
        delivery.body,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A text that still waits; nothing when it was sent or given up.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find_queued(conn: &mut Conn, id: EventId) -> Result<Option<Delivery>, StorageError> {
    let row = sqlx::query!(
        r#"select channel, recipient, coalesce(subject, '') as "subject!", body as "body!", attempts
           from outbox.delivery where delivery_id = $1 and state = 'queued'"#,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Delivery {
        id,
        channel: if row.channel == "email" {
            Channel::Email
        } else {
            Channel::Sms
        },
        recipient: row.recipient,
        subject: row.subject,
        body: row.body,
        attempts: row.attempts,
    }))
}

/// It went out: wipes the text, which may hold a one-time link.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sent(conn: &mut Conn, id: EventId, now: Timestamp) -> Result<(), StorageError> {
    sqlx::query!(
        "update outbox.delivery set state = 'sent', sent_at = $2, body = null, attempts = attempts + 1
         where delivery_id = $1 and state = 'queued'",
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// It failed: counts the attempt, and gives up when it is the last.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn failed(
    conn: &mut Conn,
    id: EventId,
    error: &str,
    give_up: bool,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update outbox.delivery set attempts = attempts + 1, last_error = $2,
             state = case when $3 then 'dead' else state end,
             body = case when $3 then null else body end
         where delivery_id = $1 and state = 'queued'",
        id.0,
        error,
        give_up,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Texts that wait longer than they should: their job was lost.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn stuck(
    conn: &mut Conn,
    older_than: Timestamp,
    limit: i64,
) -> Result<Vec<EventId>, StorageError> {
    let rows = sqlx::query_scalar!(
        "select delivery_id from outbox.delivery
         where state = 'queued' and created_at < $1 order by created_at limit $2",
        to_db(older_than),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(EventId).collect())
}
