//! Sessions: from a cookie to an actor and back. The cookie holds 256 random bits, the table their
//! digest; a new one is made at each sign-in, so none can be planted beforehand.

use super::notices::{Happened, record};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Actor, Origin, ServiceError, Services, Viewer, crypto, zone};
use domain::Timestamp;
use domain::ids::{AccountId, SessionId};
use domain::security::SecurityEvent;
use storage::session::Session;
use storage::{Conn, account, known_browser, session};

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

pub(crate) async fn open(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    account: AccountId,
    remembered: bool,
    after: After,
    now: Timestamp,
) -> Result<NewSession, ServiceError> {
    // Whoever was signed in in this browser is not any more.
    if let Some(viewer) = &actor.viewer {
        session::end(conn, viewer.session, now).await?;
    }
    let known = known_browser::remember(conn, account, &actor.browser, now).await?;
    if after == After::SignIn {
        note_sign_in(conn, services, actor, account, known, now).await?;
    }
    let token = crypto::random_token();
    let life = life(services, remembered);
    let row = Session {
        id: SessionId(new_id()),
        account,
        remembered,
        card: None,
        last_seen_at: now,
        expires_at: now.plus_seconds(life),
        confirmed_at: now,
        closes_at: None,
    };
    session::insert(
        conn,
        &crypto::sha256(token.as_bytes()),
        &row,
        &actor.browser,
        &actor.origin,
        now,
    )
    .await?;
    Ok(NewSession {
        token,
        max_age: remembered.then_some(life),
    })
}

/// Writes the sign-in down; one on a browser that this account does not know is told. The very first
/// one of an account that nobody has used yet is nothing new.
async fn note_sign_in(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    account: AccountId,
    known: bool,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let (event, device) = if known || !session::any_of(conn, account).await? {
        (SecurityEvent::SignedIn, String::new())
    } else {
        let lang = account::get(conn, account)
            .await?
            .map(|account| account.lang);
        let device = domain::device::describe(lang.unwrap_or_default(), &actor.origin.user_agent);
        (SecurityEvent::NewDevice, device)
    };
    let happened = Happened {
        account,
        event,
        detail: &device,
        replaced: None,
    };
    record(conn, services, actor, happened, now).await
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
