//! Putting jobs into the queue inside the caller's transaction: the job exists exactly when the
//! change that caused it was committed.
//!
//! The queue's own tables belong to the library, which makes them at run time, so these statements
//! are the only ones that are not checked when the code is compiled.

use crate::{Conn, StorageError};
use serde_json::Value;

/// What to do when a job waits under the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Something new has happened: it runs now, with all its attempts.
    Anew,
    /// The same was found again: it keeps its pauses between attempts.
    AsItIs,
}

/// Adds a job under a natural key. Many causes become one run: a job that waits under the same
/// key is replaced or left as it is.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn enqueue(
    conn: &mut Conn,
    task: &str,
    payload: &Value,
    key: &str,
    max_attempts: i32,
    again: Again,
) -> Result<(), StorageError> {
    enqueue_in(conn, Lane::Open, task, payload, key, max_attempts, again).await
}

/// How jobs share the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane<'a> {
    /// Whoever comes first.
    Open,
    /// Behind all others, and one at a time of the same name: a slow neighbour keeps nobody else waiting.
    Behind(&'a str),
}

/// The same in a lane.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn enqueue_in(
    conn: &mut Conn,
    lane: Lane<'_>,
    task: &str,
    payload: &Value,
    key: &str,
    max_attempts: i32,
    again: Again,
) -> Result<(), StorageError> {
    if again == Again::AsItIs {
        revive(conn, key).await?;
    }
    sqlx::query(
        "select graphile_worker.add_job($1, $2::json, job_key => $3, max_attempts => $4,
             job_key_mode => $5, queue_name => $6, priority => $7)",
    )
    .bind(task)
    .bind(payload)
    .bind(key)
    .bind(max_attempts)
    .bind(match again {
        Again::Anew => "replace",
        Again::AsItIs => "unsafe_dedupe",
    })
    .bind(match lane {
        Lane::Open => None,
        Lane::Behind(name) => Some(name),
    })
    .bind(match lane {
        Lane::Open => 0_i32,
        Lane::Behind(_) => 10,
    })
    .execute(conn)
    .await?;
    Ok(())
}

/// The work is due and its job has used up its attempts: that job makes room for a new one, or the
/// work would never be done again, even when what was in its way is gone.
async fn revive(conn: &mut Conn, key: &str) -> Result<(), StorageError> {
    let dead = sqlx::query(
        "delete from graphile_worker._private_jobs
         where key = $1 and attempts >= max_attempts and locked_at is null",
    )
    .bind(key)
    .execute(conn)
    .await?;
    if dead.rows_affected() > 0 {
        tracing::error!(job = key, "job.gave_up: begins anew, people must look");
    }
    Ok(())
}

/// Lets the application role work on the queue's tables.
///
/// # Errors
/// [`StorageError::Database`] when the caller does not own them.
pub async fn grant(conn: &mut Conn) -> Result<(), StorageError> {
    for statement in [
        "grant usage on schema graphile_worker to cabinet_app",
        "grant select, insert, update, delete on all tables in schema graphile_worker to cabinet_app",
        "grant usage on all sequences in schema graphile_worker to cabinet_app",
        "grant execute on all functions in schema graphile_worker to cabinet_app",
        // The library's tables let only their owner see rows, unless a policy says otherwise.
        "do $$ declare found record; begin
             for found in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = 'graphile_worker' and c.relkind = 'r' and c.relrowsecurity
                   and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'cabinet_app')
             loop
                 execute format('create policy cabinet_app on graphile_worker.%I to cabinet_app using (true) with check (true)', found.relname);
             end loop;
         end $$",
    ] {
        sqlx::query(statement).execute(&mut *conn).await?;
    }
    Ok(())
}
