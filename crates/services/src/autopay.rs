//! Autopay: switching it on and off, and what the worker does about it. The rules stand in
//! [`domain::autopay`]; here they meet the payments.
//!
//! Everything that changes a standing order, or begins a payment for one, holds the contract's autopay
//! ([`autopay::lock`]). Whoever refuses is answered after the commit: from then on nothing is begun. A
//! payment that was begun before is named in the answer ([`Ended::under_way`]).

mod expiry;
mod steps;
mod told;

pub use expiry::warn as warn_of_expiry;
pub use steps::step;

use crate::billing::new_id;
use crate::error::{commit, retried};
use crate::payments::{contract_of, receipt_email, same_contract, typed_email};
use crate::{Actor, ServiceError, Services, Viewer, cards, crypto, payment_flow, zone};
use chrono_tz::Tz;
use domain::autopay::page::{AutopayPage, On, Past, SetupPage, Standing, mandate};
use domain::autopay::{DayOfMonth, EndedBy, MANDATE_VERSION, MandateState, RunState, needed};
use domain::form::{FieldError, Problem};
use domain::ids::{MandateId, MethodId, SubscriberId};
use domain::notice::Notice;
use domain::payment::{AutopayHint, PaymentState};
use domain::saved_card::Expiry;
use domain::settings::AutopayTerms;
use domain::{Lang, Money, Timestamp};
use storage::autopay::{Mandate, New};
use storage::autopay_run::Month;
use storage::payment::Payment;
use storage::{
    Conn, autopay, autopay_link, autopay_run, ledger, payment, payment_method, subscription,
};

/// How many months the page shows.
const HISTORY: i64 = 12;

/// So long after switching off, in seconds, one tap brings it back as it was.
const UNDO: i64 = 30 * 60;

/// What ending a standing order has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// A payment that was begun before, if there is one: it may still succeed, and is credited then.
    pub under_way: Option<Money>,
}

/// The form as it is sent.
#[derive(Debug, Clone, Default)]
pub struct Enable {
    /// The contract it was shown for.
    pub contract: String,
    /// The card's id.
    pub card: String,
    /// The day of the month.
    pub day: String,
    /// Where receipts go, when the login has no e-mail.
    pub receipt_email: String,
    /// Was the mandate agreed to?
    pub agreed: bool,
    /// Digest of its text as it was shown, in hexadecimal digits: see [`digest`].
    pub shown: String,
}

/// The digest of a mandate's text as a form carries it.
pub fn digest(text: &str) -> String {
    crypto::hex(&crypto::sha256(text.as_bytes()))
}

/// The first moment of a day that leaves time for the notice the law wants.
fn first_moment(tz: Tz, day: DayOfMonth, terms: &AutopayTerms, now: Timestamp) -> Timestamp {
    let soonest = now.plus_seconds(terms.notice_last);
    let mut date = day.first_from(zone::today(tz, now));
    loop {
        let at = zone::moment(tz, date, terms.hour);
        if at > soonest {
            return at;
        }
        date = day.in_next_month(date);
    }
}

/// The first moment of a day whose month is not paid already.
async fn first_free(
    conn: &mut Conn,
    services: &Services,
    subscriber: SubscriberId,
    tz: Tz,
    day: DayOfMonth,
    now: Timestamp,
) -> Result<Timestamp, ServiceError> {
    let terms = &services.settings.autopay;
    let first = first_moment(tz, day, terms, now);
    let date = zone::today(tz, first);
    if !autopay_run::is_taken(conn, subscriber, date.first_of_month()).await? {
        return Ok(first);
    }
    let next = day.in_next_month(date);
    Ok(zone::moment(tz, next, terms.hour))
}

/// What is short until the day after the next day of an order, whose charge is on `due`.
async fn short(
    conn: &mut Conn,
    services: &Services,
    subscriber: SubscriberId,
    tz: Tz,
    day: DayOfMonth,
    due: Timestamp,
    now: Timestamp,
) -> Result<Money, ServiceError> {
    let wallet = ledger::get(conn, subscriber).await?;
    let running = subscription::list(conn, subscriber).await?;
    let rules: Vec<_> = running.into_iter().map(|stored| stored.rules).collect();
    let until = day.after(zone::today(tz, due));
    let today = zone::today(tz, now);
    Ok(needed(
        &rules,
        &wallet,
        today,
        until,
        services.settings.top_up,
    ))
}

