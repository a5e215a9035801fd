//! Registration in three steps: the card's number, proof that the contract is one's own, and a
//! letter with a link. Whether a card exists is public but throttled; whether a cabinet exists is
//! told only to somebody who has matched the contract.

use super::proof::{self, Claim, Proof};
use super::{
    codes, has_room, look_up_card, no_room, send_link, slip, tell_contract, typed_card,
    write_letter,
};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Actor, ServiceError, Services, letters};
use domain::consent::Document;
use domain::form::{FieldError, Problem};
use domain::ids::{AccountId, ChallengeId, EventId, RegistrationId};
use domain::{Email, Lang, Phone, Timestamp};
use serde::{Deserialize, Serialize};
use storage::account::Account;
use storage::outbox::Channel;
use storage::registration::Registration;
use storage::subscriber::{CardState, Subscriber};
use storage::token::Purpose;
use storage::{Conn, account, consent, registration, subscriber, token};
use uuid::Uuid;

/// Step 1: the number on the card.
///
/// # Errors
/// [`ServiceError::Invalid`] with what is wrong with it.
pub async fn begin(
    services: &Services,
    actor: &Actor,
    card: &str,
) -> Result<RegistrationId, ServiceError> {
    let number = typed_card(card)?;
    let (mut tx, now) = services.db.begin().await?;
    let result = look_up_card(&mut tx, services, actor, &number, now).await?;
    let id = RegistrationId(Uuid::new_v4());
    if let Ok((subscriber, card)) = &result {
        registration::insert(&mut tx, id, &actor.browser, *subscriber, card.id, now).await?;
    }
    commit(tx).await?;
    result
        .map(|_| id)
        .map_err(|problem| ServiceError::field("card", problem))
}

/// What the second and third steps show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The card's number, grouped.
    pub card: String,
    /// Where the link went, masked; nothing before the contract matched.
    pub sent_to: Option<String>,
    /// Where that mail is read in a browser, if its server is well known.
    pub webmail: Option<String>,
}

/// Where a registration of this browser stands.
pub async fn progress(
    services: &Services,
    actor: &Actor,
    id: RegistrationId,
) -> Result<Progress, ServiceError> {
    let (mut conn, now) = services.db.look().await?;
    let found = registration::find(&mut conn, id, &actor.browser, now)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let cards = subscriber::cards(&mut conn, found.subscriber).await?;
    let card = cards
        .iter()
        .find(|card| card.id == found.card)
        .ok_or(ServiceError::NotFound)?;
    let email = match found.account {
        Some(account) => account::get(&mut conn, account)
            .await?
            .and_then(|a| a.email),
        None => None,
    };
    Ok(Progress {
        card: card.number.grouped(),
        webmail: email
            .as_ref()
            .and_then(|email| email.webmail().map(str::to_owned)),
        sent_to: email.map(|email| email.masked()),
    })
}

/// Step 2 as the form gives it.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// Contract number; empty when surname and contact are given.
    pub contract: String,
    /// Surname.
    pub surname: String,
    /// Phone or e-mail the contract knows.
    pub known_contact: String,
    /// E-mail for the cabinet.
    pub email: String,
    /// The e-mail that was asked about already: it is meant as it is.
    pub seen_email: String,
    /// Phone for the cabinet.
    pub phone: String,
    /// Terms accepted.
    pub terms: bool,
    /// Processing of personal data agreed.
    pub personal_data: bool,
    /// News agreed.
    pub advertising: bool,
    /// Language of the page.
    pub lang: Lang,
}

/// Where the cabinet is opened from.
enum Reach {
    /// A link goes there.
    Email(Email),
    /// Only a phone was given: a code goes there.
    Phone(Phone),
}

struct Parsed {
    proof: Proof,
    reach: Reach,
    /// The phone that was given beside the e-mail.
    phone: Option<Phone>,
}

impl Parsed {
    fn email(&self) -> Option<&Email> {
        match &self.reach {
            Reach::Email(email) => Some(email),
            Reach::Phone(_) => None,
        }
    }
}

