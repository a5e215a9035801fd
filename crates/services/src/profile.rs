//! Who one is, as the contract and the account say.

use crate::{Actor, ServiceError, Services};
use domain::{ContractNumber, Phone};
use storage::{account, subscriber};

/// The profile's first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Given name and surname, as in the contract.
    pub name: String,
    /// The contract in view.
    pub contract: ContractNumber,
    /// Its usable cards: the name, if it has one, and the number, grouped.
    pub cards: Vec<(Option<String>, String)>,
    /// The proven e-mail.
    pub email: Option<String>,
    /// The proven phone, for people.
    pub phone: Option<String>,
}

/// Loads it.
pub async fn load(services: &Services, actor: &Actor) -> Result<Profile, ServiceError> {
    let viewer = actor.viewer()?;
    let mut conn = services.db.statement().await?;
    let contract = subscriber::get(&mut conn, viewer.subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let account = account::get(&mut conn, viewer.account)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let cards = subscriber::cards(&mut conn, viewer.subscriber).await?;
    Ok(Profile {
        name: format!("{} {}", contract.given_name, contract.surname),
        contract: contract.contract,
        cards: cards
            .into_iter()
            .map(|card| (card.name, card.number.grouped()))
            .collect(),
        email: account
            .confirmed_email()
            .map(|email| email.as_str().to_owned()),
        phone: account.confirmed_phone().map(Phone::grouped),
    })
}

/// The login that a password manager should fill: the number of the card in view.
pub async fn login(services: &Services, actor: &Actor) -> Result<String, ServiceError> {
    let viewer = actor.viewer()?;
    let mut conn = services.db.statement().await?;
    let cards = subscriber::cards(&mut conn, viewer.subscriber).await?;
    let chosen = cards
        .iter()
        .find(|card| Some(card.id) == viewer.card)
        .or(cards.first());
    Ok(chosen
        .map(|card| card.number.as_str().to_owned())
        .unwrap_or_default())
}
