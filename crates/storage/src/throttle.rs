//! Counters against guessing, kept in the database so that they hold across nodes.

use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;

/// A counter after a hit or a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Hits in the window.
    pub hits: u32,
    /// When the window ends and the counter starts anew.
    pub window_ends_at: Timestamp,
}

/// Counts one hit. A new window begins with the first hit after the last one ended.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn hit(
    conn: &mut Conn,
    key: &str,
    window_seconds: i64,
    now: Timestamp,
) -> Result<Count, StorageError> {
    let row = sqlx::query!(
        "insert into app.throttle as t (key, hits, window_ends_at) values ($1, 1, $2)
         on conflict (key) do update set
             hits = case when t.window_ends_at <= $3 then 1 else t.hits + 1 end,
             window_ends_at = case when t.window_ends_at <= $3 then $2 else t.window_ends_at end
         returning hits, window_ends_at",
        key,
        to_db(now.plus_seconds(window_seconds)),
        to_db(now),
    )
    .fetch_one(conn)
    .await?;
    Ok(Count {
        hits: u32::try_from(row.hits).unwrap_or(u32::MAX),
        window_ends_at: from_db(row.window_ends_at),
    })
}

/// Looks at a counter without counting.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn look(
    conn: &mut Conn,
    key: &str,
    now: Timestamp,
) -> Result<Option<Count>, StorageError> {
    let row = sqlx::query!(
        "select hits, window_ends_at from app.throttle where key = $1 and window_ends_at > $2",
        key,
        to_db(now),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Count {
        hits: u32::try_from(row.hits).unwrap_or(u32::MAX),
        window_ends_at: from_db(row.window_ends_at),
    }))
}

/// Takes one hit back.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn take_back(conn: &mut Conn, key: &str) -> Result<(), StorageError> {
    sqlx::query!(
        "update app.throttle set hits = greatest(hits - 1, 0) where key = $1",
        key
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets some counters after a success, and takes one hit back of others.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn forgive(
    conn: &mut Conn,
    forgotten: &[String],
    taken_back: &[String],
) -> Result<(), StorageError> {
    sqlx::query!(
        "with forgotten as (delete from app.throttle where key = any($1))
         update app.throttle set hits = greatest(hits - 1, 0) where key = any($2)",
        forgotten,
        taken_back,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets a counter after a success.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn clear(conn: &mut Conn, key: &str) -> Result<(), StorageError> {
    sqlx::query!("delete from app.throttle where key = $1", key)
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes counters whose window has ended.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep(conn: &mut Conn, now: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from app.throttle where window_ends_at <= $1",
        to_db(now)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
