//! Contracts and smart cards.

use crate::convert::from_db;
use crate::db::changed_one;
use crate::{Conn, StorageError};
use domain::ids::{AccountId, CardId, SubscriberId};
use domain::{CardNumber, ContractNumber, Email, Phone, Timestamp};

/// A contract with what proves who its owner is.
#[derive(Debug, Clone)]
pub struct Subscriber {
    /// Its id.
    pub id: SubscriberId,
    /// Its number.
    pub contract: ContractNumber,
    /// The owner's surname.
    pub surname: String,
    /// The owner's given name.
    pub given_name: String,
    /// The phone in the contract.
    pub phone: Option<Phone>,
    /// The e-mail in the contract.
    pub email: Option<Email>,
    /// IANA zone.
    pub tz: String,
}

/// May the card be used?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardState {
    /// Yes.
    Active,
    /// No: blocked, lost, or replaced.
    Dead,
}

/// Why a card is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// The operator took it out of service.
    Blocked,
    /// It was lost or stolen.
    Lost,
    /// It broke.
    Retired,
}

impl Death {
    const fn code(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Lost => "lost",
            Self::Retired => "retired",
        }
    }
}

/// A smart card of a contract.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its id.
    pub id: CardId,
    /// Its number.
    pub number: CardNumber,
    /// The name its owner gave it.
    pub name: Option<String>,
    /// May it be used?
    pub state: CardState,
}

fn card_state(text: &str) -> CardState {
    if text == "active" {
        CardState::Active
    } else {
        CardState::Dead
    }
}

fn card_number(text: &str) -> Result<CardNumber, StorageError> {
    CardNumber::parse(text).map_err(|_| StorageError::corrupt("card.number", &text))
}

pub(crate) fn contract(text: &str) -> Result<ContractNumber, StorageError> {
    ContractNumber::parse(text).map_err(|_| StorageError::corrupt("subscriber.contract", &text))
}

/// Whose card is this?
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find_card(
    conn: &mut Conn,
    number: &CardNumber,
) -> Result<Option<(SubscriberId, Card)>, StorageError> {
    let row = sqlx::query!(
        "select c.subscriber_id, c.card_id, c.number, c.name, c.state
         from billing.card_number n
         join billing.card c on c.subscriber_id = n.subscriber_id and c.card_id = n.card_id
         where n.number = $1",
        number.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let card = Card {
            id: CardId(row.card_id),
            number: card_number(&row.number)?,
            name: row.name,
            state: card_state(&row.state),
        };
        Ok((SubscriberId(row.subscriber_id), card))
    })
    .transpose()
}

/// One contract.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn get(conn: &mut Conn, id: SubscriberId) -> Result<Option<Subscriber>, StorageError> {
    let row = sqlx::query!(
        "select contract, surname, given_name, phone, email, tz
         from billing.subscriber where subscriber_id = $1",
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Subscriber {
            id,
            contract: contract(&row.contract)?,
            surname: row.surname,
            given_name: row.given_name,
            phone: row
                .phone
                .as_deref()
                .and_then(|text| Phone::parse(text).ok()),
            email: row
                .email
                .as_deref()
                .and_then(|text| Email::parse(text).ok()),
            tz: row.tz,
        })
    })
    .transpose()
}

/// Since when a contract has been served.
///
/// # Errors
/// [`StorageError::Corrupt`] when there is no such contract.
pub async fn since(conn: &mut Conn, id: SubscriberId) -> Result<Timestamp, StorageError> {
    let since = sqlx::query_scalar!(
        "select created_at from billing.subscriber where subscriber_id = $1",
        id.0,
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| StorageError::corrupt("subscriber", &id))?;
    Ok(from_db(since))
}

/// Names a card of a contract, or takes its name away.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn name_card(
    conn: &mut Conn,
    id: SubscriberId,
    card: CardId,
    name: Option<&str>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update billing.card set name = $3 where subscriber_id = $1 and card_id = $2",
        id.0,
        card.0,
        name,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The subscriber with a contract.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn by_contract(
    conn: &mut Conn,
    contract: &ContractNumber,
) -> Result<Option<SubscriberId>, StorageError> {
    let id = sqlx::query_scalar!(
        "select subscriber_id from billing.subscriber where contract = $1",
        contract.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(SubscriberId))
}

