//! Using one-time links: opening a registered cabinet, setting a new password. Looking at a link
//! does not use it up, since mail scanners look too; only the posted form does.

use super::contacts;
use super::notices::{Happened, record};
use super::passwords::{judge, offer};
use super::sessions::{self, After, NewSession, Opening};
use super::{end_pending, no_room, send_link};
use crate::billing::new_id;
use crate::error::commit;
use crate::office::restore;
use crate::{Actor, ServiceError, Services, crypto};
use domain::form::Problem;
use domain::ids::MessageId;
use domain::notice::Notice;
use domain::security::SecurityEvent;
use domain::{Email, Lang};
use storage::inbox::Reader;
pub use storage::token::Purpose;
use storage::token::Token;
use storage::{Conn, StorageError, account, inbox, known_browser, passkey, session, token};

/// What a link is worth now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// It works; a password to offer and the login that a password manager should keep.
    Ready {
        /// An offered password; another one each time.
        offered: String,
        /// The contact it was sent to.
        contact: String,
    },
    /// It was used.
    Used,
    /// Its time has passed, or a newer one was sent.
    Expired {
        /// The address, masked, that another one can go to: that of a cabinet that waits to be opened.
        again: Option<String>,
    },
    /// There is no such link.
    Unknown,
}

/// Looks at a link.
pub async fn look(
    services: &Services,
    _actor: &Actor,
    purpose: Purpose,
    secret: &str,
) -> Result<Link, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let found = token::find(&mut tx, &crypto::sha256(secret.as_bytes())).await?;
    Ok(match found {
        Some(link) if !serves(link.purpose, purpose) => Link::Unknown,
        Some(link) if link.used => Link::Used,
        Some(link) if link.expires_at <= now => Link::Expired {
            again: waiting(&mut tx, &link).await?.map(|email| email.masked()),
        },
        Some(link) => Link::Ready {
            offered: offer(),
            contact: link.contact,
        },
        None => Link::Unknown,
    })
}

/// The address of a cabinet that still waits to be opened by a link like this one.
async fn waiting(conn: &mut Conn, link: &Token) -> Result<Option<Email>, ServiceError> {
    if link.purpose != Purpose::Activation {
        return Ok(None);
    }
    let account = account::get(conn, link.account).await?;
    let email = account
        .filter(|account| !account.may_sign_in())
        .and_then(|account| account.email)
        .filter(|email| email.as_str() == link.contact);
    // An address that another cabinet has proven since opens no second one.
    Ok(match email {
        Some(email) if account::by_email(conn, &email).await?.is_none() => Some(email),
        _ => None,
    })
}

/// Sends another link instead of one whose time has passed: whoever holds that one reads the letters of
/// its address, and nowhere else does the new one go.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that cannot be renewed; [`ServiceError::Invalid`] when the address
/// got too many letters.
pub async fn again(services: &Services, secret: &str, lang: Lang) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let link = token::find(&mut tx, &crypto::sha256(secret.as_bytes()))
        .await?
        .filter(|link| !link.used && link.expires_at <= now)
        .ok_or(ServiceError::NotFound)?;
    account::hold(&mut tx, link.account).await?;
    let email = waiting(&mut tx, &link).await?;
    let email = email.ok_or(ServiceError::NotFound)?;
    let purpose = Purpose::Activation;
    let sent = send_link(&mut tx, services, link.account, &email, purpose, lang, now).await?;
    commit(tx).await?;
    if sent { Ok(()) } else { Err(no_room("")) }
}

/// Does a link of this purpose open the page of that one? An operator's link leads to the page of
/// recovery.
fn serves(link: Purpose, page: Purpose) -> bool {
    link == page || (link == Purpose::Restore && page == Purpose::Recovery)
}

/// The posted form.
#[derive(Debug, Clone)]
pub struct SetPassword {
    /// The secret of the link.
    pub token: String,
    /// Take the offered one? Otherwise one's own.
    pub take_offered: bool,
    /// The offered password as it was shown.
    pub offered: String,
    /// One's own password.
    pub own: String,
    /// Stay signed in on this device.
    pub remember: bool,
}

