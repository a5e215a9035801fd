//! The devices that are signed in, ending one or all, and the security log.

use super::notices::{Happened, record};
use super::{confirm, end_pending, passkeys};
use crate::error::commit;
use crate::{Actor, ServiceError, Services, Viewer, zone};
use domain::ids::SessionId;
use domain::security::SecurityEvent;
use domain::{Date, Lang, LocalTime};
use storage::{account, known_browser, security_log, session};

/// How many entries of the log are shown.
const LOG_SHOWN: i64 = 50;

/// A signed-in device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its session.
    pub id: SessionId,
    /// In words.
    pub name: String,
    /// Is it held in the hand?
    pub handheld: bool,
    /// The address it signed in from.
    pub address: String,
    /// When it was last used.
    pub last_seen: LocalTime,
    /// Is it this one?
    pub current: bool,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub event: SecurityEvent,
    /// To what.
    pub detail: String,
    /// When.
    pub at: LocalTime,
    /// On which device, in words.
    pub device: String,
    /// From which address.
    pub address: String,
}

/// Everything about the safety of one's access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    /// Today, there.
    pub today: Date,
    /// When the password was set last.
    pub password_changed: Option<LocalTime>,
    /// The devices that are signed in, this one first.
    pub devices: Vec<Device>,
    /// Passkeys; nothing where there can be none.
    pub passkeys: Option<Vec<passkeys::Shown>>,
    /// The newest entries of the log.
    pub log: Vec<Entry>,
}

/// Loads the page.
pub async fn load(
    services: &Services,
    actor: &Actor,
    lang: Lang,
) -> Result<Security, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let account = account::get(&mut conn, viewer.account)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let sessions = session::list(&mut conn, viewer.account, now).await?;
    let passkeys = passkeys::list(&mut conn, services, viewer).await?;
    let log = security_log::list(&mut conn, viewer.account, LOG_SHOWN).await?;
    let local = |at| zone::local(viewer.tz, at);
    let mut devices: Vec<Device> = sessions
        .into_iter()
        .map(|device| Device {
            current: device.id == viewer.session,
            id: device.id,
            name: domain::device::describe(lang, &device.user_agent),
            handheld: domain::device::is_handheld(&device.user_agent),
            address: device.address.unwrap_or_default(),
            last_seen: local(device.last_seen_at),
        })
        .collect();
    devices.sort_by_key(|device| !device.current);
    let log = log
        .into_iter()
        .map(|entry| Entry {
            event: entry.event,
            detail: entry.detail,
            at: local(entry.at),
            device: domain::device::describe(lang, &entry.user_agent),
            address: entry.address.unwrap_or_default(),
        })
        .collect();
    Ok(Security {
        today: zone::today(viewer.tz, now),
        password_changed: account.password_changed_at.map(local),
        devices,
        passkeys,
        log,
    })
}

/// Signs another device out; one that is not ours is not found. A device that was signed out from
/// afar is a stranger again.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::ConfirmFirst`]: a stolen device must not throw its owner out.
pub async fn end_one(
    services: &Services,
    actor: &Actor,
    id: SessionId,
) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    // A sign-in at the same moment waits, and finds its browser forgotten.
    account::hold(&mut tx, viewer.account).await?;
    if !session::end_of_account(&mut tx, viewer.account, id, now).await? {
        return Err(ServiceError::NotFound);
    }
    known_browser::forget_of_session(&mut tx, viewer.account, id).await?;
    ended(
        &mut tx,
        services,
        actor,
        viewer,
        SecurityEvent::SessionEnded,
        now,
    )
    .await?;
    commit(tx).await
}

/// Signs out everywhere but here.
///
/// # Errors
/// [`ServiceError::ConfirmFirst`]: a stolen device must not throw its owner out.
pub async fn end_others(services: &Services, actor: &Actor) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    account::hold(&mut tx, viewer.account).await?;
    session::end_others(&mut tx, viewer.account, viewer.session, now).await?;
    known_browser::forget_others(&mut tx, viewer.account, &actor.browser).await?;
    end_pending(&mut tx, viewer.account, now).await?;
    ended(
        &mut tx,
        services,
        actor,
        viewer,
        SecurityEvent::SessionsEnded,
        now,
    )
    .await?;
    commit(tx).await
}

async fn ended(
    conn: &mut storage::Conn,
    services: &Services,
    actor: &Actor,
    viewer: &Viewer,
    event: SecurityEvent,
    now: domain::Timestamp,
) -> Result<(), ServiceError> {
    let happened = Happened {
        account: viewer.account,
        event,
        detail: "",
        replaced: None,
    };
    record(conn, services, actor, happened, now).await
}
