//! The demo's partners and staff. Their authenticator app is the demo's mailbox: it shows the code.

use crate::billing::new_id;
use crate::office::totp;
use crate::seal::Keys;
use crate::{ServiceError, Services};
use domain::ids::{PartnerId, PersonId};
use domain::office::{Door, Role};
use domain::{PartnerNumber, Timestamp};
use storage::Conn;
use storage::office::{partner, person};

/// What seals second factors in a demo that was given no key.
pub fn keys() -> Keys {
    Keys::new([*b"the key of the demo is no secret"])
}

/// The secret of everybody's one-time passwords.
const SECRET: &[u8; 20] = b"orion express's demo";

/// Somebody behind a door.
#[derive(Debug, Clone, Copy)]
pub struct OfficePerson {
    /// The partner's number; empty for staff.
    pub partner: &'static str,
    /// Login or e-mail.
    pub login: &'static str,
    /// Name.
    pub name: &'static str,
    /// Role.
    pub role: Role,
}

const fn one(
    partner: &'static str,
    login: &'static str,
    name: &'static str,
    role: Role,
) -> OfficePerson {
    OfficePerson {
        partner,
        login,
        name,
        role,
    }
}

/// Everybody. A few administrators, accountants and partners, so that tests at the same time have one each.
pub const OFFICE: &[OfficePerson] = &[
    one(
        "12.3456.78",
        "owner@signal.example",
        "Анна Белова",
        Role::Owner,
    ),
    one(
        "12.3456.78",
        "cashier@signal.example",
        "Инна Громова",
        Role::Cashier,
    ),
    one(
        "12.3456.78",
        "installer@signal.example",
        "Юрий Котов",
        Role::Installer,
    ),
    one("", "administrator", "Мария Лунина", Role::Administrator),
    one("", "operator", "Ольга Дьякова", Role::Operator),
    one("", "supervisor", "Павел Ширяев", Role::Supervisor),
    one("", "auditor", "Роман Титов", Role::Auditor),
    one("", "accountant", "Нина Белова", Role::Accountant),
    one("", "accountant-2", "Лев Шубин", Role::Accountant),
    one("", "accountant-3", "Ада Рощина", Role::Accountant),
    one("", "accountant-4", "Илья Крюков", Role::Accountant),
    one(
        "21.0001.01",
        "owner@antenna.example",
        "Зоя Мещерякова",
        Role::Owner,
    ),
    one(
        "21.0002.02",
        "owner@dish.example",
        "Егор Суслов",
        Role::Owner,
    ),
    one(
        "21.0003.03",
        "owner@orbit.example",
        "Алла Чернова",
        Role::Owner,
    ),
    one("", "administrator-2", "Тимур Валеев", Role::Administrator),
    one(
        "",
        "administrator-3",
        "Лариса Кузьмина",
        Role::Administrator,
    ),
    one("", "administrator-4", "Виктор Репин", Role::Administrator),
    one("", "clerk", "Вадим Осипов", Role::Clerk),
];

/// What a partner is called.
fn organisation(number: &str) -> &'static str {
    match number {
        "12.3456.78" => "Сигнал",
        "21.0001.01" => "Антенна",
        "21.0002.02" => "Тарелка",
        _ => "Орбита",
    }
}

/// The code that everybody's app shows now.
pub async fn code(services: &Services) -> Result<String, ServiceError> {
    let (_, now) = services.db.begin().await?;
    Ok(code_at(now))
}

/// The code of a moment.
pub fn code_at(now: Timestamp) -> String {
    totp::code_at(SECRET, now).unwrap_or_default()
}

/// Writes them down, unless somebody is there already.
pub(super) async fn write(
    conn: &mut Conn,
    services: &Services,
    hash: &str,
    now: Timestamp,
) -> Result<(), ServiceError> {
    if !services.has_office() || !person::list(conn, Door::Staff, None).await?.is_empty() {
        return Ok(());
    }
    for somebody in OFFICE {
        let partner = match PartnerNumber::parse(somebody.partner) {
            Ok(number) => Some(partner_of(conn, &number, now).await?),
            Err(_) => None,
        };
        let id = PersonId(new_id());
        let email = if somebody.partner.is_empty() {
            format!("{}@orion.example", somebody.login)
        } else {
            somebody.login.to_owned()
        };
        let new = person::New {
            id,
            partner,
            login: somebody.login,
            name: somebody.name,
            email: &email,
            role: somebody.role,
        };
        person::insert(conn, new, now).await?;
        let sealed = services
            .settings
            .office_keys
            .seal(SECRET, id.0.as_bytes())
            .ok_or_else(crate::office::no_key)?;
        person::set_access(conn, id, hash, &sealed, 0).await?;
    }
    Ok(())
}

async fn partner_of(
    conn: &mut Conn,
    number: &PartnerNumber,
    now: Timestamp,
) -> Result<PartnerId, ServiceError> {
    if let Some(id) = partner::by_number(conn, number).await? {
        return Ok(id);
    }
    let id = PartnerId(new_id());
    partner::insert(conn, id, number, organisation(number.as_str()), now).await?;
    Ok(id)
}
