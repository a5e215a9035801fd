//! Keeping what was typed into a refused form, so that nothing is lost without JavaScript.

use crate::access::{address_name, count_try};
use crate::error::commit;
use crate::{Actor, ServiceError, Services, crypto};
use domain::ids::DraftId;
use domain::secret::{SEALED_FIELDS, is_secret};
use std::collections::BTreeMap;
use storage::draft;
pub use storage::draft::Draft;
use storage::draft::Place;
use uuid::Uuid;

/// The largest form that is kept, in characters of all fields together.
const MOST_CHARACTERS: usize = 8_000;

/// An address that has had this many times its share of kept forms gets no more at all.
const NO_MORE: u32 = 20;

/// The path of a page without its query.
fn path(page: &str) -> &str {
    page.split(['?', '#']).next().unwrap_or_default()
}

/// Keeps a refused form for this browser, page and person; secrets are dropped here, whatever the caller
/// passes. Whoever has had too many kept still hears what was wrong, and has to type again.
///
/// # Errors
/// [`ServiceError::Invalid`] when this address has had far too many kept.
pub async fn keep(
    services: &Services,
    actor: &Actor,
    page: &str,
    owner: Option<Uuid>,
    mut refused: Draft,
) -> Result<DraftId, ServiceError> {
    refused.fields.retain(|name, _| !is_secret(name));
    let characters = refused
        .fields
        .iter()
        .map(|(name, value)| name.len() + value.len());
    if characters.sum::<usize>() > MOST_CHARACTERS {
        refused.fields.clear();
    }
    let id = DraftId(Uuid::new_v4());
    seal(services, id, &mut refused.fields);
    let (mut tx, now) = services.db.begin().await?;
    let key = format!("drafts-from:{}", address_name(actor));
    let limit = services.settings.access.drafts_per_address;
    let most = limit.saturating_mul(NO_MORE);
    match count_try(&mut tx, &key, most, 3600, now).await? {
        Err(problem) => {
            commit(tx).await?;
            return Err(ServiceError::field("", problem));
        }
        Ok(left) if most - left > limit => refused.fields.clear(),
        Ok(_) => {}
    }
    let place = Place {
        browser: &actor.browser,
        page: path(page),
        owner,
    };
    draft::save(&mut tx, id, place, &refused, now).await?;
    commit(tx).await?;
    Ok(id)
}

/// The kept form of this browser, page and person; nothing for another's or an old one.
pub async fn find(
    services: &Services,
    actor: &Actor,
    page: &str,
    owner: Option<Uuid>,
    id: &str,
) -> Result<Option<Draft>, ServiceError> {
    let Ok(id) = id.parse::<DraftId>() else {
        return Ok(None);
    };
    let (mut conn, now) = services.db.look().await?;
    let place = Place {
        browser: &actor.browser,
        page: path(page),
        owner,
    };
    let mut found = draft::find(&mut conn, id, place, now).await?;
    if let Some(found) = &mut found {
        open(services, id, &mut found.fields);
    }
    Ok(found)
}

/// Seals what the database must not know; drops it when there is no key.
fn seal(services: &Services, id: DraftId, fields: &mut BTreeMap<String, String>) {
    for name in SEALED_FIELDS {
        let sealed = fields.remove(*name).and_then(|text| {
            let keys = services.settings.voucher_keys.sealing();
            keys.seal(text.as_bytes(), id.0.as_bytes())
        });
        if let Some(sealed) = sealed {
            fields.insert((*name).to_owned(), crypto::hex(&sealed));
        }
    }
}

/// Opens what was sealed for this form.
fn open(services: &Services, id: DraftId, fields: &mut BTreeMap<String, String>) {
    for name in SEALED_FIELDS {
        let opened = fields.remove(*name).and_then(|text| {
            let keys = services.settings.voucher_keys.sealing();
            let (text, _) = keys.open(&crypto::unhex(&text)?, id.0.as_bytes())?;
            String::from_utf8(text).ok()
        });
        if let Some(text) = opened {
            fields.insert((*name).to_owned(), text);
        }
    }
}
