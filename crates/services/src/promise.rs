//! The promised payment: what may be taken, taking it, reminding of it, ending it, paying it back.
//! The rules stand in [`domain::promise`]; here they meet the ledger, each time in one transaction
//! that holds the wallet, so that of two tabs one takes it and the other sees it taken.

use crate::billing::{Whose, digest, new_id, settle_locked, settle_until};
use crate::error::{commit, retried};
use crate::payments::{contract_of, same_contract};
use crate::receipts::advances::Moved;
use crate::{Actor, ServiceError, Services, Viewer, payment_flow, zone};
use chrono_tz::Tz;
use domain::billing::Hold;
use domain::form::Problem;
use domain::ids::{MessageId, OpId, PaymentId, PromiseId, SubscriberId};
use domain::ledger::{self as rules, Wallet};
use domain::notice::Notice;
use domain::promise::{
    Candidate, Cut, Facts, GRACE, Loan, Offer, Open, Past, PromisePage, PromiseState, Refusal,
    Standing, Taken, consider, cut, next_step,
};
use domain::settings::{OnDefault, PromiseTerms};
use domain::{Date, Money, Timestamp};
use serde_json::json;
use storage::ledger::Posted;
use storage::promise::{New, Promise};
use storage::subscription::{Charge, Stored};
use storage::{Conn, inbox, ledger, payment, promise, refund, subscriber, subscription};

/// How many of those that were taken before are shown and looked at: more than any rule asks for.
const HISTORY: i64 = 12;

/// What a decision rests on.
struct Known {
    wallet: Wallet,
    running: Vec<Stored>,
    history: Vec<Promise>,
    client_since: Timestamp,
    giving_back: bool,
}

impl Known {
    async fn read(
        conn: &mut Conn,
        subscriber: SubscriberId,
        wallet: Wallet,
    ) -> Result<Self, ServiceError> {
        Ok(Self {
            wallet,
            running: subscription::list(conn, subscriber).await?,
            history: promise::closed(conn, subscriber, HISTORY).await?,
            client_since: subscriber::since(conn, subscriber).await?,
            giving_back: refund::open(conn, subscriber).await?.is_some(),
        })
    }

    fn decide(&self, tz: Tz, now: Timestamp, terms: &PromiseTerms) -> Result<Loan, Refusal> {
        let candidates: Vec<_> = self
            .running
            .iter()
            .map(|stored| Candidate {
                rules: stored.rules.clone(),
                suspended_since: stored.suspended_since,
                card_usable: stored.card_usable,
            })
            .collect();
        let history: Vec<Taken> = self.history.iter().map(|past| past.taken).collect();
        let facts = Facts {
            now,
            today: zone::today(tz, now),
            client_since: self.client_since,
            candidates: &candidates,
            wallet: &self.wallet,
            history: &history,
            giving_back: self.giving_back,
        };
        consider(&facts, terms)
    }
}

/// The page: what can be taken or why not, what is open, what was taken before.
pub async fn page(services: &Services, actor: &Actor) -> Result<PromisePage, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let past = promise::closed(&mut conn, viewer.subscriber, HISTORY).await?;
    let open = promise::open(&mut conn, viewer.subscriber).await?;
    let terms = &services.settings.promise;
    let on_default = open.map_or(terms.on_default, |open| open.on_default);
    Ok(PromisePage {
        today: zone::today(viewer.tz, now),
        contract: contract_of(&mut conn, viewer).await?,
        standing: standing(&mut conn, services, viewer, open, now).await?,
        all_owed: on_default == OnDefault::OweAll,
        history: past
            .into_iter()
            .map(|past| Past {
                amount: past.amount,
                granted: zone::local(viewer.tz, past.taken.granted_at),
                state: past.taken.state,
                late: past.taken.late,
            })
            .collect(),
    })
}

