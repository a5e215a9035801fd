//! Signing in with card number, phone or e-mail and a password. The answer and its time are the
//! same whether the account exists or not; tries are counted by what was typed and by address.

use super::sessions::{self, NewSession};
use super::{address_name, count_try, throttle_name};
use crate::billing::new_id;
use crate::crypto::Verified;
use crate::error::commit;
use crate::{Actor, ServiceError, Services};
use domain::form::{FieldError, Problem};
use domain::ids::EventId;
use domain::{CardNumber, Email, Phone};
use storage::account::Account;
use storage::subscriber::CardState;
use storage::{Conn, account, subscriber, throttle};

/// The posted form.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Card number, phone or e-mail.
    pub login: String,
    /// Password.
    pub password: String,
    /// Stay signed in on this device.
    pub remember: bool,
}

/// One spelling for one login, so that spaces do not buy more tries.
fn spelling(login: &str) -> String {
    if let Ok(card) = CardNumber::parse(login) {
        return card.as_str().to_owned();
    }
    if let Ok(phone) = Phone::parse(login) {
        return phone.as_str().to_owned();
    }
    login.trim().to_lowercase()
}

/// The account a login names. Eleven digits may be a card or a phone: the card goes first, because
/// it is the login; its check digit makes a mix-up rare.
pub(crate) async fn find_account(
    conn: &mut Conn,
    login: &str,
) -> Result<Option<Account>, ServiceError> {
    if let Ok(card) = CardNumber::parse(login)
        && let Some((subscriber, card)) = subscriber::find_card(conn, &card).await?
        && card.state == CardState::Active
    {
        return Ok(account::of_subscriber(conn, subscriber).await?);
    }
    if let Ok(phone) = Phone::parse(login) {
        return Ok(account::by_phone(conn, &phone).await?);
    }
    if let Ok(email) = Email::parse(login) {
        return Ok(account::by_email(conn, &email).await?);
    }
    Ok(None)
}

/// Signs in.
///
/// # Errors
/// [`ServiceError::Invalid`]: an empty field, no match, or too many tries.
pub async fn sign_in(
    services: &Services,
    actor: &Actor,
    command: &SignIn,
) -> Result<NewSession, ServiceError> {
    let mut errors = Vec::new();
    if command.login.trim().is_empty() {
        errors.push(FieldError::new("login", Problem::LoginEmpty));
    }
    if command.password.is_empty() {
        errors.push(FieldError::new("password", Problem::PasswordEmpty));
    }
    if !errors.is_empty() {
        return Err(ServiceError::Invalid(errors));
    }
    let limits = services.settings.access;
    let pause = limits.sign_in_pause;
    let by_login = format!("sign-in:{}", throttle_name(&spelling(&command.login)));
    let by_address = format!("sign-in-from:{}", address_name(actor));
    let (mut tx, now) = services.db.begin().await?;
    // Every try is counted before the password is looked at: tries at the same moment count too.
    let from_address = count_try(
        &mut tx,
        &by_address,
        limits.sign_in_tries_per_address,
        pause,
        now,
    )
    .await?;
    let tries = count_try(&mut tx, &by_login, limits.sign_in_tries, pause, now).await?;
    let account = find_account(&mut tx, &command.login).await?;
    // A login has several spellings (cards, phone, e-mail): together they have as many tries as one.
    let by_account = account
        .as_ref()
        .map(|account| format!("sign-in-to:{}", account.id));
    let to_account = match &by_account {
        Some(key) => count_try(&mut tx, key, limits.sign_in_tries, pause, now).await?,
        None => tries.clone(),
    };
    commit(tx).await?;
    let mut left = u32::MAX;
    for allowed in [&from_address, &tries, &to_account] {
        match allowed {
            Ok(more) => left = left.min(*more),
            Err(problem) => return Err(ServiceError::field("", problem.clone())),
        }
    }
    let stored = account.as_ref().filter(|account| account.active);
    let hash = stored.and_then(|account| account.password_hash.as_deref());
    let verified = services
        .hasher
        .verify(&command.password, hash)
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let mismatch = || ServiceError::field("", Problem::SignInMismatch { left });
    let (Verified::Fits(renewed), Some(account), Some(hash)) = (verified, stored, hash) else {
        return Err(mismatch());
    };
    let (mut tx, now) = services.db.begin().await?;
    if !account::hold_password(&mut tx, account.id, hash).await? {
        return Err(mismatch());
    }
    throttle::clear(&mut tx, &by_login).await?;
    if let Some(key) = &by_account {
        throttle::clear(&mut tx, key).await?;
    }
    // A right password is no guess; the neighbours' ones stay counted.
    throttle::take_back(&mut tx, &by_address).await?;
    if let Some(new) = &renewed {
        account::rehash(&mut tx, account.id, hash, new).await?;
    }
    account::log_security(
        &mut tx,
        account.id,
        EventId(new_id()),
        "signed_in",
        &actor.origin,
        now,
    )
    .await?;
    let session =
        sessions::open(&mut tx, services, actor, account.id, command.remember, now).await?;
    commit(tx).await?;
    Ok(session)
}
