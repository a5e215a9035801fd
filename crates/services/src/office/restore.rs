//! A subscriber on the phone who cannot come in: an operator checks who it is against the contract and
//! sends the link to a new password, to a contact that is bound by using it. The operator reads no
//! answer off the screen, and neither sees nor sets a password.

use super::{OfficeActor, record};
use crate::access::notices::{self, Happened};
use crate::access::proof::normalize_surname;
use crate::access::{count_try, has_room, no_room, write_letter};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Actor, Origin, ServiceError, Services, crypto, letters};
use domain::form::{FieldError, Problem};
use domain::ids::{EventId, SubscriberId};
use domain::office::{AuditEvent, Right};
use domain::security::SecurityEvent;
use domain::{CardNumber, ContractNumber, Email, Lang, Phone, Timestamp, label};
use storage::account::{Account, Proven};
use storage::office::identity_check;
use storage::outbox::Channel;
use storage::subscriber::{Card, Subscriber};
use storage::token::{Purpose, Token};
use storage::{Conn, account, subscriber, throttle, token};

/// How many subscribers one member may open in an hour.
const LOOKS_AN_HOUR: u32 = 60;
/// How often a subscriber may fail the check in a day.
const FAILURES_A_DAY: u32 = 2;
const DAY: i64 = 24 * 3600;
/// How long a check counts, in seconds: a phone call.
const CHECK_LIFE: i64 = 15 * 60;

/// Is there a cabinet, and how can it be written to?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cabinet {
    /// There is none, or nobody has opened it: its owner registers.
    None,
    /// There is one.
    Open {
        /// Its e-mail, in part.
        email: Option<String>,
        /// Its phone, in part.
        phone: Option<String>,
    },
}

/// A subscriber as an operator sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The id.
    pub id: SubscriberId,
    /// The contract; only once the check was passed.
    pub contract: Option<ContractNumber>,
    /// The owner's name; only once the check was passed.
    pub name: Option<String>,
    /// The last digits of the cards.
    pub cards: Vec<String>,
    /// Was the check passed in this call?
    pub checked: bool,
    /// Did it fail too often today?
    pub refused: bool,
    /// The cabinet; its contacts only once the check was passed.
    pub cabinet: Cabinet,
}

/// Finds a subscriber by the number of a card or a contract. Every search is counted.
///
/// # Errors
/// [`ServiceError::Invalid`] beside `number`; [`ServiceError::NotFound`] without the right.
pub async fn find(
    services: &Services,
    actor: &OfficeActor,
    number: &str,
) -> Result<SubscriberId, ServiceError> {
    let member = actor.may(Right::RestoreAccess)?;
    let wrong = |problem| ServiceError::field("number", problem);
    let (mut tx, now) = services.db.begin().await?;
    let key = format!("office-looks:{}", member.person);
    let counted = count_try(&mut tx, &key, LOOKS_AN_HOUR, 3600, now).await?;
    if let Err(problem) = counted {
        commit(tx).await?;
        return Err(wrong(problem));
    }
    let found = if let Ok(contract) = ContractNumber::parse(number) {
        subscriber::by_contract(&mut tx, &contract).await?
    } else if let Ok(card) = CardNumber::parse(number) {
        let card = subscriber::find_card(&mut tx, &card).await?;
        card.map(|(subscriber, _)| subscriber)
    } else {
        None
    };
    commit(tx).await?;
    found.ok_or_else(|| wrong(Problem::SubscriberUnknown))
}

