//! The log of what was done behind the doors. Written in the transaction that did it; only grows.

use super::OfficeActor;
use crate::billing::new_id;
use crate::{Origin, ServiceError, Services, zone};
use domain::card::is_separator;
use domain::ids::{EventId, PartnerId, PersonId};
use domain::office::{AuditEvent, Door, Right};
use domain::{Date, LocalTime, Timestamp};
use storage::Conn;
use storage::office::audit::{self, New};

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By<'a> {
    /// Behind which door.
    pub door: Door,
    /// The partner.
    pub partner: Option<PartnerId>,
    /// The person; nobody for the command line.
    pub person: Option<PersonId>,
    /// How they are called.
    pub name: &'a str,
}

/// Writes an entry.
pub(crate) async fn write(
    conn: &mut Conn,
    by: By<'_>,
    origin: &Origin,
    event: AuditEvent,
    subject: &str,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let new = New {
        id: EventId(new_id()),
        door: by.door,
        partner: by.partner,
        person: by.person,
        name: by.name,
        event,
        subject,
        origin,
    };
    Ok(audit::insert(conn, new, now).await?)
}

/// An entry as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When, in the operator's zone.
    pub at: LocalTime,
    /// Who; nobody when it is not known.
    pub name: Option<String>,
    /// Was it done on the command line?
    pub command_line: bool,
    /// What.
    pub event: AuditEvent,
    /// To whom or to what.
    pub subject: String,
    /// From which address.
    pub address: String,
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Today, in the operator's zone.
    pub today: Date,
    /// The entries, newest first.
    pub entries: Vec<Entry>,
    /// What was looked for.
    pub about: String,
    /// The number of this page, from 1.
    pub page: i64,
    /// Is there another one?
    pub more: bool,
}

/// Entries on a page.
const PAGE: i64 = 50;

/// Deepest page: further back one looks for something.
const LAST_PAGE: i64 = 1_000;

/// Reads a page of the log.
///
/// # Errors
/// [`ServiceError::NotFound`] without [`Right::ReadAudit`].
pub async fn read(
    services: &Services,
    actor: &OfficeActor,
    about: &str,
    page: i64,
) -> Result<Log, ServiceError> {
    actor.may(Right::ReadAudit)?;
    let page = page.clamp(1, LAST_PAGE);
    // Pages show numbers in groups, the log has them whole.
    let number: String = about.chars().filter(|c| !is_separator(*c)).collect();
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let about = if is_number {
        number.as_str()
    } else {
        about.trim()
    };
    let (mut conn, now) = services.db.look().await?;
    let mut entries = audit::list(&mut conn, about, (page - 1) * PAGE, PAGE + 1).await?;
    let more = entries.len() as i64 > PAGE && page < LAST_PAGE;
    entries.truncate(PAGE as usize);
    let entries = entries
        .into_iter()
        .map(|entry| Entry {
            at: zone::local(zone::OPERATOR, entry.at),
            command_line: entry.name.is_empty() && entry.address.is_none(),
            name: Some(entry.name).filter(|name| !name.is_empty()),
            event: entry.event,
            subject: entry.subject,
            address: entry.address.unwrap_or_default(),
        })
        .collect();
    Ok(Log {
        today: zone::today(zone::OPERATOR, now),
        entries,
        about: about.to_owned(),
        page,
        more,
    })
}
