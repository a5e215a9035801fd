//! Logins, their contracts, consents and the log of their access.

mod ending;
mod membership;

pub use ending::{
    close, closing_before, drop_pending, erase, hold, pending_before, reopen, sweep_traces,
};
pub use membership::{
    email_of, insert_membership, remove_membership, subscriber_of_card, subscribers,
};

use crate::convert::{from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use domain::ids::{AccountId, SubscriberId};
use domain::{CardNumber, Contact, Email, Lang, Phone, Timestamp};
use std::net::IpAddr;

/// A login.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// In which state it is.
    pub state: AccountState,
    /// Argon2id in PHC form.
    pub password_hash: Option<String>,
    /// The e-mail, proven or not.
    pub email: Option<Email>,
    /// Is the e-mail proven?
    pub email_confirmed: bool,
    /// The phone, proven or not.
    pub phone: Option<Phone>,
    /// Is the phone proven?
    pub phone_confirmed: bool,
    /// Language of letters.
    pub lang: Lang,
    /// When the password was set last.
    pub password_changed_at: Option<Timestamp>,
}

/// The states of a login that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Registered, not opened yet.
    Pending,
    /// Open.
    Active,
    /// Its owner has asked for its deletion, and can still take that back.
    Closing,
}

impl AccountState {
    fn from_code(code: &str) -> Self {
        match code {
            "active" => Self::Active,
            "closing" => Self::Closing,
            _ => Self::Pending,
        }
    }
}

impl Account {
    /// The e-mail, if it is proven.
    pub fn confirmed_email(&self) -> Option<&Email> {
        self.email.as_ref().filter(|_| self.email_confirmed)
    }

    /// The phone, if it is proven.
    pub fn confirmed_phone(&self) -> Option<&Phone> {
        self.phone.as_ref().filter(|_| self.phone_confirmed)
    }

    /// Is this contact bound and proven?
    pub fn has_proven(&self, proven: Proven, contact: &str) -> bool {
        let own = match proven {
            Proven::Email => self.confirmed_email().map(Email::as_str),
            Proven::Phone => self.confirmed_phone().map(Phone::as_str),
        };
        own == Some(contact)
    }

    /// Was it opened, so that it has a password? One that is being deleted signs in to come back.
    pub fn may_sign_in(&self) -> bool {
        self.state != AccountState::Pending
    }
}

/// Where a request came from, for logs and consents.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Address.
    pub address: Option<IpAddr>,
    /// Browser, cut to a sane length.
    pub user_agent: String,
}

struct Row {
    account_id: uuid::Uuid,
    state: String,
    password_hash: Option<String>,
    email: Option<String>,
    email_confirmed: bool,
    phone: Option<String>,
    phone_confirmed: bool,
    lang: String,
    password_changed_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            id: AccountId(row.account_id),
            state: AccountState::from_code(&row.state),
            password_hash: row.password_hash,
            email: row
                .email
                .as_deref()
                .and_then(|text| Email::parse(text).ok()),
            email_confirmed: row.email_confirmed,
            phone: row
                .phone
                .as_deref()
                .and_then(|text| Phone::parse(text).ok()),
            phone_confirmed: row.phone_confirmed,
            lang: Lang::from_code(&row.lang),
            password_changed_at: row.password_changed_at.map(from_db),
        }
    }
}

/// One login.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn get(conn: &mut Conn, id: AccountId) -> Result<Option<Account>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        r#"select account_id, state, password_hash, email,
                  email_confirmed_at is not null as "email_confirmed!",
                  phone, phone_confirmed_at is not null as "phone_confirmed!", lang, password_changed_at
           from identity.account where account_id = $1 and state <> 'closed'"#,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Account::from))
}

/// The login that holds a contract.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn of_subscriber(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<Account>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        r#"select a.account_id, a.state, a.password_hash, a.email,
                  a.email_confirmed_at is not null as "email_confirmed!",
                  a.phone, a.phone_confirmed_at is not null as "phone_confirmed!", a.lang, a.password_changed_at
           from identity.membership m join identity.account a using (account_id)
           where m.subscriber_id = $1 and a.state <> 'closed'"#,
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Account::from))
}

