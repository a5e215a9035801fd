//! Coming in: a login, a password and a one-time password, all judged together, so that a refusal
//! says of none of them that it was right.

use super::{OfficeActor, idle, no_key, record, totp};
use crate::access::sessions::NewSession;
use crate::access::tries::{self, Counted, Counter, Guess, Of};
use crate::access::{throttle_name, write_letter};
use crate::billing::new_id;
use crate::error::commit;
use crate::hashing::Verified;
use crate::office::audit::{self, By};
use crate::{ServiceError, Services, crypto, letters};
use domain::form::{FieldError, Problem};
use domain::ids::{PersonId, SessionId};
use domain::office::{AuditEvent, Door, RecoveryCode, StaffLogin};
use domain::{CardNumber, Email, PartnerNumber, Phone, Timestamp};
use storage::office::person::{self, Person};
use storage::office::{recovery_code, session};
use storage::outbox::Channel;
use storage::{Conn, throttle};

/// The posted form.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Partner's number or e-mail; a staff member's login.
    pub login: String,
    /// Password.
    pub password: String,
    /// One-time password of the app, or a recovery code.
    pub code: String,
}

/// What was typed as a login.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Number(PartnerNumber),
    Login(String),
}

impl Name {
    /// Reads a login at a door. Whoever stands at the wrong one is told so by the look of what was
    /// typed: nothing is looked up.
    fn parse(door: Door, text: &str) -> Result<Self, Problem> {
        if door == Door::Staff {
            if PartnerNumber::parse(text).is_ok() {
                return Err(Problem::PartnerNumber);
            }
            if is_subscribers(text) {
                return Err(Problem::SubscriberLogin);
            }
            return Ok(Self::Login(StaffLogin::parse(text)?.as_str().to_owned()));
        }
        if text.trim().is_empty() {
            return Err(Problem::PartnerLoginEmpty);
        }
        if let Ok(number) = PartnerNumber::parse_at_door(text) {
            return Ok(Self::Number(number));
        }
        if let Ok(email) = Email::parse(text) {
            return Ok(Self::Login(email.as_str().to_owned()));
        }
        Err(if is_subscribers(text) {
            Problem::SubscriberLogin
        } else {
            Problem::PartnerLoginMalformed
        })
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Number(number) => number.as_str(),
            Self::Login(login) => login,
        }
    }

    async fn find(&self, conn: &mut Conn, door: Door) -> Result<Option<Person>, ServiceError> {
        Ok(match self {
            Self::Number(number) => person::owner_of(conn, number).await?,
            Self::Login(login) => person::by_login(conn, door, login).await?,
        })
    }
}

/// A card's or a phone's number.
fn is_subscribers(text: &str) -> bool {
    CardNumber::parse(text).is_ok() || Phone::parse(text).is_ok()
}

/// What the second factor turned out to be.
enum Second {
    /// A one-time password of this step; a secret to seal with the newest key.
    Step(u64, Option<Vec<u8>>),
    /// A recovery code with this digest.
    Recovery([u8; 32]),
    /// Neither.
    No,
}

/// The digest of a recovery code, salted with the person's id.
pub(crate) fn recovery_digest(person: PersonId, code: &RecoveryCode) -> [u8; 32] {
    crypto::sha256(&[person.0.as_bytes(), code.as_str().as_bytes()].concat())
}

/// Looks at a second factor without using it up. A missing person costs the same look.
async fn look_at(
    conn: &mut Conn,
    services: &Services,
    person: Option<&Person>,
    code: &str,
    now: Timestamp,
) -> Result<Second, ServiceError> {
    let nobody = PersonId(uuid::Uuid::nil());
    let id = person.map_or(nobody, |person| person.id);
    if let Some(code) = RecoveryCode::parse(code) {
        let digest = recovery_digest(id, &code);
        let found = recovery_code::exists(conn, person.map(|person| person.id), &digest).await?;
        return Ok(if found {
            Second::Recovery(digest)
        } else {
            Second::No
        });
    }
    let Some(sealed) = person.and_then(|person| person.totp_sealed.as_deref()) else {
        return Ok(Second::No);
    };
    let keys = &services.settings.office_keys;
    let Some((secret, newest)) = keys.open(sealed, id.0.as_bytes()) else {
        tracing::error!(person = %id, "office.sealed_with_a_lost_key");
        return Ok(Second::No);
    };
    Ok(match totp::check(&secret, code, now) {
        Some(step) => {
            let anew = (!newest)
                .then(|| keys.seal(&secret, id.0.as_bytes()))
                .flatten();
            Second::Step(step, anew)
        }
        None => Second::No,
    })
}

