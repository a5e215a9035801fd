//! Giving back what was not spent: its owner asks, the money is set aside at once, somebody of the staff
//! agrees (`office::refunds`), each part goes to the acquirer (`sending`). The rules are `domain::refund`.
//!
//! Locks: whoever asks holds the wallet, under which it is certain that no other refund is open; whoever
//! changes one holds the refund, then the wallet.

pub mod sending;

use crate::access::count_try;
use crate::billing::{Whose, digest, new_id, settle_locked};
use crate::crediting::{self, Coming};
use crate::error::{commit, retried};
use crate::payments::{contract_of, is_form_key, same_contract};
use crate::{Actor, ServiceError, Services, Viewer, autopay, crypto, zone};
use chrono_tz::Tz;
use domain::form::{Problem, parse_amount};
use domain::ids::{MessageId, OpId, RefundId, RefundPartId, SubscriberId};
use domain::ledger::{self as rules, Wallet};
use domain::notice::Notice;
use domain::payment::AutopayHint;
use domain::refund::{
    AskPage, DecidedOtherwise, Destination, LEAST, Offer, PartEvent, PartState, RefundState,
    RefundView, Refusal, Step, consider, divide, exactly, step,
};
use domain::settings::TopUpLimits;
use domain::{Money, Timestamp};
use serde_json::json;
use storage::ledger::Posted;
use storage::refund::part::{self, Change, Part};
use storage::refund::{Decision, New, Refund};
use storage::{Conn, advance, inbox, ledger, payment, refund, subscriber, subscription};

/// How many refunds one contract may ask for in an hour.
const ASKED_AN_HOUR: u32 = 10;

/// What the form for a refund shows.
pub async fn page(services: &Services, actor: &Actor) -> Result<AskPage, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let wallet = ledger::get(&mut conn, viewer.subscriber).await?;
    let under_way = refund::open(&mut conn, viewer.subscriber).await?;
    let sources = refund::sources(&mut conn, viewer.subscriber).await?;
    let offer = match consider(&wallet, under_way, &sources, now) {
        Ok(offer) => {
            let to = destinations(&mut conn, viewer, &sources, &offer, now).await?;
            Ok((offer, to))
        }
        Err(refusal) => Err(refusal),
    };
    let running = subscription::list(&mut conn, viewer.subscriber).await?;
    let next = running
        .iter()
        .filter(|stored| stored.rules.is_served())
        .min_by_key(|stored| stored.rules.paid_through);
    let autopay = autopay::hint(&mut conn, services, viewer).await?;
    Ok(AskPage {
        contract: contract_of(&mut conn, viewer).await?,
        balance: wallet.available,
        offer,
        next_charge: next.map(|stored| (stored.rules.paid_through, stored.rules.price.amount)),
        autopay: matches!(autopay, Some(AutopayHint::On { .. })),
        key: crypto::form_key(),
        today: zone::today(viewer.tz, now),
    })
}

/// Where all that can be given back would go.
async fn destinations(
    conn: &mut Conn,
    viewer: &Viewer,
    sources: &[domain::refund::Source],
    offer: &Offer,
    now: Timestamp,
) -> Result<Vec<Destination>, ServiceError> {
    let mut to = Vec::new();
    for part in divide(sources, offer.most, now) {
        let paid = payment::get(conn, viewer.subscriber, part.payment)
            .await?
            .ok_or(ServiceError::NotFound)?;
        to.push(Destination {
            amount: part.amount,
            last4: paid.card_last4,
            means: paid.means,
            paid: zone::local(viewer.tz, paid.created_at),
        });
    }
    Ok(to)
}

/// A posted form.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// How much, as typed.
    pub sum: String,
    /// The form's key.
    pub key: String,
    /// The contract it was shown for.
    pub contract: String,
}

