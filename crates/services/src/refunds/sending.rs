//! Brings the parts of approved refunds to the acquirer and writes down what it says. A step may run at any
//! time and any number of times: the part's own row decides, under the lock of its refund.
//!
//! What can go wrong here and what then: the answer is lost — the same request with the same key is sent
//! again while the acquirer knows keys, and after that the part is looked for among the refunds of its
//! payment; the process is stopped between the commit and the call — a call that begins late is not made;
//! two answers arrive at once — the second waits for the refund and finds the part over.

use super::{back, finish};
use crate::billing::{digest, new_id};
use crate::error::{commit, retried};
use crate::payment_flow::{ARRIVES_WITHIN, FIRST_CALL, RARELY, slept};
use crate::receipts::writing::{self, Paid, advance_line};
use crate::{ServiceError, Services, zone};
use domain::ids::{OpId, RefundPartId, SubscriberId};
use domain::ledger as rules;
use domain::payment::may_resend;
use domain::receipt::look_pause;
use domain::reconciliation::{Difference, Kind, What};
use domain::refund::{GatewayRefundStatus, PartEvent, PartState, RefundState, Step, step as rule};
use domain::{Email, Timestamp};
use gateways::acquirer::{AcquirerError, CreateRefund, GatewayRefund};
use gateways::fiscal::Content;
use serde_json::json;
use storage::ledger::Posted;
use storage::reconciliation::{self, Run};
use storage::refund::Refund;
use storage::refund::part::{self, Change, Part};
use storage::{Conn, ledger, payment, refund, subscriber};

/// What the acquirer keeps as the reason.
const DESCRIPTION: &str = "Возврат неизрасходованного остатка";

/// A part that waits longer than this is told in the log, in seconds.
const LATE: i64 = 3600;

/// Which call an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    /// The first one: a request that is refused had no effect.
    First,
    /// A repeated one, or a look: an earlier one may have had an effect.
    Later,
}

/// What came of asking.
enum Said {
    /// This.
    Refund(GatewayRefund),
    /// It has never heard of it.
    NeverArrived,
    /// It has refunds of the payment that name nobody.
    Strangers,
}

type Answer = Result<Said, AcquirerError>;

