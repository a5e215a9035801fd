//! One-time links. Only digests are kept, and using one up is a compare-and-set.

use crate::account::Proven;
use crate::convert::{code, from_db, to_db};
use crate::{Conn, StorageError};
use chrono::{DateTime, Utc};
use domain::Timestamp;
use domain::ids::AccountId;
use uuid::Uuid;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Opens a registered cabinet.
    Activation,
    /// Sets a new password.
    Recovery,
    /// Proves a new contact of an open cabinet.
    Contact,
    /// Sets a new password and binds the contact it went to: sent by an operator who has checked
    /// whose it is.
    Restore,
}

impl Purpose {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Recovery => "recovery",
            Self::Contact => "contact",
            Self::Restore => "restore",
        }
    }

    /// From its stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Activation,
            Self::Recovery,
            Self::Contact,
            Self::Restore,
        ]
        .into_iter()
        .find(|purpose| purpose.code() == code)
    }
}

/// A link as stored.
#[derive(Debug, Clone)]
pub struct Token {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose.
    pub account: AccountId,
    /// Which contact it proves.
    pub proven: Proven,
    /// The contact it was sent to.
    pub contact: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Has it been used?
    pub used: bool,
}

/// Writes a link. Links of the same purpose sent earlier to the account stop working.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    sha256: &[u8; 32],
    token: &Token,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into identity.one_time_token
             (token_sha256, purpose, account_id, channel, contact, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        sha256,
        token.purpose.code(),
        token.account.0,
        if token.proven == Proven::Email {
            "email"
        } else {
            "phone"
        },
        token.contact,
        to_db(now),
        to_db(token.expires_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the unused links of a login for one purpose.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_all(
    conn: &mut Conn,
    account: AccountId,
    purpose: Purpose,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.one_time_token set expires_at = $3
         where account_id = $1 and purpose = $2 and used_at is null and expires_at > $3",
        account.0,
        purpose.code(),
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the unused links of a login for one purpose that went to another contact.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_to_others(
    conn: &mut Conn,
    account: AccountId,
    purpose: Purpose,
    contact: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.one_time_token set expires_at = $4
         where account_id = $1 and purpose = $2 and contact <> $3
           and used_at is null and expires_at > $4",
        account.0,
        purpose.code(),
        contact,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends every unused link of a login.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_of_account(
    conn: &mut Conn,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.one_time_token set expires_at = $2
         where account_id = $1 and used_at is null and expires_at > $2",
        account.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A link as a row.
struct Row {
    purpose: String,
    account_id: Uuid,
    channel: String,
    contact: String,
    expires_at: DateTime<Utc>,
    used: bool,
}

impl Row {
    fn token(self) -> Result<Token, StorageError> {
        Ok(Token {
            purpose: code("one_time_token.purpose", &self.purpose, Purpose::from_code)?,
            account: AccountId(self.account_id),
            proven: if self.channel == "email" {
                Proven::Email
            } else {
                Proven::Phone
            },
            contact: self.contact,
            expires_at: from_db(self.expires_at),
            used: self.used,
        })
    }
}

/// Looks at a link without using it: mail scanners do the same.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(conn: &mut Conn, sha256: &[u8; 32]) -> Result<Option<Token>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        r#"select purpose, account_id, channel, contact, expires_at, used_at is not null as "used!"
           from identity.one_time_token where token_sha256 = $1"#,
        sha256,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Row::token).transpose()
}

/// The link for one purpose that a login can still open.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn waiting(
    conn: &mut Conn,
    account: AccountId,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Token>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        r#"select purpose, account_id, channel, contact, expires_at, false as "used!"
           from identity.one_time_token
           where account_id = $1 and purpose = $2 and used_at is null and expires_at > $3
           order by expires_at desc limit 1"#,
        account.0,
        purpose.code(),
        to_db(now),
    )
    .fetch_optional(conn)
    .await?;
    row.map(Row::token).transpose()
}

/// Uses a link up. Of several attempts at once exactly one gets `true`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn consume(
    conn: &mut Conn,
    sha256: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.one_time_token set used_at = $2
         where token_sha256 = $1 and used_at is null and expires_at > $2",
        sha256,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
