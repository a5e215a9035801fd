//! Passkeys: adding, naming, removing them and signing in with one. The protocol is the library's;
//! ours are the ceremonies (once, ten minutes, this browser), whose passkey it is, and that the
//! password remains beside them, so that nobody is left without a way in.

use super::notices::{Happened, record};
use super::sessions::{self, After, NewSession, Opening};
use super::{address_name, confirm, count_try};
use crate::error::commit;
use crate::{Actor, ServiceError, Services, Settings, crypto, zone};
use domain::form::Problem;
use domain::ids::{AccountId, CeremonyId};
use domain::security::SecurityEvent;
use domain::{LocalTime, label};
use serde_json::Value;
use storage::account::Account;
use storage::{StorageError, account, passkey, session, throttle};
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs_proto::ResidentKeyRequirement;

/// How long an authenticator may take, in seconds.
const CEREMONY_LIFE: i64 = 600;
/// Most passkeys of one account.
const MOST: usize = 20;
/// Ceremonies that one address may begin in an hour; each opening of the sign-in page begins one.
const CEREMONIES_PER_ADDRESS: u32 = 1_000;

/// Who the cabinet is to authenticators. Nothing where there can be no passkeys: at an address of
/// numbers instead of a name.
pub(crate) fn relying_party(settings: &Settings) -> Option<Webauthn> {
    let origin = Url::parse(&settings.public_url).ok()?;
    let host = origin.domain()?;
    WebauthnBuilder::new(host, &origin)
        .map(|builder| builder.rp_name("Орион Экспресс"))
        .and_then(WebauthnBuilder::build)
        .inspect_err(|error| tracing::warn!(%error, "passkeys.off"))
        .ok()
}

fn party(services: &Services) -> Result<&Webauthn, ServiceError> {
    services.passkeys.as_ref().ok_or(ServiceError::NotFound)
}

fn json<T: serde::Serialize>(value: &T) -> Result<Value, ServiceError> {
    serde_json::to_value(value).map_err(|error| ServiceError::Internal(error.to_string()))
}

fn unfit(error: &WebauthnError) -> ServiceError {
    tracing::info!(%error, "passkeys.refused");
    ServiceError::field("", Problem::PasskeyUnfit)
}

/// What the browser is asked, and the number to answer with.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Asked {
    /// The ceremony.
    pub ceremony: CeremonyId,
    /// The options of `navigator.credentials`, binary parts as base64url.
    #[serde(rename = "publicKey")]
    pub public_key: Value,
}

async fn begin(
    services: &Services,
    actor: &Actor,
    account: Option<AccountId>,
    options: Value,
    state: Value,
) -> Result<Asked, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let key = format!("ceremonies-from:{}", address_name(actor));
    if let Err(problem) = count_try(&mut tx, &key, CEREMONIES_PER_ADDRESS, 3600, now).await? {
        commit(tx).await?;
        return Err(ServiceError::field("", problem));
    }
    let ceremony = CeremonyId(Uuid::new_v4());
    let ends = now.plus_seconds(CEREMONY_LIFE);
    passkey::begin(&mut tx, ceremony, &actor.browser, account, &state, ends).await?;
    commit(tx).await?;
    Ok(Asked {
        ceremony,
        public_key: options["publicKey"].clone(),
    })
}

/// Asks for any passkey of the cabinet: nobody has said yet who signs in.
///
/// # Errors
/// [`ServiceError::NotFound`] where there are no passkeys.
pub async fn begin_sign_in(services: &Services, actor: &Actor) -> Result<Asked, ServiceError> {
    let (options, state) = party(services)?
        .start_discoverable_authentication()
        .map_err(|error| unfit(&error))?;
    begin(services, actor, None, json(&options)?, json(&state)?).await
}

