//! Codes that open the door once, when the second factor is lost.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::PersonId;

/// Replaces the whole set.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn replace(
    conn: &mut Conn,
    person: PersonId,
    digests: &[[u8; 32]],
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from office.recovery_code where person_id = $1",
        person.0
    )
    .execute(&mut *conn)
    .await?;
    let digests: Vec<Vec<u8>> = digests.iter().map(|digest| digest.to_vec()).collect();
    sqlx::query!(
        "insert into office.recovery_code (person_id, code_sha256)
         select $1, unnest($2::bytea[])",
        person.0,
        &digests,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Is it there and unused?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn exists(
    conn: &mut Conn,
    person: Option<PersonId>,
    digest: &[u8; 32],
) -> Result<bool, StorageError> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from office.recovery_code
                          where person_id = $1 and code_sha256 = $2 and used_at is null) as "found!""#,
        person.map(|id| id.0),
        digest,
    )
    .fetch_one(conn)
    .await?;
    Ok(found)
}

/// Uses a code up. Of several tries at once exactly one gets `true`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn consume(
    conn: &mut Conn,
    person: PersonId,
    digest: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update office.recovery_code set used_at = $3
         where person_id = $1 and code_sha256 = $2 and used_at is null",
        person.0,
        digest,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many are left.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn left(conn: &mut Conn, person: PersonId) -> Result<i64, StorageError> {
    let left = sqlx::query_scalar!(
        r#"select count(*) as "left!" from office.recovery_code
           where person_id = $1 and used_at is null"#,
        person.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(left)
}
