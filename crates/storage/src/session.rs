//! Signed-in devices.

use crate::account::Origin;
use crate::convert::{from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{AccountId, CardId, EventId, SessionId, SubscriberId};
use domain::security::SecurityEvent;

/// A device on which somebody is signed in.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// Does it stay after the browser is closed?
    pub remembered: bool,
    /// The card in view.
    pub card: Option<CardId>,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When the password or a passkey was last given in it.
    pub confirmed_at: Timestamp,
    /// When its account is deleted, if that was asked for.
    pub closes_at: Option<Timestamp>,
}

/// A signed-in device as its owner sees it.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its session.
    pub id: SessionId,
    /// What its browser says about itself.
    pub user_agent: String,
    /// The address it signed in from.
    pub address: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
}

/// A session to begin, with all that belongs to a beginning.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// Its id.
    pub id: SessionId,
    /// The digest of its secret.
    pub token_sha256: &'a [u8; 32],
    /// Whose.
    pub account: AccountId,
    /// What must still hold: nothing when the caller holds the login.
    pub only_if: Option<StillTrue<'a>>,
    /// Does it stay after the browser is closed?
    pub remembered: bool,
    /// How long it lives, in seconds.
    pub life: i64,
    /// The browser it is in.
    pub browser: &'a [u8; 32],
    /// Where it comes from.
    pub origin: &'a Origin,
    /// The session that this browser had.
    pub instead_of: Option<SessionId>,
    /// The entry of the security log, unless the caller writes one: a sign-in, or one on a device that is
    /// new to a login in use, which is described.
    pub entry: Option<(EventId, &'a str)>,
}

/// What a session may depend on.
#[derive(Debug, Clone, Copy)]
pub struct StillTrue<'a> {
    /// This hash is the password's, and the browser is one that the login knows.
    pub password_hash: &'a str,
    /// Counters against guessing that a right password clears.
    pub cleared: &'a [String],
}

/// A session that has begun.
#[derive(Debug, Clone, Copy)]
pub struct Opened {
    /// Is the browser new to a login that was used before? Its owner has to be told.
    pub new_device: bool,
}

/// Begins a session: ends the one before, remembers the browser, writes it down, all in one statement.
/// Nothing when what it depends on does not hold any more.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn open(conn: &mut Conn, new: &Opening<'_>) -> Result<Option<Opened>, StorageError> {
    let known = SecurityEvent::SignedIn.code();
    let unknown = SecurityEvent::NewDevice.code();
    let row = sqlx::query!(
        r#"with clock as (select app.now() as now),
           -- First the login, then the browser, then sessions: whoever signs devices out does the same.
           login as (
               select a.account_id from identity.account a
               where a.account_id = $1
                 and ($2::text is null
                      or a.password_hash = $2 and a.state in ('active', 'closing'))
               for share),
           known as (
               select b.account_id from login
               join identity.known_browser b using (account_id)
               where b.browser_sha256 = $3 for update of b),
           held as (
               select login.account_id from login
               where $2::text is null or exists (select from known)),
           ended as (
               update identity.session s set ended_at = clock.now from clock, held
               where s.session_id = $4 and s.ended_at is null),
           browser as (
               insert into identity.known_browser as b
                   (account_id, browser_sha256, first_seen_at, last_seen_at)
               select held.account_id, $3, clock.now, clock.now from clock, held
               on conflict (account_id, browser_sha256) do update
                   set last_seen_at = excluded.last_seen_at
               returning b.first_seen_at < b.last_seen_at as known),
           opened as (
               insert into identity.session (session_id, token_sha256, account_id, remembered,
                   user_agent, address, created_at, last_seen_at, confirmed_at, expires_at,
                   browser_sha256)
               select $5, $6, held.account_id, $7, $8, $9::text::inet, clock.now, clock.now,
                   clock.now, clock.now + make_interval(secs => $10::bigint::double precision), $3
               from clock, held),
           device as (
               select not (known or not exists (select from identity.session s
                                                where s.account_id = $1)) as new
               from browser),
           entry as (
               insert into identity.security_log
                   (account_id, event_id, event, detail, at, address, user_agent)
               select $1, $11, case when device.new then $13 else $12 end,
                   case when device.new then $14 else '' end, clock.now, $9::text::inet, $8
               from clock, device where $11::uuid is not null),
           cleared as (
               delete from app.throttle t using held where t.key = any($15))
           select device.new as "new!" from device"#,
        new.account.0,
        new.only_if.map(|still| still.password_hash),
        new.browser,
        new.instead_of.map(|session| session.0),
        new.id.0,
        new.token_sha256,
        new.remembered,
        new.origin.user_agent,
        new.origin.address.map(|address| address.to_string()),
        new.life,
        new.entry.map(|(id, _)| id.0),
        known,
        unknown,
        new.entry.map_or("", |(_, device)| device),
        new.only_if.map_or(&[][..], |still| still.cleared),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Opened {
        new_device: row.new,
    }))
}

