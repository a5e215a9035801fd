//! What the staff decide about refunds. The money moves in `refunds`; here it is asked who may decide, and
//! written down who did.

use super::{OfficeActor, record};
use crate::error::{commit, retried};
use crate::refunds::{release, shown, tell, to_decide};
use crate::{ServiceError, Services, jobs, zone};
use domain::form::Problem;
use domain::format::money_full;
use domain::ids::RefundId;
use domain::notice::Notice;
use domain::office::{AuditEvent, Right};
use domain::refund::{RefundState, RefundView};
use domain::{ContractNumber, Date, Lang, LocalTime, Money, Timestamp};
use storage::job::Again;
use storage::refund::part::{self, Change};
use storage::refund::{Decision, Refund};
use storage::{Conn, refund, subscriber};

/// How many of those that wait are shown at once.
const PAGE: i64 = 100;

/// The longest reason; its owner reads it.
const REASON_MOST: usize = 300;

/// A refund that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: RefundId,
    /// Whose.
    pub contract: ContractNumber,
    /// How much.
    pub amount: Money,
    /// When it was asked for, in the operator's zone.
    pub requested: LocalTime,
}

/// Refunds that wait for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The oldest first.
    pub waiting: Vec<Waiting>,
    /// The day there.
    pub today: Date,
}

/// Those that wait.
///
/// # Errors
/// [`ServiceError::NotFound`] without the right.
pub async fn list(services: &Services, actor: &OfficeActor) -> Result<Queue, ServiceError> {
    actor.may(Right::DecideRefunds)?;
    let (mut conn, now) = services.db.look().await?;
    let waiting = refund::waiting(&mut conn, PAGE).await?;
    Ok(Queue {
        waiting: waiting
            .into_iter()
            .map(|one| Waiting {
                id: one.id,
                contract: one.contract,
                amount: one.amount,
                requested: zone::local(zone::OPERATOR, one.requested_at),
            })
            .collect(),
        today: zone::today(zone::OPERATOR, now),
    })
}

/// One of them.
///
/// # Errors
/// [`ServiceError::NotFound`] without the right.
pub async fn look(
    services: &Services,
    actor: &OfficeActor,
    id: RefundId,
) -> Result<RefundView, ServiceError> {
    actor.may(Right::DecideRefunds)?;
    let (mut conn, now) = services.db.look().await?;
    let owner = refund::owner(&mut conn, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let found = refund::get(&mut conn, owner, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    shown(&mut conn, &found, zone::OPERATOR, now).await
}

/// Agrees: each part goes to the acquirer. Twice is as good as once.
///
/// # Errors
/// [`ServiceError::Invalid`] when it was decided otherwise meanwhile.
pub async fn approve(
    services: &Services,
    actor: &OfficeActor,
    id: RefundId,
) -> Result<(), ServiceError> {
    let by = actor.may(Right::DecideRefunds)?.person;
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let found = held(&mut tx, id).await?;
        if !to_decide(&found, RefundState::Approved)? {
            return Ok(());
        }
        refund::decide(&mut tx, &found, Decision::Approved(by), now).await?;
        for one in part::list(&mut tx, found.subscriber, id).await? {
            let change = Change {
                next_look_at: Some(now),
                ..Change::default()
            };
            part::update(&mut tx, &one, one.state, &change, now).await?;
            jobs::enqueue_refund(&mut tx, found.subscriber, one.id, Again::Anew).await?;
        }
        written(&mut tx, actor, AuditEvent::RefundApproved, &found, "", now).await?;
        commit(tx).await
    })
    .await
}

/// Refuses, with a reason that its owner reads: the money comes to the wallet again.
///
/// # Errors
/// [`ServiceError::Invalid`] beside the field `reason`, and when it was decided otherwise meanwhile.
pub async fn decline(
    services: &Services,
    actor: &OfficeActor,
    id: RefundId,
    reason: &str,
) -> Result<(), ServiceError> {
    let by = actor.may(Right::DecideRefunds)?.person;
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(ServiceError::field("reason", Problem::RefundReasonMissing));
    }
    if reason.chars().count() > REASON_MOST {
        return Err(ServiceError::field("reason", Problem::RefundReasonLong));
    }
    let reason = &reason;
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let found = held(&mut tx, id).await?;
        if !to_decide(&found, RefundState::Declined)? {
            return Ok(());
        }
        let decision = Decision::Declined(by, reason);
        release(&mut tx, services, &found, decision, now).await?;
        let notice = Notice::RefundDeclined {
            amount: found.amount,
            reason: reason.clone(),
        };
        tell(&mut tx, found.subscriber, &notice, now).await?;
        written(
            &mut tx,
            actor,
            AuditEvent::RefundDeclined,
            &found,
            reason,
            now,
        )
        .await?;
        commit(tx).await
    })
    .await
}

async fn held(conn: &mut Conn, id: RefundId) -> Result<Refund, ServiceError> {
    let owner = refund::owner(conn, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    refund::lock(conn, owner, id)
        .await?
        .ok_or(ServiceError::NotFound)
}

async fn written(
    conn: &mut Conn,
    actor: &OfficeActor,
    event: AuditEvent,
    found: &Refund,
    reason: &str,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let owner = subscriber::get(conn, found.subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let sum = money_full(Lang::Ru, found.amount);
    let mut about = format!("{} · {sum} · {}", owner.contract.as_str(), found.id);
    if !reason.is_empty() {
        about = format!("{about} · {reason}");
    }
    record(conn, actor, event, &about, now).await
}
