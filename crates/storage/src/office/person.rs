//! People behind the doors of partners and staff.

use crate::convert::{code, from_db, to_db};
use crate::{Conn, StorageError};
use domain::ids::{PartnerId, PersonId};
use domain::office::{Door, Role};
use domain::{PartnerNumber, Timestamp};

/// Somebody, with what opens the door.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The door.
    pub door: Door,
    /// The partner, behind that door.
    pub partner: Option<PartnerId>,
    /// Login or e-mail.
    pub login: String,
    /// Name.
    pub name: String,
    /// Where letters go.
    pub email: String,
    /// Role.
    pub role: Role,
    /// Argon2id; none until the invitation was followed.
    pub password_hash: Option<String>,
    /// The sealed secret of the one-time passwords.
    pub totp_sealed: Option<Vec<u8>>,
    /// The step of the last one-time password.
    pub totp_step: u64,
    /// Is access closed, the person's or the partner's?
    pub blocked: bool,
    /// When somebody last came in.
    pub last_sign_in_at: Option<Timestamp>,
}

/// A row as stored; the queries differ, the columns do not.
struct Row {
    person_id: uuid::Uuid,
    door: String,
    partner_id: Option<uuid::Uuid>,
    login: String,
    name: String,
    email: String,
    role: String,
    password_hash: Option<String>,
    totp_sealed: Option<Vec<u8>>,
    totp_step: i64,
    blocked: bool,
    last_sign_in_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl TryFrom<Row> for Person {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        Ok(Self {
            id: PersonId(row.person_id),
            door: code("person.door", &row.door, Door::from_code)?,
            partner: row.partner_id.map(PartnerId),
            login: row.login,
            name: row.name,
            email: row.email,
            role: code("person.role", &row.role, Role::from_code)?,
            password_hash: row.password_hash,
            totp_sealed: row.totp_sealed,
            totp_step: u64::try_from(row.totp_step).unwrap_or_default(),
            blocked: row.blocked,
            last_sign_in_at: row.last_sign_in_at.map(from_db),
        })
    }
}

/// Somebody who is asked in.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// The id.
    pub id: PersonId,
    /// The partner; none for staff.
    pub partner: Option<PartnerId>,
    /// Login or e-mail.
    pub login: &'a str,
    /// Name.
    pub name: &'a str,
    /// Where letters go.
    pub email: &'a str,
    /// Role; it says which door.
    pub role: Role,
}

/// Writes somebody down.
///
/// # Errors
/// [`StorageError::Duplicate`] when the login is taken, or a partner has an owner.
pub async fn insert(conn: &mut Conn, new: New<'_>, now: Timestamp) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into office.person (person_id, door, partner_id, login, name, email, role, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id.0,
        new.role.door().code(),
        new.partner.map(|id| id.0),
        new.login,
        new.name,
        new.email,
        new.role.code(),
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Somebody by login.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn by_login(
    conn: &mut Conn,
    door: Door,
    login: &str,
) -> Result<Option<Person>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        r#"select p.person_id, p.door, p.partner_id, p.login, p.name, p.email, p.role,
                  p.password_hash, p.totp_sealed, p.totp_step, p.last_sign_in_at,
                  (p.blocked_at is not null or o.blocked_at is not null) as "blocked!"
           from office.person p left join office.partner o using (partner_id)
           where p.door = $1 and p.login = $2"#,
        door.code(),
        login,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Person::try_from).transpose()
}

/// The owner of a partner, by its number.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn owner_of(
    conn: &mut Conn,
    number: &PartnerNumber,
) -> Result<Option<Person>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        r#"select p.person_id, p.door, p.partner_id, p.login, p.name, p.email, p.role,
                  p.password_hash, p.totp_sealed, p.totp_step, p.last_sign_in_at,
                  (p.blocked_at is not null or o.blocked_at is not null) as "blocked!"
           from office.person p join office.partner o using (partner_id)
           where o.number = $1 and p.role = 'owner'"#,
        number.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    row.map(Person::try_from).transpose()
}

/// Somebody by id.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn get(conn: &mut Conn, id: PersonId) -> Result<Option<Person>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        r#"select p.person_id, p.door, p.partner_id, p.login, p.name, p.email, p.role,
                  p.password_hash, p.totp_sealed, p.totp_step, p.last_sign_in_at,
                  (p.blocked_at is not null or o.blocked_at is not null) as "blocked!"
           from office.person p left join office.partner o using (partner_id)
           where p.person_id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Person::try_from).transpose()
}

/// Everybody behind a door: of one partner, or of the staff.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(
    conn: &mut Conn,
    door: Door,
    partner: Option<PartnerId>,
) -> Result<Vec<Person>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.person_id, p.door, p.partner_id, p.login, p.name, p.email, p.role,
                  p.password_hash, p.totp_sealed, p.totp_step, p.last_sign_in_at,
                  (p.blocked_at is not null or o.blocked_at is not null) as "blocked!"
           from office.person p left join office.partner o using (partner_id)
           where p.door = $1 and p.partner_id is not distinct from $2
           order by p.blocked_at is not null, p.name, p.person_id"#,
        door.code(),
        partner.map(|id| id.0),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Person::try_from).collect()
}

