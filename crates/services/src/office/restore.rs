//! A subscriber on the phone who cannot come in: an operator checks who it is against the contract and
//! sends the link to a new password, to a contact that is bound by using it. The operator reads no
//! answer off the screen, and neither sees nor sets a password.

use super::{Member, OfficeActor, audit, record};
use crate::access::notices::{self, Happened};
use crate::access::proof::normalize_surname;
use crate::access::{count_try, has_room, new_link, write_letter};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Actor, Origin, ServiceError, Services, letters};
use domain::form::{FieldError, Problem};
use domain::ids::{AccountId, CaseId, EventId, SubscriberId};
use domain::office::{AuditEvent, Door, Right};
use domain::security::SecurityEvent;
use domain::{CardNumber, Contact, ContractNumber, Timestamp, label};
use storage::account::Account;
use storage::office::{identity_check, subscriber_case};
use storage::outbox::Channel;
use storage::subscriber::{Card, Subscriber};
use storage::token::Purpose;
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

/// A subscriber as an operator sees one. Before the check there is nothing in it that the operator has
/// not typed: what the caller has to say cannot be read off the screen, nor confirmed by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What the page is called by.
    pub id: CaseId,
    /// The last digits of what was typed.
    pub found_by: String,
    /// Whose the contract is; only once the check was passed.
    pub owner: Option<Owner>,
    /// Did the check fail too often today?
    pub refused: bool,
}

/// What is shown once the check was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The name.
    pub name: String,
    /// The contract.
    pub contract: ContractNumber,
    /// The last digits of the cards.
    pub cards: Vec<String>,
    /// The cabinet.
    pub cabinet: Cabinet,
}

/// The last digits of a number, for the log and the page.
fn last_digits(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(4)..].iter().collect()
}

/// Finds a subscriber by the number of a card or a contract. Each search is counted and written down.
/// The page it leads to is named at random: of two numbers it does not tell whether they belong
/// together.
///
/// # Errors
/// [`ServiceError::Invalid`] beside `number`; [`ServiceError::NotFound`] without the right.
pub async fn find(
    services: &Services,
    actor: &OfficeActor,
    number: &str,
) -> Result<CaseId, ServiceError> {
    let member = actor.may(Right::RestoreAccess)?;
    let wrong = |problem| ServiceError::field("number", problem);
    let (mut tx, now) = services.db.begin().await?;
    let key = format!("office-looks:{}", member.person);
    let counted = count_try(&mut tx, &key, LOOKS_AN_HOUR, 3600, now).await?;
    if let Err(problem) = counted {
        commit(tx).await?;
        return Err(wrong(problem));
    }
    let (found, what) = if let Ok(contract) = ContractNumber::parse(number) {
        let found = subscriber::by_contract(&mut tx, &contract).await?;
        (found, "договор")
    } else if let Ok(card) = CardNumber::parse(number) {
        let card = subscriber::find_card(&mut tx, &card).await?;
        (card.map(|(subscriber, _)| subscriber), "карта")
    } else {
        commit(tx).await?;
        return Err(wrong(Problem::SubscriberUnknown));
    };
    let found_by = last_digits(number);
    let event = match found {
        Some(_) => AuditEvent::SubscriberFound,
        None => AuditEvent::SubscriberNotFound,
    };
    record(&mut tx, actor, event, &format!("{what} •• {found_by}"), now).await?;
    let Some(subscriber) = found else {
        commit(tx).await?;
        return Err(wrong(Problem::SubscriberUnknown));
    };
    let id = CaseId(uuid::Uuid::new_v4());
    let case = subscriber_case::Opened {
        subscriber,
        found_by,
    };
    subscriber_case::insert(&mut tx, id, member.session, &case, now).await?;
    commit(tx).await?;
    Ok(id)
}

/// The subscriber whom this session has opened; anybody else does not exist.
async fn opened(
    conn: &mut Conn,
    member: &Member,
    id: CaseId,
) -> Result<subscriber_case::Opened, ServiceError> {
    subscriber_case::find(conn, id, member.session)
        .await?
        .ok_or(ServiceError::NotFound)
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
    member: &Member,
    id: SubscriberId,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    let at = identity_check::newest(conn, member.session, id).await?;
    Ok(at.is_some_and(|at| now.seconds_since(at) <= CHECK_LIFE))
}