/// Does what is due about a part.
pub async fn step(
    services: &Services,
    subscriber: SubscriberId,
    id: RefundPartId,
) -> Result<(), ServiceError> {
    let (mut conn, now) = services.db.look().await?;
    let found = part::get(&mut conn, subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    drop(conn);
    if !found.state.is_open() {
        return Ok(());
    }
    if let Some(object) = &found.gateway_refund_id {
        let answer = services.acquirer.get_refund(object).await;
        return record(services, &found, Call::Later, answer.map(Said::Refund)).await;
    }
    match (found.first_sent_at, found.last_sent_at) {
        // The first call may still be under way.
        (Some(_), Some(last))
            if found.state == PartState::Submitting && now.seconds_since(last) < FIRST_CALL =>
        {
            Ok(())
        }
        (Some(first), Some(last)) if !may_resend(first, now) => {
            let answer = look_for(services, &found, last, now).await;
            record(services, &found, Call::Later, answer).await
        }
        _ => send(services, subscriber, id).await,
    }
}

/// A notification has named one of the acquirer's refunds: looks at it, and at the part that it is of, even
/// one that is over. False when it is none of ours.
pub async fn heard(services: &Services, object: &str) -> Result<bool, ServiceError> {
    let mut conn = services.db.statement().await?;
    let known = part::by_object(&mut conn, services.acquirer.name(), object).await?;
    drop(conn);
    let theirs = match services.acquirer.get_refund(object).await {
        Ok(theirs) => theirs,
        Err(AcquirerError::NotFound) => return Ok(false),
        Err(error) => return Err(ServiceError::Internal(error.to_string())),
    };
    let named = || {
        let whose = theirs.subscriber_id.as_deref()?.parse().ok()?;
        Some((whose, theirs.part_id.as_deref()?.parse().ok()?))
    };
    let Some((subscriber, id)) = known.or_else(named) else {
        return Ok(false);
    };
    let mut conn = services.db.statement().await?;
    let Some(found) = part::get(&mut conn, subscriber, id).await? else {
        return Ok(false);
    };
    drop(conn);
    record(services, &found, Call::Later, Ok(Said::Refund(theirs))).await?;
    Ok(true)
}

/// Begins a call and makes it. That it was begun is committed before.
async fn send(
    services: &Services,
    subscriber: SubscriberId,
    id: RefundPartId,
) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let Some((whole, found)) = locked(&mut tx, subscriber, id).await? else {
        return Err(ServiceError::NotFound);
    };
    // Whoever decided to send it may have been stopped since: another may be sending it, and the key may be
    // forgotten by now.
    let under_way = found.state == PartState::Submitting
        && found
            .last_sent_at
            .is_some_and(|last| now.seconds_since(last) < FIRST_CALL);
    let too_late = found
        .first_sent_at
        .is_some_and(|first| !may_resend(first, now));
    if whole.state != RefundState::Approved
        || found.gateway_refund_id.is_some()
        || under_way
        || too_late
    {
        return Ok(());
    }
    let state = match rule(found.state, PartEvent::Submit) {
        Ok(Step::To(state)) => state,
        Ok(Step::Same) => found.state,
        _ => return Ok(()),
    };
    let change = Change {
        sent_at: Some(now),
        next_look_at: Some(now.plus_seconds(FIRST_CALL)),
        ..Change::default()
    };
    part::update(&mut tx, &found, state, &change, now).await?;
    let request = request(&mut tx, &found, now).await?;
    commit(tx).await?;
    if slept(services, now).await? {
        tracing::warn!(part = %id, "refund.not_sent: too long after its beginning");
        return Ok(());
    }
    let call = match found.first_sent_at {
        None => Call::First,
        Some(_) => Call::Later,
    };
    // An answer to our own request is ours, even if it does not carry our id.
    let answer = services.acquirer.refund(&request).await.map(|mut theirs| {
        theirs.part_id.get_or_insert_with(|| found.id.to_string());
        Said::Refund(theirs)
    });
    record(services, &found, call, answer).await
}

/// The part with its refund, both held.
async fn locked(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: RefundPartId,
) -> Result<Option<(Refund, Part)>, ServiceError> {
    let Some(found) = part::get(conn, subscriber, id).await? else {
        return Ok(None);
    };
    let Some(whole) = refund::lock(conn, subscriber, found.refund).await? else {
        return Ok(None);
    };
    // It may have changed until the refund was held.
    let found = part::get(conn, subscriber, id).await?;
    Ok(found.map(|found| (whole, found)))
}

/// The call: the same to the letter each time it is repeated, so it depends on nothing but the part and its
/// payment.
async fn request(
    conn: &mut Conn,
    found: &Part,
    now: Timestamp,
) -> Result<CreateRefund, ServiceError> {
    let missing = |what: &str| ServiceError::Internal(format!("part {} has no {what}", found.id));
    let paid = payment::get(conn, found.subscriber, found.payment)
        .await?
        .ok_or_else(|| missing("payment"))?;
    let owner = subscriber::get(conn, found.subscriber)
        .await?
        .ok_or_else(|| missing("owner"))?;
    let at = paid.first_sent_at.unwrap_or(now);
    Ok(CreateRefund {
        idem_key: found.id.to_string(),
        subscriber_id: found.subscriber.to_string(),
        payment: paid
            .gateway_payment_id
            .ok_or_else(|| missing("payment at the acquirer"))?,
        amount: found.amount,
        description: DESCRIPTION.to_owned(),
        receipt: Content {
            email: Email::parse(&paid.receipt_email).map_err(|_| missing("address"))?,
            lines: vec![advance_line(found.amount, &owner.contract, at)?],
        },
    })
}

