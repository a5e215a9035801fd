//! Signing in with card number, phone or e-mail and a password. The answer and its time are the
//! same whether the account exists or not; tries are counted by what was typed and by address.

use super::notices::{Happened, record};
use super::sessions::{self, After, NewSession, Opening};
use super::tries::{self, Counted, Guess, Of};
use super::{address_name, throttle_name};
use crate::error::commit;
use crate::hashing::Verified;
use crate::{Actor, ServiceError, Services};
use domain::form::{FieldError, Problem};
use domain::security::SecurityEvent;
use domain::{CardNumber, Email, PartnerNumber, Phone, Timestamp};
use storage::account::{Account, Name};
use storage::session::StillTrue;
use storage::{Conn, Tx, account, throttle};

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

/// What a login may name. Eleven digits may be a card or a phone: the card goes first, because
/// it is the login; its check digit makes a mix-up rare.
pub(crate) fn name(login: &str) -> Name {
    Name {
        card: CardNumber::parse(login).ok(),
        phone: Phone::parse(login).ok(),
        email: Email::parse(login).ok(),
    }
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
    let mut conn = services.db.statement().await?;
    let named = account::named(&mut conn, &name(&command.login), &actor.browser).await?;
    let (account, now) = (named.account, named.now);
    let stored = account.as_ref().filter(|account| account.may_sign_in());
    let known = named.known_browser && stored.is_some();
    // Every try is counted before the password is looked at: tries at the same moment count too.
    let spelled = spelling(&command.login);
    let whom = stored.map(|account| account.id.to_string());
    let warned = whom.clone().unwrap_or_else(|| throttle_name(&spelled));
    let guess = Guess {
        door: "",
        name: &spelled,
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
    let from = address_name(actor);
    if let Some((of, problem)) = refused {
        tracing::info!(login = throttle_name(&spelled), from, ?of, "sign_in.paused");
        return Err(ServiceError::field("", problem));
    }
    let hash = stored.and_then(|account| account.password_hash.as_deref());
    let verified = services.hasher.verify(&command.password, hash).await?;
    let mismatch = || {
        tracing::info!(
            login = throttle_name(&spelled),
            from,
            left,
            "sign_in.refused"
        );
        ServiceError::field("", Problem::SignInMismatch { left })
    };
    let (Verified::Fits(renewed), Some(account), Some(hash)) = (verified, stored, hash) else {
        return Err(mismatch());
    };
    let opening = Opening {
        account: account.id,
        remembered: command.remember,
        after: After::SignIn,
    };
    if known && renewed.is_none() {
        let mut conn = services.db.statement().await?;
        let still = StillTrue {
            password_hash: hash,
            cleared: &tries::cleared(&counters),
        };
        let reopened = sessions::reopen(&mut conn, services, actor, opening, still).await?;
        if let Some(session) = reopened {
            return Ok(session);
        }
    }
    let renewed = renewed.as_deref();
    let held = hold(services, account, &command.password, hash, renewed).await?;
    let Some((mut tx, now)) = held else {
        return Err(mismatch());
    };
    tries::forgive(&mut tx, &counters).await?;
    let session = sessions::open(&mut tx, services, actor, opening, now).await?;
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