/// Signs in with a passkey.
///
/// # Errors
/// [`ServiceError::Invalid`] when it does not fit or is not known.
pub async fn sign_in(
    services: &Services,
    actor: &Actor,
    ceremony: &str,
    answer: &str,
    remember: bool,
) -> Result<NewSession, ServiceError> {
    let party = party(services)?;
    let refused = || ServiceError::field("", Problem::PasskeyUnfit);
    let ceremony: CeremonyId = ceremony.parse().map_err(|_| refused())?;
    let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| refused())?;
    let (mut tx, now) = services.db.begin().await?;
    let Some(state) = passkey::take(&mut tx, ceremony, &actor.browser, None, now).await? else {
        return Err(refused());
    };
    // Answered is answered, whether it fits or not.
    commit(tx).await?;
    let state: DiscoverableAuthentication =
        serde_json::from_value(state).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let (user, id) = party
        .identify_discoverable_authentication(&answer)
        .map_err(|error| unfit(&error))?;
    let owner = AccountId(user);
    let (mut tx, now) = services.db.begin().await?;
    // A recovery at the same moment takes the passkeys away: one of the two waits for the other.
    account::hold(&mut tx, owner).await?;
    let stored = passkey::hold(&mut tx, owner, id)
        .await?
        .ok_or_else(refused)?;
    let mut credential: Passkey = serde_json::from_value(stored)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let result = party
        .finish_discoverable_authentication_v2(&answer, state, &credential)
        .map_err(|error| unfit(&error))?;
    account::get(&mut tx, owner)
        .await?
        .filter(Account::may_sign_in)
        .ok_or_else(refused)?;
    credential.update_credential(&result);
    passkey::used(&mut tx, owner, id, &json(&credential)?, now).await?;
    let session = sessions::open(
        &mut tx,
        services,
        actor,
        Opening {
            account: owner,
            remembered: remember,
            after: After::SignIn,
        },
        now,
    )
    .await?;
    commit(tx).await?;
    Ok(session)
}

/// Should somebody who has just come in with a password be asked about a passkey? Not when there is
/// one, and once in ninety days on a browser.
pub async fn offers(
    services: &Services,
    actor: &Actor,
    session: &NewSession,
) -> Result<bool, ServiceError> {
    if services.passkeys.is_none() {
        return Ok(false);
    }
    let (mut tx, now) = services.db.begin().await?;
    let digest = crypto::sha256(session.token.as_bytes());
    let Some(living) = session::find(&mut tx, &digest).await? else {
        return Ok(false);
    };
    let found = living.session;
    if found.closes_at.is_some() || !passkey::list(&mut tx, found.account).await?.is_empty() {
        return Ok(false);
    }
    let browser = crypto::hex(&actor.browser);
    let key = format!("passkey-offer:{}:{}", found.account, &browser[..24]);
    let asked = throttle::hit(&mut tx, &key, OFFERED_AGAIN_AFTER, now)
        .await?
        .hits;
    commit(tx).await?;
    Ok(asked == 1)
}

/// How long nobody is asked again, in seconds.
const OFFERED_AGAIN_AFTER: i64 = 90 * 24 * 3600;

/// Asks the authenticator for a new passkey of the signed-in person.
///
/// # Errors
/// [`ServiceError::ConfirmFirst`]; [`ServiceError::Invalid`] when there are too many.
pub async fn begin_add(services: &Services, actor: &Actor) -> Result<Asked, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    let party = party(services)?;
    let known = passkey::list(&mut tx, viewer.account).await?;
    drop(tx);
    if known.len() >= MOST {
        return Err(ServiceError::field("", Problem::TooManyPasskeys));
    }
    let known = known.into_iter().map(|one| one.id).collect();
    let login = crate::profile::login(services, actor).await?;
    let (mut options, state) = party
        .start_passkey_registration(viewer.account.0, &login, &login, Some(known))
        .map_err(|error| unfit(&error))?;
    // The sign-in page asks before it knows who signs in: the authenticator must remember.
    if let Some(selection) = options.public_key.authenticator_selection.as_mut() {
        selection.resident_key = Some(ResidentKeyRequirement::Required);
        selection.require_resident_key = true;
    }
    let account = Some(viewer.account);
    begin(services, actor, account, json(&options)?, json(&state)?).await
}