/// Can one be taken now, when `open` is the one that is open?
pub(crate) async fn standing(
    conn: &mut Conn,
    services: &Services,
    viewer: &Viewer,
    open: Option<Promise>,
    now: Timestamp,
) -> Result<Standing, ServiceError> {
    let (subscriber, tz) = (viewer.subscriber, viewer.tz);
    let terms = &services.settings.promise;
    if let Some(open) = open {
        return Ok(Standing::Open(Open {
            owed: open.owed,
            due: zone::local(tz, open.taken.due_at),
            seconds_left: open.taken.due_at.seconds_since(now),
            overdue: open.is_overdue(),
        }));
    }
    let wallet = ledger::get(conn, subscriber).await?;
    let known = Known::read(conn, subscriber, wallet).await?;
    let loan = match known.decide(tz, now, terms) {
        Ok(loan) => loan,
        Err(refusal) => {
            let first_day = |at| zone::local(tz, at).date.plus_days(1);
            return Ok(Standing::Refused(refusal.in_days(first_day)));
        }
    };
    let target = known
        .running
        .get(loan.candidate)
        .ok_or_else(|| ServiceError::Internal("a loan for no subscription".into()))?;
    let several = known.running.iter().any(|other| other.card != target.card);
    let card = if several {
        let cards = subscriber::cards(conn, subscriber).await?;
        cards.into_iter().find(|card| card.id == target.card)
    } else {
        None
    };
    let due_now = target.rules.is_due(zone::today(tz, now));
    Ok(Standing::Offered(Offer {
        amount: loan.amount,
        fee: loan.fee,
        due: zone::local(tz, now.plus_seconds(terms.term)),
        paid_through: (!due_now).then_some(target.rules.paid_through),
        tariff: target.tariff.clone(),
        card: card.map(|card| card.number),
    }))
}

/// Takes it. When one is open already, or none can be taken any more, nothing happens and the page
/// says how things stand: a second click, another tab, an old page.
///
/// # Errors
/// [`ServiceError::Invalid`] when the sum is no longer the one that was `shown`, or the contract.
pub async fn take(
    services: &Services,
    actor: &Actor,
    contract: &str,
    shown: &str,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    same_contract(services, viewer, contract).await?;
    let shown = Money::parse_gateway(shown).map_err(|_| ServiceError::NotFound)?;
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let wallet = ledger::lock(&mut tx, viewer.subscriber).await?;
        if promise::open(&mut tx, viewer.subscriber).await?.is_some() {
            return Ok(());
        }
        let known = Known::read(&mut tx, viewer.subscriber, wallet).await?;
        let Ok(loan) = known.decide(viewer.tz, now, &services.settings.promise) else {
            return Ok(());
        };
        if loan.amount != shown {
            let amount = loan.amount;
            return Err(ServiceError::field("", Problem::PromiseChanged { amount }));
        }
        grant(&mut tx, services, viewer, loan, wallet, now).await?;
        commit(tx).await
    })
    .await
}

async fn grant(
    conn: &mut Conn,
    services: &Services,
    viewer: &Viewer,
    loan: Loan,
    wallet: Wallet,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let (subscriber, terms) = (viewer.subscriber, &services.settings.promise);
    let due_at = now.plus_seconds(terms.term);
    let new = New {
        id: PromiseId(new_id()),
        amount: loan.amount,
        fee: loan.fee,
        on_default: terms.on_default,
        due_at,
        next_step_at: next_step(due_at, now, terms),
    };
    promise::insert(conn, subscriber, &new, now).await?;
    let mut wallet = wallet;
    let lent = rules::promise_grant(OpId(new_id()), subscriber, new.id, loan.amount, now)?;
    wallet = post(conn, &lent, &wallet, json!({}), now).await?;
    if loan.fee.is_positive() {
        let id = OpId(new_id());
        let fee = rules::promise_fee(id, subscriber, new.id, loan.fee, &wallet, now)?;
        let before = wallet;
        wallet = post(conn, &fee, &wallet, json!({}), now).await?;
        let name = "Плата за обещанный платёж";
        let moved = Moved::by(&fee, &before, services.settings.offset, now);
        moved.charged(conn, name, loan.fee).await?;
    }
    let whose = Whose::of(services, subscriber, viewer.tz);
    let settled = settle_locked(conn, whose, wallet, "subscriber", now).await?;
    let mut notices = vec![Notice::PromiseGranted {
        amount: loan.amount,
        due: zone::local(viewer.tz, due_at),
    }];
    // What was charged is what it was taken for; that something else stopped is news.
    let stopped = |notice: &Notice| matches!(notice, Notice::Suspended { .. });
    notices.extend(settled.notices.into_iter().filter(stopped));
    tell(conn, subscriber, &notices, now).await
}

async fn tell(
    conn: &mut Conn,
    subscriber: SubscriberId,
    notices: &[Notice],
    now: Timestamp,
) -> Result<(), ServiceError> {
    for notice in notices {
        inbox::insert(conn, subscriber, MessageId(new_id()), notice, now).await?;
    }
    Ok(())
}