/// The page.
pub async fn page(services: &Services, actor: &Actor) -> Result<AutopayPage, ServiceError> {
    let viewer = actor.viewer()?;
    let (subscriber, tz) = (viewer.subscriber, viewer.tz);
    let (mut conn, now) = services.db.look().await?;
    let terms = &services.settings.autopay;
    let today = zone::today(tz, now);
    let cards = cards::saved(&mut conn, subscriber).await?;
    let order = autopay::open(&mut conn, subscriber).await?;
    let standing = match order {
        None => Standing::Off {
            cards: cards.iter().any(|card| card.works(today)),
        },
        Some(order) => {
            let card = cards.into_iter().find(|card| card.id == order.method);
            let card =
                card.ok_or_else(|| ServiceError::Internal("autopay without a card".into()))?;
            if let Some(reason) = order.paused_reason {
                Standing::Paused {
                    day: order.day,
                    card,
                    reason,
                }
            } else {
                let month = autopay_run::open(&mut conn, subscriber, order.id).await?;
                let run = month.as_ref().map(|month| &month.run);
                let next = run.map_or(order.scheduled_at, |run| run.due_at);
                let sum = match run {
                    Some(run) => run.noticed,
                    None => {
                        short(&mut conn, services, subscriber, tz, order.day, next, now).await?
                    }
                };
                Standing::On(On {
                    since: zone::local(tz, order.agreed_at),
                    day: order.day,
                    card,
                    next: zone::local(tz, next),
                    sum,
                    announced: run.is_some(),
                    run: run.map(|run| run.state),
                    retry: run
                        .and_then(|run| run.retry_at)
                        .map(|at| zone::local(tz, at)),
                })
            }
        }
    };
    let history = autopay_run::closed(&mut conn, subscriber, HISTORY).await?;
    Ok(AutopayPage {
        today,
        contract: contract_of(&mut conn, viewer).await?,
        undo: undo(&mut conn, subscriber, &standing, now).await?,
        under_way: under_way(&mut conn, subscriber, None).await?,
        standing,
        history: history.into_iter().map(|month| past(tz, &month)).collect(),
        first_notice_days: terms.first_notice_days(),
        last_notice_hours: terms.last_notice_hours(),
    })
}

fn past(tz: Tz, month: &Month) -> Past {
    let at = month.closed_at.unwrap_or(month.run.due_at);
    Past {
        at: zone::local(tz, at),
        state: month.run.state,
        sum: month.amount.unwrap_or(month.run.noticed),
        reason: month.reason,
        payment: month.run.payment.map(|(id, ..)| id),
    }
}

/// What was switched off a moment ago, with a card that is still there.
async fn undo(
    conn: &mut Conn,
    subscriber: SubscriberId,
    standing: &Standing,
    now: Timestamp,
) -> Result<Option<(DayOfMonth, MethodId)>, ServiceError> {
    if !matches!(standing, Standing::Off { cards: true }) {
        return Ok(None);
    }
    let Some(last) = autopay::last_ended(conn, subscriber).await? else {
        return Ok(None);
    };
    let cards = payment_method::list(conn, subscriber).await?;
    let there = cards.iter().any(|card| card.id == last.method);
    let a_moment_ago = now.seconds_since(last.at) < UNDO;
    Ok((last.by.by_hand() && there && a_moment_ago).then_some((last.day, last.method)))
}

/// How it stands, in a word; nothing where cards cannot be saved.
pub(crate) async fn hint(
    conn: &mut Conn,
    services: &Services,
    viewer: &Viewer,
) -> Result<Option<AutopayHint>, ServiceError> {
    if services.settings.card_keys.is_empty() {
        return Ok(None);
    }
    let Some(order) = autopay::open(conn, viewer.subscriber).await? else {
        return Ok(Some(AutopayHint::Off));
    };
    if order.state == MandateState::Paused {
        return Ok(Some(AutopayHint::Paused));
    }
    let month = autopay_run::open(conn, viewer.subscriber, order.id).await?;
    let next = month.map_or(order.scheduled_at, |month| month.run.due_at);
    Ok(Some(AutopayHint::On {
        next: zone::local(viewer.tz, next),
    }))
}