/// What somebody has typed to name a login: what it may be read as.
#[derive(Debug, Clone, Default)]
pub struct Name {
    /// The number of a card: it goes first, and one that there is means nothing else.
    pub card: Option<CardNumber>,
    /// A phone.
    pub phone: Option<Phone>,
    /// An e-mail.
    pub email: Option<Email>,
}

/// A login that was named, or none; what a sign-in needs to know before it looks at the password.
#[derive(Debug, Clone)]
pub struct Named {
    /// The login.
    pub account: Option<Account>,
    /// Has it been signed in to on this browser?
    pub known_browser: bool,
    /// Now.
    pub now: Timestamp,
}

/// Finds the login that is named by the number of a usable card or by a proven contact. One statement, the
/// same for one that there is not.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn named(conn: &mut Conn, name: &Name, browser: &[u8]) -> Result<Named, StorageError> {
    let row = sqlx::query!(
        r#"with meant as (
               select 1 as place, m.account_id
               from billing.card_number n
               join billing.card c on c.subscriber_id = n.subscriber_id and c.card_id = n.card_id
               left join identity.membership m on m.subscriber_id = n.subscriber_id
               where n.number = $1 and c.state = 'active'
               union all
               select 2, account_id from identity.account
               where phone = $2 and phone_confirmed_at is not null and state <> 'closed'
               union all
               select 3, account_id from identity.account
               where email = $3 and email_confirmed_at is not null and state <> 'closed'
               order by place limit 1)
           select app.now() as "now!", a.account_id as "account_id?", a.state as "state?",
                  a.password_hash, a.email as "email?",
                  a.email_confirmed_at is not null as "email_confirmed!", a.phone,
                  a.phone_confirmed_at is not null as "phone_confirmed!", a.lang as "lang?",
                  a.password_changed_at,
                  exists (select from identity.known_browser b
                          where b.account_id = a.account_id and b.browser_sha256 = $4) as "known!"
           from (select) nobody left join meant on true
           left join identity.account a on a.account_id = meant.account_id and a.state <> 'closed'"#,
        name.card.as_ref().map(CardNumber::as_str),
        name.phone.as_ref().map(Phone::as_str),
        name.email.as_ref().map(Email::as_str),
        browser,
    )
    .fetch_one(conn)
    .await?;
    let account = match (row.account_id, row.state, row.lang) {
        (Some(account_id), Some(state), Some(lang)) => Some(Account::from(Row {
            account_id,
            state,
            password_hash: row.password_hash,
            email: row.email,
            email_confirmed: row.email_confirmed,
            phone: row.phone,
            phone_confirmed: row.phone_confirmed,
            lang,
            password_changed_at: row.password_changed_at,
        })),
        _ => None,
    };
    Ok(Named {
        account,
        known_browser: row.known,
        now: from_db(row.now),
    })
}

/// The login with this proven e-mail.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn by_email(conn: &mut Conn, email: &Email) -> Result<Option<Account>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        r#"select account_id, state, password_hash, email,
                  email_confirmed_at is not null as "email_confirmed!",
                  phone, phone_confirmed_at is not null as "phone_confirmed!", lang, password_changed_at
           from identity.account
           where email = $1 and email_confirmed_at is not null and state <> 'closed'"#,
        email.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Account::from))
}

/// The login with this proven phone.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn by_phone(conn: &mut Conn, phone: &Phone) -> Result<Option<Account>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        r#"select account_id, state, password_hash, email,
                  email_confirmed_at is not null as "email_confirmed!",
                  phone, phone_confirmed_at is not null as "phone_confirmed!", lang, password_changed_at
           from identity.account
           where phone = $1 and phone_confirmed_at is not null and state <> 'closed'"#,
        phone.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Account::from))
}