async fn known(conn: &mut Conn, id: SubscriberId) -> Result<Subscriber, ServiceError> {
    subscriber::get(conn, id)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The account that can be written to.
async fn open_account(conn: &mut Conn, id: SubscriberId) -> Result<Option<Account>, ServiceError> {
    let account = account::of_subscriber(conn, id).await?;
    Ok(account.filter(Account::may_sign_in))
}

fn failures(id: SubscriberId) -> String {
    format!("office-identity:{id}")
}

async fn is_refused(
    conn: &mut Conn,
    id: SubscriberId,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    let count = throttle::look(conn, &failures(id), now).await?;
    Ok(count.is_some_and(|count| count.hits >= FAILURES_A_DAY))
}

async fn is_checked(
    conn: &mut Conn,
    actor: &OfficeActor,
    id: SubscriberId,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    let member = actor.member()?;
    let at = identity_check::newest(conn, member.session, id).await?;
    Ok(at.is_some_and(|at| now.seconds_since(at) <= CHECK_LIFE))
}

/// Looks at a subscriber.
///
/// # Errors
/// [`ServiceError::NotFound`] without the right.
pub async fn look(
    services: &Services,
    actor: &OfficeActor,
    id: SubscriberId,
) -> Result<Case, ServiceError> {
    let member = actor.may(Right::RestoreAccess)?;
    let (mut tx, now) = services.db.begin().await?;
    let owner = known(&mut tx, id).await?;
    // Each look is written down, once a call.
    let key = format!("office-looked:{}:{id}", member.session);
    if throttle::hit(&mut tx, &key, CHECK_LIFE, now).await?.hits == 1 {
        let event = AuditEvent::SubscriberFound;
        record(&mut tx, actor, event, owner.contract.as_str(), now).await?;
    }
    let cards = subscriber::cards(&mut tx, id).await?;
    let checked = is_checked(&mut tx, actor, id, now).await?;
    let cabinet = match open_account(&mut tx, id).await? {
        None => Cabinet::None,
        Some(account) => Cabinet::Open {
            email: account
                .email
                .filter(|_| checked && account.email_confirmed)
                .map(|email| email.masked()),
            phone: account
                .phone
                .filter(|_| checked && account.phone_confirmed)
                .map(|phone| phone.masked()),
        },
    };
    let refused = is_refused(&mut tx, id, now).await?;
    commit(tx).await?;
    Ok(Case {
        id,
        name: checked.then(|| format!("{} {}", owner.surname, owner.given_name)),
        contract: checked.then_some(owner.contract),
        cards: cards
            .iter()
            .map(|card| card.number.last4().to_owned())
            .collect(),
        checked,
        refused,
        cabinet,
    })
}

/// What the caller has said.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Surname.
    pub surname: String,
    /// Contract number.
    pub contract: String,
    /// A card's number.
    pub card: String,
    /// The number of the call.
    pub call: String,
}

fn fits(owner: &Subscriber, cards: &[Card], surname: &str, contract: &str, card: &str) -> bool {
    let said = ContractNumber::parse(contract).is_ok_and(|number| number == owner.contract);
    let has = CardNumber::parse(card)
        .is_ok_and(|number| cards.iter().any(|known| known.number == number));
    said && has && normalize_surname(surname) == normalize_surname(&owner.surname)
}

/// Checks who is calling. Nothing is said of which answer was wrong; after two wrong ones the check
/// is closed for a day, whoever asks.
///
/// # Errors
/// [`ServiceError::Invalid`]; [`ServiceError::NotFound`] without the right.
pub async fn check(
    services: &Services,
    actor: &OfficeActor,
    id: SubscriberId,
    answers: &Answers,
) -> Result<(), ServiceError> {
    let member = actor.may(Right::RestoreAccess)?;
    let call = parse(answers)?;
    let (mut tx, now) = services.db.begin().await?;
    let owner = known(&mut tx, id).await?;
    if is_refused(&mut tx, id, now).await? {
        return Err(ServiceError::field("", Problem::IdentityRefused));
    }
    let cards = subscriber::cards(&mut tx, id).await?;
    let Answers {
        surname,
        contract,
        card,
        ..
    } = answers;
    let about = format!("{} · {call}", owner.contract.as_str());
    if fits(&owner, &cards, surname, contract, card) {
        let check = EventId(new_id());
        identity_check::insert(&mut tx, check, member.session, id, &call, now).await?;
        record(&mut tx, actor, AuditEvent::IdentityChecked, &about, now).await?;
        return commit(tx).await;
    }
    let count = throttle::hit(&mut tx, &failures(id), DAY, now).await?;
    record(&mut tx, actor, AuditEvent::IdentityRefused, &about, now).await?;
    commit(tx).await?;
    let left = FAILURES_A_DAY.saturating_sub(count.hits);
    Err(ServiceError::field(
        "",
        if left == 0 {
            Problem::IdentityRefused
        } else {
            Problem::IdentityMismatch { left }
        },
    ))
}

/// All answers are needed; the number of the call comes back tidied.
fn parse(answers: &Answers) -> Result<String, ServiceError> {
    let mut errors = Vec::new();
    for (field, text, problem) in [
        ("surname", &answers.surname, Problem::SurnameEmpty),
        ("contract", &answers.contract, Problem::ContractEmpty),
        ("card", &answers.card, Problem::CardEmpty),
    ] {
        if text.trim().is_empty() {
            errors.push(FieldError::new(field, problem));
        }
    }
    let call = label::parse(&answers.call)
        .map_err(|_| errors.push(FieldError::new("call", Problem::CallEmpty)))
        .unwrap_or_default();
    if errors.is_empty() {
        Ok(call)
    } else {
        Err(ServiceError::Invalid(errors))
    }
}

