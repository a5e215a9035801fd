//! What the command line may do at the doors: let the first ones in, let in anew who has lost
//! everything, and tell how the doors stand.

use super::audit::{self, By};
use super::people::{Invite, Parsed, about, write};
use super::{enrolment, no_key};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Origin, ServiceError, Services};
use domain::form::Problem;
use domain::ids::{PartnerId, PersonId};
use domain::office::{AuditEvent, Door, Role};
use domain::{PartnerNumber, Timestamp, label};
use storage::office::partner;
use storage::office::person::{self, Person};

/// A link for somebody, and what of the command was not needed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// The address of the link.
    pub link: String,
    /// Options that say something else than what is written down of an existing login: they change
    /// nothing.
    pub ignored: Vec<&'static str>,
}

/// How the doors stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doors {
    /// Administrators who can come in.
    pub administrators: usize,
    /// People with a second factor.
    pub people: usize,
    /// Those whose second factor opens with none of the keys.
    pub locked_out: usize,
}

/// Looks at the doors.
///
/// # Errors
/// [`ServiceError::Unavailable`].
pub async fn look(services: &Services) -> Result<Doors, ServiceError> {
    let mut conn = services.db.statement().await?;
    let keys = &services.settings.office_keys;
    let mut doors = Doors {
        administrators: 0,
        people: 0,
        locked_out: 0,
    };
    for (id, role, sealed) in person::all_sealed(&mut conn).await? {
        doors.people += 1;
        if keys.open(&sealed, id.0.as_bytes()).is_none() {
            doors.locked_out += 1;
        } else if role == Role::Administrator {
            doors.administrators += 1;
        }
    }
    Ok(doors)
}

/// Asks a staff member in, or makes an existing one a new link. The first administrator comes in this
/// way. `new_key`: the key that has sealed all second factors so far is lost for good.
///
/// # Errors
/// [`ServiceError::Invalid`] naming the wrong argument; [`ServiceError::Internal`] when the command
/// line has another key than the cabinet.
pub async fn invite_staff(
    services: &Services,
    form: &Invite,
    new_key: bool,
) -> Result<Invited, ServiceError> {
    let parsed = form.parse(Door::Staff).map_err(ServiceError::Invalid)?;
    fits(services, new_key).await?;
    let (mut tx, now) = services.db.begin().await?;
    let existing = person::by_login(&mut tx, Door::Staff, &parsed.login).await?;
    let by = By {
        door: Door::Staff,
        partner: None,
        person: None,
        name: "",
    };
    let id = if let Some(person) = &existing {
        person.id
    } else {
        let id = PersonId(new_id());
        write(&mut tx, id, None, &parsed, now).await?;
        id
    };
    link(tx, services, by, id, &parsed, existing.as_ref(), now).await
}

/// The same for the owner of a partner; the partner is written down when its number is new.
///
/// # Errors
/// [`ServiceError::Invalid`] naming the wrong argument.
pub async fn invite_partner(
    services: &Services,
    number: &str,
    organisation: &str,
    form: &Invite,
    new_key: bool,
) -> Result<Invited, ServiceError> {
    let number = PartnerNumber::parse_at_door(number)
        .map_err(|_| ServiceError::field("number", Problem::PartnerLoginMalformed))?;
    let organisation = label::parse(organisation)
        .map_err(|error| ServiceError::field("organisation", error.into()))?;
    let with_a_role = Invite {
        role: Role::Cashier.code().into(),
        ..form.clone()
    };
    let mut parsed = with_a_role
        .parse(Door::Partner)
        .map_err(ServiceError::Invalid)?;
    parsed.role = Role::Owner;
    fits(services, new_key).await?;
    let (mut tx, now) = services.db.begin().await?;
    let partner = if let Some(id) = partner::by_number(&mut tx, &number).await? {
        id
    } else {
        let id = PartnerId(new_id());
        partner::insert(&mut tx, id, &number, &organisation, now).await?;
        id
    };
    let existing = person::owner_of(&mut tx, &number).await?;
    let id = if let Some(person) = &existing {
        person.id
    } else {
        let id = PersonId(new_id());
        write(&mut tx, id, Some(partner), &parsed, now).await?;
        id
    };
    let by = By {
        door: Door::Partner,
        partner: Some(partner),
        person: None,
        name: "",
    };
    link(tx, services, by, id, &parsed, existing.as_ref(), now).await
}

/// A link sealed with another key than the cabinet's is dead: whoever follows it could not come in.
async fn fits(services: &Services, new_key: bool) -> Result<(), ServiceError> {
    let doors = look(services).await?;
    if new_key || doors.people == 0 || doors.locked_out < doors.people {
        return Ok(());
    }
    Err(ServiceError::Internal(
        "office.keys is not the key of the cabinet, nobody could come in by such a link; if that key is lost for good, give --new-key"
            .to_owned(),
    ))
}

async fn link(
    mut tx: storage::Tx,
    services: &Services,
    by: By<'_>,
    id: PersonId,
    parsed: &Parsed,
    existing: Option<&Person>,
    now: Timestamp,
) -> Result<Invited, ServiceError> {
    if !services.has_office() {
        return Err(no_key());
    }
    let token = enrolment::begin(&mut tx, services, id, None, now).await?;
    let (event, name, role) = match existing {
        Some(person) => (AuditEvent::AccessReset, &person.name, person.role),
        None => (AuditEvent::Invited, &parsed.name, parsed.role),
    };
    let subject = about(name, role);
    audit::write(&mut tx, by, &Origin::default(), event, &subject, now).await?;
    commit(tx).await?;
    let mut ignored = Vec::new();
    if let Some(person) = existing {
        for (option, differs) in [
            ("--name", person.name != parsed.name),
            ("--email", person.email != parsed.email.as_str()),
            ("--role", person.role != parsed.role),
        ] {
            if differs {
                ignored.push(option);
            }
        }
    }
    let url = &services.settings.public_url;
    Ok(Invited {
        link: format!("{url}/{}/invite/{token}", by.door.code()),
        ignored,
    })
}