/// Writes a login that waits for its activation.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert_pending(
    conn: &mut Conn,
    id: AccountId,
    email: Option<&Email>,
    phone: Option<&Phone>,
    lang: Lang,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into identity.account (account_id, state, email, phone, lang, created_at)
         values ($1, 'pending', $2, $3, $4, $5)",
        id.0,
        email.map(Email::as_str),
        phone.map(Phone::as_str),
        lang.code(),
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Replaces the unproven contacts of a login that waits for its activation.
///
/// # Errors
/// [`StorageError::Conflict`] when it is no longer waiting.
pub async fn change_pending_contacts(
    conn: &mut Conn,
    id: AccountId,
    email: Option<&Email>,
    phone: Option<&Phone>,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update identity.account set email = $2, phone = $3
         where account_id = $1 and state = 'pending'",
        id.0,
        email.map(Email::as_str),
        phone.map(Phone::as_str),
    )
    .execute(conn)
    .await?;
    changed_one(&done, "account")
}

/// The contact that a one-time link proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proven {
    /// The e-mail.
    Email,
    /// The phone.
    Phone,
}

impl Proven {
    /// What a contact proves.
    pub const fn of(contact: &Contact) -> Self {
        match contact {
            Contact::Email(_) => Self::Email,
            Contact::Phone(_) => Self::Phone,
        }
    }
}

/// Sets the first or a new password; the contact that received the link counts as proven. `false`
/// when the login has another contact by now: a link proves only the one it was sent to.
///
/// # Errors
/// [`StorageError::Duplicate`] when the contact is already proven by another login.
pub async fn set_password(
    conn: &mut Conn,
    id: AccountId,
    password_hash: &str,
    proven: Proven,
    contact: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.account set
             state = case when state = 'pending' then 'active' else state end,
             password_hash = $2,
             activated_at = coalesce(activated_at, $4),
             password_changed_at = $4,
             email_confirmed_at = case when $3 then coalesce(email_confirmed_at, $4) else email_confirmed_at end,
             phone_confirmed_at = case when $3 then phone_confirmed_at else coalesce(phone_confirmed_at, $4) end
         where account_id = $1 and state <> 'closed'
           and $5 = case when $3 then email else phone end",
        id.0,
        password_hash,
        proven == Proven::Email,
        to_db(now),
        contact,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Replaces the password of an open cabinet, unless it changed meanwhile.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn change_password(
    conn: &mut Conn,
    id: AccountId,
    old_hash: &str,
    new_hash: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.account set password_hash = $3, password_changed_at = $4
         where account_id = $1 and password_hash = $2 and state = 'active'",
        id.0,
        old_hash,
        new_hash,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a proven contact in the place of the one before.
///
/// # Errors
/// [`StorageError::Duplicate`] when another login has proven it already.
pub async fn set_contact(
    conn: &mut Conn,
    id: AccountId,
    proven: Proven,
    contact: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.account set
             email = case when $2 then $3 else email end,
             email_confirmed_at = case when $2 then $4 else email_confirmed_at end,
             phone = case when $2 then phone else $3 end,
             phone_confirmed_at = case when $2 then phone_confirmed_at else $4 end
         where account_id = $1 and state = 'active'",
        id.0,
        proven == Proven::Email,
        contact,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Holds a login until the transaction ends and says whether this hash is still its password: a
/// password that was changed while the old one was being verified opens nothing.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn hold_password(
    conn: &mut Conn,
    id: AccountId,
    password_hash: &str,
) -> Result<bool, StorageError> {
    let same = sqlx::query_scalar!(
        r#"select state in ('active', 'closing') and password_hash = $2 as "same!"
           from identity.account where account_id = $1 and password_hash is not null for share"#,
        id.0,
        password_hash,
    )
    .fetch_optional(conn)
    .await?;
    Ok(same.unwrap_or(false))
}

/// Replaces a hash by one with newer parameters; `false` when the password or its hash changed
/// meanwhile. Holds the login like [`hold_password`].
///
/// # Errors
/// [`StorageError::Database`].
pub async fn rehash(
    conn: &mut Conn,
    id: AccountId,
    old_hash: &str,
    new_hash: &str,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.account set password_hash = $3
         where account_id = $1 and password_hash = $2 and state in ('active', 'closing')",
        id.0,
        old_hash,
        new_hash,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Remembers the language of the pages for letters.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_lang(conn: &mut Conn, id: AccountId, lang: Lang) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.account set lang = $2 where account_id = $1",
        id.0,
        lang.code()
    )
    .execute(conn)
    .await?;
    Ok(())
}
