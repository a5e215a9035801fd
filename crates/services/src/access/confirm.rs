//! Giving the password anew before the access is changed: a device that was left open must not be
//! enough to take a cabinet over.

use super::count_try;
use crate::error::commit;
use crate::hashing::Verified;
use crate::{Actor, ServiceError, Services, Viewer};
use domain::Timestamp;
use domain::form::Problem;
use storage::{account, session, throttle};

/// The viewer, if the password or a passkey was given a short while ago.
///
/// # Errors
/// [`ServiceError::ConfirmFirst`] when it was not.
pub(crate) fn recent<'a>(
    services: &Services,
    actor: &'a Actor,
    now: Timestamp,
) -> Result<&'a Viewer, ServiceError> {
    let viewer = actor.viewer()?;
    if now.seconds_since(viewer.confirmed_at) > services.settings.access.confirm_life {
        return Err(ServiceError::ConfirmFirst);
    }
    Ok(viewer)
}

/// May the access be changed now, or must the password be given first?
///
/// # Errors
/// [`ServiceError::ConfirmFirst`] when it must.
pub async fn require(services: &Services, actor: &Actor) -> Result<(), ServiceError> {
    let (_, now) = services.db.begin().await?;
    recent(services, actor, now).map(drop)
}

/// Verifies the password of the signed-in person, counting wrong ones by session: whoever holds a
/// stolen device has as few tries as anybody.
///
/// # Errors
/// [`ServiceError::Invalid`] beside `field`.
pub(crate) async fn verify(
    services: &Services,
    viewer: &Viewer,
    password: &str,
    field: &'static str,
) -> Result<String, ServiceError> {
    if password.is_empty() {
        return Err(ServiceError::field(field, Problem::PasswordEmpty));
    }
    let limits = services.settings.access;
    let key = format!("confirm:{}", viewer.session);
    let (mut tx, now) = services.db.begin().await?;
    let tries = count_try(
        &mut tx,
        &key,
        limits.sign_in_tries,
        limits.sign_in_pause,
        now,
    )
    .await?;
    // Right ones too: whoever knows the password must not have it hashed without end.
    let all = format!("confirms:{}", viewer.session);
    let hashed = count_try(&mut tx, &all, limits.sign_ins_an_hour, 3600, now).await?;
    let account = account::get(&mut tx, viewer.account).await?;
    commit(tx).await?;
    hashed.map_err(|problem| ServiceError::field(field, problem))?;
    let left = tries.map_err(|problem| ServiceError::field(field, problem))?;
    let hash = account.and_then(|account| account.password_hash);
    let verified = services.hasher.verify(password, hash.as_deref()).await?;
    let (Verified::Fits(_), Some(hash)) = (verified, hash) else {
        tracing::info!(account = %viewer.account, left, "confirm.refused");
        return Err(ServiceError::field(
            field,
            Problem::PasswordMismatch { left },
        ));
    };
    let (mut tx, _) = services.db.begin().await?;
    throttle::clear(&mut tx, &key).await?;
    commit(tx).await?;
    Ok(hash)
}

/// Gives the password anew.
///
/// # Errors
/// [`ServiceError::Invalid`] when it does not fit.
pub async fn confirm(
    services: &Services,
    actor: &Actor,
    password: &str,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    verify(services, viewer, password, "password").await?;
    let (mut tx, now) = services.db.begin().await?;
    session::confirm(&mut tx, viewer.session, now).await?;
    commit(tx).await
}