/// The form that switches it on, with a day and a card chosen for a look.
pub async fn setup(
    services: &Services,
    actor: &Actor,
    day: Option<&str>,
    card: Option<&str>,
) -> Result<SetupPage, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let terms = &services.settings.autopay;
    let today = zone::today(viewer.tz, now);
    let mut cards = cards::saved(&mut conn, viewer.subscriber).await?;
    cards.retain(|card| card.works(today));
    let order = autopay::open(&mut conn, viewer.subscriber).await?;
    let running = subscription::list(&mut conn, viewer.subscriber).await?;
    let renewal = running.iter().map(|s| s.rules.paid_through).min();
    let usual = renewal.map_or(DayOfMonth::new(1), |day| {
        Some(DayOfMonth::before_renewal(day))
    });
    let day = day
        .and_then(DayOfMonth::parse)
        .or_else(|| order.as_ref().map(|order| order.day))
        .or(usual)
        .ok_or_else(|| ServiceError::Internal("no day".into()))?;
    let wanted = card
        .and_then(|text| text.parse().ok())
        .or_else(|| order.as_ref().map(|order| order.method));
    let chosen = cards.iter().find(|card| Some(card.id) == wanted);
    let email = receipt_email(&mut conn, viewer).await?;
    let first = first_free(&mut conn, services, viewer.subscriber, viewer.tz, day, now).await?;
    Ok(SetupPage {
        today,
        contract: contract_of(&mut conn, viewer).await?,
        card: chosen.or(cards.first()).map(|card| card.id),
        cards,
        day,
        first: zone::local(viewer.tz, first),
        price: running.iter().map(|s| s.rules.price.amount).sum(),
        receipt_email: email.map(|email| email.masked()),
        first_notice_days: terms.first_notice_days(),
        last_notice_hours: terms.last_notice_hours(),
        change: order.is_some(),
    })
}

/// Switches it on; one that runs is replaced by the new one. The text that was agreed to is kept by its
/// version and digest, with the moment and the address.
///
/// # Errors
/// [`ServiceError::Invalid`] for a missing card, day, e-mail or consent.
pub async fn enable(services: &Services, actor: &Actor, form: &Enable) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    same_contract(services, viewer, &form.contract).await?;
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let before = autopay::lock(&mut tx, viewer.subscriber).await?;
        let mut errors = Vec::new();
        let card = match form.card.parse().map(MethodId) {
            Ok(id) => payment_method::hold(&mut tx, viewer.subscriber, id).await?,
            Err(_) => None,
        };
        let today = zone::today(viewer.tz, now);
        let card = card.filter(|card| Expiry::of(card.expires, today) != Expiry::Over);
        if card.is_none() {
            errors.push(FieldError::new("card", Problem::SavedCardGone));
        }
        let day = DayOfMonth::parse(&form.day);
        if day.is_none() {
            errors.push(FieldError::new("day", Problem::DayMissing));
        }
        let email = match receipt_email(&mut tx, viewer).await? {
            Some(email) => Some(email),
            None => typed_email(&form.receipt_email, &mut errors),
        };
        let terms = &services.settings.autopay;
        // Whoever read another text, in another language or before the terms changed, reads this one.
        let agreed = day.filter(|_| form.agreed).is_some_and(|day| {
            let (first, last) = (terms.first_notice_days(), terms.last_notice_hours());
            let texts = [Lang::Ru, Lang::En].map(|lang| mandate(lang, day, first, last));
            texts.iter().any(|text| digest(text) == form.shown)
        });
        if !agreed && day.is_some() {
            errors.push(FieldError::new("agreed", Problem::MandateNotAccepted));
        }
        let (Some(card), Some(day), Some(email), true) = (card, day, email, agreed) else {
            return Err(ServiceError::Invalid(errors));
        };
        let same = |order: &Mandate| {
            order.state == MandateState::Active
                && (order.method, order.day) == (card.id, day)
                && order.version == MANDATE_VERSION
        };
        if before.as_ref().is_some_and(same) {
            // A second click, or nothing changed.
            return Ok(());
        }
        if let Some(order) = before {
            end(&mut tx, viewer.subscriber, &order, EndedBy::Replaced, now).await?;
        }
        let text_sha256 = crypto::unhex(&form.shown).unwrap_or_default();
        let scheduled_at =
            first_free(&mut tx, services, viewer.subscriber, viewer.tz, day, now).await?;
        let new = New {
            id: MandateId(new_id()),
            account: viewer.account,
            method: card.id,
            day,
            receipt_email: email.as_str(),
            version: MANDATE_VERSION,
            text_sha256: &text_sha256,
            from: actor.origin.address,
            scheduled_at,
        };
        autopay::insert(&mut tx, viewer.subscriber, &new, now).await?;
        let notice = Notice::AutopayOn {
            day: day.get(),
            last4: card.last4.clone(),
            first: zone::local(viewer.tz, scheduled_at),
        };
        told::tell(&mut tx, services, viewer.subscriber, &notice, now).await?;
        commit(tx).await
    })
    .await
}

/// Switches it off. Switched off already: nothing to do.
///
/// # Errors
/// [`ServiceError::Invalid`] when another contract is in view than the form's.
pub async fn disable(
    services: &Services,
    actor: &Actor,
    contract: &str,
) -> Result<Option<Ended>, ServiceError> {
    let viewer = actor.viewer()?;
    same_contract(services, viewer, contract).await?;
    switch_off(services, viewer.subscriber, None, EndedBy::Subscriber).await
}