/// Uses a second factor up; `false` when it was used before or meanwhile.
async fn use_up(
    conn: &mut Conn,
    person: &Person,
    second: &Second,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    Ok(match second {
        Second::Step(step, _) => person::take_step(conn, person.id, *step).await?,
        Second::Recovery(digest) => recovery_code::consume(conn, person.id, digest, now).await?,
        Second::No => false,
    })
}

/// Comes in.
///
/// # Errors
/// [`ServiceError::Invalid`]: an empty field, the wrong door, no match, or too many tries.
pub async fn sign_in(
    services: &Services,
    actor: &OfficeActor,
    command: &SignIn,
) -> Result<NewSession, ServiceError> {
    let mut errors = Vec::new();
    let name = Name::parse(actor.door, &command.login)
        .map_err(|problem| errors.push(FieldError::new("login", problem)))
        .ok();
    if command.password.is_empty() {
        errors.push(FieldError::new("password", Problem::PasswordEmpty));
    }
    if command.code.trim().is_empty() {
        errors.push(FieldError::new("code", Problem::TotpEmpty));
    }
    let Some(name) = name.filter(|_| errors.is_empty()) else {
        return Err(ServiceError::Invalid(errors));
    };
    let (mut tx, now) = services.db.begin().await?;
    let found = name.find(&mut tx, actor.door).await?;
    let found = found.filter(|person| person.password_hash.is_some());
    let proof = prove(services, actor, tx, found, &name, command, now).await?;
    let Proof {
        person,
        second,
        renewed,
        counters,
        known,
    } = proof;
    // Told to whoever has everything that opens the door, and to nobody else.
    if person.blocked {
        let (mut tx, now) = services.db.begin().await?;
        let event = AuditEvent::BlockedSignIn;
        record(&mut tx, actor, event, &person.name, now).await?;
        commit(tx).await?;
        return Err(ServiceError::field("", Problem::AccessBlocked));
    }
    let (mut tx, now) = services.db.begin().await?;
    if !person::hold_access(&mut tx, &person).await?
        || !use_up(&mut tx, &person, &second, now).await?
    {
        return Err(mismatch(&name, None));
    }
    tries::forgive(&mut tx, &counters).await?;
    let anew = match &second {
        Second::Step(_, anew) => anew.as_deref(),
        _ => None,
    };
    person::renew(&mut tx, person.id, renewed.as_deref(), anew).await?;
    let event = match second {
        Second::Recovery(_) => AuditEvent::RecoveryCodeUsed,
        _ => AuditEvent::SignedIn,
    };
    if event == AuditEvent::RecoveryCodeUsed || (!known && person.last_sign_in_at.is_some()) {
        tell(&mut tx, services, actor, &person, event, now).await?;
    }
    let session = open(&mut tx, services, actor, &person, event, None, now).await?;
    commit(tx).await?;
    Ok(session)
}

/// A proven pair of factors.
struct Proof {
    person: Person,
    second: Second,
    renewed: Option<String>,
    counters: Vec<Counter>,
    known: bool,
}

fn mismatch(name: &Name, left: Option<u32>) -> ServiceError {
    tracing::info!(login = throttle_name(name.as_str()), "office.refused");
    ServiceError::field(
        "",
        match left {
            Some(left) => Problem::OfficeMismatch { left },
            None => Problem::TotpMismatch,
        },
    )
}