/// Looks at a subscriber.
///
/// # Errors
/// [`ServiceError::NotFound`] without the right, and for one that this session has not opened.
pub async fn look(
    services: &Services,
    actor: &OfficeActor,
    id: CaseId,
) -> Result<Case, ServiceError> {
    let member = actor.may(Right::RestoreAccess)?;
    let (mut tx, now) = services.db.begin().await?;
    let case = opened(&mut tx, member, id).await?;
    let owner = if is_checked(&mut tx, member, case.subscriber, now).await? {
        Some(owner(&mut tx, case.subscriber).await?)
    } else {
        None
    };
    Ok(Case {
        id,
        found_by: case.found_by,
        owner,
        refused: is_refused(&mut tx, case.subscriber, now).await?,
    })
}

async fn owner(conn: &mut Conn, id: SubscriberId) -> Result<Owner, ServiceError> {
    let owner = known(conn, id).await?;
    let cards = subscriber::cards(conn, id).await?;
    let cabinet = match open_account(conn, id).await? {
        None => Cabinet::None,
        Some(account) => Cabinet::Open {
            email: account
                .email
                .filter(|_| account.email_confirmed)
                .map(|email| email.masked()),
            phone: account
                .phone
                .filter(|_| account.phone_confirmed)
                .map(|phone| phone.masked()),
        },
    };
    Ok(Owner {
        name: format!("{} {}", owner.surname, owner.given_name),
        contract: owner.contract,
        cards: cards
            .iter()
            .map(|card| card.number.last4().to_owned())
            .collect(),
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
/// [`ServiceError::Invalid`]; [`ServiceError::NotFound`] without the right, and for a subscriber that
/// this session has not opened.
pub async fn check(
    services: &Services,
    actor: &OfficeActor,
    id: CaseId,
    answers: &Answers,
) -> Result<(), ServiceError> {
    let member = actor.may(Right::RestoreAccess)?;
    let call = parse(answers)?;
    let (mut tx, now) = services.db.begin().await?;
    let subscriber_case::Opened {
        subscriber,
        found_by,
    } = opened(&mut tx, member, id).await?;
    // Counted before the answers are looked at: of many at the same moment each waits for the one
    // before it.
    let key = failures(subscriber);
    let count = throttle::hit(&mut tx, &key, DAY, now).await?;
    let about = |contract: &str| format!("{contract} · {call}");
    if count.hits > FAILURES_A_DAY {
        let event = AuditEvent::IdentityRefused;
        record(&mut tx, actor, event, &about("проверка закрыта"), now).await?;
        commit(tx).await?;
        return Err(ServiceError::field("", Problem::IdentityRefused));
    }
    let owner = known(&mut tx, subscriber).await?;
    let cards = subscriber::cards(&mut tx, subscriber).await?;
    let Answers {
        surname,
        contract,
        card,
        ..
    } = answers;
    if fits(&owner, &cards, surname, contract, card) {
        throttle::take_back(&mut tx, &key).await?;
        let check = EventId(new_id());
        identity_check::insert(&mut tx, check, member.session, subscriber, &call, now).await?;
        let event = AuditEvent::IdentityChecked;
        record(&mut tx, actor, event, &about(owner.contract.as_str()), now).await?;
        return commit(tx).await;
    }
    // Not a digit that the operator has not typed.
    let event = AuditEvent::IdentityRefused;
    record(
        &mut tx,
        actor,
        event,
        &about(&format!("•• {found_by}")),
        now,
    )
    .await?;
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

/// How many links may be sent for one caller in a quarter of an hour: enough for a mistyped address.
const LINKS_A_CALL: u32 = 3;
/// How many one member may send in an hour.
const LINKS_AN_HOUR: u32 = 30;

/// Sends the link to a new password to a contact the caller has named. Nothing of the cabinet changes
/// before the link is used; every contact that is bound now is told at once. That a contact belongs to
/// another cabinet is told to that contact alone.
///
/// # Errors
/// [`ServiceError::Invalid`] beside `contact`; [`ServiceError::NotFound`] without the right, without a
/// check in this call, and when there is no cabinet.
pub async fn send(
    services: &Services,
    actor: &OfficeActor,
    id: CaseId,
    contact: &str,
) -> Result<(), ServiceError> {
    let member = actor.may(Right::RestoreAccess)?;
    let wrong = |problem| ServiceError::field("contact", problem);
    let contact = read_contact(services, contact).map_err(wrong)?;
    let (mut tx, now) = services.db.begin().await?;
    let subscriber = opened(&mut tx, member, id).await?.subscriber;
    if !is_checked(&mut tx, member, subscriber, now).await? {
        return Err(ServiceError::NotFound);
    }
    let owner = known(&mut tx, subscriber).await?;
    let account = open_account(&mut tx, subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let masked = contact.masked();
    let about = format!("{} · {masked}", owner.contract.as_str());
    if let Err(problem) = room(&mut tx, services, member, subscriber, contact.as_str(), now).await?
    {
        record(&mut tx, actor, AuditEvent::ContactRefused, &about, now).await?;
        commit(tx).await?;
        return Err(wrong(problem));
    }
    record(&mut tx, actor, AuditEvent::AccessRestored, &about, now).await?;
    if is_anothers(&mut tx, &account, &contact).await? {
        let (channel, text) = match contact {
            Contact::Email(_) => (
                Channel::Email,
                letters::email_has_a_cabinet(services, account.lang),
            ),
            Contact::Phone(_) => (
                Channel::Sms,
                letters::phone_has_a_cabinet(services, account.lang),
            ),
        };
        write_letter(&mut tx, None, channel, contact.as_str(), text, now).await?;
        return commit(tx).await;
    }
    write_link(&mut tx, services, &account, &contact, now).await?;
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
    commit(tx).await
}

/// May another link be sent: for this caller, by this member, to this contact, by SMS at all?
async fn room(
    conn: &mut Conn,
    services: &Services,
    member: &Member,
    subscriber: SubscriberId,
    contact: &str,
    now: Timestamp,
) -> Result<Result<(), Problem>, ServiceError> {
    for (key, limit, window) in [
        (
            format!("office-links:{subscriber}"),
            LINKS_A_CALL,
            CHECK_LIFE,
        ),
        (
            format!("office-links-by:{}", member.person),
            LINKS_AN_HOUR,
            3600,
        ),
    ] {
        if let Err(problem) = count_try(conn, &key, limit, window, now).await? {
            return Ok(Err(problem));
        }
    }
    if !has_room(conn, services, contact, now).await? {
        return Ok(Err(Problem::TooManyTries { minutes: 60 }));
    }
    Ok(Ok(()))
}

/// The subscriber has used an operator's link: the staff's log says so.
pub(crate) async fn used(
    conn: &mut Conn,
    origin: &Origin,
    account: AccountId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let mut contracts = Vec::new();
    for id in account::subscribers(conn, account).await? {
        contracts.push(known(conn, id).await?.contract.as_str().to_owned());
    }
    let by = audit::By {
        door: Door::Staff,
        partner: None,
        person: None,
        name: "Абонент",
    };
    let event = AuditEvent::ContactBound;
    audit::write(conn, by, origin, event, &contracts.join(", "), now).await
}

fn read_contact(services: &Services, text: &str) -> Result<Contact, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::ContactMissing);
    }
    match Contact::parse(text) {
        None => Err(Problem::KnownContactMalformed),
        Some(Contact::Phone(_)) if services.sms.is_none() => Err(Problem::PhoneNotServed),
        Some(contact) => Ok(contact),
    }
}

/// Does the contact open somebody else's cabinet?
async fn is_anothers(
    conn: &mut Conn,
    account: &Account,
    contact: &Contact,
) -> Result<bool, ServiceError> {
    let found = match contact {
        Contact::Email(email) => account::by_email(conn, email).await?,
        Contact::Phone(phone) => account::by_phone(conn, phone).await?,
    };
    Ok(found.is_some_and(|found| found.id != account.id))
}

async fn write_link(
    conn: &mut Conn,
    services: &Services,
    account: &Account,
    contact: &Contact,
    now: Timestamp,
) -> Result<(), ServiceError> {
    // A recovery that is under way ends: the caller is helped in another way now.
    token::end_all(conn, account.id, Purpose::Recovery, now).await?;
    let life = services.settings.access.activation_life;
    let secret = new_link(conn, account.id, Purpose::Restore, contact, life, now).await?;
    let (channel, text) = match contact {
        Contact::Email(_) => (
            Channel::Email,
            letters::restore(services, account.lang, &secret),
        ),
        Contact::Phone(_) => (
            Channel::Sms,
            letters::restore_sms(services, account.lang, &secret),
        ),
    };
    let to = contact.as_str();
    write_letter(conn, Some(account.id), channel, to, text, now).await
}
