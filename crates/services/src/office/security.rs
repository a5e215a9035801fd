//! One's own way in: what is left of the recovery codes, where one is signed in.

use super::{OfficeActor, record};
use crate::error::commit;
use crate::{ServiceError, Services};
use domain::office::AuditEvent;
use storage::office::{person, recovery_code, session};

/// What the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Security {
    /// Recovery codes that were not used yet.
    pub codes_left: i64,
    /// Sessions elsewhere.
    pub others: i64,
}

/// Loads the page.
pub async fn load(services: &Services, actor: &OfficeActor) -> Result<Security, ServiceError> {
    let member = actor.member()?;
    let (mut conn, now) = services.db.look().await?;
    Ok(Security {
        codes_left: recovery_code::left(&mut conn, member.person).await?,
        others: session::count(&mut conn, member.person, now).await? - 1,
    })
}

/// Goes out everywhere but here; those browsers are strangers again.
pub async fn end_others(services: &Services, actor: &OfficeActor) -> Result<(), ServiceError> {
    let member = actor.member()?;
    let (mut tx, now) = services.db.begin().await?;
    session::end_all(&mut tx, member.person, Some(member.session), now).await?;
    person::forget_browsers(&mut tx, member.person, &actor.guest.browser).await?;
    record(&mut tx, actor, AuditEvent::SessionsEnded, "", now).await?;
    commit(tx).await
}
