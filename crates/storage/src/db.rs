//! The pool, transactions, the clock, and what can go wrong with a database.

use crate::convert::from_db;
use domain::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgConnection, PgPool, Postgres};
use std::str::FromStr;
use std::time::Duration;

/// A connection inside a transaction.
pub type Conn = PgConnection;
/// A pool of connections, as the job queue wants it.
pub type Pool = PgPool;
/// An open transaction; dropped without a commit it leaves no trace.
pub type Tx = sqlx::Transaction<'static, Postgres>;

/// A connection outside of any transaction.
pub type Alone = sqlx::pool::PoolConnection<Postgres>;

/// The pool of connections.
#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
}

/// What the database answered instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A unique key exists already; the name of the constraint.
    #[error("unique key {0} exists already")]
    Duplicate(String),
    /// The row changed since it was read: read again and decide again.
    #[error("{0} changed meanwhile")]
    Conflict(&'static str),
    /// A stored value that this program could not have written.
    #[error("stored {what} is not understood: {value}")]
    Corrupt {
        /// Which column.
        what: &'static str,
        /// What stands in it.
        value: String,
    },
    /// The database refused or could not be reached.
    #[error(transparent)]
    Database(sqlx::Error),
}

/// A compare-and-set has changed its one row, or somebody else was quicker.
pub(crate) fn changed_one(
    done: &sqlx::postgres::PgQueryResult,
    what: &'static str,
) -> Result<(), StorageError> {
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(StorageError::Conflict(what)),
    }
}

impl StorageError {
    pub(crate) fn corrupt(what: &'static str, value: &impl ToString) -> Self {
        Self::Corrupt {
            what,
            value: value.to_string(),
        }
    }

    /// Will the same transaction probably succeed when it is tried again? True for deadlocks,
    /// serialization failures and rows that changed under our eyes.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Conflict(_) => true,
            Self::Database(sqlx::Error::Database(error)) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01"))
            }
            _ => false,
        }
    }

    /// Is the database itself out of reach?
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_),
            ) => true,
            Self::Database(sqlx::Error::Database(error)) => {
                // 57P0x: shutting down, crashed, starting up; 08xxx: connection lost; 53300: full.
                error.code().is_some_and(|code| {
                    code.starts_with("57P") || code.starts_with("08") || code == "53300"
                })
            }
            _ => false,
        }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(inner) = &error
            && inner.is_unique_violation()
        {
            return Self::Duplicate(inner.constraint().unwrap_or_default().to_owned());
        }
        Self::Database(error)
    }
}

/// A connection that was used within this time is taken to be alive.
const FRESH: Duration = Duration::from_secs(1);

