//! The doors of partners and staff: coming in with two factors, being asked in, who may do what, and
//! the log of what was done. Apart from the subscribers' identity in everything: own table of people,
//! own sessions, own cookies.

pub mod audit;
pub mod case;
pub mod command_line;
pub mod enrolment;
pub mod people;
pub mod refunds;
pub mod replacement;
pub mod restore;
pub mod security;
pub mod sign_in;
pub(crate) mod totp;

pub use totp::Setup;

use crate::error::commit;
use crate::{Actor, Origin, ServiceError, Services, crypto};
use domain::ids::{PartnerId, PersonId, SessionId};
use domain::office::{AuditEvent, Door, Right, Role};
use domain::{Lang, Timestamp};
use storage::office::session;

/// Who asks, behind which door.
#[derive(Debug, Clone)]
pub struct OfficeActor {
    /// The door.
    pub door: Door,
    /// Address and browser.
    pub guest: Actor,
    /// The language of the pages.
    pub lang: Lang,
    /// Who has come in.
    pub member: Option<Member>,
}

/// Somebody who has come in.
#[derive(Debug, Clone)]
pub struct Member {
    /// The session.
    pub session: SessionId,
    /// Who.
    pub person: PersonId,
    /// Login or e-mail.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The partner.
    pub partner: Option<PartnerId>,
    /// What the partner is called.
    pub organisation: Option<String>,
    /// Are there recovery codes that were not yet kept?
    pub has_codes: bool,
}

impl OfficeActor {
    /// Who has come in.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`] when nobody has.
    pub fn member(&self) -> Result<&Member, ServiceError> {
        self.member.as_ref().ok_or(ServiceError::SignedOut)
    }

    /// Who has come in, if the role has this right.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when it has not: what is not yours does not exist.
    pub fn may(&self, right: Right) -> Result<&Member, ServiceError> {
        let member = self.member()?;
        if member.role.may(right) {
            return Ok(member);
        }
        tracing::info!(person = %member.person, ?right, "office.not_theirs");
        Err(ServiceError::NotFound)
    }
}

/// A session is touched when it was last used longer ago than this, in seconds.
const TOUCH_AFTER: i64 = 30;

/// How long a session lives unused behind a door, in seconds.
pub(crate) fn idle(services: &Services, door: Door) -> i64 {
    match door {
        Door::Partner => services.settings.access.partner_idle,
        Door::Staff => services.settings.access.staff_idle,
    }
}

/// Somebody at a door who has not come in.
pub fn guest(door: Door, origin: Origin, browser: &str, lang: Lang) -> OfficeActor {
    OfficeActor {
        door,
        guest: crate::access::sessions::guest(origin, browser),
        lang,
        member: None,
    }
}

/// Makes the actor of a request from the door's own cookie. A session of another door is unknown.
pub async fn resolve(
    services: &Services,
    door: Door,
    origin: Origin,
    browser: &str,
    lang: Lang,
    token: Option<&str>,
) -> Result<OfficeActor, ServiceError> {
    let mut actor = guest(door, origin, browser, lang);
    let Some(token) = token else { return Ok(actor) };
    let (mut tx, now) = services.db.begin().await?;
    let digest = crypto::sha256(token.as_bytes());
    let Some(found) = session::find(&mut tx, door, &digest, now).await? else {
        return Ok(actor);
    };
    if now.seconds_since(found.last_seen_at) >= TOUCH_AFTER {
        let until = now.plus_seconds(idle(services, door));
        session::touch(&mut tx, found.id, until, now).await?;
        commit(tx).await?;
    }
    actor.member = Some(Member {
        session: found.id,
        person: found.person,
        login: found.login,
        name: found.name,
        role: found.role,
        partner: found.partner,
        organisation: found.organisation,
        has_codes: found.has_codes,
    });
    Ok(actor)
}

/// Whose session a door's cookie opens or has opened: what was typed when it ended is theirs.
pub async fn whose(
    services: &Services,
    door: Door,
    token: Option<&str>,
) -> Result<Option<PersonId>, ServiceError> {
    let Some(token) = token else { return Ok(None) };
    let mut conn = services.db.statement().await?;
    Ok(session::whose(&mut conn, door, &crypto::sha256(token.as_bytes())).await?)
}

/// Goes out.
pub async fn sign_out(services: &Services, actor: &OfficeActor) -> Result<(), ServiceError> {
    let Some(member) = &actor.member else {
        return Ok(());
    };
    let (mut tx, now) = services.db.begin().await?;
    session::end(&mut tx, member.session, now).await?;
    record(&mut tx, actor, AuditEvent::SignedOut, "", now).await?;
    commit(tx).await
}

/// Writes into the log what the actor has done.
pub(crate) async fn record(
    conn: &mut storage::Conn,
    actor: &OfficeActor,
    event: AuditEvent,
    subject: &str,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let member = actor.member.as_ref();
    audit::write(
        conn,
        audit::By {
            door: actor.door,
            partner: member.and_then(|member| member.partner),
            person: member.map(|member| member.person),
            name: member.map_or("", |member| &member.name),
        },
        &actor.guest.origin,
        event,
        subject,
        now,
    )
    .await
}

/// What is sealed does not open, or nothing can be sealed: a key is missing or another one.
pub(crate) fn no_key() -> ServiceError {
    ServiceError::Internal("no key of office.keys seals or opens second factors".to_owned())
}
