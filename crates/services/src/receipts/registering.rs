//! Brings receipts to the tax service: gives them to the provider, asks it, writes down what it says. A
//! step may run at any time and any number of times: the receipt's own row decides, under its version.
//!
//! What can go wrong here and what then: the answer to a receipt that was sent is lost, and the key by
//! which the provider knows it again lives for a day only — so before anything is sent a second time, it
//! is looked for among the receipts of its payment or refund.

use crate::error::{commit, retried};
use crate::{ServiceError, Services};
use domain::ids::{ReceiptId, SubscriberId};
use domain::receipt::{ReceiptKind, ReceiptProblem, ReceiptState, look_pause, may_send};
use domain::{Email, Timestamp};
use gateways::acquirer::AcquirerError;
use gateways::fiscal::{Content, Of, ProviderReceipt, Registration, Submit};
use storage::receipt::{Change, Receipt};
use storage::refund::part;
use storage::{Conn, StorageError, payment, receipt};

/// One that waits longer than this is told in the log, in seconds.
const LATE: i64 = 3600;

/// One that the provider does not know after this is given to people, in seconds.
const LOST: i64 = 24 * 3600;

/// What came of asking.
enum Known {
    /// This.
    Found(ProviderReceipt),
    /// It does not have it.
    Nothing,
    /// It has receipts of the payment that are none of ours that we know of.
    Strangers,
    /// Nothing was asked: the advance that it uses up is not registered yet.
    NotYet,
    /// Nothing is left to ask.
    Hopeless(ReceiptProblem),
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
    let of = belongs_to(&mut conn, &found).await?;
    let advance = match found.payment {
        Some(payment) => receipt::advance_of(&mut conn, subscriber, payment).await?,
        None => None,
    };
    drop(conn);
    // An address that is none was not known when it was written.
    let email = Email::parse(&found.contact).ok();
    let email = email.or_else(|| services.settings.receipt_email.clone());
    let waits =
        found.kind != ReceiptKind::Advance && advance.is_some_and(|(_, advance)| advance.is_open());
    let answer = match (of, email) {
        (None, _) => Ok(Known::Hopeless(ReceiptProblem::NoPayment)),
        (_, None) => Ok(Known::Hopeless(ReceiptProblem::NoAddress)),
        _ if waits => Ok(Known::NotYet),
        (Some(of), Some(email)) => ask(services, &found, &of, email, now).await?,
    };
    if record(services, subscriber, id, &answer).await? == Written::TakenByAnother {
        let answer = Ok(Known::Hopeless(ReceiptProblem::TakenByAnother));
        record(services, subscriber, id, &answer).await?;
    }
    Ok(())
}

/// What the provider is told that it belongs to; nothing when there is nothing it knows.
async fn belongs_to(conn: &mut Conn, found: &Receipt) -> Result<Option<Of>, ServiceError> {
    if let Some(part) = found.refund_part {
        let part = part::get(conn, found.subscriber, part).await?;
        return Ok(part.and_then(|part| part.gateway_refund_id).map(Of::Refund));
    }
    let Some(id) = found.payment else {
        return Ok(None);
    };
    let paid = payment::get(conn, found.subscriber, id).await?;
    Ok(paid
        .and_then(|paid| paid.gateway_payment_id)
        .map(Of::Payment))
}

/// Asks the provider about it, or gives it to the provider.
async fn ask(
    services: &Services,
    found: &Receipt,
    of: &Of,
    email: Email,
    now: Timestamp,
) -> Result<Answer, ServiceError> {
    if let Some(known) = &found.provider_id {
        return Ok(services.fiscal.get(known).await.map(Known::Found));
    }
    let sent = found.first_sent_at.map(|at| now.seconds_since(at));
    // What a service's receipt says cannot be with the provider before it was sent.
    if sent.is_none() && !found.kind.comes_along() {
        return send(services, found, of, email).await;
    }
    let answer = look_for(services, found, of).await;
    let strangers = match &answer {
        Ok(Known::Nothing) => false,
        Ok(Known::Strangers) => true,
        _ => return Ok(answer),
    };
    let written = now.seconds_since(found.created_at);
    if found.state == ReceiptState::Needed && may_send(written, sent, strangers) {
        return send(services, found, of, email).await;
    }
    Ok(answer)
}

/// Gives it to the provider. That it was begun is written down before.
async fn send(
    services: &Services,
    found: &Receipt,
    of: &Of,
    email: Email,
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
        of: of.clone(),
        settled: found.settled,
        content: Content { email, lines },
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
            Ok(Known::Hopeless(ReceiptProblem::NotTaken))
        }
        Err(error) => Err(error),
    })
}

/// Looks for it among the receipts of what it belongs to.
async fn look_for(services: &Services, found: &Receipt, of: &Of) -> Answer {
    let all = services.fiscal.all(of).await?;
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

/// Was an answer written down?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Done,
    /// Another receipt of ours has the provider's one.
    TakenByAnother,
}

/// Writes down what the provider has said.
async fn record(
    services: &Services,
    subscriber: SubscriberId,
    id: ReceiptId,
    answer: &Answer,
) -> Result<Written, ServiceError> {
    let name = services.fiscal.name();
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let found = receipt::get(&mut tx, subscriber, id)
            .await?
            .filter(|found| found.state.is_open());
        let Some(found) = found else {
            return Ok(Written::Done);
        };
        let (state, change) = decided(name, &found, answer, now);
        if let Some(problem) = change.problem {
            tracing::error!(receipt = %id, problem = problem.code(), "receipt.manual: people must look");
        } else if state.is_open() && now.seconds_since(found.created_at) > LATE {
            tracing::error!(receipt = %id, state = state.code(), "receipt.late");
        }
        match receipt::update(&mut tx, &found, state, &change).await {
            Err(StorageError::Duplicate(_)) => return Ok(Written::TakenByAnother),
            other => other?,
        }
        commit(tx).await?;
        Ok(Written::Done)
    })
    .await
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
    let manual = |problem: ReceiptProblem| {
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
                    let (state, change) = manual(ReceiptProblem::Refused);
                    (state, Change { provider, ..change })
                }
            }
        }
        Ok(Known::Hopeless(problem)) => manual(*problem),
        Ok(Known::Nothing | Known::Strangers) | Err(AcquirerError::NotFound) if lost => {
            manual(ReceiptProblem::NotFound)
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
