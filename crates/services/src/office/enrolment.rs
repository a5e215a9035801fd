//! Setting up the way in behind a link: a password, then the second factor, then recovery codes.
//! Looking at a link uses nothing up. What was chosen in the first step waits with the link for the
//! second, so reloading and coming back later lose nothing.

use super::sign_in::{open, recovery_digest, tell};
use super::{OfficeActor, Setup, no_key, record, totp};
use crate::access::passwords::{judge, offer};
use crate::access::sessions::NewSession;
use crate::access::{has_room, no_room, write_letter};
use crate::error::commit;
use crate::{ServiceError, Services, crypto, letters};
use domain::Timestamp;
use domain::form::Problem;
use domain::ids::{PersonId, SessionId};
use domain::office::{AuditEvent, RECOVERY_CODES, RecoveryCode};
use storage::Conn;
use storage::office::enrolment::{self, Enrolment};
use storage::office::person::{self, Person};
use storage::office::{recovery_code, session};
use storage::outbox::Channel;

/// What a link leads to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A password is to be chosen.
    Password {
        /// An offered one; another each time.
        offered: String,
        /// The login that a password manager should keep.
        login: String,
        /// Whom the link is for.
        name: String,
    },
    /// The app is to be set up.
    SecondFactor {
        /// What it needs to know.
        setup: Setup,
    },
    /// The link was used.
    Used,
    /// Its time has passed, or a newer one was made.
    Expired,
    /// There is no such link behind this door.
    Unknown,
}

/// How long one's own way in may be set up anew, in seconds.
const OWN_LIFE: i64 = 15 * 60;

/// Makes a link; the secret for its address. `within`: the session that alone may follow it.
pub(crate) async fn begin(
    conn: &mut Conn,
    services: &Services,
    id: PersonId,
    within: Option<SessionId>,
    now: Timestamp,
) -> Result<String, ServiceError> {
    let sealed = new_secret(services, id)?;
    let token = crypto::random_token();
    let digest = crypto::sha256(token.as_bytes());
    let life = match within {
        Some(_) => OWN_LIFE,
        None => services.settings.access.invitation_life,
    };
    let until = now.plus_seconds(life);
    enrolment::insert(conn, &digest, id, within, &sealed, until, now).await?;
    Ok(token)
}

/// Makes a link and writes it to the person.
pub(crate) async fn send(
    conn: &mut Conn,
    services: &Services,
    actor: &OfficeActor,
    id: PersonId,
    email: &str,
    now: Timestamp,
) -> Result<String, ServiceError> {
    if !has_room(conn, services, email, now).await? {
        return Err(no_room("email"));
    }
    let token = begin(conn, services, id, None, now).await?;
    let text = letters::invitation(services, actor.lang, actor.door, &token);
    write_letter(conn, None, Channel::Email, email, text, now).await?;
    Ok(token)
}

/// The link and whose it is; nothing for one of another door or of somebody who is kept out.
async fn find(
    conn: &mut Conn,
    actor: &OfficeActor,
    digest: &[u8; 32],
) -> Result<Option<(Enrolment, Person)>, ServiceError> {
    let Some(link) = enrolment::find(conn, digest).await? else {
        return Ok(None);
    };
    let person = person::get(conn, link.person).await?;
    Ok(person
        .filter(|person| person.door == actor.door && !person.blocked)
        .filter(|_| match link.session {
            Some(session) => actor.member.as_ref().is_some_and(|m| m.session == session),
            None => true,
        })
        .map(|person| (link, person)))
}

/// The same when it still works.
async fn living(
    conn: &mut Conn,
    actor: &OfficeActor,
    digest: &[u8; 32],
    now: Timestamp,
) -> Result<(Enrolment, Person), ServiceError> {
    find(conn, actor, digest)
        .await?
        .filter(|(link, _)| !link.used && link.expires_at > now)
        .ok_or(ServiceError::NotFound)
}

/// Looks at a link.
pub async fn look(
    services: &Services,
    actor: &OfficeActor,
    token: &str,
) -> Result<Step, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let found = find(&mut tx, actor, &crypto::sha256(token.as_bytes())).await?;
    Ok(match found {
        None => Step::Unknown,
        Some((link, _)) if link.used => Step::Used,
        Some((link, _)) if link.expires_at <= now => Step::Expired,
        Some((link, person)) if chosen(actor, &link).is_none() => Step::Password {
            offered: offer(),
            login: person.login,
            name: person.name,
        },
        Some((link, person)) => {
            let keys = &services.settings.office_keys;
            let setup = totp::setup(keys, person.id, &link.totp_sealed, &person.login);
            Step::SecondFactor {
                setup: setup.ok_or_else(no_key)?,
            }
        }
    })
}

/// The password that was chosen in this browser. What somebody else has begun elsewhere, nobody here
/// finishes.
fn chosen<'a>(actor: &OfficeActor, link: &'a Enrolment) -> Option<&'a str> {
    let here = link.browser.as_deref() == Some(actor.guest.browser.as_slice());
    link.password_hash.as_deref().filter(|_| here)
}

/// A new secret of one-time passwords, sealed for its owner.
fn new_secret(services: &Services, id: PersonId) -> Result<Vec<u8>, ServiceError> {
    let keys = &services.settings.office_keys;
    keys.seal(&totp::new_secret(), id.0.as_bytes())
        .ok_or_else(no_key)
}