fn parse(details: &Details, sms: bool) -> Result<Parsed, Vec<FieldError>> {
    let mut errors = Vec::new();
    let claim = Claim {
        contract: &details.contract,
        surname: &details.surname,
        known_contact: &details.known_contact,
    };
    let proof = claim.parse(&mut errors);
    let mut optional = |field: &'static str, text: &str, problem: Problem| {
        if !text.trim().is_empty() {
            errors.push(FieldError::new(field, problem));
        }
    };
    let email = Email::parse(&details.email)
        .map_err(|error| optional("email", &details.email, error.into()))
        .ok();
    let phone = Phone::parse(&details.phone)
        .map_err(|error| optional("phone", &details.phone, error.into()))
        .ok();
    let slipped = email
        .as_ref()
        .and_then(|email| slip(email, &details.seen_email));
    errors.extend(slipped.map(|problem| FieldError::new("email", problem)));
    let named = |field: &str| errors.iter().any(|error| error.field == field);
    let missing = match &phone {
        _ if email.is_some() || named("email") || named("phone") => None,
        None => Some(Problem::ContactMissing),
        Some(_) if !sms => Some(Problem::PhoneNotServed),
        Some(_) => None,
    };
    errors.extend(missing.map(|problem| FieldError::new("email", problem)));
    for (accepted, field, problem) in [
        (details.terms, "terms", Problem::TermsNotAccepted),
        (
            details.personal_data,
            "personal_data",
            Problem::PersonalDataNotAccepted,
        ),
    ] {
        if !accepted {
            errors.push(FieldError::new(field, problem));
        }
    }
    let (reach, phone) = match (email, phone) {
        (Some(email), phone) => (Some(Reach::Email(email)), phone),
        (None, Some(phone)) => (Some(Reach::Phone(phone.clone())), Some(phone)),
        (None, None) => (None, None),
    };
    match (proof, reach) {
        (Some(proof), Some(reach)) if errors.is_empty() => Ok(Parsed {
            proof,
            reach,
            phone,
        }),
        _ => Err(errors),
    }
}

/// How the cabinet is opened after step 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// By the link in a letter.
    Letter,
    /// By a code, typed into this form.
    Code(ChallengeId),
}

/// A registration of this browser whose card is alive and stays so until the transaction ends.
async fn living(
    conn: &mut Conn,
    actor: &Actor,
    id: RegistrationId,
    now: Timestamp,
) -> Result<Registration, ServiceError> {
    let found = registration::find(conn, id, &actor.browser, now)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let held = subscriber::hold_card(conn, found.subscriber, found.card).await?;
    held.filter(|held| held.card.state == CardState::Active)
        .map(|_| found)
        .ok_or(ServiceError::NotFound)
}

