//! What the acquirer's answers make of a payment. One function, [`record`], takes every answer,
//! from whichever side it comes: the create call, a webhook's look, a poll. It locks the payment,
//! lets the state machine decide, and writes everything that follows from money in one transaction.
//!
//! What can go wrong here and what then: the process dies before the commit — nothing happened, the
//! poll asks again; it dies after — the payment is final, further answers change nothing; two
//! answers arrive at once — the second waits for the row and finds it final.

use crate::billing::{digest, new_id};
use crate::crediting::{self, Coming};
use crate::error::{commit, retried};
use crate::receipts::writing::{self, Paid};
use crate::{ServiceError, Services, cards, jobs, zone};
use domain::ids::{MessageId, OpId, PaymentId, SubscriberId};
use domain::ledger as rules;
use domain::notice::Notice;
use domain::payment::{
    CancelReason, GatewayStatus, PaymentEvent, PaymentState, Purpose, Transition, may_resend,
    poll_pause, transition,
};
use domain::{ContractNumber, Email, Money, Timestamp};
use gateways::acquirer::{AcquirerError, By, CreatePayment, GatewayPayment};
use gateways::fiscal::Content;
use serde_json::json;
use storage::job::Again;
use storage::payment::{Change, Payment};
use storage::{Conn, autopay, inbox, ledger, payment, subscriber};

/// Which call an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The first create call: a request that was never sent had no effect.
    FirstCreate,
    /// A repeated create call: an earlier one may have had an effect.
    RepeatedCreate,
    /// A look at the object.
    Get,
}

/// While the first call may still be under way, in seconds, nobody repeats it: its answer alone may
/// end a payment for good. Longer than a call may take (setting `acquirer.timeout_seconds`).
pub(crate) const FIRST_CALL: i64 = 30;

/// A call cannot arrive later than this after it was begun, in seconds.
pub(crate) const ARRIVES_WITHIN: i64 = 15 * 60;

/// A look at what people have to sort out is repeated this rarely, in seconds.
pub(crate) const RARELY: i64 = 3600;

/// Asks the acquirer about an open payment, or repeats the create call when its outcome is unknown,
/// and records the answer. Safe to run at any time, any number of times.
pub async fn check(
    services: &Services,
    subscriber: SubscriberId,
    id: PaymentId,
) -> Result<PaymentState, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let Some(found) = payment::get(&mut tx, subscriber, id).await? else {
        return Err(ServiceError::NotFound);
    };
    drop(tx);
    // A cancelled payment is looked at too: a notification may speak of money that came late.
    if found.state == PaymentState::Succeeded {
        return Ok(found.state);
    }
    if let Some(object) = &found.gateway_payment_id {
        let answer = services.acquirer.get(object).await;
        return record(services, subscriber, id, Call::Get, answer).await;
    }
    if found.state == PaymentState::Canceled {
        return Ok(found.state);
    }
    match found.first_sent_at {
        Some(sent)
            if found.state == PaymentState::Submitting && now.seconds_since(sent) < FIRST_CALL =>
        {
            Ok(found.state)
        }
        Some(sent) if may_resend(sent, now) => send(services, subscriber, id, Sending::Again).await,
        Some(_) => abandon(services, subscriber, id).await,
        // Written down but never marked as sent: the process died in between. Nothing went out.
        None => submit(services, subscriber, id).await,
    }
}

/// Marks a payment as being sent, sends it, and records the answer.
pub async fn submit(
    services: &Services,
    subscriber: SubscriberId,
    id: PaymentId,
) -> Result<PaymentState, ServiceError> {
    send(services, subscriber, id, Sending::First).await
}

/// Which create call is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sending {
    First,
    /// The answer of an earlier one was lost; the same to the letter.
    Again,
}

