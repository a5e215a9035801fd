//! Changing the password inside the cabinet: the old one is asked for, all other devices are signed
//! out, every contact is told.

use super::notices::{Happened, record};
use super::passwords::judge;
use super::{confirm, end_pending};
use crate::error::commit;
use crate::{Actor, ServiceError, Services};
use domain::form::FieldError;
use domain::security::SecurityEvent;
use storage::{account, known_browser, session};

/// The posted form.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The password in force.
    pub current: String,
    /// The new one.
    pub new: String,
}

/// Changes it.
///
/// # Errors
/// [`ServiceError::Invalid`] for a wrong old password or a new one that misses the policy.
pub async fn change(
    services: &Services,
    actor: &Actor,
    command: ChangePassword,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    let weak = judge(&command.new)
        .err()
        .map(|problem| FieldError::new("password", problem));
    if command.current.is_empty() {
        let mut errors = vec![FieldError::new(
            "current",
            domain::form::Problem::PasswordEmpty,
        )];
        errors.extend(weak);
        return Err(ServiceError::Invalid(errors));
    }
    if let Some(weak) = weak {
        return Err(ServiceError::Invalid(vec![weak]));
    }
    let old = confirm::verify(services, viewer, &command.current, "current").await?;
    let hash = services.hasher.hash(&command.new).await?;
    let (mut tx, now) = services.db.begin().await?;
    if !account::change_password(&mut tx, viewer.account, &old, &hash, now).await? {
        // Somebody else was quicker: what was typed as the old password is no longer in force.
        return Err(ServiceError::NotFound);
    }
    end_pending(&mut tx, viewer.account, now).await?;
    session::end_others(&mut tx, viewer.account, viewer.session, now).await?;
    known_browser::forget_others(&mut tx, viewer.account, &actor.browser).await?;
    session::confirm(&mut tx, viewer.session, now).await?;
    let happened = Happened {
        account: viewer.account,
        event: SecurityEvent::PasswordChanged,
        detail: "",
        replaced: None,
    };
    record(&mut tx, services, actor, happened, now).await?;
    commit(tx).await
}