/// Asks for a refund, or finds the one that this form has asked for. The money is set aside.
///
/// # Errors
/// [`ServiceError::Invalid`] beside the field `sum`, or for all when nothing can be given back now.
pub async fn request(
    services: &Services,
    actor: &Actor,
    ask: &Ask,
) -> Result<RefundId, ServiceError> {
    let viewer = actor.viewer()?;
    same_contract(services, viewer, &ask.contract).await?;
    if !is_form_key(&ask.key) {
        return Err(ServiceError::NotFound);
    }
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let wallet = ledger::lock(&mut tx, viewer.subscriber).await?;
        if let Some(id) = refund::by_form_key(&mut tx, viewer.subscriber, &ask.key).await? {
            return Ok(id);
        }
        let wallet = paid_first(&mut tx, services, viewer, wallet, now).await?;
        let counted = format!("refunds-asked:{}", viewer.subscriber);
        if let Err(problem) = count_try(&mut tx, &counted, ASKED_AN_HOUR, 3600, now).await? {
            commit(tx).await?;
            return Err(ServiceError::field("", problem));
        }
        let under_way = refund::open(&mut tx, viewer.subscriber).await?;
        let sources = refund::sources(&mut tx, viewer.subscriber).await?;
        let offer = match consider(&wallet, under_way, &sources, now) {
            Ok(offer) => offer,
            // Another tab was quicker.
            Err(Refusal::UnderWay(id)) => return Ok(id),
            Err(_) => return Err(ServiceError::field("", Problem::RefundNotNow)),
        };
        let limits = TopUpLimits {
            min: LEAST,
            max: offer.most,
        };
        let amount = parse_amount(&ask.sum, limits)
            .map_err(|problem| ServiceError::field("sum", problem))?;
        let parts = exactly(&sources, amount, now)
            .map_err(|nearest| ServiceError::field("sum", Problem::RefundSum { nearest }))?;
        let id = RefundId(new_id());
        let op =
            rules::refund_request(OpId(new_id()), viewer.subscriber, id, amount, &wallet, now)?;
        let meta = json!({ "refund": id });
        let posted = ledger::post(
            &mut tx,
            &op,
            &wallet,
            &digest(&op),
            "subscriber",
            &meta,
            now,
        )
        .await?;
        if !matches!(posted, Posted::Now(_)) {
            return Err(ServiceError::Internal(format!("{} was there", op.idem_key)));
        }
        let new = New {
            id,
            form_key: &ask.key,
            amount,
            op: op.id,
        };
        refund::insert(&mut tx, viewer.subscriber, &new, now).await?;
        for one in parts {
            let part = RefundPartId(new_id());
            part::insert(
                &mut tx,
                viewer.subscriber,
                id,
                part,
                one.payment,
                one.amount,
            )
            .await?;
            for (lot, sum) in one.lots {
                advance::take(&mut tx, viewer.subscriber, lot, op.id, sum).await?;
            }
        }
        let notice = Notice::RefundRequested { amount };
        tell(&mut tx, viewer.subscriber, &notice, now).await?;
        commit(tx).await?;
        tracing::info!(refund = %id, "refund.requested");
        Ok(id)
    })
    .await
}

/// What is due already is paid before anything is given back. While a promised payment is open nothing is.
async fn paid_first(
    conn: &mut Conn,
    services: &Services,
    viewer: &Viewer,
    wallet: Wallet,
    now: Timestamp,
) -> Result<Wallet, ServiceError> {
    if wallet.promised_debt.is_positive() {
        return Ok(wallet);
    }
    let whose = Whose::of(services, viewer.subscriber, viewer.tz);
    let settled = settle_locked(conn, whose, wallet, "subscriber", now).await?;
    for notice in &settled.notices {
        tell(conn, viewer.subscriber, notice, now).await?;
    }
    Ok(settled.wallet)
}

/// Takes a refund back that nobody has decided yet; one that was taken back already stays so.
///
/// # Errors
/// [`ServiceError::Invalid`] once it is decided.
pub async fn withdraw(
    services: &Services,
    actor: &Actor,
    id: RefundId,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let found = refund::lock(&mut tx, viewer.subscriber, id)
            .await?
            .ok_or(ServiceError::NotFound)?;
        if !to_decide(&found, RefundState::Withdrawn)? {
            return Ok(());
        }
        release(&mut tx, services, &found, Decision::Withdrawn, now).await?;
        commit(tx).await?;
        tracing::info!(refund = %id, "refund.withdrawn");
        Ok(())
    })
    .await
}

/// Is it to be decided so now? Not when it was already.
///
/// # Errors
/// [`ServiceError::Invalid`] when it was decided otherwise meanwhile.
pub(crate) fn to_decide(found: &Refund, to: RefundState) -> Result<bool, ServiceError> {
    let decided = found.state.decide(to);
    decided.map_err(|DecidedOtherwise| ServiceError::field("", Problem::RefundDecided))
}