/// Sets what opens the door: a password and the secret of the one-time passwords, whose first one
/// was of `step`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_access(
    conn: &mut Conn,
    id: PersonId,
    password_hash: &str,
    totp_sealed: &[u8],
    step: u64,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update office.person set password_hash = $2, totp_sealed = $3, totp_step = $4
         where person_id = $1",
        id.0,
        password_hash,
        totp_sealed,
        i64::try_from(step).unwrap_or(i64::MAX),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a one-time password of a step. Of several tries at once exactly one gets `true`, and none
/// for a step that was taken or lies before one that was.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn take_step(conn: &mut Conn, id: PersonId, step: u64) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update office.person set totp_step = $2 where person_id = $1 and totp_step < $2",
        id.0,
        i64::try_from(step).unwrap_or(i64::MAX),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Holds the password and the second factor that were verified until the transaction ends; `false`
/// when they were changed, or the access was closed, meanwhile.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn hold_access(conn: &mut Conn, person: &Person) -> Result<bool, StorageError> {
    let row = sqlx::query_scalar!(
        r#"select true as "held!" from office.person p
           where person_id = $1 and password_hash = $2 and totp_sealed = $3 and blocked_at is null
             and not exists (select from office.partner o
                             where o.partner_id = p.partner_id and o.blocked_at is not null)
           for no key update"#,
        person.id.0,
        person.password_hash.as_deref(),
        person.totp_sealed.as_deref(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some())
}

/// A hash with other parameters of the same password, or a secret sealed with the newest key.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn renew(
    conn: &mut Conn,
    id: PersonId,
    password_hash: Option<&str>,
    totp_sealed: Option<&[u8]>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update office.person set password_hash = coalesce($2, password_hash),
             totp_sealed = coalesce($3, totp_sealed)
         where person_id = $1",
        id.0,
        password_hash,
        totp_sealed,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that somebody came in.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn note_sign_in(
    conn: &mut Conn,
    id: PersonId,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update office.person set last_sign_in_at = $2 where person_id = $1",
        id.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives another role.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_role(conn: &mut Conn, id: PersonId, role: Role) -> Result<(), StorageError> {
    sqlx::query!(
        "update office.person set role = $2 where person_id = $1",
        id.0,
        role.code(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Closes or opens somebody's access.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_blocked(
    conn: &mut Conn,
    id: PersonId,
    blocked: bool,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update office.person set blocked_at = case when $2 then $3::timestamptz end
         where person_id = $1",
        id.0,
        blocked,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Locks the rows of all administrators who can come in and says how many they are, so that two of
/// them at once do not remove each other.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn lock_administrators(conn: &mut Conn) -> Result<usize, StorageError> {
    let rows = sqlx::query_scalar!(
        "select person_id from office.person
         where role = 'administrator' and blocked_at is null and password_hash is not null
         order by person_id for update",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.len())
}

/// The second factors of everybody who may come in, with the roles.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn all_sealed(conn: &mut Conn) -> Result<Vec<(PersonId, Role, Vec<u8>)>, StorageError> {
    let rows = sqlx::query!(
        r#"select person_id, role, totp_sealed as "sealed!" from office.person
           where totp_sealed is not null and blocked_at is null"#,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let role = code("person.role", &row.role, Role::from_code)?;
            Ok((PersonId(row.person_id), role, row.sealed))
        })
        .collect()
}

/// Has this browser been signed in on by this person?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn knows_browser(
    conn: &mut Conn,
    id: Option<PersonId>,
    browser: &[u8; 32],
) -> Result<bool, StorageError> {
    // Asked for a missing person too, so that both take the same time.
    let known = sqlx::query_scalar!(
        r#"select exists (select from office.known_browser
                          where person_id = $1 and browser_sha256 = $2) as "known!""#,
        id.map(|id| id.0),
        browser,
    )
    .fetch_one(conn)
    .await?;
    Ok(known)
}

/// Remembers a browser.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn remember_browser(
    conn: &mut Conn,
    id: PersonId,
    browser: &[u8; 32],
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into office.known_browser (person_id, browser_sha256, last_seen_at)
         values ($1, $2, $3)
         on conflict (person_id, browser_sha256) do update set last_seen_at = excluded.last_seen_at",
        id.0,
        browser,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets all browsers of somebody but one.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn forget_browsers(
    conn: &mut Conn,
    id: PersonId,
    keep: &[u8; 32],
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from office.known_browser where person_id = $1 and browser_sha256 <> $2",
        id.0,
        keep,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets browsers that were not seen since a moment.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn sweep_browsers(conn: &mut Conn, before: Timestamp) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "delete from office.known_browser where last_seen_at < $1",
        to_db(before),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
