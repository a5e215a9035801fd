//! Keeping what was typed into a refused form, so that nothing is lost without JavaScript.

use crate::access::{address_name, count_try};
use crate::error::commit;
use crate::{Actor, ServiceError, Services};
use domain::ids::DraftId;
use domain::secret::is_secret;
use storage::draft;
pub use storage::draft::Draft;
use uuid::Uuid;

/// The largest form that is kept, in characters of all fields together.
const MOST_CHARACTERS: usize = 8_000;

/// Keeps a refused form for this browser; secrets are dropped here, whatever the caller passes.
///
/// # Errors
/// [`ServiceError::Invalid`] when this address has had too many kept.
pub async fn keep(
    services: &Services,
    actor: &Actor,
    mut refused: Draft,
) -> Result<DraftId, ServiceError> {
    refused.fields.retain(|name, _| !is_secret(name));
    if refused.fields.values().map(String::len).sum::<usize>() > MOST_CHARACTERS {
        refused.fields.clear();
    }
    let id = DraftId(Uuid::new_v4());
    let (mut tx, now) = services.db.begin().await?;
    let key = format!("drafts-from:{}", address_name(actor));
    let limit = services.settings.access.drafts_per_address;
    if let Err(problem) = count_try(&mut tx, &key, limit, 3600, now).await? {
        commit(tx).await?;
        return Err(ServiceError::field("", problem));
    }
    draft::save(&mut tx, id, &actor.browser, &refused, now).await?;
    commit(tx).await?;
    Ok(id)
}

/// The kept form of this browser; nothing for another's or an old one.
pub async fn find(
    services: &Services,
    actor: &Actor,
    id: &str,
) -> Result<Option<Draft>, ServiceError> {
    let Ok(id) = id.parse::<DraftId>() else {
        return Ok(None);
    };
    let (mut conn, now) = services.db.look().await?;
    Ok(draft::find(&mut conn, id, &actor.browser, now).await?)
}
