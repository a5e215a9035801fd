//! One-time codes by SMS, each bound to the browser whose form waits for it. A challenge exists before
//! anybody knows whether there is a cabinet: a job arms it.

use crate::convert::{code, from_db, to_db};
use crate::token::Purpose;
use crate::{Conn, StorageError};
use domain::ids::{AccountId, ChallengeId};
use domain::{Phone, Timestamp};

/// A challenge as stored.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// What the code is for.
    pub purpose: Purpose,
    /// What was typed into the recovery form.
    pub login: Option<String>,
    /// Whose; nobody's until it is armed.
    pub account: Option<AccountId>,
    /// The phone the code went to.
    pub phone: Option<Phone>,
    /// Digest of the code.
    pub digest: Option<[u8; 32]>,
    /// Wrong tries so far.
    pub tries: u32,
    /// When another code may be asked for.
    pub again_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Has it been used?
    pub used: bool,
}

/// A new challenge.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// Its id.
    pub id: ChallengeId,
    /// The browser that waits.
    pub browser: &'a [u8; 32],
    /// What for.
    pub purpose: Purpose,
    /// What was typed into the recovery form.
    pub login: Option<&'a str>,
    /// When another code may be asked for.
    pub again_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Writes a challenge that is not armed yet.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(conn: &mut Conn, new: &New<'_>, now: Timestamp) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into identity.one_time_code
             (challenge_id, browser_sha256, purpose, login, created_at, again_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id.0,
        new.browser,
        new.purpose.code(),
        new.login,
        to_db(now),
        to_db(new.again_at),
        to_db(new.expires_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Finds a challenge of this browser and holds it until the transaction ends: tries are counted one
/// after the other.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn hold(
    conn: &mut Conn,
    id: ChallengeId,
    browser: &[u8; 32],
) -> Result<Option<Challenge>, StorageError> {
    let row = sqlx::query!(
        r#"select purpose, login, account_id, phone, code_sha256, tries, again_at, expires_at,
                  used_at is not null as "used!"
           from identity.one_time_code
           where challenge_id = $1 and browser_sha256 = $2 for update"#,
        id.0,
        browser,
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Challenge {
            purpose: code("one_time_code.purpose", &row.purpose, Purpose::from_code)?,
            login: row.login,
            account: row.account_id.map(AccountId),
            phone: row
                .phone
                .as_deref()
                .and_then(|text| Phone::parse(text).ok()),
            digest: row.code_sha256.and_then(|digest| digest.try_into().ok()),
            tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
            again_at: from_db(row.again_at),
            expires_at: from_db(row.expires_at),
            used: row.used,
        })
    })
    .transpose()
}

/// Gives a challenge its code. Other codes of the account for the same purpose stop working.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn arm(
    conn: &mut Conn,
    id: ChallengeId,
    account: AccountId,
    purpose: Purpose,
    phone: &Phone,
    digest: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StorageError> {
    sqlx::query!(
        "update identity.one_time_code set expires_at = $4
         where account_id = $1 and purpose = $2 and challenge_id <> $3
           and used_at is null and expires_at > $4",
        account.0,
        purpose.code(),
        id.0,
        to_db(now),
    )
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query!(
        "update identity.one_time_code
             set account_id = $2, purpose = $3, phone = $4, code_sha256 = $5
         where challenge_id = $1 and used_at is null and expires_at > $6",
        id.0,
        account.0,
        purpose.code(),
        phone.as_str(),
        digest,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a challenge wait for another code.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn renew(
    conn: &mut Conn,
    id: ChallengeId,
    again_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.one_time_code
             set code_sha256 = null, tries = 0, again_at = $2, expires_at = $3
         where challenge_id = $1 and used_at is null",
        id.0,
        to_db(again_at),
        to_db(expires_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Counts a try.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn count_try(conn: &mut Conn, id: ChallengeId) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.one_time_code set tries = tries + 1 where challenge_id = $1",
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Uses a challenge up.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn consume(
    conn: &mut Conn,
    id: ChallengeId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.one_time_code set used_at = $2
         where challenge_id = $1 and used_at is null and expires_at > $2",
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Uses up every challenge of a login: none of them can be renewed.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_of_account(
    conn: &mut Conn,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.one_time_code set used_at = $2
         where account_id = $1 and used_at is null",
        account.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes challenges that ended more than a day ago.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep(conn: &mut Conn, now: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from identity.one_time_code where expires_at < $1",
        to_db(now.plus_seconds(-24 * 3600)),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