/// Looks for a part whose answer was lost and that must not be sent again.
async fn look_for(services: &Services, found: &Part, last: Timestamp, now: Timestamp) -> Answer {
    let Some(object) = &found.payment_object else {
        return Ok(Said::NeverArrived);
    };
    let ours = found.id.to_string();
    let mut all = services.acquirer.refunds_of(object).await?;
    let theirs = all
        .iter()
        .position(|theirs| theirs.part_id.as_deref() == Some(ours.as_str()));
    match theirs {
        Some(place) => Ok(Said::Refund(all.swap_remove(place))),
        // It may be this one: nothing comes to the wallet before people have looked.
        None if all.iter().any(|theirs| theirs.part_id.is_none()) => Ok(Said::Strangers),
        None if now >= last.plus_seconds(ARRIVES_WITHIN) => Ok(Said::NeverArrived),
        None => Err(AcquirerError::TooMany { retry_after: 60 }),
    }
}

/// Writes down an answer and everything that follows from it.
async fn record(
    services: &Services,
    of: &Part,
    call: Call,
    answer: Answer,
) -> Result<(), ServiceError> {
    let answer = &answer;
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let Some((whole, found)) = locked(&mut tx, of.subscriber, of.id).await? else {
            return Err(ServiceError::NotFound);
        };
        match answer {
            Ok(Said::Refund(theirs)) => answered(&mut tx, services, &found, theirs, now).await?,
            Ok(Said::Strangers) => {
                tracing::error!(part = %found.id, "refund.strangers: people must look");
                look_rarely(&mut tx, &found, now).await?;
            }
            Ok(Said::NeverArrived) => {
                // Nothing was begun since it was looked for.
                let same = found.last_sent_at == of.last_sent_at;
                if same && rule(found.state, PartEvent::NeverArrived) == Ok(Step::Back) {
                    tracing::warn!(part = %found.id, "refund.never_arrived");
                    back(&mut tx, services, &found, None, now).await?;
                }
            }
            Err(error) => unanswered(&mut tx, services, &found, call, error, now).await?,
        }
        finish(&mut tx, &whole, now).await?;
        commit(tx).await
    })
    .await
}

async fn answered(
    conn: &mut Conn,
    services: &Services,
    found: &Part,
    theirs: &GatewayRefund,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let ours = found.id.to_string();
    let other = found
        .gateway_refund_id
        .as_ref()
        .filter(|id| **id != theirs.id);
    if theirs.part_id.as_deref() != Some(ours.as_str())
        || theirs.amount != Some(found.amount)
        || other.is_some()
    {
        tracing::error!(part = %found.id, object = %theirs.id, ?other, amount = ?theirs.amount, "refund.other_object: people must look");
        case(conn, services, found, theirs, now).await?;
        return look_rarely(conn, found, now).await;
    }
    let object = Some((services.acquirer.name(), theirs.id.as_str()));
    match rule(found.state, PartEvent::Answered(theirs.status)) {
        Ok(Step::Same) if !found.state.is_open() => Ok(()),
        Ok(moved @ (Step::Same | Step::To(_))) => {
            let state = match moved {
                Step::To(state) => state,
                _ => found.state,
            };
            let change = Change {
                object,
                next_look_at: Some(now.plus_seconds(look_pause(found.looks))),
                ..Change::default()
            };
            Ok(part::update(conn, found, state, &change, now).await?)
        }
        Ok(Step::Done) => done(conn, found, theirs, object, now).await,
        Ok(Step::Back) => {
            tracing::warn!(part = %found.id, object = %theirs.id, "refund.canceled");
            back(conn, services, found, object, now).await
        }
        Err(rejected) => {
            tracing::error!(part = %found.id, object = %theirs.id, %rejected, "refund.rejected_answer: people must look");
            case(conn, services, found, theirs, now).await?;
            look_rarely(conn, found, now).await
        }
    }
}

