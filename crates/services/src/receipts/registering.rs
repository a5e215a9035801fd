//! Brings receipts to the tax service: gives them to the provider, asks it, writes down what it says. A
//! step may run at any time and any number of times: the receipt's own row decides, under its version.
//!
//! What can go wrong here and what then: the answer to a receipt that was sent is lost, and the key by
//! which the provider knows it again lives for a day only — so before anything is sent a second time, it
//! is looked for among the receipts of its payment.

use crate::error::{commit, retried};
use crate::{ServiceError, Services};
use domain::Email;
use domain::ids::{ReceiptId, SubscriberId};
use domain::receipt::{ReceiptState, look_pause};
use gateways::acquirer::AcquirerError;
use gateways::fiscal::{Content, ProviderReceipt, Registration, Submit};
use storage::receipt::{Change, Receipt};
use storage::{payment, receipt};

/// One that waits longer than this is told in the log, in seconds.
const LATE: i64 = 3600;

/// What the provider knows of a receipt.
enum Known {
    /// This.
    Found(ProviderReceipt),
    /// It does not have it.
    Nothing,
}

/// Does what is due about a receipt.
pub async fn step(
    services: &Services,
    subscriber: SubscriberId,
    id: ReceiptId,
) -> Result<(), ServiceError> {
    let (mut conn, _) = services.db.look().await?;
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
    drop(conn);
    let Some(object) = paid.and_then(|paid| paid.gateway_payment_id) else {
        return give_up(services, subscriber, id, "no_payment").await;
    };
    let answer = match (&found.provider_id, found.state) {
        (Some(known), _) => services.fiscal.get(known).await.map(Known::Found),
        (None, ReceiptState::Needed) if found.first_sent_at.is_none() => {
            send(services, &found, &object).await?
        }
        (None, state) => match look_for(services, &found, &object).await {
            Ok(Known::Nothing) if state == ReceiptState::Needed => {
                send(services, &found, &object).await?
            }
            other => other,
        },
    };
    record(services, subscriber, id, &answer).await
}

/// Gives it to the provider. That it was begun is written down before.
async fn send(
    services: &Services,
    found: &Receipt,
    object: &str,
) -> Result<Result<Known, AcquirerError>, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let change = Change {
        sent_at: Some(now),
        next_look_at: Some(now.plus_seconds(look_pause(found.looks))),
        ..Change::default()
    };
    receipt::update(&mut tx, found, found.state, &change).await?;
    let lines = receipt::lines(&mut tx, found.subscriber, found.id).await?;
    commit(tx).await?;
    let email = Email::parse(&found.contact)
        .map_err(|_| ServiceError::Internal("stored receipt e-mail is not an address".into()))?;
    let submit = Submit {
        idem_key: found.id.to_string(),
        payment: object.to_owned(),
        settled: found.settled,
        content: Content { email, lines },
    };
    Ok(services.fiscal.submit(&submit).await.map(Known::Found))
}

/// Looks for it among the receipts of its payment.
async fn look_for(
    services: &Services,
    found: &Receipt,
    object: &str,
) -> Result<Known, AcquirerError> {
    let all = services.fiscal.of_payment(object).await?;
    let ids: Vec<_> = all.iter().map(|receipt| receipt.id.clone()).collect();
    let taken = async {
        let (mut conn, _) = services.db.look().await?;
        let taken = receipt::known(&mut conn, services.fiscal.name(), &ids).await?;
        let lines = receipt::lines(&mut conn, found.subscriber, found.id).await?;
        Ok::<_, ServiceError>((taken, lines))
    };
    let (taken, lines) = taken
        .await
        .map_err(|error| AcquirerError::Unknown(error.to_string()))?;
    let modes: Vec<_> = lines.iter().map(|line| line.mode.code()).collect();
    let ours = all.into_iter().find(|receipt| {
        receipt.total == Some(found.total) && receipt.modes == modes && !taken.contains(&receipt.id)
    });
    Ok(ours.map_or(Known::Nothing, Known::Found))
}

/// Writes down what the provider has said.
async fn record(
    services: &Services,
    subscriber: SubscriberId,
    id: ReceiptId,
    answer: &Result<Known, AcquirerError>,
) -> Result<(), ServiceError> {
    let name = services.fiscal.name();
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let found = receipt::get(&mut tx, subscriber, id)
            .await?
            .filter(|found| found.state.is_open());
        let Some(found) = found else {
            return Ok(());
        };
        let pause = look_pause(found.looks);
        let mut change = Change {
            next_look_at: Some(now.plus_seconds(pause)),
            ..Change::default()
        };
        let state = match answer {
            Ok(Known::Found(theirs)) => {
                change.provider = Some((name, &theirs.id));
                match &theirs.registration {
                    Registration::Pending => ReceiptState::Pending,
                    Registration::Done(fiscal) => {
                        change.fiscal = Some(fiscal.clone());
                        change.next_look_at = None;
                        ReceiptState::Registered
                    }
                    Registration::Refused => {
                        change.problem = Some("refused");
                        ReceiptState::Manual
                    }
                }
            }
            Ok(Known::Nothing) => found.state,
            Err(error) => match error {
                // A wrong key of the shop is no fault of the receipt: it waits until that is mended.
                AcquirerError::Refused { status, .. } if !matches!(status, 401 | 403) => {
                    tracing::error!(receipt = %id, %error, "receipt.not_taken");
                    change.problem = Some("not_taken");
                    ReceiptState::Manual
                }
                AcquirerError::TooMany { retry_after } => {
                    change.next_look_at = Some(now.plus_seconds(pause.max(*retry_after)));
                    found.state
                }
                _ => {
                    tracing::warn!(receipt = %id, %error, "receipt.no_answer");
                    found.state
                }
            },
        };
        if state == ReceiptState::Manual {
            change.next_look_at = None;
            tracing::error!(receipt = %id, problem = change.problem, "receipt.manual: people must look");
        } else if state.is_open() && now.seconds_since(found.created_at) > LATE {
            tracing::error!(receipt = %id, state = state.code(), "receipt.late");
        }
        receipt::update(&mut tx, &found, state, &change).await?;
        commit(tx).await
    })
    .await
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
