//! A subscriber who calls or stands in an office: finding them, and checking who they are against the
//! contract, before anything is done for them. Whoever checks reads no answer off the screen.

use super::sign_in::confirm;
use super::{Member, OfficeActor, record};
use crate::access::count_try;
use crate::access::proof::normalize_surname;
use crate::billing::new_id;
use crate::error::commit;
use crate::{ServiceError, Services};
use domain::form::{FieldError, Problem};
use domain::ids::{CardId, CaseId, EventId, SubscriberId};
use domain::office::{AuditEvent, CheckWay, Right};
use domain::{CardNumber, ContractNumber, Email, Phone, Timestamp, label};
use storage::account::Account;
use storage::office::{identity_check, subscriber_case};
use storage::subscriber::{Card, Subscriber};
use storage::{Conn, account, subscriber, throttle};

/// How many subscribers one member may open in an hour.
const LOOKS_AN_HOUR: u32 = 60;
const DAY: i64 = 24 * 3600;
/// How long a check counts, in seconds: a phone call.
pub(super) const CHECK_LIFE: i64 = 15 * 60;

/// How often a subscriber may fail the check in a day. On the phone the voice may be anybody's; in an
/// office the papers are there and only the typing can be wrong.
const fn failures_a_day(way: CheckWay) -> u32 {
    match way {
        CheckWay::Call => 2,
        CheckWay::Papers => 5,
    }
}

/// What a failed check that was the last one is answered with.
const fn refusal(way: CheckWay) -> Problem {
    match way {
        CheckWay::Call => Problem::IdentityRefused,
        CheckWay::Papers => Problem::PapersRefused,
    }
}

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
    /// How it is checked who it is.
    pub way: CheckWay,
    /// Why the check is closed today, if it is.
    pub refused: Option<Problem>,
}

/// What is shown once the check was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The name.
    pub name: String,
    /// The contract.
    pub contract: ContractNumber,
    /// The cards.
    pub cards: Vec<OwnCard>,
    /// The cabinet.
    pub cabinet: Cabinet,
}

/// A card as it is shown once the check was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCard {
    /// Its id.
    pub id: CardId,
    /// The last digits of its number.
    pub last4: String,
    /// The name its owner gave it.
    pub name: Option<String>,
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
    if number.trim().is_empty() {
        return Err(wrong(Problem::NumberEmpty));
    }
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
        return Err(wrong(Problem::CardOrContractDigits));
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
pub(super) async fn opened(
    conn: &mut Conn,
    member: &Member,
    id: CaseId,
) -> Result<subscriber_case::Opened, ServiceError> {
    subscriber_case::find(conn, id, member.session)
        .await?
        .ok_or(ServiceError::NotFound)
}

pub(super) async fn known(conn: &mut Conn, id: SubscriberId) -> Result<Subscriber, ServiceError> {
    subscriber::get(conn, id)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// The account that can be written to.
pub(super) async fn open_account(
    conn: &mut Conn,
    id: SubscriberId,
) -> Result<Option<Account>, ServiceError> {
    let account = account::of_subscriber(conn, id).await?;
    Ok(account.filter(Account::may_sign_in))
}

/// A caller's failures close no office.
fn failures(way: CheckWay, id: SubscriberId) -> String {
    match way {
        CheckWay::Call => format!("office-identity:{id}"),
        CheckWay::Papers => format!("office-papers:{id}"),
    }
}

async fn refused(
    conn: &mut Conn,
    way: CheckWay,
    id: SubscriberId,
    now: Timestamp,
) -> Result<Option<Problem>, ServiceError> {
    let count = throttle::look(conn, &failures(way, id), now).await?;
    let too_many = count.is_some_and(|count| count.hits >= failures_a_day(way));
    Ok(too_many.then(|| refusal(way)))
}

/// The number of the call or application of a check that still counts: passed in this case, in the way
/// of one's role, a moment ago, with no failure since and none too many today.
pub(super) async fn checked(
    conn: &mut Conn,
    member: &Member,
    id: CaseId,
    subscriber: SubscriberId,
    now: Timestamp,
) -> Result<Option<String>, ServiceError> {
    let refused = refused(conn, member.role.check_way(), subscriber, now).await?;
    match refused {
        Some(_) => Ok(None),
        None => passed(conn, member, id, now).await,
    }
}

/// The same, however many failures there were in other cases.
async fn passed(
    conn: &mut Conn,
    member: &Member,
    id: CaseId,
    now: Timestamp,
) -> Result<Option<String>, ServiceError> {
    let way = member.role.check_way();
    let passed = identity_check::passed(conn, member.session, id, way).await?;
    Ok(passed
        .filter(|(at, _)| now.seconds_since(*at) <= CHECK_LIFE)
        .map(|(_, reference)| reference))
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
    let (mut conn, now) = services.db.look().await?;
    let case = opened(&mut conn, member, id).await?;
    let way = member.role.check_way();
    let refused = refused(&mut conn, way, case.subscriber, now).await?;
    let checked = match refused {
        Some(_) => None,
        None => passed(&mut conn, member, id, now).await?,
    };
    let owner = match checked {
        Some(_) => Some(owner(&mut conn, case.subscriber).await?),
        None => None,
    };
    Ok(Case {
        id,
        found_by: case.found_by,
        owner,
        way,
        refused,
    })
}

async fn owner(conn: &mut Conn, id: SubscriberId) -> Result<Owner, ServiceError> {
    let owner = known(conn, id).await?;
    let cards = subscriber::cards(conn, id).await?;
    let cabinet = match open_account(conn, id).await? {
        None => Cabinet::None,
        Some(account) => Cabinet::Open {
            email: account.confirmed_email().map(Email::masked),
            phone: account.confirmed_phone().map(Phone::masked),
        },
    };
    Ok(Owner {
        name: format!("{} {}", owner.surname, owner.given_name),
        contract: owner.contract,
        cards: cards
            .into_iter()
            .map(|card| OwnCard {
                id: card.id,
                last4: card.number.last4().to_owned(),
                name: card.name,
            })
            .collect(),
        cabinet,
    })
}

/// What the caller has said, or the papers show.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Surname.
    pub surname: String,
    /// Contract number.
    pub contract: String,
    /// A card's number; on the phone alone.
    pub card: String,
    /// The number of the call, or of the application that was signed.
    pub reference: String,
    /// One's own one-time password; with papers alone.
    pub code: String,
}