/// Begins a create call and makes it. Whoever refuses holds the standing order, and this one too from the
/// decision to the commit: what is begun here was not refused before.
async fn send(
    services: &Services,
    subscriber: SubscriberId,
    id: PaymentId,
    sending: Sending,
) -> Result<PaymentState, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    autopay::lock(&mut tx, subscriber).await?;
    let found = payment::lock(&mut tx, subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let lost = matches!(
        found.state,
        PaymentState::Submitting | PaymentState::Unknown
    ) && found.gateway_payment_id.is_none();
    match (sending, found.state, found.first_sent_at) {
        (Sending::First, PaymentState::Created, _) => {}
        // Whoever decided to repeat it may have been stopped since: the key may be forgotten by now.
        (Sending::Again, _, Some(first)) if lost && may_resend(first, now) => {}
        _ => return Ok(found.state),
    }
    let contract = subscriber::get(&mut tx, subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let by = match (cards::means(&mut tx, services, &found).await?, sending) {
        (Some(by), _) => by,
        (None, Sending::First) => {
            withdraw(&mut tx, &found, now).await?;
            commit(tx).await?;
            return Ok(PaymentState::Canceled);
        }
        (None, Sending::Again) => {
            drop(tx);
            return search(services, &found, now).await;
        }
    };
    let change = Change {
        sent_at: Some(now),
        next_poll_at: Some(now.plus_seconds(FIRST_CALL)),
        ..Change::default()
    };
    let state = match sending {
        Sending::First => PaymentState::Submitting,
        Sending::Again => found.state,
    };
    payment::update(&mut tx, &found, state, &change).await?;
    // The intent is committed before the call: whatever happens to this process, somebody asks.
    commit(tx).await?;
    let first = found.first_sent_at.unwrap_or(now);
    let request = create_request(services, &found, &contract.contract, first, by)?;
    if found.means.saved().is_some() && slept(services, now).await? {
        tracing::warn!(payment = %found.id, "payment.not_sent: too long after its beginning");
        return Ok(state);
    }
    let call = match sending {
        Sending::First => Call::FirstCreate,
        Sending::Again => Call::RepeatedCreate,
    };
    let answer = services.acquirer.create(&request).await;
    record(services, subscriber, id, call, answer).await
}

/// Was this process stopped for a while since a moment? Whoever pays may have refused meanwhile, and the
/// acquirer forgets keys. The database's clock goes on while a machine sleeps.
pub(crate) async fn slept(services: &Services, since: Timestamp) -> Result<bool, ServiceError> {
    /// What moves money with nobody there is not sent when more than this has passed since it was begun, in
    /// seconds.
    const MOST: i64 = 5;
    let (_, now) = services.db.look().await?;
    Ok(now.seconds_since(since) > MOST)
}

/// A payment that was written down and must not be sent: its card or its standing order is gone.
pub(crate) async fn withdraw(
    conn: &mut Conn,
    found: &Payment,
    now: Timestamp,
) -> Result<(), ServiceError> {
    match transition(found.state, &PaymentEvent::Withdrawn) {
        Ok(Transition::Cancel(reason)) => {
            cancel(conn, found, reason, Change::default(), now).await?;
            followed_by(conn, found, PaymentState::Canceled).await
        }
        _ => Ok(()),
    }
}

/// A payment whose answer was lost and that must not be sent again is looked for at the acquirer. One
/// that it has never heard of so long after the call never will be.
async fn search(
    services: &Services,
    found: &Payment,
    now: Timestamp,
) -> Result<PaymentState, ServiceError> {
    /// The clocks of both sides may differ by this, in seconds.
    const CLOCKS: i64 = 600;
    let (Some(first), Some(last)) = (found.first_sent_at, found.last_sent_at) else {
        return Ok(found.state);
    };
    let (from, until) = (
        first.plus_seconds(-CLOCKS),
        last.plus_seconds(ARRIVES_WITHIN),
    );
    let (subscriber, id) = (found.subscriber, found.id);
    let answer = services
        .acquirer
        .find(&id.to_string(), from, until.plus_seconds(CLOCKS))
        .await;
    let answer = match answer {
        Ok(Some(object)) => Ok(object),
        Ok(None) if now >= until => return never_arrived(services, subscriber, id).await,
        Ok(None) => Err(AcquirerError::TooMany { retry_after: 60 }),
        Err(error) => Err(error),
    };
    record(services, subscriber, id, Call::Get, answer).await
}

async fn never_arrived(
    services: &Services,
    subscriber: SubscriberId,
    id: PaymentId,
) -> Result<PaymentState, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let found = payment::lock(&mut tx, subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if let Ok(Transition::Cancel(reason)) = transition(found.state, &PaymentEvent::NeverArrived) {
        tracing::warn!(payment = %id, "payment.never_arrived");
        cancel(&mut tx, &found, reason, Change::default(), now).await?;
        followed_by(&mut tx, &found, PaymentState::Canceled).await?;
        commit(tx).await?;
        return Ok(PaymentState::Canceled);
    }
    Ok(found.state)
}

/// A standing order is told how its payment ended, by a job in the same transaction.
async fn followed_by(
    conn: &mut Conn,
    found: &Payment,
    state: PaymentState,
) -> Result<(), ServiceError> {
    if found.purpose == Purpose::Autopay && !state.is_open() {
        jobs::enqueue_autopay(conn, found.subscriber, Again::Anew).await?;
    }
    Ok(())
}

/// The create call of a payment: the same to the letter each time it is repeated, so it depends on
/// nothing but the payment itself.
fn create_request(
    services: &Services,
    found: &Payment,
    contract: &ContractNumber,
    first_sent_at: Timestamp,
    by: By,
) -> Result<CreatePayment, ServiceError> {
    let line = writing::advance_line(found.amount, contract, first_sent_at)?;
    Ok(CreatePayment {
        idem_key: found.idem_key.clone(),
        amount: found.amount,
        payment_id: found.id.to_string(),
        subscriber_id: found.subscriber.to_string(),
        description: line.name.clone(),
        return_url: format!(
            "{}/payments/return/{}",
            services.settings.public_url, found.return_token
        ),
        receipt: Content {
            email: Email::parse(&found.receipt_email).map_err(|_| {
                ServiceError::Internal("stored receipt e-mail is not an address".into())
            })?,
            lines: vec![line],
        },
        by,
    })
}

async fn abandon(
    services: &Services,
    subscriber: SubscriberId,
    id: PaymentId,
) -> Result<PaymentState, ServiceError> {
    let (mut tx, _) = services.db.begin().await?;
    let found = payment::lock(&mut tx, subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if let Ok(Transition::To(state)) = transition(found.state, &PaymentEvent::WindowPassed) {
        tracing::error!(payment = %id, "payment.abandoned: no answer within the resend window");
        payment::update(&mut tx, &found, state, &Change::default()).await?;
        followed_by(&mut tx, &found, state).await?;
        commit(tx).await?;
        return Ok(state);
    }
    Ok(found.state)
}

/// Records an answer of the acquirer and everything that follows from it.
pub async fn record(
    services: &Services,
    subscriber: SubscriberId,
    id: PaymentId,
    call: Call,
    answer: Result<GatewayPayment, AcquirerError>,
) -> Result<PaymentState, ServiceError> {
    let answer = &answer;
    let (state, revoked) = retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let found = payment::lock(&mut tx, subscriber, id)
            .await?
            .ok_or(ServiceError::NotFound)?;
        let state = match answer {
            Ok(object) => answered(&mut tx, services, &found, object, now).await?,
            Err(error) => unanswered(&mut tx, &found, call, error, now).await?,
        };
        followed_by(&mut tx, &found, state).await?;
        commit(tx).await?;
        let revoked = answer.as_ref().is_ok_and(|object| {
            object.status == GatewayStatus::Canceled(CancelReason::PermissionRevoked)
        });
        Ok((state, found.means.saved().filter(|_| revoked)))
    })
    .await?;
    // Its owner has taken the permission back at the bank: that is a refusal like any other.
    if let Some(card) = revoked {
        cards::revoked(services, subscriber, card).await?;
    }
    Ok(state)
}

