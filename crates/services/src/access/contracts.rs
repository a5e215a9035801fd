//! Several contracts in one cabinet (one's own, the parents'), and the names of cards. A contract has
//! one cabinet at a time: adding it asks for the same proof as a registration.

use super::notices::{Happened, record};
use super::proof::{self, Claim};
use super::{confirm, end_pending, look_up_card, write_letter};
use crate::error::commit;
use crate::{Actor, ServiceError, Services, cards, letters};
use domain::form::Problem;
use domain::ids::{CardId, SubscriberId};
use domain::security::SecurityEvent;
use domain::{CardNumber, ContractNumber, Lang, PartnerNumber, label};
use storage::outbox::Channel;
pub use storage::subscriber::Card;
use storage::{account, session, subscriber};

/// A contract of the cabinet with its cards.
#[derive(Debug, Clone)]
pub struct Held {
    /// The contract.
    pub id: SubscriberId,
    /// Its number.
    pub contract: ContractNumber,
    /// Whose: given name and surname.
    pub name: String,
    /// Its usable cards.
    pub cards: Vec<Card>,
    /// Is it the one in view?
    pub current: bool,
}

/// The contracts of the cabinet.
pub async fn list(services: &Services, actor: &Actor) -> Result<Vec<Held>, ServiceError> {
    let viewer = actor.viewer()?;
    let mut conn = services.db.statement().await?;
    let mut held = Vec::new();
    for id in account::subscribers(&mut conn, viewer.account).await? {
        let Some(contract) = subscriber::get(&mut conn, id).await? else {
            continue;
        };
        held.push(Held {
            id,
            contract: contract.contract,
            name: format!("{} {}", contract.given_name, contract.surname),
            cards: subscriber::cards(&mut conn, id).await?,
            current: id == viewer.subscriber,
        });
    }
    Ok(held)
}

/// One card of the cabinet.
///
/// # Errors
/// [`ServiceError::NotFound`] when it is not in this cabinet.
pub async fn card(services: &Services, actor: &Actor, id: CardId) -> Result<Card, ServiceError> {
    let held = list(services, actor).await?;
    held.into_iter()
        .flat_map(|contract| contract.cards)
        .find(|card| card.id == id)
        .ok_or(ServiceError::NotFound)
}