/// The usable cards of a contract, in the owner's order.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn cards(conn: &mut Conn, id: SubscriberId) -> Result<Vec<Card>, StorageError> {
    let rows = sqlx::query!(
        "select card_id, number, name, state from billing.card
         where subscriber_id = $1 and state = 'active' order by position, card_id",
        id.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Card {
                id: CardId(row.card_id),
                number: card_number(&row.number)?,
                name: row.name,
                state: card_state(&row.state),
            })
        })
        .collect()
}

/// A usable card that a login holds, through one of its contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCard {
    /// The contract.
    pub subscriber: SubscriberId,
    /// Its number.
    pub contract: ContractNumber,
    /// The card's id.
    pub id: CardId,
    /// The card's number.
    pub number: CardNumber,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Is television on? As [`Subscription::is_served`](domain::billing::Subscription::is_served) says it:
    /// nothing holds a subscription of the card.
    pub served: bool,
}

/// All usable cards of a login: contracts oldest first, cards in their order.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn held_cards(
    conn: &mut Conn,
    account: AccountId,
) -> Result<Vec<HeldCard>, StorageError> {
    let rows = sqlx::query!(
        r#"select s.subscriber_id, s.contract, c.card_id, c.number, c.name,
                  exists (select from billing.subscription n
                          where n.subscriber_id = c.subscriber_id and n.card_id = c.card_id
                            and n.state = 'active'
                            and not exists (select from billing.subscription_hold h
                                            where h.subscriber_id = n.subscriber_id
                                              and h.subscription_id = n.subscription_id)) as "served!"
           from identity.membership m
           join billing.subscriber s using (subscriber_id)
           join billing.card c using (subscriber_id)
           where m.account_id = $1 and c.state = 'active'
           order by m.since, s.subscriber_id, c.position, c.card_id"#,
        account.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(HeldCard {
                subscriber: SubscriberId(row.subscriber_id),
                contract: contract(&row.contract)?,
                id: CardId(row.card_id),
                number: card_number(&row.number)?,
                name: row.name,
                served: row.served,
            })
        })
        .collect()
}

/// Writes a card and makes its number a login. `dead`: one that is out of service from the start.
///
/// # Errors
/// [`StorageError::Duplicate`] for a number that exists.
pub async fn insert_card(
    conn: &mut Conn,
    id: SubscriberId,
    card: CardId,
    number: &CardNumber,
    name: Option<&str>,
    dead: Option<Death>,
    position: i16,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.card (subscriber_id, card_id, number, name, state, position)
         values ($1, $2, $3, $4, $5, $6)",
        id.0,
        card.0,
        number.as_str(),
        name,
        dead.map_or("active", Death::code),
        position,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into billing.card_number (number, subscriber_id, card_id) values ($1, $2, $3)",
        number.as_str(),
        id.0,
        card.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A card of a contract that somebody is about to replace; nobody else can meanwhile.
#[derive(Debug, Clone)]
pub struct Replaceable {
    /// The card.
    pub card: Card,
    /// Its place in the owner's order.
    pub position: i16,
    /// The number of the card that took its place.
    pub replaced_by: Option<CardNumber>,
}

/// Takes hold of a card, whatever its state.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn hold_card(
    conn: &mut Conn,
    id: SubscriberId,
    card: CardId,
) -> Result<Option<Replaceable>, StorageError> {
    let row = sqlx::query!(
        r#"select c.number, c.name, c.state, c.position, n.number as "replaced_by?"
           from billing.card c
           left join billing.card n
             on n.subscriber_id = c.subscriber_id and n.card_id = c.replaced_by
           where c.subscriber_id = $1 and c.card_id = $2 for update of c"#,
        id.0,
        card.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Replaceable {
            card: Card {
                id: card,
                number: card_number(&row.number)?,
                name: row.name,
                state: card_state(&row.state),
            },
            position: row.position,
            replaced_by: row.replaced_by.as_deref().map(card_number).transpose()?,
        })
    })
    .transpose()
}

/// Ends a card in favour of another one of the same contract.
///
/// # Errors
/// [`StorageError::Conflict`] when it had ended before.
pub async fn end_card(
    conn: &mut Conn,
    id: SubscriberId,
    card: CardId,
    death: Death,
    replaced_by: CardId,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.card set state = $3, replaced_by = $4
         where subscriber_id = $1 and card_id = $2 and state = 'active'",
        id.0,
        card.0,
        death.code(),
        replaced_by.0,
    )
    .execute(conn)
    .await?;
    changed_one(&done, "card")
}
