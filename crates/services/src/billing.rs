//! Charging, suspending and restoring the subscriptions of one contract: the same steps whether a
//! period ends or money comes in.

use crate::crypto::sha256;
use crate::error::{commit, retried};
use crate::receipts::advances::Moved;
use crate::{ServiceError, Services, zone};
use chrono_tz::Tz;
use domain::billing::{Hold, Period, Step, apply, paid_until, settle};
use domain::format::numeric_date;
use domain::ids::{MessageId, OpId, PromiseId, SubscriberId};
use domain::ledger::{self as rules, Op, Wallet};
use domain::notice::Notice;
use domain::promise::PromiseState;
use domain::settings::OffsetPolicy;
use domain::{Date, Lang, Money, Timestamp};
use serde_json::json;
use storage::ledger::Posted;
use storage::subscription::{Charge, Stored};
use storage::{Conn, inbox, ledger, promise, subscriber, subscription};
use uuid::Uuid;

/// What settling has changed.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// The wallet after all charges.
    pub wallet: Wallet,
    /// Was something switched on again?
    pub restored: bool,
    /// The latest day something is paid until; nothing while lent money is not back.
    pub paid_through: Option<Date>,
    /// Messages about what happened.
    pub notices: Vec<Notice>,
}

/// Whose subscriptions are settled, and by which rules.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whose {
    /// The contract.
    pub subscriber: SubscriberId,
    /// Its zone.
    pub tz: Tz,
    /// Do charges get receipts?
    pub offset: OffsetPolicy,
}

impl Whose {
    /// Those of a contract, by the settings.
    pub(crate) fn of(services: &Services, subscriber: SubscriberId, tz: Tz) -> Self {
        Self {
            subscriber,
            tz,
            offset: services.settings.offset,
        }
    }
}

/// What a charge is for, as its receipt names it.
pub(crate) fn charged_for(tariff: &str, period: Period) -> String {
    let day = |day| numeric_date(Lang::Ru, day);
    let (from, to) = (day(period.from), day(period.to.plus_days(-1)));
    format!("Телевидение, тариф «{tariff}», с {from} по {to}")
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
    whose: Whose,
    wallet: Wallet,
    actor: &str,
    now: Timestamp,
) -> Result<Settled, ServiceError> {
    let today = zone::today(whose.tz, now);
    settle_on(conn, whose, wallet, (today, actor), now).await
}

/// The same as if it were another day: a worker that slept does day by day what it has missed.
async fn settle_on(
    conn: &mut Conn,
    whose: Whose,
    mut wallet: Wallet,
    (today, actor): (Date, &str),
    now: Timestamp,
) -> Result<Settled, ServiceError> {
    let Whose { subscriber, tz, .. } = whose;
    let (mut settled, mut running) = (Settled::default(), Vec::new());
    for mut stored in subscription::list(conn, subscriber).await? {
        let steps = settle(&stored.rules, wallet.available, today);
        for step in &steps {
            if let Step::Renew(period) | Step::Restore(period) = *step {
                let (after, lent) =
                    charge(conn, whose, &stored, period, wallet, actor, now).await?;
                wallet = after;
                stored.period_from = period.from;
                // What was paid with lent money is not paid before that is back.
                if lent.is_none() {
                    settled.notices.push(Notice::Charged {
                        tariff: stored.tariff.clone(),
                        amount: stored.rules.price.amount,
                        paid_through: period.to,
                    });
                }
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
        running.push(stored.rules);
    }
    settled.paid_through = paid_until(&running, &wallet);
    settled.wallet = wallet;
    Ok(settled)
}

/// Charges day by day what fell due until a day: a worker that slept comes to the same sums as one that
/// was awake, and lent money pays for what it was lent for.
pub(crate) async fn settle_until(
    conn: &mut Conn,
    whose: Whose,
    mut wallet: Wallet,
    last: Date,
    now: Timestamp,
) -> Result<(Wallet, Vec<Notice>), ServiceError> {
    let mut notices = Vec::new();
    loop {
        let running = subscription::list(conn, whose.subscriber).await?;
        let next = running
            .iter()
            .filter(|stored| stored.rules.is_served() && stored.rules.paid_through <= last)
            .map(|stored| stored.rules.paid_through)
            .min();
        let Some(day) = next else {
            return Ok((wallet, notices));
        };
        // Each round charges or suspends what fell due on the day, so the next one is later.
        let at = (day, "worker");
        let settled = settle_on(conn, whose, wallet, at, now).await?;
        wallet = settled.wallet;
        notices.extend(settled.notices);
    }
}

async fn charge(
    conn: &mut Conn,
    whose: Whose,
    stored: &Stored,
    period: Period,
    wallet: Wallet,
    actor: &str,
    now: Timestamp,
) -> Result<(Wallet, Option<PromiseId>), ServiceError> {
    let subscriber = whose.subscriber;
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
            let promise = lender(conn, subscriber, &wallet, price).await?;
            let charge = Charge {
                subscription: stored.id,
                period,
                amount: price,
                op: op.id,
                promise,
            };
            subscription::insert_charge(conn, subscriber, &charge).await?;
            let moved = Moved::by(&op, &wallet, whose.offset, now);
            let name = charged_for(&stored.tariff, period);
            moved.charged(conn, &name, price).await?;
            Ok((after, promise))
        }
        Posted::Earlier(op) => Err(ServiceError::Internal(format!(
            "period from {} of {} was charged earlier by {op}",
            period.from, stored.id
        ))),
    }
}

/// The promised payment without which the wallet would be short of a charge, if there is one.
pub(crate) async fn lender(
    conn: &mut Conn,
    subscriber: SubscriberId,
    wallet: &Wallet,
    price: Money,
) -> Result<Option<PromiseId>, ServiceError> {
    let own = wallet.available.checked_sub(wallet.promised_debt);
    if own.is_ok_and(|own| own >= price) {
        return Ok(None);
    }
    Ok(promise::open(conn, subscriber).await?.map(|open| open.id))
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
        let today = zone::today(tz, now);
        // What falls due after the end of a promised payment waits until that has ended.
        let last = promise::open(&mut tx, subscriber)
            .await?
            .filter(|open| open.taken.state == PromiseState::Active)
            .map_or(today, |open| {
                zone::local(tz, open.taken.due_at).date.min(today)
            });
        let whose = Whose::of(services, subscriber, tz);
        let (wallet, mut notices) = settle_until(&mut tx, whose, wallet, last, now).await?;
        if last == today {
            let settled = settle_locked(&mut tx, whose, wallet, "worker", now).await?;
            notices.extend(settled.notices);
        }
        for notice in &notices {
            inbox::insert(&mut tx, subscriber, MessageId(new_id()), notice, now).await?;
        }
        commit(tx).await
    })
    .await
}