async fn answered(
    conn: &mut Conn,
    services: &Services,
    found: &Payment,
    object: &GatewayPayment,
    now: Timestamp,
) -> Result<PaymentState, ServiceError> {
    if object.payment_id.as_deref() != Some(found.id.to_string().as_str()) {
        tracing::error!(payment = %found.id, object = %object.id, "payment.foreign_object: the acquirer's object carries another id");
        return look_rarely(conn, found, now).await;
    }
    if let Some(known) = &found.gateway_payment_id
        && *known != object.id
    {
        tracing::error!(payment = %found.id, %known, object = %object.id, "payment.second_object: the acquirer has two for one payment, people must look");
        if object.status == GatewayStatus::Succeeded {
            put_aside(
                conn,
                found,
                object,
                rules::second_object_key(found.id, &object.id),
                now,
            )
            .await?;
        }
        return Ok(found.state);
    }
    let decided = match transition(found.state, &PaymentEvent::Answered(object.status.clone())) {
        Ok(decided) => decided,
        Err(rejected) => {
            if let (PaymentState::Succeeded, GatewayStatus::Canceled(_)) =
                (found.state, &object.status)
            {
                tracing::error!(payment = %found.id, object = %object.id, "payment.cancelled_after_credit: people must look");
            } else {
                tracing::warn!(payment = %found.id, %rejected, "payment.rejected_answer");
            }
            return look_rarely(conn, found, now).await;
        }
    };
    if decided == Transition::Credit && !object.amount.is_some_and(Money::is_positive) {
        // Not roubles, or not a sum: nothing that could be posted. It stays open, in sight.
        tracing::error!(payment = %found.id, object = %object.id, "payment.no_amount: people must look");
        return look_rarely(conn, found, now).await;
    }
    let gateway = services.acquirer.name();
    payment::insert_object(conn, gateway, &object.id, found.subscriber, found.id).await?;
    let mut change = Change {
        gateway_payment_id: Some(object.id.clone()),
        confirmation_url: object.confirmation_url.clone(),
        card_last4: object.card_last4.clone(),
        ..Change::default()
    };
    match decided {
        Transition::Same => {
            if found.state.is_open() {
                change.next_poll_at = Some(next_poll(found, now));
                payment::update(conn, found, found.state, &change).await?;
            }
            Ok(found.state)
        }
        Transition::To(state) => {
            change.next_poll_at = Some(next_poll(found, now));
            payment::update(conn, found, state, &change).await?;
            Ok(state)
        }
        Transition::Cancel(reason) => {
            cancel(conn, found, reason, change, now).await?;
            Ok(PaymentState::Canceled)
        }
        Transition::Credit => {
            if !found.state.is_open() {
                tracing::error!(payment = %found.id, object = %object.id, was = found.state.code(), "payment.late_success: credited");
            }
            credit(conn, services, found, object, now).await?;
            change.credited_at = Some(now);
            change.captured_at = object.captured_at;
            payment::update(conn, found, PaymentState::Succeeded, &change).await?;
            Ok(PaymentState::Succeeded)
        }
    }
}

