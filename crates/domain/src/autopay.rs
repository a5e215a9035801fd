//! Autopay: on a chosen day of the month the money that is short until the next such day is taken from a
//! saved bank card. Whoever has switched it on is told beforehand how much, and never pays more.
//!
//! A *mandate* is the subscriber's standing order; a *run* is what comes of it in one month. [`next`]
//! decides what is to be done about a mandate now; it is asked as often as one likes and answers the same
//! until something is done. Rules: our choice, within Federal Law 376-FZ (a refused card is not charged).

use crate::billing::{Hold, Subscription};
use crate::ids::PaymentId;
use crate::ledger::Wallet;
use crate::payment::{CancelReason, PaymentState};
use crate::settings::{AutopayTerms, TopUpLimits};
use crate::{Date, Money, Timestamp};
use serde::{Deserialize, Serialize};

pub mod page;

/// The version of the text that is agreed to when it is switched on.
pub const MANDATE_VERSION: &str = "2026-11-28";

/// The day of the month money is taken on: there is one in every month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DayOfMonth(u8);

impl DayOfMonth {
    /// 1 to 28.
    pub fn new(day: u8) -> Option<Self> {
        (1..=28).contains(&day).then_some(Self(day))
    }

    /// As a number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// As typed or chosen.
    pub fn parse(text: &str) -> Option<Self> {
        text.trim().parse().ok().and_then(Self::new)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=28).map(Self)
    }

    /// This day in the month of `date`.
    pub fn in_month_of(self, date: Date) -> Date {
        Date::new(date.year(), date.month(), self.0).unwrap_or(date)
    }

    /// This day in the next month.
    pub fn in_next_month(self, date: Date) -> Date {
        self.in_month_of(date).plus_months(1, self.0)
    }

    /// The first such day on or after `date`.
    pub fn first_from(self, date: Date) -> Date {
        let here = self.in_month_of(date);
        if here < date {
            self.in_next_month(date)
        } else {
            here
        }
    }

    /// The next such day after the day of a charge, also of one that slid into another month.
    pub fn after(self, charged: Date) -> Date {
        self.first_from(charged.plus_days(1))
    }

    /// A day that leaves time for another try before service is paid anew.
    pub fn before_renewal(paid_through: Date) -> Self {
        Self(paid_through.plus_days(-4).day().min(28))
    }
}

/// Where a mandate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateState {
    /// Money is taken on its day.
    Active,
    /// The bank refused for good: nothing is taken until its owner does something.
    Paused,
    /// It is over.
    Off,
}

impl MandateState {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Off => "off",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Off]
            .into_iter()
            .find(|state| state.code() == code)
    }
}

/// How a mandate ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// Switched off in the cabinet.
    Subscriber,
    /// Switched off by the link of a notice, signed in or not.
    Link,
    /// Its card was removed.
    CardRemoved,
    /// Another day or card was chosen.
    Replaced,
    /// The contract left the cabinet, or the cabinet ended.
    CabinetLeft,
}

impl EndedBy {
    const ALL: [Self; 5] = [
        Self::Subscriber,
        Self::Link,
        Self::CardRemoved,
        Self::Replaced,
        Self::CabinetLeft,
    ];

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }

    /// Was autopay itself switched off, by its owner or whoever holds a notice? That is what one may want
    /// back as it was.
    pub const fn by_hand(self) -> bool {
        matches!(self, Self::Subscriber | Self::Link)
    }

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Subscriber => "subscriber",
            Self::Link => "link",
            Self::CardRemoved => "card_removed",
            Self::Replaced => "replaced",
            Self::CabinetLeft => "cabinet_left",
        }
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Announced, with the sum.
    Notified,
    /// The payment is made, or being made.
    Charging,
    /// The bank refused in a way that may pass.
    Retry,
    /// Paid.
    Succeeded,
    /// The bank refused for good.
    Failed,
    /// Nothing was taken: it was switched off, or the balance was enough.
    Skipped,
}

