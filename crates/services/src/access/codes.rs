//! One-time codes by SMS. The form that waits for a code is the same whether a cabinet exists or not;
//! a right code is exchanged for the same one-time secret that a letter's link carries, so there is
//! one way to set a password, not two.

use super::{
    address_name, confirm, contacts, count_try, has_room, minutes_until, new_link, recovery,
};
use crate::error::commit;
use crate::{Actor, ServiceError, Services, crypto, letters};
use domain::code::OneTimeCode;
use domain::form::Problem;
use domain::ids::{AccountId, ChallengeId};
use domain::{Contact, Lang, Phone, Timestamp};
use storage::account::Proven;
use storage::code::{Challenge, New};
use storage::outbox::Channel;
use storage::token::Purpose;
use storage::{Conn, code, known_browser, throttle};
use uuid::Uuid;

/// The count of everybody's wrong codes.
const WRONG_EVERYWHERE: &str = "codes-wrong-everywhere";

const DAY: i64 = 24 * 3600;

/// What the page of a code shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What the code is for.
    pub purpose: Purpose,
    /// The phone it went to, masked; nothing where that would tell whether a cabinet exists.
    pub phone: Option<String>,
    /// Seconds until another one may be asked for.
    pub again_in: u64,
}

/// Begins a challenge; it is armed by [`send`].
pub(crate) async fn begin(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    purpose: Purpose,
    login: Option<&str>,
    now: Timestamp,
) -> Result<ChallengeId, ServiceError> {
    let id = ChallengeId(Uuid::new_v4());
    let limits = &services.settings.access;
    let new = New {
        id,
        browser: &actor.browser,
        purpose,
        login,
        again_at: now.plus_seconds(limits.code_again),
        expires_at: now.plus_seconds(limits.code_life),
    };
    code::insert(conn, &new, now).await?;
    Ok(id)
}

fn digest(id: ChallengeId, digits: &str) -> [u8; 32] {
    crypto::sha256(format!("{id}:{digits}").as_bytes())
}

/// Sends a code to a phone, unless it got too many within the hour or all phones together did.
/// `false` when nothing was sent.
pub(crate) async fn send(
    conn: &mut Conn,
    services: &Services,
    id: ChallengeId,
    account: AccountId,
    phone: &Phone,
    purpose: Purpose,
    lang: Lang,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    if services.sms.is_none() {
        tracing::info!(%account, "codes.no_sms_provider");
        return Ok(false);
    }
    let limits = &services.settings.access;
    if !has_room(conn, services, phone.as_str(), now).await? {
        return Ok(false);
    }
    if throttle::hit(conn, "codes-everywhere", 3600, now)
        .await?
        .hits
        > limits.codes_everywhere
    {
        tracing::warn!("codes.throttled_everywhere: somebody may be spending our money on SMS");
        return Ok(false);
    }
    let typed = OneTimeCode::generate(rand::random);
    let digest = digest(id, typed.as_str());
    if !code::arm(conn, id, account, purpose, phone, &digest, now).await? {
        return Ok(false);
    }
    let text = letters::code_sms(services, lang, purpose, typed.as_str());
    super::write_letter(conn, Some(account), Channel::Sms, phone.as_str(), text, now).await?;
    Ok(true)
}

/// The challenge of this browser. One that changes a contact also needs its owner to be signed in:
/// whoever was signed out cannot go on with what was begun before.
async fn hold(conn: &mut Conn, actor: &Actor, id: ChallengeId) -> Result<Challenge, ServiceError> {
    let viewer = actor.viewer.as_ref().map(|viewer| viewer.account);
    code::hold(conn, id, &actor.browser)
        .await?
        .filter(|challenge| !challenge.used)
        .filter(|challenge| challenge.purpose != Purpose::Contact || challenge.account == viewer)
        .ok_or(ServiceError::NotFound)
}

/// What the page shows.
pub async fn look(
    services: &Services,
    actor: &Actor,
    id: ChallengeId,
) -> Result<Waiting, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let challenge = hold(&mut tx, actor, id).await?;
    let told = challenge.login.is_none();
    Ok(Waiting {
        // The state of a cabinet must not show: a forgotten password it was that was typed.
        purpose: if told {
            challenge.purpose
        } else {
            Purpose::Recovery
        },
        phone: challenge.phone.filter(|_| told).map(|phone| phone.masked()),
        again_in: u64::try_from(challenge.again_at.seconds_since(now)).unwrap_or(0),
    })
}

/// What a right code has opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The page where a password is set, with its secret.
    Password(Purpose, String),
    /// The new phone is proven and bound.
    Phone,
}