/// Counts the try, then looks at both factors. Ends the transaction it is given.
async fn prove(
    services: &Services,
    actor: &OfficeActor,
    mut tx: storage::Tx,
    found: Option<Person>,
    name: &Name,
    command: &SignIn,
    now: Timestamp,
) -> Result<Proof, ServiceError> {
    let id = found.as_ref().map(|person| person.id);
    let known = person::knows_browser(&mut tx, id, &actor.guest.browser).await?;
    let guess = Guess {
        door: actor.door.code(),
        name: name.as_str(),
        whom: id.map(|id| id.to_string()),
        known,
    };
    let counters = tries::counters(services, &actor.guest, &guess);
    let Counted { left, refused } = tries::count(&mut tx, &counters, now).await?;
    if let (Some((Of::Account, _)), Some(person)) = (&refused, &found) {
        warn(&mut tx, services, actor, person, now).await?;
    }
    if let Some((_, problem)) = refused {
        commit(tx).await?;
        return Err(ServiceError::field("", problem));
    }
    let second = look_at(&mut tx, services, found.as_ref(), &command.code, now).await?;
    commit(tx).await?;
    let hash = found.as_ref().and_then(|p| p.password_hash.as_deref());
    let verified = services.hasher.verify(&command.password, hash).await?;
    match (verified, second, found) {
        (Verified::Fits(_), Second::No, _) | (Verified::No, _, _) | (_, _, None) => {
            Err(mismatch(name, Some(left)))
        }
        (Verified::Fits(renewed), second, Some(person)) => Ok(Proof {
            person,
            second,
            renewed,
            counters,
            known,
        }),
    }
}

/// Proves both factors of somebody who is in already, before their own way in is changed.
///
/// # Errors
/// [`ServiceError::Invalid`] when they do not fit.
pub(crate) async fn prove_again(
    services: &Services,
    actor: &OfficeActor,
    password: &str,
    code: &str,
) -> Result<Person, ServiceError> {
    let member = actor.member()?;
    let command = SignIn {
        login: String::new(),
        password: password.to_owned(),
        code: code.to_owned(),
    };
    let mut errors = Vec::new();
    if password.is_empty() {
        errors.push(FieldError::new("password", Problem::PasswordEmpty));
    }
    if code.trim().is_empty() {
        errors.push(FieldError::new("code", Problem::TotpEmpty));
    }
    if !errors.is_empty() {
        return Err(ServiceError::Invalid(errors));
    }
    let (mut tx, now) = services.db.begin().await?;
    let found = person::get(&mut tx, member.person).await?;
    let name = Name::Login(member.login.clone());
    let proof = prove(services, actor, tx, found, &name, &command, now).await?;
    let (mut tx, now) = services.db.begin().await?;
    if !person::hold_access(&mut tx, &proof.person).await?
        || !use_up(&mut tx, &proof.person, &proof.second, now).await?
    {
        return Err(mismatch(&name, None));
    }
    tries::forgive(&mut tx, &proof.counters).await?;
    commit(tx).await?;
    Ok(proof.person)
}

/// Takes a fresh one-time password of somebody who is in already, before something that matters: a
/// desk that was left open must not be enough. Wrong ones are counted by session.
///
/// # Errors
/// [`ServiceError::Invalid`] beside `code` when it does not fit or was used before.
pub(crate) async fn confirm(
    services: &Services,
    actor: &OfficeActor,
    code: &str,
) -> Result<(), ServiceError> {
    let member = actor.member()?;
    if code.trim().is_empty() {
        return Err(ServiceError::field("code", Problem::TotpEmpty));
    }
    let limits = &services.settings.access;
    let key = format!("office-confirm:{}", member.session);
    let (mut tx, now) = services.db.begin().await?;
    let (tries, pause) = (limits.sign_in_tries, limits.sign_in_pause);
    let counted = crate::access::count_try(&mut tx, &key, tries, pause, now).await?;
    let fits = match (&counted, person::get(&mut tx, member.person).await?) {
        (Ok(_), Some(person)) => {
            match look_at(&mut tx, services, Some(&person), code, now).await? {
                second @ Second::Step(..) => use_up(&mut tx, &person, &second, now).await?,
                _ => false,
            }
        }
        _ => false,
    };
    if fits {
        throttle::clear(&mut tx, &key).await?;
    } else {
        record(&mut tx, actor, AuditEvent::ConfirmRefused, "", now).await?;
    }
    commit(tx).await?;
    counted.map_err(|problem| ServiceError::field("code", problem))?;
    if fits {
        Ok(())
    } else {
        Err(ServiceError::field("code", Problem::TotpMismatch))
    }
}