/// A living session with what each page needs to know of it.
#[derive(Debug, Clone)]
pub struct Living {
    /// The session.
    pub session: Session,
    /// The contract in view: the chosen card's, else the first one of the cabinet.
    pub subscriber: SubscriberId,
    /// The IANA zone of the contract.
    pub tz: String,
    /// Now.
    pub now: Timestamp,
}

/// The living session behind a cookie, of an account that may still sign in. One statement, since
/// each page begins with it.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(
    conn: &mut Conn,
    token_sha256: &[u8; 32],
) -> Result<Option<Living>, StorageError> {
    let row = sqlx::query!(
        r#"select s.session_id, s.account_id, s.remembered, s.card_id, s.last_seen_at, s.expires_at,
                  s.confirmed_at, a.closes_at, v.subscriber_id, b.tz, clock.now as "now!"
           from (select app.now() as now) clock
           join identity.session s on s.token_sha256 = $1
           join identity.account a using (account_id)
           -- A card that has left the cabinet, or is dead, chooses nothing.
           cross join lateral (
               select m.subscriber_id
               from identity.membership m
               left join billing.card c on c.subscriber_id = m.subscriber_id
                   and c.card_id = s.card_id and c.state = 'active'
               where m.account_id = s.account_id
               order by c.card_id is null, m.since, m.subscriber_id
               limit 1) v
           join billing.subscriber b on b.subscriber_id = v.subscriber_id
           where s.ended_at is null and s.expires_at > clock.now
             and a.state in ('active', 'closing')"#,
        token_sha256,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Living {
        session: Session {
            id: SessionId(row.session_id),
            account: AccountId(row.account_id),
            remembered: row.remembered,
            card: row.card_id.map(CardId),
            last_seen_at: from_db(row.last_seen_at),
            expires_at: from_db(row.expires_at),
            confirmed_at: from_db(row.confirmed_at),
            closes_at: row.closes_at.map(from_db),
        },
        subscriber: SubscriberId(row.subscriber_id),
        tz: row.tz,
        now: from_db(row.now),
    }))
}

/// Whose session this is or was.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn whose(
    conn: &mut Conn,
    token_sha256: &[u8; 32],
) -> Result<Option<AccountId>, StorageError> {
    let id = sqlx::query_scalar!(
        "select account_id from identity.session where token_sha256 = $1",
        token_sha256,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(AccountId))
}

/// Notes that a session is in use and moves its end.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn touch(
    conn: &mut Conn,
    id: SessionId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.session set last_seen_at = $2, expires_at = $3
         where session_id = $1 and ended_at is null",
        id.0,
        to_db(now),
        to_db(expires_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that the password or a passkey was given in a session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn confirm(conn: &mut Conn, id: SessionId, now: Timestamp) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.session set confirmed_at = $2 where session_id = $1 and ended_at is null",
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The devices that are signed in now, the one used last first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(
    conn: &mut Conn,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<Device>, StorageError> {
    let rows = sqlx::query!(
        "select session_id, user_agent, host(address) as address, created_at, last_seen_at
         from identity.session
         where account_id = $1 and ended_at is null and expires_at > $2
         order by last_seen_at desc, session_id limit 100",
        account.0,
        to_db(now),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Device {
            id: SessionId(row.session_id),
            user_agent: row.user_agent,
            address: row.address,
            created_at: from_db(row.created_at),
            last_seen_at: from_db(row.last_seen_at),
        })
        .collect())
}

/// Whoever had one card in view has another one there now.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn move_view(
    conn: &mut Conn,
    account: AccountId,
    from: CardId,
    to: CardId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.session set card_id = $3 where account_id = $1 and card_id = $2",
        account.0,
        from.0,
        to.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Chooses the card in view.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_card(conn: &mut Conn, id: SessionId, card: CardId) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.session set card_id = $2 where session_id = $1",
        id.0,
        card.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends one session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end(conn: &mut Conn, id: SessionId, now: Timestamp) -> Result<(), StorageError> {
    sqlx::query!(
        "update identity.session set ended_at = $2 where session_id = $1 and ended_at is null",
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a session of this account; `false` when it has no such living session.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_of_account(
    conn: &mut Conn,
    account: AccountId,
    id: SessionId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update identity.session set ended_at = $3
         where session_id = $2 and account_id = $1 and ended_at is null",
        account.0,
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all sessions of an account but one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_others(
    conn: &mut Conn,
    account: AccountId,
    keep: SessionId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "update identity.session set ended_at = $3
         where account_id = $1 and session_id <> $2 and ended_at is null",
        account.0,
        keep.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Ends all sessions of an account, as after a new password.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn end_all(
    conn: &mut Conn,
    account: AccountId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "update identity.session set ended_at = $2 where account_id = $1 and ended_at is null",
        account.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