/// Judges a typed code.
///
/// # Errors
/// [`ServiceError::Invalid`] with what is wrong; [`ServiceError::NotFound`] for a challenge of
/// another browser or one that was used.
pub async fn verify(
    services: &Services,
    actor: &Actor,
    id: ChallengeId,
    typed: &str,
    lang: Lang,
) -> Result<Opened, ServiceError> {
    let typed =
        OneTimeCode::parse(typed).map_err(|error| ServiceError::field("code", error.into()))?;
    let limits = services.settings.access;
    let (mut tx, now) = services.db.begin().await?;
    let challenge = hold(&mut tx, actor, id).await?;
    if challenge.expires_at <= now {
        drop(tx);
        again(services, actor, id, lang).await?;
        return Err(ServiceError::field("code", Problem::CodeExpired));
    }
    if challenge.tries >= limits.code_tries {
        let minutes = minutes_until(challenge.expires_at, now);
        return Err(ServiceError::field(
            "code",
            Problem::TooManyTries { minutes },
        ));
    }
    let from = format!("codes-from:{}", address_name(actor));
    if let Err(problem) = count_try(&mut tx, &from, limits.lookups_per_address, 3600, now).await? {
        commit(tx).await?;
        return Err(ServiceError::field("code", problem));
    }
    // The owner's own browser has a count of its own, which strangers cannot use up.
    let known = known_browser::is_known(&mut tx, challenge.account, &actor.browser).await?;
    // Many phones, each with a few guesses: at large that is an attack, and codes pause for all
    // browsers that their account does not know. Links in letters go on.
    let large = throttle::look(&mut tx, WRONG_EVERYWHERE, now).await?;
    if let Some(count) = large.filter(|count| !known && count.hits >= limits.wrong_codes_everywhere)
    {
        let minutes = minutes_until(count.window_ends_at, now);
        tracing::warn!(hits = count.hits, "codes.paused");
        return Err(ServiceError::field(
            "code",
            Problem::TooManyTries { minutes },
        ));
    }
    let to = match challenge.account {
        Some(account) if known => {
            let browser = crypto::hex(&actor.browser);
            format!("codes-on:{account}:{}", &browser[..24])
        }
        Some(account) => format!("codes-to:{account}"),
        None => format!("codes-to:{id}"),
    };
    // Over the day's limit a right code reads like a wrong one: whoever guesses learns nothing.
    let allowed = count_try(&mut tx, &to, limits.code_tries_a_day, DAY, now)
        .await?
        .is_ok();
    let fits = challenge.digest == Some(digest(id, typed.as_str()));
    let (true, true, Some(account), Some(phone)) =
        (fits, allowed, challenge.account, &challenge.phone)
    else {
        code::count_try(&mut tx, id).await?;
        throttle::hit(&mut tx, WRONG_EVERYWHERE, 3600, now).await?;
        commit(tx).await?;
        tracing::info!(challenge = %id, from = address_name(actor), allowed, "codes.refused");
        let left = limits.code_tries - challenge.tries - 1;
        return Err(ServiceError::field("code", Problem::CodeMismatch { left }));
    };
    if !code::consume(&mut tx, id, now).await? {
        return Err(ServiceError::NotFound);
    }
    // A right code is no guess.
    throttle::take_back(&mut tx, &from).await?;
    throttle::take_back(&mut tx, &to).await?;
    let opened = match challenge.purpose {
        Purpose::Contact => {
            contacts::bind(
                &mut tx,
                services,
                actor,
                account,
                Proven::Phone,
                phone.as_str(),
                now,
            )
            .await?;
            Opened::Phone
        }
        purpose => {
            // The page where a password is set wants a secret that proves the phone.
            let proves = Contact::Phone(phone.clone());
            let life = limits.code_life;
            let secret = new_link(&mut tx, account, purpose, &proves, life, now).await?;
            Opened::Password(purpose, secret)
        }
    };
    commit(tx).await?;
    Ok(opened)
}

/// Sends another code. The old one stops working.
///
/// # Errors
/// [`ServiceError::Invalid`] when it is too soon.
pub async fn again(
    services: &Services,
    actor: &Actor,
    id: ChallengeId,
    lang: Lang,
) -> Result<(), ServiceError> {
    let limits = services.settings.access;
    let (mut tx, now) = services.db.begin().await?;
    let challenge = hold(&mut tx, actor, id).await?;
    if challenge.purpose == Purpose::Contact {
        confirm::recent(services, actor, now)?;
    }
    let seconds = challenge.again_at.seconds_since(now);
    if seconds > 0 {
        let seconds = u64::try_from(seconds).unwrap_or(1);
        return Err(ServiceError::field("", Problem::ResendLater { seconds }));
    }
    let (again_at, expires_at) = (
        now.plus_seconds(limits.code_again),
        now.plus_seconds(limits.code_life),
    );
    code::renew(&mut tx, id, again_at, expires_at).await?;
    let sent = match (&challenge.login, challenge.account, &challenge.phone) {
        (Some(login), ..) => {
            let allowed = recovery::count(&mut tx, services, actor, now).await?;
            if allowed.is_ok() {
                recovery::enqueue(&mut tx, login, id, lang).await?;
            }
            allowed
        }
        (None, Some(account), Some(phone)) => {
            let purpose = challenge.purpose;
            let sent = send(&mut tx, services, id, account, phone, purpose, lang, now).await?;
            if sent {
                Ok(())
            } else {
                Err(Problem::TooManyTries { minutes: 60 })
            }
        }
        _ => return Err(ServiceError::NotFound),
    };
    commit(tx).await?;
    sent.map_err(|problem| ServiceError::field("", problem))
}
