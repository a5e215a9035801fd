//! Sessions: from a cookie to an actor and back. The cookie holds 256 random bits, the table their
//! digest; a new one is made at each sign-in, so none can be planted beforehand.

use super::notices::{Happened, tell};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Actor, Origin, ServiceError, Services, Viewer, crypto, zone};
use domain::Timestamp;
use domain::ids::{AccountId, EventId, SessionId};
use domain::security::SecurityEvent;
use storage::session::StillTrue;
use storage::{Conn, account, session};

/// A session that was just opened: what goes into the cookie.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The secret for the cookie.
    pub token: String,
    /// Seconds the cookie should live; nothing for one that ends with the browser.
    pub max_age: Option<i64>,
}

/// A session's end is moved when it was last used longer ago than this, in seconds.
const TOUCH_AFTER: i64 = 300;

/// What a session is opened after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// A password or passkey that was there before.
    SignIn,
    /// A password that was set just now; that is written down and told by whoever set it.
    NewPassword,
}

/// Whose session is opened, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    /// Whose.
    pub account: AccountId,
    /// Does it stay after the browser is closed?
    pub remembered: bool,
    /// After what.
    pub after: After,
}

/// Opens a session of an account that the caller holds. A browser that this account does not know is told
/// to its owner; the very first one of an account that nobody has used yet is nothing new.
pub(crate) async fn open(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    opening: Opening,
    now: Timestamp,
) -> Result<NewSession, ServiceError> {
    let device = match opening.after {
        After::SignIn => {
            let account = account::get(conn, opening.account).await?;
            let lang = account.map(|account| account.lang).unwrap_or_default();
            Some(domain::device::describe(lang, &actor.origin.user_agent))
        }
        After::NewPassword => None,
    };
    let (session, opened) = begin(conn, services, actor, opening, device.as_deref(), None)
        .await?
        .ok_or_else(|| ServiceError::Internal("no account to open a session of".into()))?;
    if let Some(device) = device.filter(|_| opened.new_device) {
        let happened = Happened {
            account: opening.account,
            event: SecurityEvent::NewDevice,
            detail: &device,
            replaced: None,
        };
        tell(conn, services, happened, now).await?;
    }
    Ok(session)
}

/// Opens a session on a browser that the account knows, if this is `still` its password: one statement, and
/// nothing has to be told. Otherwise nothing happens.
pub(crate) async fn reopen(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    opening: Opening,
    still: StillTrue<'_>,
) -> Result<Option<NewSession>, ServiceError> {
    let begun = begin(conn, services, actor, opening, Some(""), Some(still)).await?;
    Ok(begun.map(|(session, _)| session))
}

async fn begin(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    opening: Opening,
    device: Option<&str>,
    only_if: Option<StillTrue<'_>>,
) -> Result<Option<(NewSession, session::Opened)>, ServiceError> {
    let token = crypto::random_token();
    let life = life(services, opening.remembered);
    let new = session::Opening {
        id: SessionId(new_id()),
        token_sha256: &crypto::sha256(token.as_bytes()),
        account: opening.account,
        only_if,
        remembered: opening.remembered,
        life,
        browser: &actor.browser,
        origin: &actor.origin,
        // Whoever was signed in in this browser is not any more.
        instead_of: actor.viewer.as_ref().map(|viewer| viewer.session),
        entry: device.map(|device| (EventId(new_id()), device)),
    };
    let opened = session::open(conn, &new).await?;
    Ok(opened.map(|opened| {
        let max_age = opening.remembered.then_some(life);
        (NewSession { token, max_age }, opened)
    }))
}

fn life(services: &Services, remembered: bool) -> i64 {
    let limits = &services.settings.access;
    if remembered {
        limits.remembered_life
    } else {
        limits.session_life
    }
}

/// Somebody who is not signed in.
pub fn guest(origin: Origin, browser: &str) -> Actor {
    Actor {
        origin,
        browser: crypto::sha256(browser.as_bytes()),
        viewer: None,
    }
}

/// Makes the actor of a request from its cookies.
pub async fn resolve(
    services: &Services,
    origin: Origin,
    browser: &str,
    token: Option<&str>,
) -> Result<Actor, ServiceError> {
    let mut actor = guest(origin, browser);
    let Some(token) = token else { return Ok(actor) };
    let mut conn = services.db.statement().await?;
    let digest = crypto::sha256(token.as_bytes());
    let Some(living) = session::find(&mut conn, &digest).await? else {
        return Ok(actor);
    };
    let (found, now) = (living.session, living.now);
    if now.seconds_since(found.last_seen_at) >= TOUCH_AFTER {
        // A remembered session slides; another one ends a day after the sign-in, used or not.
        let expires_at = if found.remembered {
            now.plus_seconds(life(services, true))
        } else {
            found.expires_at
        };
        session::touch(&mut conn, found.id, expires_at, now).await?;
    }
    actor.viewer = Some(Viewer {
        session: found.id,
        account: found.account,
        subscriber: living.subscriber,
        card: found.card,
        tz: zone::parse(&living.tz),
        confirmed_at: found.confirmed_at,
        closes_at: found.closes_at,
    });
    Ok(actor)
}

/// Whose session a cookie opens or has opened: what was typed when it ended is theirs.
pub async fn whose(
    services: &Services,
    token: Option<&str>,
) -> Result<Option<AccountId>, ServiceError> {
    let Some(token) = token else { return Ok(None) };
    let mut conn = services.db.statement().await?;
    Ok(session::whose(&mut conn, &crypto::sha256(token.as_bytes())).await?)
}

/// Signs out on this device.
pub async fn sign_out(services: &Services, actor: &Actor) -> Result<(), ServiceError> {
    let Some(viewer) = &actor.viewer else {
        return Ok(());
    };
    let (mut tx, now) = services.db.begin().await?;
    session::end(&mut tx, viewer.session, now).await?;
    commit(tx).await
}

/// Remembers the language of the pages for letters.
pub async fn set_lang(
    services: &Services,
    actor: &Actor,
    lang: domain::Lang,
) -> Result<(), ServiceError> {
    let Some(viewer) = &actor.viewer else {
        return Ok(());
    };
    let (mut tx, _) = services.db.begin().await?;
    account::set_lang(&mut tx, viewer.account, lang).await?;
    commit(tx).await
}