fn fits(way: CheckWay, owner: &Subscriber, cards: &[Card], answers: &Answers) -> bool {
    let said =
        ContractNumber::parse(&answers.contract).is_ok_and(|number| number == owner.contract);
    let has = CardNumber::parse(&answers.card)
        .is_ok_and(|number| cards.iter().any(|known| known.number == number));
    let named = normalize_surname(&answers.surname) == normalize_surname(&owner.surname);
    said && named && (has || way == CheckWay::Papers)
}

/// Checks who it is, in the way of one's role. Nothing is said of which answer was wrong; after some
/// wrong ones the check is closed for a day, whoever asks.
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
    let way = member.role.check_way();
    let reference = parse(way, answers)?;
    let (mut tx, now) = services.db.begin().await?;
    let subscriber_case::Opened {
        subscriber,
        found_by,
    } = opened(&mut tx, member, id).await?;
    // Counted before the answers are looked at: of many at the same moment each waits for the one
    // before it.
    let key = failures(way, subscriber);
    let count = throttle::hit(&mut tx, &key, DAY, now).await?;
    let about = |contract: &str| format!("{contract} · {reference}");
    let note = async |conn: &mut Conn, passed: bool, now: Timestamp| {
        let check = identity_check::Check {
            case: id,
            subscriber,
            way,
            reference: &reference,
            passed,
        };
        let id = EventId(new_id());
        identity_check::insert(conn, id, member.session, check, now).await
    };
    if count.hits > failures_a_day(way) {
        note(&mut tx, false, now).await?;
        let event = AuditEvent::IdentityRefused;
        record(&mut tx, actor, event, &about("проверка закрыта"), now).await?;
        commit(tx).await?;
        return Err(ServiceError::field("", refusal(way)));
    }
    let owner = known(&mut tx, subscriber).await?;
    let cards = subscriber::cards(&mut tx, subscriber).await?;
    if fits(way, &owner, &cards, answers) {
        commit(tx).await?;
        if way == CheckWay::Papers {
            // Behind it a card is given out: a desk that was left open must not be enough.
            confirm(services, actor, &answers.code).await?;
        }
        let (mut tx, now) = services.db.begin().await?;
        throttle::take_back(&mut tx, &key).await?;
        note(&mut tx, true, now).await?;
        let event = AuditEvent::IdentityChecked;
        record(&mut tx, actor, event, &about(owner.contract.as_str()), now).await?;
        return commit(tx).await;
    }
    note(&mut tx, false, now).await?;
    // Not a digit that was not typed here.
    let event = AuditEvent::IdentityRefused;
    let shown = about(&format!("•• {found_by}"));
    record(&mut tx, actor, event, &shown, now).await?;
    commit(tx).await?;
    let left = failures_a_day(way).saturating_sub(count.hits);
    Err(ServiceError::field(
        "",
        if left == 0 {
            refusal(way)
        } else {
            Problem::IdentityMismatch { left }
        },
    ))
}

/// All answers are needed; the reference comes back tidied.
fn parse(way: CheckWay, answers: &Answers) -> Result<String, ServiceError> {
    let mut errors = Vec::new();
    for (field, text, problem) in [
        ("surname", &answers.surname, Problem::SurnameEmpty),
        ("contract", &answers.contract, Problem::ContractEmpty),
        ("card", &answers.card, Problem::CardEmpty),
    ] {
        let asked = field != "card" || way == CheckWay::Call;
        if asked && text.trim().is_empty() {
            errors.push(FieldError::new(field, problem));
        }
    }
    if way == CheckWay::Papers && answers.code.trim().is_empty() {
        errors.push(FieldError::new("code", Problem::TotpEmpty));
    }
    let missing = match way {
        CheckWay::Call => Problem::CallEmpty,
        CheckWay::Papers => Problem::ApplicationEmpty,
    };
    let reference = label::parse(&answers.reference)
        .map_err(|_| errors.push(FieldError::new("reference", missing)))
        .unwrap_or_default();
    if errors.is_empty() {
        Ok(reference)
    } else {
        Err(ServiceError::Invalid(errors))
    }
}