/// Names a card; an empty name takes the old one away.
///
/// # Errors
/// [`ServiceError::Invalid`]; [`ServiceError::NotFound`] when it is not in this cabinet.
pub async fn name_card(
    services: &Services,
    actor: &Actor,
    id: CardId,
    typed: &str,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    let name = match label::parse(typed) {
        Ok(name) => Some(name),
        Err(label::ParseLabelError::Empty) => None,
        Err(error) => return Err(ServiceError::field("name", error.into())),
    };
    let (mut tx, _) = services.db.begin().await?;
    let owner = account::subscriber_of_card(&mut tx, viewer.account, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    subscriber::name_card(&mut tx, owner, id, name.as_deref()).await?;
    commit(tx).await
}

/// The form that adds a contract.
#[derive(Debug, Clone, Default)]
pub struct Add {
    /// Card number.
    pub card: String,
    /// Contract number; empty when surname and contact are given.
    pub contract: String,
    /// Surname.
    pub surname: String,
    /// Phone or e-mail the contract knows.
    pub known_contact: String,
}

/// Adds a contract to the cabinet and brings its card into view. The contract's own phone is told.
///
/// # Errors
/// [`ServiceError::Invalid`] with what is wrong. That the contract has a cabinet already is told
/// only to somebody who has proved it.
pub async fn add(
    services: &Services,
    actor: &Actor,
    form: &Add,
    lang: Lang,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    let mut errors = Vec::new();
    let problem = |error: domain::card::ParseCardError| -> Problem {
        if PartnerNumber::parse(&form.card).is_ok() {
            Problem::PartnerNumber
        } else {
            error.into()
        }
    };
    let number = CardNumber::parse(&form.card)
        .map_err(|error| errors.push(domain::form::FieldError::new("card", problem(error))))
        .ok();
    let claim = Claim {
        contract: &form.contract,
        surname: &form.surname,
        known_contact: &form.known_contact,
    };
    let proof = claim.parse(&mut errors);
    let (Some(number), Some(proof), true) = (number, proof, errors.is_empty()) else {
        return Err(ServiceError::Invalid(errors));
    };
    let (mut tx, now) = services.db.begin().await?;
    let (owner, card) = match look_up_card(&mut tx, services, actor, &number, now).await? {
        Ok(found) => found,
        Err(problem) => {
            commit(tx).await?;
            return Err(ServiceError::field("card", problem));
        }
    };
    let contract = subscriber::get(&mut tx, owner)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if let Err(error) = proof::judge(&mut tx, services, card.id, &contract, &proof, now).await? {
        commit(tx).await?;
        return Err(ServiceError::Invalid(vec![error]));
    }
    let holder = account::of_subscriber(&mut tx, owner).await?;
    let taken = match holder {
        Some(account) if account.id == viewer.account => Some(Problem::ContractHeld),
        Some(account) if account.may_sign_in() => Some(Problem::ContractTaken),
        // A registration that nobody has finished does not keep a contract.
        Some(pending) => {
            account::hold(&mut tx, pending.id).await?;
            let opened = account::get(&mut tx, pending.id)
                .await?
                .is_some_and(|account| account.may_sign_in());
            if opened {
                Some(Problem::ContractTaken)
            } else {
                account::remove_membership(&mut tx, pending.id, owner).await?;
                end_pending(&mut tx, pending.id, now).await?;
                None
            }
        }
        None => None,
    };
    if let Some(problem) = taken {
        commit(tx).await?;
        return Err(ServiceError::field("card", problem));
    }
    account::insert_membership(&mut tx, viewer.account, owner, now).await?;
    session::set_card(&mut tx, viewer.session, card.id).await?;
    if let (Some(phone), Some(_)) = (&contract.phone, &services.sms) {
        let text = letters::contract_added_sms(services, lang);
        let to = phone.as_str();
        write_letter(&mut tx, Some(viewer.account), Channel::Sms, to, text, now).await?;
    }
    let happened = Happened {
        account: viewer.account,
        event: SecurityEvent::ContractAdded,
        detail: &contract.contract.grouped(),
        replaced: None,
    };
    record(&mut tx, services, actor, happened, now).await?;
    commit(tx).await
}

/// Takes a contract out of the cabinet; the last one stays. The contract itself goes on.
///
/// # Errors
/// [`ServiceError::ConfirmFirst`]; [`ServiceError::Invalid`] for the last one;
/// [`ServiceError::NotFound`] when it is not in this cabinet.
pub async fn remove(
    services: &Services,
    actor: &Actor,
    id: SubscriberId,
) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    // Cards and orders first: whoever works on them holds the contract before the login.
    if account::subscribers(&mut tx, viewer.account)
        .await?
        .contains(&id)
    {
        cards::forget_all(&mut tx, id, now).await?;
    }
    // Two removals at once must not both leave the other one as the last.
    account::hold(&mut tx, viewer.account).await?;
    let held = account::subscribers(&mut tx, viewer.account).await?;
    if !held.contains(&id) {
        return Err(ServiceError::NotFound);
    }
    if held.len() < 2 {
        return Err(ServiceError::field("", Problem::LastContract));
    }
    let contract = subscriber::get(&mut tx, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    account::remove_membership(&mut tx, viewer.account, id).await?;
    // A card that was kept meanwhile.
    cards::forget_all(&mut tx, id, now).await?;
    let happened = Happened {
        account: viewer.account,
        event: SecurityEvent::ContractRemoved,
        detail: &contract.contract.grouped(),
        replaced: None,
    };
    record(&mut tx, services, actor, happened, now).await?;
    commit(tx).await
}