/// Adds the passkey that the authenticator made. It is named after the device and the day.
///
/// # Errors
/// [`ServiceError::ConfirmFirst`]; [`ServiceError::Invalid`] when it does not fit.
pub async fn add(
    services: &Services,
    actor: &Actor,
    ceremony: &str,
    answer: &str,
    lang: domain::Lang,
) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    let party = party(services)?;
    let refused = || ServiceError::field("", Problem::PasskeyUnfit);
    let ceremony: CeremonyId = ceremony.parse().map_err(|_| refused())?;
    let answer: RegisterPublicKeyCredential =
        serde_json::from_str(answer).map_err(|_| refused())?;
    let account = Some(viewer.account);
    let Some(state) = passkey::take(&mut tx, ceremony, &actor.browser, account, now).await? else {
        return Err(refused());
    };
    commit(tx).await?;
    let state: PasskeyRegistration =
        serde_json::from_value(state).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let credential = party
        .finish_passkey_registration(&answer, &state)
        .map_err(|error| unfit(&error))?;
    let (mut tx, now) = services.db.begin().await?;
    let today = zone::today(viewer.tz, now);
    let device = domain::device::describe(lang, &actor.origin.user_agent);
    let name = format!("{device}, {}", domain::format::date(lang, today, today));
    let id = credential.cred_id();
    match passkey::insert(&mut tx, viewer.account, id, &name, &json(&credential)?, now).await {
        Err(StorageError::Duplicate(_)) => return Err(refused()),
        other => other?,
    }
    let happened = Happened {
        account: viewer.account,
        event: SecurityEvent::PasskeyAdded,
        detail: &name,
        replaced: None,
    };
    record(&mut tx, services, actor, happened, now).await?;
    commit(tx).await
}

/// A passkey on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its id, as forms carry it.
    pub id: String,
    /// How its owner calls it.
    pub name: String,
    /// Since when.
    pub created: LocalTime,
    /// When it was last used.
    pub last_used: Option<LocalTime>,
}

/// The passkeys of the signed-in person; nothing where there can be none.
pub(crate) async fn list(
    conn: &mut storage::Conn,
    services: &Services,
    viewer: &crate::Viewer,
) -> Result<Option<Vec<Shown>>, ServiceError> {
    if services.passkeys.is_none() {
        return Ok(None);
    }
    let local = |at| zone::local(viewer.tz, at);
    let found = passkey::list(conn, viewer.account).await?;
    let shown = found.into_iter().map(|one| Shown {
        id: crypto::hex(&one.id),
        name: one.name,
        created: local(one.created_at),
        last_used: one.last_used_at.map(local),
    });
    Ok(Some(shown.collect()))
}

fn id_of(text: &str) -> Result<Vec<u8>, ServiceError> {
    crypto::unhex(text).ok_or(ServiceError::NotFound)
}

/// One passkey, for the page that names it.
///
/// # Errors
/// [`ServiceError::NotFound`] when the signed-in person has no such one.
pub async fn one(services: &Services, actor: &Actor, id: &str) -> Result<Shown, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut tx, _) = services.db.begin().await?;
    let shown = list(&mut tx, services, viewer).await?.unwrap_or_default();
    let found = shown.into_iter().find(|one| one.id == id);
    found.ok_or(ServiceError::NotFound)
}

/// Names a passkey.
///
/// # Errors
/// [`ServiceError::Invalid`] for a name that is none; [`ServiceError::NotFound`].
pub async fn rename(
    services: &Services,
    actor: &Actor,
    id: &str,
    typed: &str,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    let name = label::parse(typed).map_err(|error| ServiceError::field("name", error.into()))?;
    let (mut tx, _) = services.db.begin().await?;
    if !passkey::rename(&mut tx, viewer.account, &id_of(id)?, &name).await? {
        return Err(ServiceError::NotFound);
    }
    commit(tx).await
}

/// Removes a passkey. The password remains, so there is always another way in.
///
/// # Errors
/// [`ServiceError::ConfirmFirst`]; [`ServiceError::NotFound`].
pub async fn remove(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    let Some(name) = passkey::remove(&mut tx, viewer.account, &id_of(id)?).await? else {
        return Err(ServiceError::NotFound);
    };
    let happened = Happened {
        account: viewer.account,
        event: SecurityEvent::PasskeyRemoved,
        detail: &name,
        replaced: None,
    };
    record(&mut tx, services, actor, happened, now).await?;
    commit(tx).await
}
