//! What was done behind the doors. Only grows.

use crate::account::Origin;
use crate::convert::{code, from_db, to_db};
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{EventId, PartnerId, PersonId};
use domain::office::{AuditEvent, Door};

/// An entry to write.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its id.
    pub id: EventId,
    /// Behind which door.
    pub door: Door,
    /// The partner.
    pub partner: Option<PartnerId>,
    /// Who did it; nobody for the command line.
    pub person: Option<PersonId>,
    /// How they are called; empty for the command line.
    pub name: &'a str,
    /// What.
    pub event: AuditEvent,
    /// To whom or to what; may be empty.
    pub subject: &'a str,
    /// From where.
    pub origin: &'a Origin,
}

/// An entry as people read it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who; empty for the command line.
    pub name: String,
    /// What.
    pub event: AuditEvent,
    /// To whom or to what.
    pub subject: String,
    /// From which address.
    pub address: Option<String>,
}

/// Writes an entry.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(conn: &mut Conn, new: New<'_>, now: Timestamp) -> Result<(), StorageError> {
    let words = format!("{} {}", new.name, new.subject).to_lowercase();
    sqlx::query!(
        "insert into office.audit (audit_id, at, door, partner_id, person_id, name, event, subject,
             words, address, user_agent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::inet, $11)",
        new.id.0,
        to_db(now),
        new.door.code(),
        new.partner.map(|id| id.0),
        new.person.map(|id| id.0),
        new.name,
        new.event.code(),
        new.subject,
        words,
        new.origin.address.map(|a| a.to_string()),
        new.origin.user_agent,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The newest entries, those with a text in them when one is given; from the one after `skip`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(
    conn: &mut Conn,
    about: &str,
    skip: i64,
    limit: i64,
) -> Result<Vec<Entry>, StorageError> {
    let rows = sqlx::query!(
        "select at, name, event, subject, host(address) as address from office.audit
         where $1 = '' or position($1 in words) > 0
         order by at desc, audit_id desc offset $2 limit $3",
        about.to_lowercase(),
        skip,
        limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Entry {
                at: from_db(row.at),
                name: row.name,
                event: code("audit.event", &row.event, AuditEvent::from_code)?,
                subject: row.subject,
                address: row.address,
            })
        })
        .collect()
}