/// The first step: chooses a password. It opens nothing before the second factor is there.
///
/// # Errors
/// [`ServiceError::Invalid`] for a password that misses the policy; [`ServiceError::NotFound`] for a
/// link that no longer works.
pub async fn choose_password(
    services: &Services,
    actor: &OfficeActor,
    token: &str,
    password: &str,
) -> Result<(), ServiceError> {
    judge(password).map_err(|problem| ServiceError::field("password", problem))?;
    let digest = crypto::sha256(token.as_bytes());
    let (mut tx, now) = services.db.begin().await?;
    living(&mut tx, actor, &digest, now).await?;
    drop(tx);
    let hash = services.hasher.hash(password).await?;
    let (mut tx, now) = services.db.begin().await?;
    let (link, _) = living(&mut tx, actor, &digest, now).await?;
    let (secret, browser) = (new_secret(services, link.person)?, &actor.guest.browser);
    let hash = Some(hash.as_str());
    if !enrolment::set_password(&mut tx, &digest, hash, browser, &secret, now).await? {
        return Err(ServiceError::NotFound);
    }
    commit(tx).await
}

/// Back to the first step: another password is to be chosen.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that no longer works.
pub async fn choose_again(
    services: &Services,
    actor: &OfficeActor,
    token: &str,
) -> Result<(), ServiceError> {
    let digest = crypto::sha256(token.as_bytes());
    let (mut tx, now) = services.db.begin().await?;
    let (link, _) = living(&mut tx, actor, &digest, now).await?;
    let (secret, browser) = (new_secret(services, link.person)?, &actor.guest.browser);
    if !enrolment::set_password(&mut tx, &digest, None, browser, &secret, now).await? {
        return Err(ServiceError::NotFound);
    }
    commit(tx).await
}

/// The second step: the app shows the right code. Sets both factors, makes recovery codes, ends
/// other sessions, comes in.
///
/// # Errors
/// [`ServiceError::Invalid`] for a code that does not fit; [`ServiceError::NotFound`] for a link that
/// no longer works.
pub async fn finish(
    services: &Services,
    actor: &OfficeActor,
    token: &str,
    code: &str,
) -> Result<NewSession, ServiceError> {
    if code.trim().is_empty() {
        return Err(ServiceError::field("code", Problem::TotpEmpty));
    }
    let digest = crypto::sha256(token.as_bytes());
    let (mut tx, now) = services.db.begin().await?;
    let (link, found) = living(&mut tx, actor, &digest, now).await?;
    let Some(hash) = chosen(actor, &link) else {
        return Err(ServiceError::NotFound);
    };
    let keys = &services.settings.office_keys;
    let (secret, _) = keys
        .open(&link.totp_sealed, found.id.0.as_bytes())
        .ok_or_else(no_key)?;
    let Some(step) = totp::check(&secret, code, now) else {
        return Err(ServiceError::field("code", Problem::TotpMismatch));
    };
    if !enrolment::consume(&mut tx, &digest, now).await? {
        return Err(ServiceError::NotFound);
    }
    enrolment::end_all(&mut tx, found.id, now).await?;
    person::set_access(&mut tx, found.id, hash, &link.totp_sealed, step).await?;
    person::forget_browsers(&mut tx, found.id, &actor.guest.browser).await?;
    session::end_all(&mut tx, found.id, None, now).await?;
    let sealed = new_codes(&mut tx, services, found.id).await?;
    let event = AuditEvent::AccessSet;
    if found.password_hash.is_some() {
        tell(&mut tx, services, actor, &found, event, now).await?;
    }
    let session = open(&mut tx, services, actor, &found, event, Some(&sealed), now).await?;
    commit(tx).await?;
    Ok(session)
}

/// A new set of recovery codes, sealed for the session in which they are shown.
async fn new_codes(
    conn: &mut Conn,
    services: &Services,
    id: PersonId,
) -> Result<Vec<u8>, ServiceError> {
    let codes: Vec<RecoveryCode> = (0..RECOVERY_CODES)
        .map(|_| RecoveryCode::from_bytes(rand::random()))
        .collect();
    let digests: Vec<[u8; 32]> = codes.iter().map(|code| recovery_digest(id, code)).collect();
    recovery_code::replace(conn, id, &digests).await?;
    let text: Vec<String> = codes.iter().map(RecoveryCode::grouped).collect();
    let keys = &services.settings.office_keys;
    keys.seal(text.join("\n").as_bytes(), id.0.as_bytes())
        .ok_or_else(no_key)
}

/// Recovery codes that their owner has not kept yet; nothing once they are.
pub async fn codes(services: &Services, actor: &OfficeActor) -> Result<Vec<String>, ServiceError> {
    let member = actor.member()?;
    let (mut tx, _) = services.db.begin().await?;
    let Some(sealed) = session::codes(&mut tx, member.session).await? else {
        return Ok(Vec::new());
    };
    let keys = &services.settings.office_keys;
    let (text, _) = keys
        .open(&sealed, member.person.0.as_bytes())
        .ok_or_else(no_key)?;
    let text = String::from_utf8(text).map_err(|_| no_key())?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// The codes are kept: they are never shown again.
pub async fn keep_codes(services: &Services, actor: &OfficeActor) -> Result<(), ServiceError> {
    let member = actor.member()?;
    let (mut tx, _) = services.db.begin().await?;
    session::drop_codes(&mut tx, member.session).await?;
    commit(tx).await
}

/// Sets up one's own way in anew: the secret of the link to follow. The old way works until it is
/// used.
///
/// # Errors
/// [`ServiceError::Invalid`] when password and code do not fit.
pub async fn again(
    services: &Services,
    actor: &OfficeActor,
    password: &str,
    code: &str,
) -> Result<String, ServiceError> {
    let person = super::sign_in::prove_again(services, actor, password, code).await?;
    let (mut tx, now) = services.db.begin().await?;
    let session = actor.member()?.session;
    let token = begin(&mut tx, services, person.id, Some(session), now).await?;
    record(&mut tx, actor, AuditEvent::AccessReset, &person.name, now).await?;
    commit(tx).await?;
    Ok(token)
}