/// Posts an operation of a promised payment; it is posted once, since its row is locked by the wallet.
async fn post(
    conn: &mut Conn,
    op: &rules::Op,
    wallet: &Wallet,
    meta: serde_json::Value,
    now: Timestamp,
) -> Result<Wallet, ServiceError> {
    match ledger::post(conn, op, wallet, &digest(op), "promise", &meta, now).await? {
        Posted::Now(after) => Ok(after),
        Posted::Earlier(earlier) => Err(ServiceError::Internal(format!(
            "{} was posted earlier by {earlier}",
            op.idem_key
        ))),
    }
}

/// Does what is due about the open one of a contract: a reminder, or its end. Runs as often as it
/// likes.
pub async fn step(services: &Services, subscriber: SubscriberId) -> Result<(), ServiceError> {
    ask_the_acquirer(services, subscriber).await?;
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let contract = subscriber::get(&mut tx, subscriber)
            .await?
            .ok_or(ServiceError::NotFound)?;
        let tz = zone::parse(&contract.tz);
        let wallet = ledger::lock(&mut tx, subscriber).await?;
        let Some(open) = promise::open(&mut tx, subscriber)
            .await?
            .filter(|open| open.taken.state == PromiseState::Active)
        else {
            return Ok(());
        };
        let terms = &services.settings.promise;
        let due_at = open.taken.due_at;
        if now < due_at {
            let next = next_step(due_at, now, terms);
            if promise::step(&mut tx, subscriber, open.id, now, next).await? {
                let notice = Notice::PromiseDue {
                    owed: open.owed,
                    due: zone::local(tz, due_at),
                };
                inbox::insert(&mut tx, subscriber, MessageId(new_id()), &notice, now).await?;
            }
        } else if is_paying(&mut tx, subscriber, &open, now).await? {
            // Whoever has paid in time does not lose television because the bank takes a minute.
            let soon = now.plus_seconds(PAYING_PAUSE);
            promise::step(&mut tx, subscriber, open.id, now, soon).await?;
        } else {
            let whose = Whose::of(services, subscriber, tz);
            end(&mut tx, whose, &open, wallet, now).await?;
        }
        commit(tx).await
    })
    .await
}

/// So long, in seconds, is waited for a payment before the next look at it.
const PAYING_PAUSE: i64 = 30;

/// A payment is thought to be under way for so long after it was begun, in seconds.
const UNDER_WAY: i64 = 3600;

/// Before it ends: what was paid in time may be known at the acquirer only. Whether it answers or not,
/// the end is decided by what stands here afterwards.
async fn ask_the_acquirer(
    services: &Services,
    subscriber: SubscriberId,
) -> Result<(), ServiceError> {
    let (mut conn, now) = services.db.look().await?;
    let Some(open) = promise::open(&mut conn, subscriber)
        .await?
        .filter(|open| open.taken.state == PromiseState::Active && open.taken.due_at <= now)
    else {
        return Ok(());
    };
    let paying: Vec<_> = paying(&mut conn, subscriber, &open).await?;
    drop(conn);
    for id in paying {
        if let Err(error) = payment_flow::check(services, subscriber, id).await {
            tracing::warn!(payment = %id, %error, "promise.payment_not_checked");
        }
    }
    Ok(())
}

/// Payments that were begun before the end and are not decided.
async fn paying(
    conn: &mut Conn,
    subscriber: SubscriberId,
    open: &Promise,
) -> Result<Vec<PaymentId>, ServiceError> {
    let due_at = open.taken.due_at;
    let newest = payment::list(conn, subscriber, 5).await?;
    Ok(newest
        .into_iter()
        .filter(|payment| {
            payment.state.is_open()
                && (0..UNDER_WAY).contains(&due_at.seconds_since(payment.created_at))
        })
        .map(|payment| payment.id)
        .collect())
}

/// Is one of them still to be waited for?
async fn is_paying(
    conn: &mut Conn,
    subscriber: SubscriberId,
    open: &Promise,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    Ok(now.seconds_since(open.taken.due_at) < GRACE
        && !paying(conn, subscriber, open).await?.is_empty())
}