/// Sends the link to a new password to a contact the caller has named. Nothing of the cabinet changes
/// before the link is used; every contact that is bound now is told at once.
///
/// # Errors
/// [`ServiceError::Invalid`] beside `contact`; [`ServiceError::NotFound`] without the right, without a
/// check in this call, and when there is no cabinet.
pub async fn send(
    services: &Services,
    actor: &OfficeActor,
    id: SubscriberId,
    contact: &str,
) -> Result<(), ServiceError> {
    actor.may(Right::RestoreAccess)?;
    let wrong = |problem| ServiceError::field("contact", problem);
    let (proven, contact) = read_contact(services, contact).map_err(wrong)?;
    let (mut tx, now) = services.db.begin().await?;
    if !is_checked(&mut tx, actor, id, now).await? {
        return Err(ServiceError::NotFound);
    }
    let owner = known(&mut tx, id).await?;
    let account = open_account(&mut tx, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if is_anothers(&mut tx, &account, proven, &contact).await? {
        return Err(wrong(Problem::ContactTaken));
    }
    if !has_room(&mut tx, services, &contact, now).await? {
        commit(tx).await?;
        return Err(no_room("contact"));
    }
    write_link(&mut tx, services, &account, proven, &contact, now).await?;
    let masked = match proven {
        Proven::Email => Email::parse(&contact).map(|email| email.masked()).ok(),
        Proven::Phone => Phone::parse(&contact).map(|phone| phone.masked()).ok(),
    }
    .unwrap_or_default();
    let happened = Happened {
        account: account.id,
        event: SecurityEvent::RestoreLinkSent,
        detail: &masked,
        replaced: None,
    };
    // The operator's own address is nothing to the subscriber.
    let unseen = Actor {
        origin: Origin::default(),
        ..actor.guest.clone()
    };
    notices::record(&mut tx, services, &unseen, happened, now).await?;
    let about = format!("{} · {masked}", owner.contract.as_str());
    record(&mut tx, actor, AuditEvent::AccessRestored, &about, now).await?;
    commit(tx).await
}

fn read_contact(services: &Services, text: &str) -> Result<(Proven, String), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::ContactMissing);
    }
    if let Ok(phone) = Phone::parse(text) {
        return if services.sms.is_some() {
            Ok((Proven::Phone, phone.as_str().to_owned()))
        } else {
            Err(Problem::PhoneNotServed)
        };
    }
    match Email::parse(text) {
        Ok(email) => Ok((Proven::Email, email.as_str().to_owned())),
        Err(_) => Err(Problem::KnownContactMalformed),
    }
}

/// Does the contact open somebody else's cabinet?
async fn is_anothers(
    conn: &mut Conn,
    account: &Account,
    proven: Proven,
    contact: &str,
) -> Result<bool, ServiceError> {
    let found = match proven {
        Proven::Email => match Email::parse(contact) {
            Ok(email) => account::by_email(conn, &email).await?,
            Err(_) => None,
        },
        Proven::Phone => match Phone::parse(contact) {
            Ok(phone) => account::by_phone(conn, &phone).await?,
            Err(_) => None,
        },
    };
    Ok(found.is_some_and(|found| found.id != account.id))
}

async fn write_link(
    conn: &mut Conn,
    services: &Services,
    account: &Account,
    proven: Proven,
    contact: &str,
    now: Timestamp,
) -> Result<(), ServiceError> {
    for purpose in [Purpose::Restore, Purpose::Recovery] {
        token::end_all(conn, account.id, purpose, now).await?;
    }
    let secret = crypto::random_token();
    let row = Token {
        purpose: Purpose::Restore,
        account: account.id,
        proven,
        contact: contact.to_owned(),
        expires_at: now.plus_seconds(services.settings.access.activation_life),
        used: false,
    };
    token::insert(conn, &crypto::sha256(secret.as_bytes()), &row, now).await?;
    let lang: Lang = account.lang;
    let (channel, text) = match proven {
        Proven::Email => (Channel::Email, letters::restore(services, lang, &secret)),
        Proven::Phone => (Channel::Sms, letters::restore_sms(services, lang, &secret)),
    };
    write_letter(conn, Some(account.id), channel, contact, text, now).await
}