impl RunState {
    const ALL: [Self; 6] = [
        Self::Notified,
        Self::Charging,
        Self::Retry,
        Self::Succeeded,
        Self::Failed,
        Self::Skipped,
    ];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Notified => "notified",
            Self::Charging => "charging",
            Self::Retry => "retry",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// The open run of a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Where it stands.
    pub state: RunState,
    /// When the money is taken, as announced.
    pub due_at: Timestamp,
    /// When the sum was announced.
    pub notified_at: Timestamp,
    /// Was it announced a second time?
    pub reminded: bool,
    /// The announced sum.
    pub noticed: Money,
    /// Tries the bank has refused.
    pub attempt: u8,
    /// When it is tried again.
    pub retry_at: Option<Timestamp>,
    /// The payment that is under way, and how it stands.
    pub payment: Option<(PaymentId, PaymentState, Option<CancelReason>)>,
}

/// What is to be done about a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Nothing before this moment.
    Wait(Timestamp),
    /// Tell the sum and the moment. A run that was announced before gets a new moment.
    Announce {
        /// How much.
        sum: Money,
        /// When it is taken.
        due_at: Timestamp,
    },
    /// Tell it a second time.
    Remind,
    /// Take the money.
    Charge(Money),
    /// Nothing has to be taken in this month.
    Skip,
    /// Paid: on to the next month.
    Succeeded,
    /// The bank refused; try again then.
    TryAgain(Timestamp),
    /// It never came to the bank, for a reason of ours: again then, and nobody is told of a refusal.
    Postpone(Timestamp),
    /// The bank refused for good, or the payment got lost: stop and tell.
    Fail(CancelReason),
}

/// What a decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Now.
    pub now: Timestamp,
    /// The next moment of the mandate's day: that of a month without a run.
    pub scheduled: Timestamp,
    /// The open run.
    pub run: Option<&'a Run>,
    /// What is short until the day after the next such day: see [`needed`].
    pub needed: Money,
}

/// A charge that is this late is announced anew, in seconds: whoever was told a day is not charged on
/// another one.
const TOO_LATE: i64 = 24 * 3600;

/// How soon a payment that is under way is looked at again, in seconds.
pub const LOOK_AGAIN: i64 = 60;

/// A charge that failed for a reason of ours is tried again so soon, in seconds.
const POSTPONED: i64 = 1800;

const DAY: i64 = 24 * 3600;

/// Decides what is to be done now.
pub fn next(facts: &Facts<'_>, terms: &AutopayTerms) -> Act {
    let now = facts.now;
    let Some(run) = facts.run else {
        return first_notice(facts, terms);
    };
    match run.state {
        RunState::Notified => {
            let late = now.seconds_since(run.due_at);
            if late >= TOO_LATE {
                return anew(facts, terms);
            }
            if late >= 0 {
                return charge(run, facts.needed);
            }
            let remind_at = run.due_at.plus_seconds(-terms.notice_last);
            match (run.reminded, now >= remind_at) {
                (true, _) => Act::Wait(run.due_at),
                (false, true) => Act::Remind,
                (false, false) => Act::Wait(remind_at),
            }
        }
        RunState::Charging => match run.payment {
            Some((_, PaymentState::Succeeded, _)) => Act::Succeeded,
            Some((
                _,
                PaymentState::Canceled,
                Some(CancelReason::Refused | CancelReason::CanceledByMerchant),
            )) => {
                if now.seconds_since(run.due_at) >= TOO_LATE {
                    anew(facts, terms)
                } else {
                    Act::Postpone(now.plus_seconds(POSTPONED))
                }
            }
            Some((_, PaymentState::Canceled, reason)) => {
                after_refusal(run, reason.unwrap_or(CancelReason::Other), now, terms)
            }
            Some((_, PaymentState::Abandoned, _)) => Act::Fail(CancelReason::Other),
            _ => Act::Wait(now.plus_seconds(LOOK_AGAIN)),
        },
        RunState::Retry => match run.retry_at {
            Some(at) if at > now => Act::Wait(at),
            Some(at) if now.seconds_since(at) >= TOO_LATE => anew(facts, terms),
            _ => charge(run, facts.needed),
        },
        RunState::Succeeded | RunState::Failed | RunState::Skipped => first_notice(facts, terms),
    }
}

