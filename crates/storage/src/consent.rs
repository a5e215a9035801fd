//! Consents: each giving and each withdrawal is a record of its own; the newest holds.

use crate::account::Origin;
use crate::convert::{code, from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::consent::Document;
use domain::ids::{AccountId, EventId};

/// What holds for a document now.
#[derive(Debug, Clone)]
pub struct Latest {
    /// Which document.
    pub document: Document,
    /// The version it was about: the date of the text.
    pub version: String,
    /// Given or taken back?
    pub given: bool,
    /// When.
    pub at: Timestamp,
}

/// Records that a consent to the text in force was given or taken back, unless that is what holds
/// already. `true` when something was recorded.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn record(
    conn: &mut Conn,
    account: AccountId,
    id: EventId,
    document: Document,
    given: bool,
    origin: &Origin,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "insert into identity.consent
             (consent_id, account_id, document, version, given, at, address, user_agent)
         select $1, $2, $3::text, $4::text, $5::boolean, $6, $7::text::inet, $8
         where not exists (
             select from (select c.given, c.version from identity.consent c
                          where c.account_id = $2 and c.document = $3::text
                          order by c.at desc, c.consent_id desc limit 1) holds
             where holds.given = $5::boolean and holds.version = $4::text)
           and ($5::boolean or exists (select from identity.consent c
                              where c.account_id = $2 and c.document = $3::text))",
        id.0,
        account.0,
        document.code(),
        document.version(),
        given,
        to_db(now),
        origin.address.map(|a| a.to_string()),
        origin.user_agent,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What holds for each document that was ever asked for.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn latest(conn: &mut Conn, account: AccountId) -> Result<Vec<Latest>, StorageError> {
    let rows = sqlx::query!(
        "select distinct on (document) document, version, given, at
         from identity.consent where account_id = $1
         order by document, at desc, consent_id desc",
        account.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Latest {
                document: code("consent.document", &row.document, Document::from_code)?,
                version: row.version,
                given: row.given,
                at: from_db(row.at),
            })
        })
        .collect()
}