async fn switch_off(
    services: &Services,
    subscriber: SubscriberId,
    only: Option<MandateId>,
    by: EndedBy,
) -> Result<Option<Ended>, ServiceError> {
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        let order = autopay::lock(&mut tx, subscriber).await?;
        let Some(order) = order.filter(|order| only.is_none_or(|id| id == order.id)) else {
            return Ok(None);
        };
        let ended = end(&mut tx, subscriber, &order, by, now).await?;
        told::tell(&mut tx, services, subscriber, &Notice::AutopayOff, now).await?;
        commit(tx).await?;
        Ok(Some(ended))
    })
    .await
}

/// What a link of a notice is good for. It says nothing about whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It switches autopay off.
    On,
    /// What it was for is off, and nothing else is on.
    Off {
        /// A payment that was begun before.
        under_way: Option<Money>,
    },
    /// What it was for is off, but autopay was agreed to anew since: that one has links of its own.
    Other,
    /// There is no such link.
    Unknown,
}

/// Looks at a link; opening one does nothing, since mail systems open links by themselves.
pub async fn look(services: &Services, token: &str) -> Result<Link, ServiceError> {
    let (mut conn, _) = services.db.look().await?;
    let digest = crypto::sha256(token.as_bytes());
    let Some(link) = autopay_link::find(&mut conn, &digest).await? else {
        return Ok(Link::Unknown);
    };
    if link.switches_off.is_some() {
        return Ok(Link::On);
    }
    if link.other_runs {
        return Ok(Link::Other);
    }
    let under_way = under_way(&mut conn, link.subscriber, Some(link.sent_for)).await?;
    Ok(Link::Off { under_way })
}

/// A payment that was begun before its order ended, and that the bank has not decided.
pub(crate) async fn under_way(
    conn: &mut Conn,
    subscriber: SubscriberId,
    only: Option<MandateId>,
) -> Result<Option<Money>, ServiceError> {
    let left = autopay_run::left_over(conn, subscriber, only).await?;
    Ok(left.first().and_then(|month| month.amount))
}

/// Switches it off by a link, whoever holds it.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that there is not.
pub async fn disable_by_link(
    services: &Services,
    token: &str,
) -> Result<Option<Ended>, ServiceError> {
    let (mut conn, _) = services.db.look().await?;
    let digest = crypto::sha256(token.as_bytes());
    let link = autopay_link::find(&mut conn, &digest)
        .await?
        .ok_or(ServiceError::NotFound)?;
    drop(conn);
    match link.switches_off {
        Some(order) => switch_off(services, link.subscriber, Some(order), EndedBy::Link).await,
        None => Ok(None),
    }
}

/// Ends a standing order whose contract's autopay the caller holds. A payment that was not sent is
/// withdrawn; one that was is named.
pub(crate) async fn end(
    conn: &mut Conn,
    subscriber: SubscriberId,
    order: &Mandate,
    by: EndedBy,
    now: Timestamp,
) -> Result<Ended, ServiceError> {
    let mut under_way = None;
    if let Some(month) = autopay_run::open(conn, subscriber, order.id).await? {
        let charging = month.run.state == RunState::Charging;
        let found = match month.run.payment.filter(|_| charging) {
            Some((id, ..)) => payment::lock(conn, subscriber, id).await?,
            None => None,
        };
        match found {
            // It goes on as any payment; the worker closes its month.
            Some(sent) if sent.state.is_open() && sent.state != PaymentState::Created => {
                under_way = Some(sent.amount);
            }
            Some(ended) if ended.state != PaymentState::Created => {}
            unsent => {
                if let Some(unsent) = unsent {
                    payment_flow::withdraw(conn, &unsent, now).await?;
                }
                let month = month.month;
                autopay_run::close(conn, subscriber, month, RunState::Skipped, None, now).await?;
            }
        }
    }
    autopay::end(conn, subscriber, order.id, by, now).await?;
    Ok(Ended { under_way })
}

/// The bank says that its owner has taken the permission for the card back.
pub(crate) async fn tell_revoked(
    conn: &mut Conn,
    services: &Services,
    subscriber: SubscriberId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    told::tell(conn, services, subscriber, &Notice::AutopayOff, now).await
}

/// Does the standing order that made this payment still want it? The caller holds the contract's autopay
/// or has nothing to lose.
pub(crate) async fn may_charge(conn: &mut Conn, found: &Payment) -> Result<bool, ServiceError> {
    let Some(order) = autopay::open(conn, found.subscriber).await? else {
        return Ok(false);
    };
    let month = autopay_run::open(conn, found.subscriber, order.id).await?;
    let this = month.and_then(|month| month.run.payment).map(|(id, ..)| id);
    Ok(order.state == MandateState::Active
        && this == Some(found.id)
        && found.means.saved() == Some(order.method))
}