/// One refund of the contract in view; anybody else's is not found.
pub async fn view(
    services: &Services,
    actor: &Actor,
    id: RefundId,
) -> Result<RefundView, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let found = refund::get(&mut conn, viewer.subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    shown(&mut conn, &found, viewer.tz, now).await
}

/// A refund as people see it, by the clock of a zone.
pub(crate) async fn shown(
    conn: &mut Conn,
    found: &Refund,
    tz: Tz,
    now: Timestamp,
) -> Result<RefundView, ServiceError> {
    let contract = subscriber::get(conn, found.subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let parts = part::list(conn, found.subscriber, found.id).await?;
    Ok(RefundView {
        id: found.id,
        contract: contract.contract,
        amount: found.amount,
        state: found.state,
        requested: zone::local(tz, found.requested_at),
        decided: found.decided_at.map(|at| zone::local(tz, at)),
        reason: found.reason.clone(),
        parts: parts
            .into_iter()
            .map(|part| {
                let to = Destination {
                    amount: part.amount,
                    last4: part.card_last4,
                    means: part.means,
                    paid: zone::local(tz, part.paid_at),
                };
                (to, part.state)
            })
            .collect(),
        today: zone::today(tz, now),
    })
}

/// A refund that was not sent comes to the wallet again, all of it. The caller holds it.
pub(crate) async fn release(
    conn: &mut Conn,
    services: &Services,
    found: &Refund,
    decision: Decision<'_>,
    now: Timestamp,
) -> Result<(), ServiceError> {
    for one in part::list(conn, found.subscriber, found.id).await? {
        match step(one.state, PartEvent::Released) {
            Ok(Step::Back) => back(conn, services, &one, None, now).await?,
            decided => {
                return Err(ServiceError::Internal(format!(
                    "part {} cannot be released: {decided:?}",
                    one.id
                )));
            }
        }
    }
    Ok(refund::decide(conn, found, decision, now).await?)
}

/// A part comes to the wallet again: it repays what is owed by now and pays what is due, as any money does.
async fn back(
    conn: &mut Conn,
    services: &Services,
    found: &Part,
    object: Option<(&str, &str)>,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let owner = subscriber::get(conn, found.subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let wallet = ledger::lock(conn, found.subscriber).await?;
    let op = rules::refund_cancel(
        OpId(new_id()),
        found.subscriber,
        found.id,
        found.amount,
        &wallet,
        now,
    )?;
    let meta = json!({ "refund": found.refund, "part": found.id });
    let coming = Coming {
        op: &op,
        paid: None,
        payment: Some(found.payment),
    };
    let tz = zone::parse(&owner.tz);
    let credited =
        crediting::receive(conn, services, tz, coming, wallet, "refund", &meta, now).await?;
    for notice in credited.charges() {
        tell(conn, found.subscriber, notice, now).await?;
    }
    let change = Change {
        object,
        ..Change::default()
    };
    part::update(conn, found, PartState::Canceled, &change, now).await?;
    Ok(())
}

/// When the last part is over, so is the refund, and its owner is told. The caller holds it.
async fn finish(conn: &mut Conn, found: &Refund, now: Timestamp) -> Result<(), ServiceError> {
    let parts = part::list(conn, found.subscriber, found.id).await?;
    if found.state != RefundState::Approved || parts.iter().any(|part| part.state.is_open()) {
        return Ok(());
    }
    refund::decide(conn, found, Decision::Finished, now).await?;
    let sum = |state: PartState| -> Money {
        let so = parts.iter().filter(|part| part.state == state);
        so.map(|part| part.amount).sum()
    };
    let notice = Notice::RefundFinished {
        returned: sum(PartState::Succeeded),
        kept: sum(PartState::Canceled),
    };
    tell(conn, found.subscriber, &notice, now).await
}

/// Writes a message about a refund.
pub(crate) async fn tell(
    conn: &mut Conn,
    to: SubscriberId,
    notice: &Notice,
    now: Timestamp,
) -> Result<(), ServiceError> {
    Ok(inbox::insert(conn, to, MessageId(new_id()), notice, now).await?)
}
