//! People behind one's own door: a partner's owner lets cashiers and installers in, an administrator
//! lets staff in. Nobody changes themselves, and the last administrator stays.

use super::sign_in::confirm;
use super::{Member, OfficeActor, enrolment, record};
use crate::billing::new_id;
use crate::error::commit;
use crate::{ServiceError, Services, zone};
use domain::form::{FieldError, Problem};
use domain::ids::{PartnerId, PersonId};
use domain::office::{AuditEvent, Door, Right, Role, StaffLogin};
use domain::{Date, Email, Lang, LocalTime, Timestamp, label};
use storage::office::person::{self, New, Person};
use storage::office::{enrolment as links, session};
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
    let (mut conn, now) = services.db.look().await?;
    let people = person::list(&mut conn, actor.door, member.partner).await?;
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
    let mut conn = services.db.statement().await?;
    Ok(shown(member, theirs(&mut conn, actor, member, id).await?))
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
pub(super) struct Parsed {
    pub name: String,
    pub login: String,
    pub email: Email,
    pub role: Role,
}

/// A role that may be given behind a door.
fn role(door: Door, code: &str) -> Result<Role, Problem> {
    Role::to_give(door)
        .find(|role| role.code() == code)
        .ok_or(Problem::RoleMissing)
}

impl Invite {
    pub(super) fn parse(&self, door: Door) -> Result<Parsed, Vec<FieldError>> {
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
    let missing = FieldError::new("code", Problem::TotpEmpty);
    let parsed = match (form.parse(actor.door), form.code.trim().is_empty()) {
        (Ok(parsed), false) => parsed,
        (Ok(_), true) => return Err(ServiceError::Invalid(vec![missing])),
        (Err(errors), false) => return Err(ServiceError::Invalid(errors)),
        (Err(mut errors), true) => {
            errors.push(missing);
            return Err(ServiceError::Invalid(errors));
        }
    };
    let field = match actor.door {
        Door::Staff => "login",
        Door::Partner => "email",
    };
    // Looked at before the code is used up; the database still has the last word.
    let mut conn = services.db.statement().await?;
    let taken = person::by_login(&mut conn, actor.door, &parsed.login).await?;
    drop(conn);
    if taken.is_some() {
        return Err(ServiceError::field(field, Problem::StaffLoginTaken));
    }
    confirm(services, actor, &form.code).await?;
    let (mut tx, now) = services.db.begin().await?;
    let id = PersonId(new_id());
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

pub(super) async fn write(
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
pub(super) fn about(name: &str, role: Role) -> String {
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
