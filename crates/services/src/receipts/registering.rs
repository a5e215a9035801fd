//! Brings receipts to the tax service: gives them to the provider, asks it, writes down what it says. A
//! step may run at any time and any number of times: the receipt's own row decides, under its version.
//!
//! What can go wrong here and what then: the answer to a receipt that was sent is lost, and the key by
//! which the provider knows it again lives for a day only — so before anything is sent a second time, it
//! is looked for among the receipts of its payment.

use crate::error::{commit, retried};
use crate::{ServiceError, Services};
use domain::ids::{ReceiptId, SubscriberId};
use domain::receipt::{ReceiptKind, ReceiptState, look_pause};
use domain::{Email, Timestamp};
use gateways::acquirer::AcquirerError;
use gateways::fiscal::{Content, ProviderReceipt, Registration, Submit};
use storage::receipt::{Change, Receipt};
use storage::{payment, receipt};

/// One that waits longer than this is told in the log, in seconds.
const LATE: i64 = 3600;

/// One that the provider does not know after this is given to people, in seconds.
const LOST: i64 = 24 * 3600;

/// The provider knows a key again for a day; so long after the first sending nothing is sent again while it
/// has receipts of the payment that we cannot explain, in seconds.
const KEY_KNOWN: i64 = 23 * 3600;

/// A receipt that was sent with its payment may show up late: it is not sent by itself before, in seconds.
const MAY_SHOW_UP: i64 = 60;

/// What came of asking.
enum Known {
    /// This.
    Found(ProviderReceipt),
    /// It does not have it.
    Nothing,
    /// It has receipts of the payment that are none of ours that we know of.
    Strangers,
    /// It refused the receipt for good.
    NotTaken,
    /// Nothing was asked: the advance that it uses up is not registered yet.
    NotYet,
}

type Answer = Result<Known, AcquirerError>;

/// Does what is due about a receipt.
pub async fn step(
    services: &Services,
    subscriber: SubscriberId,
    id: ReceiptId,
) -> Result<(), ServiceError> {
    let (mut conn, now) = services.db.look().await?;
    let found = receipt::get(&mut conn, subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if !found.state.is_open() {
        return Ok(());
    }
    let paid = match found.payment {
        Some(payment) => payment::get(&mut conn, subscriber, payment).await?,
        None => None,
    };
    let advance = match &paid {
        Some(paid) => receipt::advance_of(&mut conn, subscriber, paid.id).await?,
        None => None,
    };
    drop(conn);
    let Some(object) = paid.and_then(|paid| paid.gateway_payment_id) else {
        return give_up(services, subscriber, id, "no_payment").await;
    };
    let Some(email) = address(services, &found) else {
        return give_up(services, subscriber, id, "no_address").await;
    };
    let is_advance = found.kind == ReceiptKind::Advance;
    let answer = if !is_advance && advance.is_some_and(ReceiptState::is_open) {
        Ok(Known::NotYet)
    } else {
        ask(services, &found, &object, &email, now).await?
    };
    record(services, subscriber, id, &answer).await
}

/// Where it is sent: an address that is none was not known when it was written.
fn address(services: &Services, found: &Receipt) -> Option<Email> {
    Email::parse(&found.contact)
        .ok()
        .or_else(|| services.settings.receipt_email.clone())
}

/// Asks the provider about it, or gives it to the provider.
async fn ask(
    services: &Services,
    found: &Receipt,
    object: &str,
    email: &Email,
    now: Timestamp,
) -> Result<Answer, ServiceError> {
    if let Some(known) = &found.provider_id {
        return Ok(services.fiscal.get(known).await.map(Known::Found));
    }
    let is_advance = found.kind == ReceiptKind::Advance;
    // What a service's receipt says cannot be with the provider before it was sent.
    if found.first_sent_at.is_none() && !is_advance {
        return send(services, found, object, email).await;
    }
    let known = match look_for(services, found, object).await {
        Ok(known) => known,
        Err(error) => return Ok(Err(error)),
    };
    let age = now.seconds_since(found.first_sent_at.unwrap_or(found.created_at));
    Ok(match known {
        _ if found.state != ReceiptState::Needed => Ok(known),
        Known::Nothing if found.first_sent_at.is_none() && age < MAY_SHOW_UP => Ok(known),
        Known::Nothing => return send(services, found, object, email).await,
        Known::Strangers if found.first_sent_at.is_some() && age < KEY_KNOWN => {
            return send(services, found, object, email).await;
        }
        known => Ok(known),
    })
}

/// Gives it to the provider. That it was begun is written down before.
async fn send(
    services: &Services,
    found: &Receipt,
    object: &str,
    email: &Email,
) -> Result<Answer, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let change = Change {
        sent_at: Some(now),
        next_look_at: Some(now.plus_seconds(look_pause(found.looks))),
        ..Change::default()
    };
    receipt::update(&mut tx, found, found.state, &change).await?;
    let lines = receipt::lines(&mut tx, found.subscriber, found.id).await?;
    commit(tx).await?;
    let submit = Submit {
        idem_key: found.id.to_string(),
        payment: object.to_owned(),
        settled: found.settled,
        content: Content {
            email: email.clone(),
            lines,
        },
    };
    Ok(match services.fiscal.submit(&submit).await {
        Ok(theirs) => Ok(Known::Found(theirs)),
        // The same request will be refused again. Other refusals say that it was not read at all.
        Err(AcquirerError::Refused {
            status,
            code,
            description,
        }) if matches!(status, 400 | 415) => {
            tracing::error!(receipt = %found.id, status, code, description, "receipt.not_taken");
            Ok(Known::NotTaken)
        }
        Err(error) => Err(error),
    })
}