/// What cannot be decided stays as it is, and is asked about again only rarely.
async fn look_rarely(
    conn: &mut Conn,
    found: &Payment,
    now: Timestamp,
) -> Result<PaymentState, ServiceError> {
    if found.state.is_open() {
        let change = Change {
            next_poll_at: Some(now.plus_seconds(RARELY)),
            ..Change::default()
        };
        payment::update(conn, found, found.state, &change).await?;
    }
    Ok(found.state)
}

async fn unanswered(
    conn: &mut Conn,
    found: &Payment,
    call: Call,
    error: &AcquirerError,
    now: Timestamp,
) -> Result<PaymentState, ServiceError> {
    if !found.state.is_open() {
        return Ok(found.state);
    }
    if matches!(error, AcquirerError::Refused { .. }) {
        tracing::error!(payment = %found.id, %error, "payment.refused_by_acquirer");
    } else {
        tracing::warn!(payment = %found.id, %error, "payment.no_answer");
    }
    // Only the first call can be over for good, and only while nothing else is known. A repeated one
    // that is refused says nothing about the earlier calls: one of them may have made the payment.
    let alone = call == Call::FirstCreate
        && found.state == PaymentState::Submitting
        && found.gateway_payment_id.is_none();
    let final_reason = match error {
        _ if !alone => None,
        AcquirerError::NotSent(_) => Some(CancelReason::BankUnavailable),
        AcquirerError::Refused { .. } | AcquirerError::NotFound => Some(CancelReason::Refused),
        AcquirerError::TooMany { .. } | AcquirerError::Unknown(_) => None,
    };
    if let Some(reason) = final_reason {
        cancel(conn, found, reason, Change::default(), now).await?;
        return Ok(PaymentState::Canceled);
    }
    let pause = match error {
        AcquirerError::TooMany { retry_after } => *retry_after,
        _ => poll_pause(u32::try_from(found.polls).unwrap_or(0)),
    };
    let unknown = matches!(error, AcquirerError::Unknown(_) | AcquirerError::NotSent(_));
    let state = match transition(found.state, &PaymentEvent::OutcomeUnknown) {
        Ok(Transition::To(state)) if call != Call::Get && unknown => state,
        _ => found.state,
    };
    let change = Change {
        next_poll_at: Some(now.plus_seconds(pause)),
        ..Change::default()
    };
    payment::update(conn, found, state, &change).await?;
    Ok(state)
}

