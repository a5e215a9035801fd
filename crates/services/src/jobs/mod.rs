//! Background jobs: their names, payloads (ids only) and keys. The handlers call use cases that may
//! run twice; correctness never depends on the queue.

pub mod worker;

use crate::{ServiceError, Services};
use domain::Date;
use domain::ids::{ChallengeId, EventId, PaymentId, ReceiptId, RefundPartId, SubscriberId};
use gateways::mail::{Letter, MailError};
use gateways::sms::SmsError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use storage::job::{self, Again, Lane};
use storage::outbox::Channel;
use storage::{Conn, outbox};

/// Money jobs are tried for about three days, with growing pauses.
const MONEY_ATTEMPTS: i32 = 25;
/// Letters are tried for about a day.
const LETTER_ATTEMPTS: i32 = 16;

/// Ask the acquirer about a payment.
#[derive(Debug, Serialize, Deserialize)]
pub struct CheckPayment {
    subscriber: SubscriberId,
    payment: PaymentId,
}

/// Give a receipt to the fiscal provider, or ask about it.
#[derive(Debug, Serialize, Deserialize)]
pub struct RegisterReceipt {
    subscriber: SubscriberId,
    receipt: ReceiptId,
}

/// Give a part of a refund to the acquirer, or ask about it.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefundStep {
    subscriber: SubscriberId,
    part: RefundPartId,
}

/// Compare a day with the acquirer's lists.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reconcile {
    day: String,
}

/// Look at an object the acquirer has notified us about.
#[derive(Debug, Serialize, Deserialize)]
pub struct LookAtObject {
    object: String,
}

/// A period of a contract has ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct Settle {
    subscriber: SubscriberId,
}

/// A reminder of a promised payment, or its end.
#[derive(Debug, Serialize, Deserialize)]
pub struct PromiseStep {
    subscriber: SubscriberId,
}

/// Something is to be done about a standing order of autopay.
#[derive(Debug, Serialize, Deserialize)]
pub struct AutopayStep {
    subscriber: SubscriberId,
}

/// Send a letter or SMS.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deliver {
    delivery: EventId,
}

/// Find out whether a cabinet exists and write to its owner; the same work is queued whether it
/// exists or not.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recover {
    /// Card number, phone or e-mail as typed.
    pub login: String,
    /// The form that waits for a code.
    #[serde(default)]
    pub challenge: Option<ChallengeId>,
    /// Language of the page.
    pub lang: domain::Lang,
}

pub(crate) async fn enqueue_check(
    conn: &mut Conn,
    subscriber: SubscriberId,
    payment: PaymentId,
    again: Again,
) -> Result<(), ServiceError> {
    let payload = json!({ "subscriber": subscriber, "payment": payment });
    let key = format!("payment:{payment}");
    Ok(job::enqueue(conn, "check_payment", &payload, &key, MONEY_ATTEMPTS, again).await?)
}

pub(crate) async fn enqueue_refund(
    conn: &mut Conn,
    subscriber: SubscriberId,
    part: RefundPartId,
    again: Again,
) -> Result<(), ServiceError> {
    let payload = json!({ "subscriber": subscriber, "part": part });
    let key = format!("refund:{part}");
    Ok(job::enqueue(conn, "refund", &payload, &key, MONEY_ATTEMPTS, again).await?)
}

pub(crate) async fn enqueue_receipt(
    conn: &mut Conn,
    subscriber: SubscriberId,
    receipt: ReceiptId,
) -> Result<(), ServiceError> {
    let payload = json!({ "subscriber": subscriber, "receipt": receipt });
    let key = format!("receipt:{receipt}");
    // Two lanes, drawn by the id: of the worker's slots receipts hold two at most.
    let lane = Lane::Behind(if receipt.0.as_bytes()[15].is_multiple_of(2) {
        "receipts-0"
    } else {
        "receipts-1"
    });
    let (job, again) = ("register_receipt", Again::AsItIs);
    Ok(job::enqueue_in(conn, lane, job, &payload, &key, MONEY_ATTEMPTS, again).await?)
}

