//! People behind one's own door: a partner's owner lets cashiers and installers in, an administrator
//! lets staff in. Nobody changes themselves, and the last administrator stays.

use super::audit::{self, By};
use super::sign_in::confirm;
use super::{Member, OfficeActor, enrolment, record};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Origin, ServiceError, Services, zone};
use domain::form::{FieldError, Problem};
use domain::ids::{PartnerId, PersonId};
use domain::office::{AuditEvent, Door, Right, Role, StaffLogin};
use domain::{Date, Email, Lang, LocalTime, PartnerNumber, Timestamp, label};
use storage::office::person::{self, New, Person};
use storage::office::{enrolment as links, partner, session};
use storage::{Conn, StorageError};

/// Where somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Asked in; has not come yet.
    Invited,
    /// Comes and goes.
    Active,
    /// Kept out.
    Blocked,
}

/// Somebody as the one who manages people sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The id.
    pub id: PersonId,
    /// Name.
    pub name: String,
    /// Login or e-mail.
    pub login: String,
    /// Where letters go.
    pub email: String,
    /// Role.
    pub role: Role,
    /// Where they stand.
    pub standing: Standing,
    /// When they last came in, in the operator's zone.
    pub last_sign_in: Option<LocalTime>,
    /// Is it oneself?
    pub oneself: bool,
}

/// Everybody behind the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Today, in the operator's zone.
    pub today: Date,
    /// The people.
    pub people: Vec<Shown>,
}

fn shown(member: &Member, person: Person) -> Shown {
    let standing = if person.blocked {
        Standing::Blocked
    } else if person.password_hash.is_none() {
        Standing::Invited
    } else {
        Standing::Active
    };
    Shown {
        oneself: person.id == member.person,
        id: person.id,
        name: person.name,
        login: person.login,
        email: person.email,
        role: person.role,
        standing,
        last_sign_in: person
            .last_sign_in_at
            .map(|at| zone::local(zone::OPERATOR, at)),
    }
}

/// Everybody behind one's own door.
///
/// # Errors
/// [`ServiceError::NotFound`] without [`Right::ManagePeople`].
pub async fn list(services: &Services, actor: &OfficeActor) -> Result<People, ServiceError> {
    let member = actor.may(Right::ManagePeople)?;
    let (mut tx, now) = services.db.begin().await?;
    let people = person::list(&mut tx, actor.door, member.partner).await?;
    Ok(People {
        today: zone::today(zone::OPERATOR, now),
        people: people.into_iter().map(|one| shown(member, one)).collect(),
    })
}

/// Somebody behind one's own door; anybody else does not exist.
async fn theirs(
    conn: &mut Conn,
    actor: &OfficeActor,
    member: &Member,
    id: PersonId,
) -> Result<Person, ServiceError> {
    person::get(conn, id)
        .await?
        .filter(|person| person.door == actor.door && person.partner == member.partner)
        .ok_or(ServiceError::NotFound)
}

/// One of them.
///
/// # Errors
/// [`ServiceError::NotFound`] for somebody else's, and without [`Right::ManagePeople`].
pub async fn one(
    services: &Services,
    actor: &OfficeActor,
    id: PersonId,
) -> Result<Shown, ServiceError> {
    let member = actor.may(Right::ManagePeople)?;
    let (mut tx, _) = services.db.begin().await?;
    Ok(shown(member, theirs(&mut tx, actor, member, id).await?))
}

/// The form that asks somebody in.
#[derive(Debug, Clone, Default)]
pub struct Invite {
    /// Name.
    pub name: String,
    /// Login, for staff.
    pub login: String,
    /// Where the link goes; the login of a partner's people.
    pub email: String,
    /// Code of the role.
    pub role: String,
    /// One's own one-time password.
    pub code: String,
}

/// A read form.
struct Parsed {
    name: String,
    login: String,
    email: Email,
    role: Role,
}

/// A role that may be given behind a door.
fn role(door: Door, code: &str) -> Result<Role, Problem> {
    Role::to_give(door)
        .find(|role| role.code() == code)
        .ok_or(Problem::RoleMissing)
}