/// Looks for it among the receipts of its payment.
async fn look_for(services: &Services, found: &Receipt, object: &str) -> Answer {
    let all = services.fiscal.of_payment(object).await?;
    let ids: Vec<_> = all.iter().map(|receipt| receipt.id.clone()).collect();
    let ours = async {
        let (mut conn, _) = services.db.look().await?;
        let taken = receipt::known(&mut conn, services.fiscal.name(), &ids).await?;
        let lines = receipt::lines(&mut conn, found.subscriber, found.id).await?;
        Ok::<_, ServiceError>((taken, lines))
    };
    let (taken, lines) = ours
        .await
        .map_err(|error| AcquirerError::Unknown(error.to_string()))?;
    let says: Vec<_> = lines
        .iter()
        .map(|line| (line.mode.code().to_owned(), line.name.clone()))
        .collect();
    let mut strangers: Vec<_> = all
        .into_iter()
        .filter(|theirs| !taken.contains(&theirs.id))
        .collect();
    let same = |theirs: &ProviderReceipt| theirs.total == Some(found.total) && theirs.says == says;
    Ok(match strangers.iter().position(same) {
        Some(place) => Known::Found(strangers.swap_remove(place)),
        None if strangers.is_empty() => Known::Nothing,
        None => Known::Strangers,
    })
}

/// Writes down what the provider has said.
async fn record(
    services: &Services,
    subscriber: SubscriberId,
    id: ReceiptId,
    answer: &Answer,
) -> Result<(), ServiceError> {
    let name = services.fiscal.name();
    let written = retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let found = receipt::get(&mut tx, subscriber, id)
            .await?
            .filter(|found| found.state.is_open());
        let Some(found) = found else {
            return Ok(());
        };
        let (state, change) = decided(name, &found, answer, now);
        if state == ReceiptState::Manual {
            tracing::error!(receipt = %id, problem = change.problem, "receipt.manual: people must look");
        } else if state.is_open() && now.seconds_since(found.created_at) > LATE {
            tracing::error!(receipt = %id, state = state.code(), "receipt.late");
        }
        match receipt::update(&mut tx, &found, state, &change).await {
            Err(storage::StorageError::Duplicate(_)) => Err(ServiceError::NotFound),
            other => Ok(other?),
        }?;
        commit(tx).await
    })
    .await;
    match written {
        // Another receipt of ours has the provider's one.
        Err(ServiceError::NotFound) => give_up(services, subscriber, id, "taken_by_another").await,
        other => other,
    }
}

/// What an answer makes of a receipt.
fn decided<'a>(
    name: &'a str,
    found: &Receipt,
    answer: &'a Answer,
    now: Timestamp,
) -> (ReceiptState, Change<'a>) {
    let pause = look_pause(found.looks);
    let waits = |seconds: i64| Change {
        next_look_at: Some(now.plus_seconds(seconds)),
        ..Change::default()
    };
    let manual = |problem: &'static str| {
        let change = Change {
            problem: Some(problem),
            ..Change::default()
        };
        (ReceiptState::Manual, change)
    };
    let lost = now.seconds_since(found.created_at) > LOST;
    match answer {
        Ok(Known::Found(theirs)) => {
            let provider = Some((name, theirs.id.as_str()));
            match &theirs.registration {
                Registration::Pending | Registration::Unclear => {
                    let change = Change {
                        provider,
                        ..waits(pause)
                    };
                    (ReceiptState::Pending, change)
                }
                Registration::Done(fiscal) => {
                    let change = Change {
                        provider,
                        fiscal: Some(fiscal.clone()),
                        ..Change::default()
                    };
                    (ReceiptState::Registered, change)
                }
                Registration::Refused => {
                    let (state, change) = manual("refused");
                    (state, Change { provider, ..change })
                }
            }
        }
        Ok(Known::NotTaken) => manual("not_taken"),
        Ok(Known::Nothing | Known::Strangers) | Err(AcquirerError::NotFound) if lost => {
            manual("not_found")
        }
        Ok(_) => (found.state, waits(pause)),
        Err(AcquirerError::TooMany { retry_after }) => {
            (found.state, waits(pause.max(*retry_after)))
        }
        // A wrong key of the shop is no fault of the receipt: it waits until that is mended.
        Err(error) => {
            tracing::warn!(receipt = %found.id, %error, "receipt.no_answer");
            (found.state, waits(pause))
        }
    }
}

/// Nothing that a provider could be told: people must look.
async fn give_up(
    services: &Services,
    subscriber: SubscriberId,
    id: ReceiptId,
    problem: &str,
) -> Result<(), ServiceError> {
    retried(|| async move {
        let (mut tx, _) = services.db.begin().await?;
        let found = receipt::get(&mut tx, subscriber, id).await?;
        if let Some(found) = found.filter(|found| found.state.is_open()) {
            tracing::error!(receipt = %id, problem, "receipt.manual: people must look");
            let change = Change {
                problem: Some(problem),
                ..Change::default()
            };
            receipt::update(&mut tx, &found, ReceiptState::Manual, &change).await?;
            commit(tx).await?;
        }
        Ok(())
    })
    .await
}