/// Opens a session, in which new recovery codes may wait for their owner.
pub(crate) async fn open(
    conn: &mut Conn,
    services: &Services,
    actor: &OfficeActor,
    person: &Person,
    event: AuditEvent,
    codes_sealed: Option<&[u8]>,
    now: Timestamp,
) -> Result<NewSession, ServiceError> {
    if !services.has_office() {
        return Err(no_key());
    }
    // Whoever was in by this door in this browser is not any more.
    if let Some(member) = &actor.member {
        session::end(conn, member.session, now).await?;
    }
    person::note_sign_in(conn, person.id, now).await?;
    person::remember_browser(conn, person.id, &actor.guest.browser, now).await?;
    let token = crypto::random_token();
    let new = session::New {
        id: SessionId(new_id()),
        person: person.id,
        browser: &actor.guest.browser,
        origin: &actor.guest.origin,
        codes_sealed,
        idle_until: now.plus_seconds(idle(services, actor.door)),
        expires_at: now.plus_seconds(services.settings.access.office_life),
    };
    session::insert(conn, &crypto::sha256(token.as_bytes()), new, now).await?;
    let by = By {
        door: actor.door,
        partner: person.partner,
        person: Some(person.id),
        name: &person.name,
    };
    audit::write(conn, by, &actor.guest.origin, event, "", now).await?;
    Ok(NewSession {
        token,
        max_age: None,
    })
}

/// Tells somebody what happened to their way in.
pub(crate) async fn tell(
    conn: &mut Conn,
    services: &Services,
    actor: &OfficeActor,
    person: &Person,
    event: AuditEvent,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let device = domain::device::describe(actor.lang, &actor.guest.origin.user_agent);
    let text = letters::office_notice(services, actor.lang, actor.door, event, &device);
    write_letter(conn, None, Channel::Email, &person.email, text, now).await
}

/// Somebody is guessing: written down and told once a day.
async fn warn(
    conn: &mut Conn,
    services: &Services,
    actor: &OfficeActor,
    found: &Person,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let key = format!("office-warned:{}", found.id);
    if throttle::hit(conn, &key, 24 * 3600, now).await?.hits > 1 {
        return Ok(());
    }
    let event = AuditEvent::SignInPaused;
    record(conn, actor, event, &found.name, now).await?;
    tell(conn, services, actor, found, event, now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_of_a_login_tells_the_door() {
        let at = |door, text| Name::parse(door, text);
        assert!(matches!(
            at(Door::Partner, "12.3456.78"),
            Ok(Name::Number(_))
        ));
        assert_eq!(
            at(Door::Partner, " Anna@Shop.example"),
            Ok(Name::Login("anna@shop.example".into()))
        );
        assert_eq!(
            at(Door::Staff, "Ivanova"),
            Ok(Name::Login("ivanova".into()))
        );
        assert_eq!(at(Door::Staff, "12.3456.78"), Err(Problem::PartnerNumber));
        for door in [Door::Partner, Door::Staff] {
            assert_eq!(at(door, "0207 2340 6967"), Err(Problem::SubscriberLogin));
            assert_eq!(at(door, "8 912 000-10-00"), Err(Problem::SubscriberLogin));
        }
        assert_eq!(at(Door::Partner, "x"), Err(Problem::PartnerLoginMalformed));
        assert_eq!(at(Door::Partner, " "), Err(Problem::PartnerLoginEmpty));
        assert_eq!(at(Door::Staff, ""), Err(Problem::StaffLoginEmpty));
        assert_eq!(
            at(Door::Staff, "a@b.example"),
            Err(Problem::StaffLoginMalformed)
        );
    }
}