/// Money has gone back that the books do not have so: a case for people, as reconciliation would open it.
async fn case(
    conn: &mut Conn,
    services: &Services,
    found: &Part,
    theirs: &GatewayRefund,
    now: Timestamp,
) -> Result<(), ServiceError> {
    if theirs.status != GatewayRefundStatus::Succeeded {
        return Ok(());
    }
    let run = Run {
        gateway: services.acquirer.name(),
        day: zone::today(zone::OPERATOR, now),
        source: "notification",
    };
    let difference = Difference {
        kind: Kind::Refund,
        object: theirs.id.clone(),
        what: if found.gateway_refund_id.as_ref() == Some(&theirs.id) {
            What::NotPosted
        } else {
            What::Unknown
        },
        theirs: theirs.amount,
        ours: None,
    };
    reconciliation::open(conn, &run, &difference, now).await?;
    Ok(())
}

/// The money has gone back: it leaves the acquirer's account, and its receipt is written.
async fn done(
    conn: &mut Conn,
    found: &Part,
    theirs: &GatewayRefund,
    object: Option<(&str, &str)>,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let wallet = ledger::lock(conn, found.subscriber).await?;
    let id = OpId(new_id());
    let op = rules::refund_done(id, found.subscriber, found.id, found.amount, now)?;
    let meta = json!({ "refund": found.refund, "part": found.id, "object": theirs.id });
    let posted = ledger::post(conn, &op, &wallet, &digest(&op), "acquirer", &meta, now).await?;
    if !matches!(posted, Posted::Now(_)) {
        return Err(ServiceError::Internal(format!("{} was there", op.idem_key)));
    }
    let change = Change {
        object,
        made_at: theirs.made_at,
        ..Change::default()
    };
    part::update(conn, found, PartState::Succeeded, &change, now).await?;
    let (paid, owner) = (
        payment::get(conn, found.subscriber, found.payment).await?,
        subscriber::get(conn, found.subscriber).await?,
    );
    let (Some(paid), Some(owner)) = (paid, owner) else {
        return Err(ServiceError::NotFound);
    };
    let paid = Paid {
        payment: &paid,
        contract: &owner.contract,
        taken: theirs.receipt,
    };
    writing::write_refund(conn, &paid, found, op.id, now).await
}

async fn unanswered(
    conn: &mut Conn,
    services: &Services,
    found: &Part,
    call: Call,
    error: &AcquirerError,
    now: Timestamp,
) -> Result<(), ServiceError> {
    if !found.state.is_open() {
        return Ok(());
    }
    let since = found.first_sent_at.map_or(0, |at| now.seconds_since(at));
    if since > LATE {
        tracing::error!(part = %found.id, %error, since, "refund.late: people must look");
    } else {
        tracing::warn!(part = %found.id, %error, "refund.no_answer");
    }
    // A wrong key of the shop is no fault of the refund: it waits until that is mended.
    let refused = matches!(
        error,
        AcquirerError::Refused { status: 400, .. } | AcquirerError::NotFound
    );
    if refused && call == Call::First && rule(found.state, PartEvent::NotTaken) == Ok(Step::Back) {
        tracing::error!(part = %found.id, %error, "refund.not_taken");
        return back(conn, services, found, None, now).await;
    }
    let pause = match error {
        AcquirerError::TooMany { retry_after } => *retry_after,
        _ => look_pause(found.looks),
    };
    let state = match rule(found.state, PartEvent::OutcomeUnknown) {
        Ok(Step::To(state)) => state,
        _ => found.state,
    };
    let change = Change {
        next_look_at: Some(now.plus_seconds(pause)),
        ..Change::default()
    };
    Ok(part::update(conn, found, state, &change, now).await?)
}

/// What cannot be decided stays as it is, and is asked about again only rarely.
async fn look_rarely(conn: &mut Conn, found: &Part, now: Timestamp) -> Result<(), ServiceError> {
    if !found.state.is_open() {
        return Ok(());
    }
    let change = Change {
        next_look_at: Some(now.plus_seconds(RARELY)),
        ..Change::default()
    };
    Ok(part::update(conn, found, found.state, &change, now).await?)
}