/// Step 2: proves the contract, records the consents, writes the account and sends the link or code.
/// Whether the contact belongs to another cabinet is told to that contact alone.
///
/// # Errors
/// [`ServiceError::Invalid`] with everything that is wrong.
pub async fn submit(
    services: &Services,
    actor: &Actor,
    id: RegistrationId,
    details: &Details,
) -> Result<Sent, ServiceError> {
    let parsed = parse(details, services.sms.is_some()).map_err(ServiceError::Invalid)?;
    let (mut tx, now) = services.db.begin().await?;
    let found = living(&mut tx, actor, id, now).await?;
    let contract = subscriber::get(&mut tx, found.subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let judged = proof::judge(&mut tx, services, found.card, &contract, &parsed.proof, now).await?;
    if let Err(error) = judged {
        commit(tx).await?;
        return Err(ServiceError::Invalid(vec![error]));
    }
    let existing = account::of_subscriber(&mut tx, found.subscriber).await?;
    if existing.as_ref().is_some_and(Account::may_sign_in) {
        commit(tx).await?;
        return Err(ServiceError::field("", Problem::AlreadyRegistered));
    }
    let account = match existing {
        Some(pending) if found.account == Some(pending.id) => {
            account::change_pending_contacts(
                &mut tx,
                pending.id,
                parsed.email(),
                parsed.phone.as_ref(),
            )
            .await?;
            pending.id
        }
        other => {
            // Somebody else's, or forgotten: what was given there, consents and links, goes with it.
            if let Some(pending) = other {
                account::drop_pending(&mut tx, pending.id).await?;
            }
            open(&mut tx, &contract, &parsed, details.lang, now).await?
        }
    };
    // Each submission tells, since the second may be somebody else's.
    let text = letters::cabinet_opened(services, details.lang);
    tell_contract(&mut tx, services, Some(account), &contract, text, now).await?;
    for (given, document) in [
        (details.terms, Document::Terms),
        (details.personal_data, Document::PersonalData),
        (details.advertising, Document::Advertising),
    ] {
        if given {
            let id = EventId(new_id());
            consent::record(&mut tx, account, id, document, true, &actor.origin, now).await?;
        }
    }
    registration::set_account(&mut tx, id, account).await?;
    let sent = reach(
        &mut tx,
        services,
        actor,
        account,
        &parsed.reach,
        details.lang,
        now,
    )
    .await?;
    commit(tx).await?;
    let field = if parsed.email().is_some() {
        "email"
    } else {
        "phone"
    };
    sent.ok_or_else(|| no_room(field))
}

/// Sends the link or the code; nothing when the contact got too many. A contact that belongs to
/// another cabinet hears that instead, and the form goes on as if nothing were the matter.
async fn reach(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    account: AccountId,
    reach: &Reach,
    lang: Lang,
    now: Timestamp,
) -> Result<Option<Sent>, ServiceError> {
    match reach {
        Reach::Email(email) if account::by_email(conn, email).await?.is_some() => {
            token::end_all(conn, account, Purpose::Activation, now).await?;
            if !has_room(conn, services, email.as_str(), now).await? {
                return Ok(None);
            }
            let text = letters::email_has_a_cabinet(services, lang);
            write_letter(conn, None, Channel::Email, email.as_str(), text, now).await?;
            Ok(Some(Sent::Letter))
        }
        Reach::Email(email) => {
            let purpose = Purpose::Activation;
            let sent = send_link(conn, services, account, email, purpose, lang, now).await?;
            Ok(sent.then_some(Sent::Letter))
        }
        Reach::Phone(phone) => {
            let purpose = Purpose::Activation;
            let id = codes::begin(conn, services, actor, purpose, None, now).await?;
            let sent = codes::send(conn, services, id, account, phone, purpose, lang, now).await?;
            Ok(sent.then_some(Sent::Code(id)))
        }
    }
}

async fn open(
    conn: &mut Conn,
    contract: &Subscriber,
    parsed: &Parsed,
    lang: Lang,
    now: Timestamp,
) -> Result<AccountId, ServiceError> {
    let id = AccountId(new_id());
    account::insert_pending(conn, id, parsed.email(), parsed.phone.as_ref(), lang, now).await?;
    account::insert_membership(conn, id, contract.id, now).await?;
    Ok(id)
}

/// Sends the link again.
///
/// # Errors
/// [`ServiceError::Invalid`] when the address got too many.
pub async fn resend(
    services: &Services,
    actor: &Actor,
    id: RegistrationId,
    lang: Lang,
) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let found = living(&mut tx, actor, id, now).await?;
    let account = found.account.ok_or(ServiceError::NotFound)?;
    let Some(account) = account::get(&mut tx, account).await? else {
        return Err(ServiceError::NotFound);
    };
    if account.may_sign_in() {
        return Err(ServiceError::NotFound);
    }
    let email = account.email.ok_or(ServiceError::NotFound)?;
    let to = Reach::Email(email);
    let sent = reach(&mut tx, services, actor, account.id, &to, lang, now).await?;
    commit(tx).await?;
    sent.map(drop).ok_or_else(|| no_room(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_named_at_once() {
        let errors = parse(
            &Details {
                contract: "204 100 875".into(),
                phone: "+7 912 345-67".into(),
                ..Details::default()
            },
            true,
        )
        .err()
        .unwrap();
        let fields: Vec<&str> = errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["contract", "phone", "terms", "personal_data"]);
    }
}
