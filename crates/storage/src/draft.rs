//! What was typed into a refused form, kept for its browser for some minutes.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::form::FieldError;
use domain::ids::DraftId;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Kept texts by field name, and the problems to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Field name → text; never a secret.
    pub fields: BTreeMap<String, String>,
    /// What was wrong.
    pub errors: Vec<FieldError>,
}

/// Where a draft is shown, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The browser.
    pub browser: &'a [u8; 32],
    /// The path of the page.
    pub page: &'a str,
    /// Whoever is signed in there: a login, or somebody of partners or staff.
    pub owner: Option<Uuid>,
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
    place: Place<'_>,
    draft: &Draft,
    now: Timestamp,
) -> Result<(), StorageError> {
    let fields = serde_json::to_value(&draft.fields)
        .map_err(|error| StorageError::corrupt("form_draft.fields", &error))?;
    let errors = serde_json::to_value(&draft.errors)
        .map_err(|error| StorageError::corrupt("form_draft.errors", &error))?;
    sqlx::query!(
        "insert into app.form_draft
             (draft_id, browser_sha256, fields, errors, expires_at, page, owner_id)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        place.browser,
        fields,
        errors,
        to_db(now.plus_seconds(LIFE_SECONDS)),
        place.page,
        place.owner,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Finds the draft of a place; another browser's, page's or person's is not found.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(
    conn: &mut Conn,
    id: DraftId,
    place: Place<'_>,
    now: Timestamp,
) -> Result<Option<Draft>, StorageError> {
    let row = sqlx::query!(
        "select fields, errors from app.form_draft
         where draft_id = $1 and browser_sha256 = $2 and expires_at > $3
           and page = $4 and owner_id is not distinct from $5",
        id.0,
        place.browser,
        to_db(now),
        place.page,
        place.owner,
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
