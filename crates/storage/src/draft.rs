//! What was typed into a refused form, kept for its browser for some minutes.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::form::FieldError;
use domain::ids::DraftId;
use std::collections::BTreeMap;

/// Kept texts by field name, and the problems to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Field name → text; never a secret.
    pub fields: BTreeMap<String, String>,
    /// What was wrong.
    pub errors: Vec<FieldError>,
}

/// How long a draft lives, in seconds.
pub const LIFE_SECONDS: i64 = 600;

/// Keeps a draft.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn save(
    conn: &mut Conn,
    id: DraftId,
    browser: &[u8; 32],
    draft: &Draft,
    now: Timestamp,
) -> Result<(), StorageError> {
    let fields = serde_json::to_value(&draft.fields)
        .map_err(|error| StorageError::corrupt("form_draft.fields", &error))?;
    let errors = serde_json::to_value(&draft.errors)
        .map_err(|error| StorageError::corrupt("form_draft.errors", &error))?;
    sqlx::query!(
        "insert into app.form_draft (draft_id, browser_sha256, fields, errors, expires_at)
         values ($1, $2, $3, $4, $5)",
        id.0,
        browser,
        fields,
        errors,
        to_db(now.plus_seconds(LIFE_SECONDS)),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Finds the draft of this browser; another browser's is not found.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(
    conn: &mut Conn,
    id: DraftId,
    browser: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Draft>, StorageError> {
    let row = sqlx::query!(
        "select fields, errors from app.form_draft
         where draft_id = $1 and browser_sha256 = $2 and expires_at > $3",
        id.0,
        browser,
        to_db(now),
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Draft {
            fields: serde_json::from_value(row.fields)
                .map_err(|error| StorageError::corrupt("form_draft.fields", &error))?,
            errors: serde_json::from_value(row.errors)
                .map_err(|error| StorageError::corrupt("form_draft.errors", &error))?,
        })
    })
    .transpose()
}

/// Deletes drafts that have expired.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep(conn: &mut Conn, now: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from app.form_draft where expires_at <= $1",
        to_db(now)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