fn first_notice(facts: &Facts<'_>, terms: &AutopayTerms) -> Act {
    let first = facts.scheduled.plus_seconds(-terms.notice_first);
    let last = facts.scheduled.plus_seconds(-terms.notice_last);
    if facts.now < first {
        return Act::Wait(first);
    }
    if facts.needed.is_positive() {
        return announce(facts, facts.scheduled, terms);
    }
    // The balance is enough now; it may not be any more a day before.
    if facts.now < last {
        Act::Wait(last)
    } else {
        Act::Skip
    }
}

/// Nobody is charged sooner than the law's and our own notice allow.
fn announce(facts: &Facts<'_>, at: Timestamp, terms: &AutopayTerms) -> Act {
    let soonest = facts.now.plus_seconds(terms.notice_last);
    Act::Announce {
        sum: facts.needed,
        due_at: at.max(soonest),
    }
}

/// The told moment has passed without a charge: another one is told, or nothing is needed any more.
fn anew(facts: &Facts<'_>, terms: &AutopayTerms) -> Act {
    if facts.needed.is_positive() {
        announce(facts, facts.now, terms)
    } else {
        Act::Skip
    }
}

/// Never more than was announced.
fn charge(run: &Run, needed: Money) -> Act {
    let sum = needed.min(run.noticed);
    if sum.is_positive() {
        Act::Charge(sum)
    } else {
        Act::Skip
    }
}

/// What a refusal of the bank leads to. Reasons that may pass are tried again on the days of the terms; a
/// refusal without a reason once; all others are final.
fn after_refusal(run: &Run, reason: CancelReason, now: Timestamp, terms: &AutopayTerms) -> Act {
    let most = match reason {
        CancelReason::InsufficientFunds | CancelReason::BankUnavailable => terms.retry_days.len(),
        CancelReason::CallIssuer | CancelReason::Other => 1,
        _ => 0,
    };
    let tried = usize::from(run.attempt);
    match terms.retry_days.get(tried) {
        Some(days) if tried < most => {
            let at = run.due_at.plus_seconds(i64::from(*days) * DAY);
            Act::TryAgain(at.max(now.plus_seconds(3600)))
        }
        _ => Act::Fail(reason),
    }
}

/// Longest look ahead, in periods of one subscription: a day has none shorter.
const MAX_PERIODS: usize = 62;

/// How much is short for television to go on until the day after `until`, the next day of the mandate: a
/// period that is paid on that very day begins before the money of that day comes. Debts are included when
/// anything is needed. Within the limits of a top-up; nothing when the balance is enough.
pub fn needed(
    subscriptions: &[Subscription],
    wallet: &Wallet,
    today: Date,
    until: Date,
    limits: TopUpLimits,
) -> Money {
    let horizon = until.days_since(today).max(0);
    let mut goal: i64 = 0;
    for subscription in subscriptions {
        if !subscription.needs_money(today, horizon) {
            continue;
        }
        let stopped = subscription.holds.contains(&Hold::Debt);
        let (mut from, anchor) = if stopped || subscription.paid_through < today {
            (today, today.day())
        } else {
            (subscription.paid_through, subscription.anchor_day)
        };
        for _ in 0..MAX_PERIODS {
            if from > until {
                break;
            }
            goal = goal.saturating_add(subscription.price.amount.kopecks());
            from = subscription.price.period_from(from, anchor).to;
        }
    }
    // Debts are repaid first by any money that comes. Alone they are no reason to take any: the order is
    // for television.
    if goal > 0 {
        goal = [wallet.promised_debt, wallet.other_debt]
            .into_iter()
            .map(Money::kopecks)
            .fold(goal, i64::saturating_add);
    }
    let short = wallet.available.missing_to(Money::from_kopecks(goal));
    if short.is_positive() {
        short.max(limits.min).min(limits.max)
    } else {
        Money::ZERO
    }
}

#[cfg(test)]
mod tests;