impl Db {
    /// Opens a pool. Connections are made when they are first needed, so a database that is down
    /// at start is waited for by the callers, not here.
    ///
    /// # Errors
    /// [`StorageError::Database`] when the address is not understood.
    pub fn connect(url: &str, max_connections: u32) -> Result<Self, StorageError> {
        let options = PgConnectOptions::from_str(url)?.application_name("cabinet");
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(5))
            .idle_timeout(Duration::from_mins(5))
            // A connection in use a moment ago is not asked whether it lives: one way to the
            // database and back is saved for each transaction.
            .test_before_acquire(false)
            .before_acquire(|conn, meta| {
                Box::pin(async move {
                    if meta.idle_for > FRESH {
                        sqlx::Connection::ping(conn).await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// Around a pool that exists already.
    pub fn from_pool(pool: PgPool) -> Self {
        Self { pool }
    }

    /// The pool, for the job queue, which brings its own SQL.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Begins a transaction and reads the clock once for all of it.
    ///
    /// # Errors
    /// [`StorageError::Database`] when no connection can be had.
    pub async fn begin(&self) -> Result<(Tx, Timestamp), StorageError> {
        let mut tx = self.pool.begin().await?;
        let now = now(&mut tx).await?;
        Ok((tx, now))
    }

    /// A connection for statements that are a transaction each.
    ///
    /// # Errors
    /// [`StorageError::Database`] when no connection can be had.
    pub async fn statement(&self) -> Result<Alone, StorageError> {
        Ok(self.pool.acquire().await?)
    }

    /// A connection for looking, and the clock. No transaction: at the level that we use each statement
    /// sees what is committed when it runs anyhow, and two ways to the database are saved.
    ///
    /// # Errors
    /// [`StorageError::Database`] when no connection can be had.
    pub async fn look(&self) -> Result<(Alone, Timestamp), StorageError> {
        let mut conn = self.statement().await?;
        let now = now(&mut conn).await?;
        Ok((conn, now))
    }

    /// Begins a transaction that sees one moment of the database however long it looks.
    ///
    /// # Errors
    /// [`StorageError::Database`] when no connection can be had.
    pub async fn begin_snapshot(&self) -> Result<Tx, StorageError> {
        let begin = "begin isolation level repeatable read read only";
        Ok(self.pool.begin_with(begin).await?)
    }

    /// Answers when the database answers.
    ///
    /// # Errors
    /// [`StorageError::Database`] when it does not.
    pub async fn ping(&self) -> Result<Timestamp, StorageError> {
        let mut conn = self.pool.acquire().await?;
        now(&mut conn).await
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Commits.
///
/// # Errors
/// [`StorageError::Database`]; when the connection broke, it is open whether it was committed.
pub async fn commit(tx: Tx) -> Result<(), StorageError> {
    Ok(tx.commit().await?)
}

/// A part of a transaction that can be undone alone.
pub type Savepoint<'a> = sqlx::Transaction<'a, Postgres>;

/// Begins such a part.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn savepoint(conn: &mut Conn) -> Result<Savepoint<'_>, StorageError> {
    Ok(sqlx::Connection::begin(conn).await?)
}

/// Keeps what it did, as part of the transaction around it.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn release(part: Savepoint<'_>) -> Result<(), StorageError> {
    Ok(part.commit().await?)
}

/// Undoes what it did; the transaction around it goes on.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn undo(part: Savepoint<'_>) -> Result<(), StorageError> {
    Ok(part.rollback().await?)
}

/// The one clock.
///
/// # Errors
/// [`StorageError::Database`] when the database does not answer.
pub async fn now(conn: &mut Conn) -> Result<Timestamp, StorageError> {
    let at = sqlx::query_scalar!(r#"select app.now() as "now!""#)
        .fetch_one(conn)
        .await?;
    Ok(from_db(at))
}

/// Moves the clock of the demo and of tests by whole seconds from the real time.
///
/// # Errors
/// [`StorageError::Database`]; the application role may not do this.
pub async fn shift_clock(conn: &mut Conn, seconds: i64) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into app.clock (shift) values (make_interval(secs => $1::bigint::double precision))
         on conflict (one) do update set shift = excluded.shift",
        seconds
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes the role the application works as, without a password: the operator sets one. Its statements
/// are planned once: all of them find rows by keys, and planning them for each set of values costs
/// more than running them.
///
/// # Errors
/// [`StorageError::Database`] when the caller may not create or change roles.
pub async fn ensure_application_role(conn: &mut Conn) -> Result<(), StorageError> {
    let exists = sqlx::query_scalar!(
        r#"select exists (select from pg_roles where rolname = 'cabinet_app') as "exists!""#
    )
    .fetch_one(&mut *conn)
    .await?;
    if !exists {
        sqlx::query!("create role cabinet_app login")
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query!("alter role cabinet_app set plan_cache_mode = 'force_generic_plan'")
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes a database of this name if there is none.
///
/// # Errors
/// [`StorageError::Database`] when the caller may not create databases.
pub async fn ensure_database(db: &Db, name: &str) -> Result<(), StorageError> {
    let exists = sqlx::query_scalar!(
        r#"select exists (select from pg_database where datname = $1) as "exists!""#,
        name
    )
    .fetch_one(&db.pool)
    .await?;
    if !exists {
        let quoted = name.replace('"', "\"\"");
        sqlx::query(sqlx::AssertSqlSafe(format!("create database \"{quoted}\"")))
            .execute(&db.pool)
            .await?;
    }
    Ok(())
}
