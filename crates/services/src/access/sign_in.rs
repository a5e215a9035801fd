//! Signing in with card number, phone or e-mail and a password. The answer and its time are the
//! same whether the account exists or not; tries are counted by what was typed and by address.

use super::notices::{Happened, record};
use super::sessions::{self, After, NewSession};
use super::throttle_name;
use super::tries::{self, Counted, Guess, Of};
use crate::error::commit;
use crate::hashing::Verified;
use crate::{Actor, ServiceError, Services};
use domain::form::{FieldError, Problem};
use domain::security::SecurityEvent;
use domain::{CardNumber, Email, PartnerNumber, Phone, Timestamp};
use storage::account::Account;
use storage::{Conn, Tx, account, known_browser, throttle};

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
        && let Some(found) = account::of_card(conn, &card).await?
    {
        return Ok(found);
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
    if PartnerNumber::parse(&command.login).is_ok() {
        return Err(ServiceError::field("login", Problem::PartnerNumber));
    }
    // Each statement stands alone: nothing here has to be undone, and whoever signs in waits less.
    let (mut conn, now) = services.db.look().await?;
    let account = find_account(&mut conn, &command.login).await?;
    let stored = account.as_ref().filter(|account| account.may_sign_in());
    let known = known_browser::is_known(&mut conn, stored.map(|a| a.id), &actor.browser).await?;
    // Every try is counted before the password is looked at: tries at the same moment count too.
    let name = spelling(&command.login);
    let whom = stored.map(|account| account.id.to_string());
    let warned = whom.clone().unwrap_or_else(|| throttle_name(&name));
    let guess = Guess {
        door: "",
        name: &name,
        whom,
        known,
    };
    let counters = tries::counters(services, actor, &guess);
    let Counted { left, refused } = tries::count(&mut conn, &counters, now).await?;
    // Of a missing account the same is counted: both take the same time but once a day.
    let first_warning = match &refused {
        Some((Of::Account, _)) => {
            let key = format!("warned:{warned}");
            throttle::hit(&mut conn, &key, 24 * 3600, now).await?.hits == 1
        }
        _ => false,
    };
    // Nobody holds a connection while the password is hashed.
    drop(conn);
    if let (true, Some(account)) = (first_warning, stored) {
        let (mut tx, now) = services.db.begin().await?;
        warn(&mut tx, services, actor, account, now).await?;
        commit(tx).await?;
    }
    if let Some((_, problem)) = refused {
        return Err(ServiceError::field("", problem));
    }
    let hash = stored.and_then(|account| account.password_hash.as_deref());
    let verified = services.hasher.verify(&command.password, hash).await?;
    let mismatch = || {
        tracing::info!(login = throttle_name(&name), left, "sign_in.refused");
        ServiceError::field("", Problem::SignInMismatch { left })
    };
    let (Verified::Fits(renewed), Some(account), Some(hash)) = (verified, stored, hash) else {
        return Err(mismatch());
    };
    let renewed = renewed.as_deref();
    let held = hold(services, account, &command.password, hash, renewed).await?;
    let Some((mut tx, now)) = held else {
        return Err(mismatch());
    };
    tries::forgive(&mut tx, &counters).await?;
    let session = sessions::open(
        &mut tx,
        services,
        actor,
        account.id,
        command.remember,
        After::SignIn,
        now,
    )
    .await?;
    commit(tx).await?;
    Ok(session)
}

/// A transaction that holds the login while the password that was verified is still its own; nothing
/// when it was changed meanwhile. Whatever is hashed here is hashed outside of any transaction.
async fn hold(
    services: &Services,
    account: &Account,
    password: &str,
    hash: &str,
    renewed: Option<&str>,
) -> Result<Option<(Tx, Timestamp)>, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let held = match renewed {
        Some(new) => account::rehash(&mut tx, account.id, hash, new).await?,
        None => account::hold_password(&mut tx, account.id, hash).await?,
    };
    if held {
        return Ok(Some((tx, now)));
    }
    let stored = account::get(&mut tx, account.id).await?;
    drop(tx);
    // Another sign-in may have renewed the hash of the same password.
    let Some(anew) = stored.and_then(|account| account.password_hash) else {
        return Ok(None);
    };
    if services.hasher.verify(password, Some(&anew)).await? == Verified::No {
        return Ok(None);
    }
    let (mut tx, now) = services.db.begin().await?;
    let held = account::hold_password(&mut tx, account.id, &anew).await?;
    Ok(held.then_some((tx, now)))
}

/// Tells the owner that somebody is guessing.
async fn warn(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    account: &Account,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let happened = Happened {
        account: account.id,
        event: SecurityEvent::SignInPaused,
        detail: "",
        replaced: None,
    };
    record(conn, services, actor, happened, now).await
}

#[cfg(test)]
mod tests {
    use super::spelling;
    use proptest::prelude::*;

    proptest! {
        /// A counter's name is found again however the login is typed.
        #[test]
        fn a_spelling_is_spelled_like_itself(text in ".{0,60}") {
            let once = spelling(&text);
            prop_assert_eq!(spelling(&once), once);
        }
    }

    #[test]
    fn spaces_buy_no_tries() {
        assert_eq!(spelling(" 0207 2340-6967 "), spelling("020723406967"));
        assert_eq!(spelling("8 (912) 000-10-00"), spelling("+79120001000"));
        assert_eq!(
            spelling("Demo0@Mail.example "),
            spelling("demo0@mail.example")
        );
    }
}