/// Uses a link up: sets the password, proves the contact, ends other sessions, signs in.
///
/// # Errors
/// [`ServiceError::Invalid`] for a password that misses the policy; [`ServiceError::NotFound`] for a
/// link that no longer works.
pub async fn set_password(
    services: &Services,
    actor: &Actor,
    purpose: Purpose,
    command: SetPassword,
) -> Result<NewSession, ServiceError> {
    let password = if command.take_offered {
        &command.offered
    } else {
        &command.own
    };
    judge(password).map_err(|problem| ServiceError::field("password", problem))?;
    let digest = crypto::sha256(command.token.as_bytes());
    let (mut tx, now) = services.db.begin().await?;
    let Some(link) = token::find(&mut tx, &digest)
        .await?
        .filter(|link| serves(link.purpose, purpose))
    else {
        return Err(ServiceError::NotFound);
    };
    if link.used || link.expires_at <= now {
        return Err(ServiceError::NotFound);
    }
    drop(tx);
    let hash = services.hasher.hash(password).await?;
    let (mut tx, now) = services.db.begin().await?;
    if !token::consume(&mut tx, &digest, now).await? {
        return Err(ServiceError::NotFound);
    }
    if link.purpose == Purpose::Restore {
        // Whoever has lost every contact names a new one; using the link proves it.
        let bound = account::get(&mut tx, link.account).await?;
        if !bound.is_some_and(|account| account.has_proven(link.proven, &link.contact)) {
            let (proven, contact) = (link.proven, &link.contact);
            contacts::bind(&mut tx, services, actor, link.account, proven, contact, now).await?;
        }
    }
    let proof = (link.proven, link.contact.as_str());
    match account::set_password(&mut tx, link.account, &hash, proof.0, proof.1, now).await {
        Err(StorageError::Duplicate(_)) => {
            return Err(ServiceError::field("", Problem::ContactTaken));
        }
        Ok(true) => {}
        // The contact was changed after this link was sent: it proves nothing any more.
        Ok(false) => return Err(ServiceError::NotFound),
        Err(error) => return Err(error.into()),
    }
    if account::subscribers(&mut tx, link.account)
        .await?
        .is_empty()
    {
        // The contract has gone into another cabinet meanwhile: there is nothing to open.
        return Err(ServiceError::NotFound);
    }
    if link.purpose == Purpose::Restore {
        restore::used(&mut tx, &actor.origin, link.account, now).await?;
    }
    end_pending(&mut tx, link.account, now).await?;
    session::end_all(&mut tx, link.account, now).await?;
    // Whoever knew the old password may have signed in somewhere: those browsers are strangers again.
    known_browser::forget_others(&mut tx, link.account, &actor.browser).await?;
    if link.purpose != Purpose::Activation && passkey::remove_all(&mut tx, link.account).await? > 0
    {
        // Whoever has taken the cabinet over may have left one: the owner adds theirs anew.
        let happened = Happened {
            account: link.account,
            event: SecurityEvent::PasskeyRemoved,
            detail: "",
            replaced: None,
        };
        record(&mut tx, services, actor, happened, now).await?;
    }
    tell(&mut tx, services, actor, &link, now).await?;
    let session = sessions::open(
        &mut tx,
        services,
        actor,
        Opening {
            account: link.account,
            remembered: command.remember,
            after: After::NewPassword,
        },
        now,
    )
    .await?;
    commit(tx).await?;
    Ok(session)
}

/// Writes it down and tells it: a welcome after the first password, a warning after any other.
async fn tell(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    link: &Token,
    now: domain::Timestamp,
) -> Result<(), ServiceError> {
    if link.purpose == Purpose::Activation {
        for subscriber in account::subscribers(conn, link.account).await? {
            let id = MessageId(new_id());
            let to = Reader {
                subscriber,
                account: link.account,
            };
            inbox::insert_for(conn, to, id, &Notice::Welcome, now).await?;
        }
    }
    let happened = Happened {
        account: link.account,
        event: match link.purpose {
            Purpose::Activation => SecurityEvent::Activated,
            _ => SecurityEvent::PasswordRecovered,
        },
        detail: "",
        replaced: None,
    };
    record(conn, services, actor, happened, now).await
}