/// The time is over: unused days come back and repay it; what is left withholds service.
async fn end(
    conn: &mut Conn,
    whose: Whose,
    open: &Promise,
    wallet: Wallet,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let Whose { subscriber, tz, .. } = whose;
    let due = zone::local(tz, open.taken.due_at).date;
    let (wallet, mut notices) = settle_until(conn, whose, wallet, due, now).await?;
    let charges = subscription::charged_from(conn, subscriber, open.id).await?;
    let cuts = cuts(open.on_default, &charges, due)?;
    let returned: Money = cuts.iter().flatten().map(|cut| cut.returned).sum();
    let id = OpId(new_id());
    let mut after = wallet;
    if let Some(op) = rules::promise_expire(id, subscriber, open.id, returned, &wallet, now)? {
        let charged: Vec<_> = charges.iter().map(|charge| charge.op).collect();
        after = post(conn, &op, &wallet, json!({ "charges": charged }), now).await?;
        let moved = Moved::by(&op, &wallet, whose.offset, now);
        let repaid = wallet.repaid(&after)?.promise;
        moved.given_back(conn, returned, repaid).await?;
    }
    let repaid = wallet.repaid(&after)?.promise;
    let owed = after.promised_debt;
    if repaid.is_positive() {
        promise::repay(conn, subscriber, open.id, repaid, now).await?;
    }
    promise::end(conn, subscriber, open.id).await?;
    for (charge, cut) in charges.iter().zip(&cuts) {
        if let Some(cut) = cut.filter(|cut| cut.returned.is_positive()) {
            let (until, back) = (cut.until, cut.returned);
            subscription::cut_charge(conn, subscriber, charge, until, back, id).await?;
        }
        let running = subscription::list(conn, subscriber).await?;
        if let Some(stored) = running.into_iter().find(|s| s.id == charge.subscription) {
            withhold(conn, subscriber, stored, *cut, owed, tz, now).await?;
        }
    }
    notices.push(if owed.is_positive() {
        Notice::PromiseOverdue { owed, returned }
    } else {
        Notice::PromiseEnded { repaid, returned }
    });
    let settled = settle_locked(conn, whose, after, "worker", now).await?;
    notices.extend(settled.notices);
    tell(conn, subscriber, &notices, now).await
}

/// How each charged period is cut; not at all when everything is owed.
fn cuts(
    on_default: OnDefault,
    charges: &[Charge],
    due: Date,
) -> Result<Vec<Option<Cut>>, ServiceError> {
    charges
        .iter()
        .map(|charge| match on_default {
            OnDefault::OweAll => Ok(None),
            OnDefault::OweUsedDays => cut(charge.period, charge.amount, due)
                .map(Some)
                .map_err(|error| ServiceError::Internal(error.to_string())),
        })
        .collect()
}

/// The subscription after its period was cut, and off while something is owed. The cut stands whatever
/// else keeps it off; what is paid next begins on its own day.
async fn withhold(
    conn: &mut Conn,
    subscriber: SubscriberId,
    mut stored: Stored,
    cut: Option<Cut>,
    owed: Money,
    tz: Tz,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let (id, card) = (stored.id, stored.card);
    if let Some(cut) = cut {
        stored.rules.paid_through = cut.until;
        stored.rules.anchor_day = cut.until.day();
    }
    if owed.is_positive() {
        subscription::add_hold(conn, subscriber, id, Hold::PromiseOverdue, now).await?;
        stored.rules.holds.push(Hold::PromiseOverdue);
    }
    let (until, served) = (stored.rules.paid_through, stored.rules.is_served());
    let next = served.then(|| zone::midnight(tz, until));
    subscription::update(conn, subscriber, &stored, next).await?;
    subscription::set_intent(conn, subscriber, id, card, served, until, now).await?;
    Ok(())
}

/// A top-up has repaid a part of what is open, or all of it; whether service came back by that alone.
pub(crate) async fn repay(
    conn: &mut Conn,
    subscriber: SubscriberId,
    tz: Tz,
    repaid: Money,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    if !repaid.is_positive() {
        return Ok(false);
    }
    let open = promise::open(conn, subscriber)
        .await?
        .ok_or_else(|| ServiceError::Internal("promised debt without a promise".into()))?;
    let closed = promise::repay(conn, subscriber, open.id, repaid, now).await?;
    if !closed || !open.is_overdue() {
        return Ok(false);
    }
    let (today, mut restored) = (zone::today(tz, now), false);
    for mut stored in subscription::list(conn, subscriber).await? {
        if !stored.rules.holds.contains(&Hold::PromiseOverdue) {
            continue;
        }
        let (id, card, until) = (stored.id, stored.card, stored.rules.paid_through);
        subscription::remove_hold(conn, subscriber, id, Hold::PromiseOverdue).await?;
        stored.rules.promise_repaid(today);
        if stored.rules.holds.contains(&Hold::Debt) {
            subscription::add_hold(conn, subscriber, id, Hold::Debt, now).await?;
        }
        // Its period was not cut and still runs; any other waits for settling.
        if stored.rules.is_served() {
            let next = zone::midnight(tz, until);
            subscription::update(conn, subscriber, &stored, Some(next)).await?;
            subscription::set_intent(conn, subscriber, id, card, true, until, now).await?;
            restored = true;
        }
    }
    Ok(restored)
}
