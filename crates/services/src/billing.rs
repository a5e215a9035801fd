//! Charging, suspending and restoring the subscriptions of one contract: the same steps whether a
//! period ends or money comes in.

use crate::crypto::sha256;
use crate::error::{commit, retried};
use crate::{ServiceError, Services, zone};
use chrono_tz::Tz;
use domain::billing::{Hold, Step, apply, settle};
use domain::ids::{MessageId, OpId, SubscriberId};
use domain::ledger::{self as rules, Op, Wallet};
use domain::notice::Notice;
use domain::{Date, Timestamp};
use serde_json::json;
use storage::ledger::Posted;
use storage::subscription::Stored;
use storage::{Conn, inbox, ledger, subscriber, subscription};
use uuid::Uuid;

/// What settling has changed.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// The wallet after all charges.
    pub wallet: Wallet,
    /// Was something switched on again?
    pub restored: bool,
    /// The latest day something is paid until.
    pub paid_through: Option<Date>,
    /// Messages about what happened.
    pub notices: Vec<Notice>,
}

/// A new id in the order of time.
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// The content of an operation as one digest: the same key with other content is a mistake.
pub(crate) fn digest(op: &Op) -> [u8; 32] {
    use std::fmt::Write;
    let mut text = format!("{}|{}", op.kind.code(), op.subscriber);
    for posting in &op.postings {
        let _ = write!(
            text,
            "|{}>{}:{}",
            posting.debit.number(),
            posting.credit.number(),
            posting.amount.kopecks()
        );
    }
    sha256(text.as_bytes())
}

/// Settles every subscription of a contract whose wallet the caller has locked, in the order in
/// which the common wallet pays them.
pub(crate) async fn settle_locked(
    conn: &mut Conn,
    subscriber: SubscriberId,
    tz: Tz,
    mut wallet: Wallet,
    actor: &str,
    now: Timestamp,
) -> Result<Settled, ServiceError> {
    let today = zone::today(tz, now);
    let mut settled = Settled::default();
    for mut stored in subscription::list(conn, subscriber).await? {
        let steps = settle(&stored.rules, wallet.available, today);
        for step in &steps {
            if let Step::Renew(period) | Step::Restore(period) = *step {
                wallet = charge(conn, subscriber, &stored, period, wallet, actor, now).await?;
                stored.period_from = period.from;
                settled.notices.push(Notice::Charged {
                    tariff: stored.tariff.clone(),
                    amount: stored.rules.price.amount,
                    paid_through: period.to,
                });
            }
            match *step {
                Step::Renew(_) => {}
                Step::Restore(_) => {
                    subscription::remove_hold(conn, subscriber, stored.id, Hold::Debt).await?;
                    settled.restored = true;
                }
                Step::Suspend { missing } => {
                    subscription::add_hold(conn, subscriber, stored.id, Hold::Debt, now).await?;
                    settled.notices.push(Notice::Suspended {
                        tariff: stored.tariff.clone(),
                        missing,
                    });
                }
            }
            apply(&mut stored.rules, *step);
        }
        if !steps.is_empty() {
            let served = stored.rules.is_served();
            let next = served.then(|| zone::midnight(tz, stored.rules.paid_through));
            subscription::update(conn, subscriber, &stored, next).await?;
            let until = stored.rules.paid_through;
            let card = stored.card;
            subscription::set_intent(conn, subscriber, stored.id, card, served, until, now).await?;
        }
        if stored.rules.is_served() {
            settled.paid_through = settled.paid_through.max(Some(stored.rules.paid_through));
        }
    }
    settled.wallet = wallet;
    Ok(settled)
}

async fn charge(
    conn: &mut Conn,
    subscriber: SubscriberId,
    stored: &Stored,
    period: domain::billing::Period,
    wallet: Wallet,
    actor: &str,
    now: Timestamp,
) -> Result<Wallet, ServiceError> {
    let price = stored.rules.price.amount;
    let op = rules::charge(
        OpId(new_id()),
        subscriber,
        stored.id,
        period,
        price,
        &wallet,
        now,
    )?;
    let meta = json!({
        "detail": stored.tariff,
        "subscription": stored.id,
        "from": period.from.to_string(),
        "to": period.to.to_string(),
    });
    match ledger::post(conn, &op, &wallet, &digest(&op), actor, &meta, now).await? {
        Posted::Now(after) => {
            subscription::insert_charge(conn, subscriber, stored.id, period, price, op.id).await?;
            Ok(after)
        }
        Posted::Earlier(op) => Err(ServiceError::Internal(format!(
            "period from {} of {} was charged earlier by {op}",
            period.from, stored.id
        ))),
    }
}

/// A period has ended: charges or suspends. Runs as often as it likes; what is not due stays.
pub async fn settle_due(services: &Services, subscriber: SubscriberId) -> Result<(), ServiceError> {
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let Some(contract) = subscriber::get(&mut tx, subscriber).await? else {
            return Err(ServiceError::NotFound);
        };
        let tz = zone::parse(&contract.tz);
        let wallet = ledger::lock(&mut tx, subscriber).await?;
        let settled = settle_locked(&mut tx, subscriber, tz, wallet, "worker", now).await?;
        for notice in &settled.notices {
            inbox::insert(&mut tx, subscriber, MessageId(new_id()), notice, now).await?;
        }
        commit(tx).await
    })
    .await
}