pub(crate) async fn enqueue_reconciliation(conn: &mut Conn, day: Date) -> Result<(), ServiceError> {
    let payload = json!({ "day": day.to_string() });
    let key = format!("reconcile:{day}");
    let (job, again) = ("reconcile", Again::AsItIs);
    let lane = Lane::Behind("reconciliation");
    Ok(job::enqueue_in(conn, lane, job, &payload, &key, MONEY_ATTEMPTS, again).await?)
}

pub(crate) async fn enqueue_object(conn: &mut Conn, object: &str) -> Result<(), ServiceError> {
    let key = format!("object:{object}");
    Ok(job::enqueue(
        conn,
        "look_at_object",
        &json!({ "object": object }),
        &key,
        MONEY_ATTEMPTS,
        Again::Anew,
    )
    .await?)
}

pub(crate) async fn enqueue_settle(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<(), ServiceError> {
    enqueue_for(conn, "settle", subscriber, Again::AsItIs).await
}

pub(crate) async fn enqueue_promise(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<(), ServiceError> {
    enqueue_for(conn, "promise", subscriber, Again::AsItIs).await
}

pub(crate) async fn enqueue_autopay(
    conn: &mut Conn,
    subscriber: SubscriberId,
    again: Again,
) -> Result<(), ServiceError> {
    enqueue_for(conn, "autopay", subscriber, again).await
}

/// A job of money about one contract: one waits at most.
async fn enqueue_for(
    conn: &mut Conn,
    job: &'static str,
    subscriber: SubscriberId,
    again: Again,
) -> Result<(), ServiceError> {
    let key = format!("{job}:{subscriber}");
    let payload = json!({ "subscriber": subscriber });
    Ok(job::enqueue(conn, job, &payload, &key, MONEY_ATTEMPTS, again).await?)
}

pub(crate) async fn enqueue_delivery(conn: &mut Conn, id: EventId) -> Result<(), ServiceError> {
    let key = format!("deliver:{id}");
    Ok(job::enqueue(
        conn,
        "deliver",
        &json!({ "delivery": id }),
        &key,
        LETTER_ATTEMPTS,
        Again::AsItIs,
    )
    .await?)
}

pub(crate) async fn enqueue_recovery(
    conn: &mut Conn,
    id: EventId,
    recover: &Recover,
) -> Result<(), ServiceError> {
    let payload =
        json!({ "login": recover.login, "challenge": recover.challenge, "lang": recover.lang });
    Ok(job::enqueue(
        conn,
        "recover",
        &payload,
        &format!("recover:{id}"),
        5,
        Again::Anew,
    )
    .await?)
}

/// Sends a text that still waits. A letter handed over twice has the same Message-ID.
pub async fn deliver(services: &Services, id: EventId) -> Result<(), ServiceError> {
    let (mut tx, _) = services.db.begin().await?;
    let waiting = outbox::find_queued(&mut tx, id).await?;
    drop(tx);
    let Some(delivery) = waiting else {
        return Ok(());
    };
    let result = match delivery.channel {
        Channel::Email => {
            let letter = Letter {
                id: id.to_string(),
                to: delivery.recipient,
                subject: delivery.subject,
                text: delivery.body,
            };
            services
                .mail
                .send(&letter)
                .await
                .map_err(|error| (matches!(error, MailError::Permanent(_)), error.to_string()))
        }
        Channel::Sms => match &services.sms {
            Some(sms) => sms
                .send(&id.to_string(), &delivery.recipient, &delivery.body)
                .await
                .map_err(|error| (matches!(error, SmsError::Permanent(_)), error.to_string())),
            None => Err((true, "no SMS provider is configured".to_owned())),
        },
    };
    let (mut tx, now) = services.db.begin().await?;
    let retry = match result {
        Ok(()) => {
            outbox::sent(&mut tx, id, now).await?;
            None
        }
        Err((permanent, error)) => {
            let give_up = permanent || delivery.attempts + 1 >= LETTER_ATTEMPTS;
            outbox::failed(&mut tx, id, &error, give_up).await?;
            (!give_up).then_some(error)
        }
    };
    crate::error::commit(tx).await?;
    retry.map_or(Ok(()), |error| Err(ServiceError::Internal(error)))
}
