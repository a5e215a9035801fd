//! Personal messages: of a contract, or of a login alone ([`Reader`] says who reads).

use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{AccountId, MessageId, SubscriberId};
use domain::notice::Notice;

/// A message with its moment still in UTC.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: MessageId,
    /// When it was written.
    pub at: Timestamp,
    /// Has it been opened?
    pub read: bool,
    /// What it says.
    pub notice: Notice,
}

/// Whose inbox is read: a contract's, by a login. Messages of another login are not in it.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// The contract.
    pub subscriber: SubscriberId,
    /// The login.
    pub account: AccountId,
}

/// Writes a message about a login into the inbox of its contract. Nobody else ever reads it.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert_for(
    conn: &mut Conn,
    to: Reader,
    id: MessageId,
    notice: &Notice,
    now: Timestamp,
) -> Result<(), StorageError> {
    insert(conn, to.subscriber, id, notice, now).await?;
    sqlx::query!(
        "update inbox.message set account_id = $3 where subscriber_id = $1 and message_id = $2",
        to.subscriber.0,
        id.0,
        to.account.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes a message.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: MessageId,
    notice: &Notice,
    now: Timestamp,
) -> Result<(), StorageError> {
    let json = serde_json::to_value(notice)
        .map_err(|error| StorageError::corrupt("message.notice", &error))?;
    sqlx::query!(
        "insert into inbox.message (subscriber_id, message_id, notice, created_at)
         values ($1, $2, $3, $4)",
        subscriber.0,
        id.0,
        json,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The newest messages.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(conn: &mut Conn, reader: Reader, limit: i64) -> Result<Vec<Row>, StorageError> {
    let rows = sqlx::query!(
        r#"select message_id, notice, created_at, read_at is not null as "read!"
           from inbox.message
           where subscriber_id = $1 and (account_id is null or account_id = $3)
           order by created_at desc, message_id desc limit $2"#,
        reader.subscriber.0,
        limit,
        reader.account.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Row {
                id: MessageId(row.message_id),
                at: from_db(row.created_at),
                read: row.read,
                notice: serde_json::from_value(row.notice)
                    .map_err(|error| StorageError::corrupt("message.notice", &error))?,
            })
        })
        .collect()
}

/// One message.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn get(
    conn: &mut Conn,
    reader: Reader,
    id: MessageId,
) -> Result<Option<Row>, StorageError> {
    let row = sqlx::query!(
        r#"select message_id, notice, created_at, read_at is not null as "read!"
           from inbox.message
           where subscriber_id = $1 and message_id = $2
             and (account_id is null or account_id = $3)"#,
        reader.subscriber.0,
        id.0,
        reader.account.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Row {
            id: MessageId(row.message_id),
            at: from_db(row.created_at),
            read: row.read,
            notice: serde_json::from_value(row.notice)
                .map_err(|error| StorageError::corrupt("message.notice", &error))?,
        })
    })
    .transpose()
}

/// How many are unread.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn unread(conn: &mut Conn, reader: Reader) -> Result<i64, StorageError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from inbox.message
           where subscriber_id = $1 and read_at is null
             and (account_id is null or account_id = $2)"#,
        reader.subscriber.0,
        reader.account.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(count)
}

/// Marks one message, or all, as read.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn mark_read(
    conn: &mut Conn,
    reader: Reader,
    id: Option<MessageId>,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "update inbox.message set read_at = $3
         where subscriber_id = $1 and read_at is null and ($2::uuid is null or message_id = $2)
           and (account_id is null or account_id = $4)",
        reader.subscriber.0,
        id.map(|id| id.0),
        to_db(now),
        reader.account.0,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