/// When to ask again: soon after the payer came back or the payment was made, then ever more rarely.
fn next_poll(found: &Payment, now: Timestamp) -> Timestamp {
    let since = found.returned_at.unwrap_or(found.created_at);
    let age = now.seconds_since(since).max(0);
    now.plus_seconds((age / 4).clamp(3, 1800))
}

async fn cancel(
    conn: &mut Conn,
    found: &Payment,
    reason: CancelReason,
    mut change: Change,
    now: Timestamp,
) -> Result<(), ServiceError> {
    change.cancel_reason = Some(reason);
    payment::update(conn, found, PaymentState::Canceled, &change).await?;
    // A payer who walked away knows it, and autopay tells its own story; one whose bank refused is told.
    if found.purpose == Purpose::TopUp
        && !matches!(
            reason,
            CancelReason::Expired | CancelReason::CanceledByMerchant
        )
    {
        let notice = Notice::PaymentFailed {
            amount: found.amount,
        };
        inbox::insert(conn, found.subscriber, MessageId(new_id()), &notice, now).await?;
    }
    Ok(())
}

/// The money is ours: posts it, repays debts, charges what is due, restores service, writes the
/// intent for the head-end, the receipt and the message. The caller commits it all at once.
async fn credit(
    conn: &mut Conn,
    services: &Services,
    found: &Payment,
    object: &GatewayPayment,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let subscriber = found.subscriber;
    let contract = subscriber::get(conn, subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let tz = zone::parse(&contract.tz);
    let wallet = ledger::lock(conn, subscriber).await?;
    let detail = object
        .card_last4
        .as_deref()
        .map(|last4| format!("•• {last4}"));
    let meta = json!({ "payment": found.id, "object": object.id, "detail": detail });
    if object.amount != Some(found.amount) {
        tracing::error!(payment = %found.id, object = %object.id, "payment.other_amount: put aside");
        return put_aside(conn, found, object, rules::suspense_key(found.id), now).await;
    }
    let op = rules::top_up(
        OpId(new_id()),
        subscriber,
        found.id,
        found.amount,
        &wallet,
        now,
    )?;
    let paid = Paid {
        payment: found,
        contract: &contract.contract,
        taken: object.receipt,
    };
    let coming = Coming::paid(&op, paid);
    let credited =
        crediting::receive(conn, services, tz, coming, wallet, "acquirer", &meta, now).await?;
    cards::keep(conn, services, found, object, now).await?;
    crediting::tell(conn, subscriber, found.amount, &credited, now).await?;
    Ok(())
}

/// Money that is real but not for the wallet: another sum than ours, or a second object for one
/// payment. It waits on the account of suspense, once for each key.
async fn put_aside(
    conn: &mut Conn,
    found: &Payment,
    object: &GatewayPayment,
    key: String,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let Some(sum) = object.amount.filter(|sum| sum.is_positive()) else {
        return Ok(());
    };
    let wallet = ledger::lock(conn, found.subscriber).await?;
    let op = rules::suspense(OpId(new_id()), found.subscriber, key, sum, now)?;
    let meta = json!({ "payment": found.id, "object": object.id });
    ledger::post(conn, &op, &wallet, &digest(&op), "acquirer", &meta, now).await?;
    Ok(())
}