impl Invite {
    fn parse(&self, door: Door) -> Result<Parsed, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong =
            |field: &str, problem: Problem| errors.push(FieldError::new(field, problem));
        let name = label::parse(&self.name).map_err(|error| {
            wrong(
                "name",
                match error {
                    label::ParseLabelError::Empty => Problem::PersonNameEmpty,
                    label::ParseLabelError::TooLong => Problem::NameTooLong,
                },
            );
        });
        let login = match door {
            Door::Staff => StaffLogin::parse(&self.login)
                .map(|login| login.as_str().to_owned())
                .map_err(|error| wrong("login", error.into())),
            Door::Partner => Ok(String::new()),
        };
        let email = Email::parse(&self.email).map_err(|error| wrong("email", error.into()));
        let role = role(door, &self.role).map_err(|problem| wrong("role", problem));
        match (name, login, email, role) {
            (Ok(name), Ok(login), Ok(email), Ok(role)) => Ok(Parsed {
                name,
                login: match door {
                    Door::Staff => login,
                    Door::Partner => email.as_str().to_owned(),
                },
                email,
                role,
            }),
            _ => Err(errors),
        }
    }
}

/// Asks somebody in: writes them the link to set up their way in.
///
/// # Errors
/// [`ServiceError::Invalid`] beside the fields.
pub async fn invite(
    services: &Services,
    actor: &OfficeActor,
    form: &Invite,
) -> Result<PersonId, ServiceError> {
    let member = actor.may(Right::ManagePeople)?;
    let parsed = form.parse(actor.door).map_err(ServiceError::Invalid)?;
    confirm(services, actor, &form.code).await?;
    let (mut tx, now) = services.db.begin().await?;
    let id = PersonId(new_id());
    let field = match actor.door {
        Door::Staff => "login",
        Door::Partner => "email",
    };
    write(&mut tx, id, member.partner, &parsed, now)
        .await
        .map_err(|error| match error {
            StorageError::Duplicate(_) => ServiceError::field(field, Problem::StaffLoginTaken),
            other => other.into(),
        })?;
    enrolment::send(&mut tx, services, actor, id, parsed.email.as_str(), now).await?;
    record(
        &mut tx,
        actor,
        AuditEvent::Invited,
        &about(&parsed.name, parsed.role),
        now,
    )
    .await?;
    commit(tx).await?;
    Ok(id)
}

async fn write(
    conn: &mut Conn,
    id: PersonId,
    partner: Option<PartnerId>,
    parsed: &Parsed,
    now: Timestamp,
) -> Result<(), StorageError> {
    let new = New {
        id,
        partner,
        login: &parsed.login,
        name: &parsed.name,
        email: parsed.email.as_str(),
        role: parsed.role,
    };
    person::insert(conn, new, now).await
}

/// Whom an entry of the log is about.
fn about(name: &str, role: Role) -> String {
    format!("{name} · {}", role.title(Lang::Ru))
}

/// What is done to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Another role, by its code.
    Role(String),
    /// Kept out at once, everywhere.
    Block,
    /// Let in again.
    Unblock,
    /// A new link to set up the way in, for whoever lost password or phone.
    Reset,
}

/// Changes somebody behind one's own door. Everything but keeping out asks for one's own one-time
/// password.
///
/// # Errors
/// [`ServiceError::Invalid`]: oneself, the last administrator, a wrong code;
/// [`ServiceError::NotFound`] for somebody else's, and without [`Right::ManagePeople`].
pub async fn change(
    services: &Services,
    actor: &OfficeActor,
    id: PersonId,
    what: &Change,
    code: &str,
) -> Result<(), ServiceError> {
    let member = actor.may(Right::ManagePeople)?;
    let (mut tx, _) = services.db.begin().await?;
    let known = theirs(&mut tx, actor, member, id).await?;
    drop(tx);
    if known.id == member.person {
        return Err(ServiceError::field("", Problem::OwnAccess));
    }
    let given = match what {
        Change::Role(code) => {
            Some(role(actor.door, code).map_err(|problem| ServiceError::field("role", problem))?)
        }
        _ => None,
    };
    if *what != Change::Block {
        confirm(services, actor, code).await?;
    }
    let (mut tx, now) = services.db.begin().await?;
    let administrators = match actor.door {
        Door::Staff => person::lock_administrators(&mut tx).await?,
        Door::Partner => 0,
    };
    let found = theirs(&mut tx, actor, member, id).await?;
    let leaves = *what == Change::Block || given.is_some_and(|role| role != Role::Administrator);
    let counts =
        found.role == Role::Administrator && !found.blocked && found.password_hash.is_some();
    if leaves && counts && administrators < 2 {
        return Err(ServiceError::field("", Problem::LastAdministrator));
    }
    let event = match what {
        Change::Role(_) => {
            let role = given.unwrap_or(found.role);
            person::set_role(&mut tx, id, role).await?;
            record(
                &mut tx,
                actor,
                AuditEvent::RoleChanged,
                &about(&found.name, role),
                now,
            )
            .await?;
            return commit(tx).await;
        }
        Change::Block => {
            person::set_blocked(&mut tx, id, true, now).await?;
            session::end_all(&mut tx, id, None, now).await?;
            links::end_all(&mut tx, id, now).await?;
            AuditEvent::Blocked
        }
        Change::Unblock => {
            person::set_blocked(&mut tx, id, false, now).await?;
            AuditEvent::Unblocked
        }
        Change::Reset => {
            enrolment::send(&mut tx, services, actor, id, &found.email, now).await?;
            AuditEvent::AccessReset
        }
    };
    record(&mut tx, actor, event, &about(&found.name, found.role), now).await?;
    commit(tx).await
}

/// Asks a staff member in from the command line, or sends an existing one a new link. The first
/// administrator comes in this way. The address of the link.
///
/// # Errors
/// [`ServiceError::Invalid`] naming the wrong argument.
pub async fn invite_staff(services: &Services, form: &Invite) -> Result<String, ServiceError> {
    let parsed = form.parse(Door::Staff).map_err(ServiceError::Invalid)?;
    let (mut tx, now) = services.db.begin().await?;
    let existing = person::by_login(&mut tx, Door::Staff, &parsed.login).await?;
    let id = match &existing {
        Some(person) => person.id,
        None => PersonId(new_id()),
    };
    if existing.is_none() {
        write(&mut tx, id, None, &parsed, now).await?;
    }
    let by = By {
        door: Door::Staff,
        partner: None,
        person: None,
        name: "",
    };
    from_command_line(tx, services, by, id, &parsed, existing.is_some(), now).await
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
) -> Result<String, ServiceError> {
    let number = PartnerNumber::parse(number)
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
    let (mut tx, now) = services.db.begin().await?;
    let partner = if let Some(id) = partner::by_number(&mut tx, &number).await? {
        id
    } else {
        let id = PartnerId(new_id());
        partner::insert(&mut tx, id, &number, &organisation, now).await?;
        id
    };
    let existing = person::owner_of(&mut tx, &number).await?;
    let id = existing
        .as_ref()
        .map_or_else(|| PersonId(new_id()), |person| person.id);
    if existing.is_none() {
        write(&mut tx, id, Some(partner), &parsed, now).await?;
    }
    let by = By {
        door: Door::Partner,
        partner: Some(partner),
        person: None,
        name: "",
    };
    from_command_line(tx, services, by, id, &parsed, existing.is_some(), now).await
}

async fn from_command_line(
    mut tx: storage::Tx,
    services: &Services,
    by: By<'_>,
    id: PersonId,
    parsed: &Parsed,
    again: bool,
    now: Timestamp,
) -> Result<String, ServiceError> {
    let token = enrolment::begin(&mut tx, services, id, None, now).await?;
    let event = if again {
        AuditEvent::AccessReset
    } else {
        AuditEvent::Invited
    };
    let subject = about(&parsed.name, parsed.role);
    audit::write(&mut tx, by, &Origin::default(), event, &subject, now).await?;
    commit(tx).await?;
    let url = &services.settings.public_url;
    Ok(format!("{url}/{}/invite/{token}", by.door.code()))
}
