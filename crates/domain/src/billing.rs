//! Subscriptions: what a period is, when it is charged, when service stops and comes back.
//!
//! One function, [`settle`], decides; the worker at a period's end, a top-up and the preview in the
//! browser all call it, so they can never disagree. Rules:
//! - `paid_through` is an exclusive local midnight: the charge falls on that day.
//! - Nobody is suspended for debt before `paid_through`.
//! - Service is on exactly while the set of hold reasons is empty; paying a debt ends only the debt.
//! - After a suspension the new period starts on the day of payment, which becomes the renewal day.

use crate::ledger::{Wallet, split_top_up};
use crate::money::Overflow;
use crate::{Date, Money};
use serde::{Deserialize, Serialize};

/// Days from one midnight to another, the second exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// The day after the last.
    pub to: Date,
}

/// The unit a price is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodUnit {
    /// Days.
    Day,
    /// Calendar months.
    Month,
}

/// A price for a period: 399 ₽ for one month, 3 600 ₽ for twelve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// How much.
    pub amount: Money,
    /// Unit of the period.
    pub unit: PeriodUnit,
    /// How many units.
    pub count: u16,
}

impl Price {
    /// The period that begins on a day.
    pub fn period_from(&self, from: Date, anchor_day: u8) -> Period {
        let to = match self.unit {
            PeriodUnit::Day => from.plus_days(i32::from(self.count)),
            PeriodUnit::Month => from.plus_months(self.count, anchor_day),
        };
        Period { from, to }
    }
}

/// Why service is withheld. Service is on while there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// The period ended unpaid.
    Debt,
    /// A promised payment was not repaid in time.
    PromiseOverdue,
    /// The subscriber's own pause.
    UserPause,
    /// The card was reported lost.
    CardLost,
    /// The operator's decision.
    Operator,
}

impl Hold {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Debt => "debt",
            Self::PromiseOverdue => "promise_overdue",
            Self::UserPause => "user_pause",
            Self::CardLost => "card_lost",
            Self::Operator => "operator",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Debt,
            Self::PromiseOverdue,
            Self::UserPause,
            Self::CardLost,
            Self::Operator,
        ]
        .into_iter()
        .find(|hold| hold.code() == code)
    }
}

/// The part of a subscription that the rules look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The pinned price.
    pub price: Price,
    /// Day of the month it renews on.
    pub anchor_day: u8,
    /// Paid until this day, exclusive.
    pub paid_through: Date,
    /// Reasons to withhold service.
    pub holds: Vec<Hold>,
}

impl Subscription {
    /// Is television on?
    pub fn is_served(&self) -> bool {
        self.holds.is_empty()
    }

    /// Is a charge due, or has it been due since the money was short?
    pub fn is_due(&self, today: Date) -> bool {
        self.is_held(Hold::Debt) || self.paid_through <= today
    }

    /// An overdue promised payment was repaid. What was paid may have ended meanwhile: then it waits for a
    /// period of its own, which begins on the day it is paid, as after any other debt.
    pub fn promise_repaid(&mut self, today: Date) {
        if !self.is_held(Hold::PromiseOverdue) {
            return;
        }
        self.holds.retain(|hold| *hold != Hold::PromiseOverdue);
        if self.paid_through <= today && !self.is_held(Hold::Debt) {
            self.holds.push(Hold::Debt);
        }
    }

    /// Would its price be charged within some days? Not while something else than money keeps it off.
    pub fn needs_money(&self, today: Date, horizon_days: i32) -> bool {
        let money_only = self
            .holds
            .iter()
            .all(|hold| matches!(hold, Hold::Debt | Hold::PromiseOverdue));
        money_only
            && (self.is_held(Hold::Debt) || self.paid_through <= today.plus_days(horizon_days))
    }

    fn is_held(&self, hold: Hold) -> bool {
        self.holds.contains(&hold)
    }

    /// Does something other than money keep it off? Then nothing is charged either.
    fn is_stopped_otherwise(&self) -> bool {
        self.holds.iter().any(|hold| *hold != Hold::Debt)
    }
}

/// The price of the days of a period that begin on `until` or after it; the days before are rounded
/// down, towards the subscriber.
///
/// # Errors
/// [`Overflow`] for sums beyond all prices.
pub fn rest(period: Period, price: Money, until: Date) -> Result<Money, Overflow> {
    let whole = i128::from(period.to.days_since(period.from).max(1));
    let used = i128::from(until.days_since(period.from)).clamp(0, whole);
    let used = i128::from(price.kopecks()) * used / whole;
    let used = Money::from_kopecks(i64::try_from(used).map_err(|_| Overflow)?);
    price.checked_sub(used)
}

/// What has to be done to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Charge this period; service goes on.
    Renew(Period),
    /// Charge this period; service comes back and renews on its first day from now on.
    Restore(Period),
    /// The wallet is short: withhold service.
    Suspend {
        /// How much is short.
        missing: Money,
    },
}

/// A worker that slept for years still ends: more periods than this are left for its next run.
const MAX_STEPS: usize = 64;

/// Decides what is due for one subscription on a local day, given what the wallet holds. The caller
/// carries out the steps in order and each charge lowers the wallet by the price.
pub fn settle(subscription: &Subscription, available: Money, today: Date) -> Vec<Step> {
    let mut steps = Vec::new();
    if subscription.is_stopped_otherwise() {
        return steps;
    }
    let price = subscription.price;
    let mut left = available;
    let mut paid_through = subscription.paid_through;
    if subscription.is_held(Hold::Debt) {
        if left < price.amount {
            return steps;
        }
        let period = price.period_from(today, today.day());
        steps.push(Step::Restore(period));
        return steps;
    }
    while paid_through <= today && steps.len() < MAX_STEPS {
        if left < price.amount {
            steps.push(Step::Suspend {
                missing: left.missing_to(price.amount),
            });
            break;
        }
        let period = price.period_from(paid_through, subscription.anchor_day);
        if period.to <= period.from {
            break;
        }
        left = Money::from_kopecks(left.kopecks() - price.amount.kopecks());
        paid_through = period.to;
        steps.push(Step::Renew(period));
    }
    steps
}

/// What a top-up would lead to, for the preview; the same rules as when it is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// Is television on at once?
    pub served: bool,
    /// The day until which the money carries every subscription, exclusive.
    pub covered_until: Option<Date>,
    /// What stays on the wallet today.
    pub balance: Money,
    /// What stays borrowed.
    pub promised_debt: Money,
}

/// Longest preview: ten years of months.
const MAX_PERIODS: usize = 120;

/// Looks ahead: the wallet gets `amount`, debts are repaid, due periods are charged now, and the
/// rest is carried from renewal to renewal.
pub fn outlook(
    subscriptions: &[Subscription],
    wallet: &Wallet,
    promise_overdue: bool,
    amount: Money,
    today: Date,
) -> Outlook {
    let split = split_top_up(amount, wallet);
    let mut left = Money::from_kopecks(
        wallet
            .available
            .kopecks()
            .saturating_add(split.rest.kopecks()),
    );
    let promised_debt =
        Money::from_kopecks(wallet.promised_debt.kopecks() - split.to_promise.kopecks());
    let mut subscriptions = subscriptions.to_vec();
    if promise_overdue && promised_debt.is_zero() {
        for subscription in &mut subscriptions {
            subscription.promise_repaid(today);
        }
    }
    for subscription in &mut subscriptions {
        for step in settle(subscription, left, today) {
            apply(subscription, step);
            if let Step::Renew(_) | Step::Restore(_) = step {
                left = Money::from_kopecks(left.kopecks() - subscription.price.amount.kopecks());
            }
        }
    }
    let balance = left;
    let served = subscriptions.iter().any(Subscription::is_served);
    let mut running: Vec<Subscription> = subscriptions
        .into_iter()
        .filter(Subscription::is_served)
        .collect();
    for _ in 0..MAX_PERIODS {
        let Some(next) = running.iter_mut().min_by_key(|s| s.paid_through) else {
            break;
        };
        if left < next.price.amount {
            break;
        }
        left = Money::from_kopecks(left.kopecks() - next.price.amount.kopecks());
        next.paid_through = next
            .price
            .period_from(next.paid_through, next.anchor_day)
            .to;
    }
    let covered_until = running.iter().map(|s| s.paid_through).min();
    Outlook {
        served,
        covered_until,
        balance,
        promised_debt,
    }
}

/// Until when what is served is paid, for people. Nothing while lent money is not back: what was paid with
/// it is not paid before.
pub fn paid_until<'a>(
    subscriptions: impl IntoIterator<Item = &'a Subscription>,
    wallet: &Wallet,
) -> Option<Date> {
    subscriptions
        .into_iter()
        .filter(|subscription| subscription.is_served() && wallet.promised_debt.is_zero())
        .map(|subscription| subscription.paid_through)
        .max()
}

/// The subscription after a step.
pub fn apply(subscription: &mut Subscription, step: Step) {
    match step {
        Step::Renew(period) => subscription.paid_through = period.to,
        Step::Restore(period) => {
            subscription.paid_through = period.to;
            subscription.anchor_day = period.from.day();
            subscription.holds.retain(|hold| *hold != Hold::Debt);
        }
        Step::Suspend { .. } => {
            if !subscription.is_held(Hold::Debt) {
                subscription.holds.push(Hold::Debt);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rub(roubles: i32) -> Money {
        Money::from_roubles(roubles)
    }

    fn day(year: i16, month: u8, day: u8) -> Date {
        Date::new(year, month, day).unwrap()
    }

    fn monthly(paid_through: Date, holds: &[Hold]) -> Subscription {
        Subscription {
            price: Price {
                amount: rub(399),
                unit: PeriodUnit::Month,
                count: 1,
            },
            anchor_day: paid_through.day(),
            paid_through,
            holds: holds.to_vec(),
        }
    }

    #[test]
    fn nothing_is_due_before_the_paid_day() {
        let sub = monthly(day(2026, 12, 15), &[]);
        assert_eq!(settle(&sub, Money::ZERO, day(2026, 12, 14)), vec![]);
    }

    #[test]
    fn the_charge_falls_on_the_paid_day() {
        let sub = monthly(day(2026, 12, 15), &[]);
        let period = Period {
            from: day(2026, 12, 15),
            to: day(2027, 1, 15),
        };
        assert_eq!(
            settle(&sub, rub(399), day(2026, 12, 15)),
            vec![Step::Renew(period)]
        );
        assert_eq!(
            settle(&sub, rub(259), day(2026, 12, 15)),
            vec![Step::Suspend { missing: rub(140) }]
        );
    }

    #[test]
    fn restoration_moves_the_renewal_day_to_the_day_of_payment() {
        let mut sub = monthly(day(2026, 10, 22), &[Hold::Debt]);
        let today = day(2026, 11, 5);
        let period = Period {
            from: today,
            to: day(2026, 12, 5),
        };
        let steps = settle(&sub, rub(400), today);
        assert_eq!(steps, vec![Step::Restore(period)]);
        apply(&mut sub, steps[0]);
        assert!(sub.is_served());
        assert_eq!((sub.anchor_day, sub.paid_through), (5, day(2026, 12, 5)));
    }

    #[test]
    fn paying_does_not_end_the_subscribers_own_pause() {
        let sub = monthly(day(2026, 10, 22), &[Hold::Debt, Hold::UserPause]);
        assert_eq!(settle(&sub, rub(5_000), day(2026, 11, 5)), vec![]);
    }

    #[test]
    fn a_worker_that_slept_catches_up_then_suspends() {
        let sub = monthly(day(2026, 9, 15), &[]);
        let steps = settle(&sub, rub(800), day(2026, 11, 22));
        assert_eq!(steps.len(), 3);
        assert!(matches!(steps[2], Step::Suspend { missing } if missing == rub(397)));
    }

    #[test]
    fn an_outlook_of_three_months() {
        let sub = monthly(day(2026, 10, 22), &[Hold::Debt]);
        let wallet = Wallet {
            available: rub(259),
            ..Wallet::default()
        };
        let today = day(2026, 11, 22);
        let none = outlook(std::slice::from_ref(&sub), &wallet, false, rub(139), today);
        assert!(!none.served);
        let one = outlook(std::slice::from_ref(&sub), &wallet, false, rub(140), today);
        assert_eq!(
            (one.served, one.covered_until, one.balance),
            (true, Some(day(2026, 12, 22)), Money::ZERO)
        );
        let three = outlook(&[sub], &wallet, false, rub(1_197), today);
        assert_eq!(
            (three.covered_until, three.balance),
            (Some(day(2027, 2, 22)), rub(1_057))
        );
    }

    #[test]
    fn nothing_is_called_paid_before_lent_money_is_back() {
        let (long, short) = (day(2027, 1, 22), day(2026, 12, 22));
        let running = [
            monthly(short, &[]),
            monthly(long, &[]),
            monthly(day(2027, 3, 1), &[Hold::UserPause]),
        ];
        let mut wallet = Wallet::default();
        assert_eq!(paid_until(&running, &wallet), Some(long));
        wallet.promised_debt = rub(1);
        assert_eq!(paid_until(&running, &wallet), None);
        assert_eq!(paid_until([], &Wallet::default()), None);
    }

    #[test]
    fn days_without_television_are_not_charged_when_a_promise_is_repaid_late() {
        let ended = day(2026, 11, 26);
        let today = day(2027, 1, 5);
        let mut sub = monthly(ended, &[Hold::PromiseOverdue]);
        let wallet = Wallet {
            promised_debt: rub(4),
            ..Wallet::default()
        };
        let after = outlook(std::slice::from_ref(&sub), &wallet, true, rub(403), today);
        assert_eq!(
            (after.served, after.covered_until, after.balance),
            (true, Some(day(2027, 2, 5)), Money::ZERO)
        );
        sub.promise_repaid(today);
        assert_eq!(sub.holds, vec![Hold::Debt]);
        // A period that still runs goes on.
        let mut runs = monthly(day(2027, 1, 20), &[Hold::PromiseOverdue]);
        runs.promise_repaid(today);
        assert!(runs.is_served());
    }

    #[test]
    fn an_outlook_repays_the_promise_first() {
        let sub = monthly(day(2026, 12, 22), &[]);
        let wallet = Wallet {
            promised_debt: rub(140),
            ..Wallet::default()
        };
        let after = outlook(&[sub], &wallet, false, rub(140), day(2026, 11, 22));
        assert_eq!(
            (after.balance, after.promised_debt),
            (Money::ZERO, Money::ZERO)
        );
    }

    proptest! {
        /// Settling day by day charges exactly what settling once after the same days does, as long
        /// as the money suffices: the worker's rhythm is not a rule.
        #[test]
        fn the_rhythm_of_the_worker_does_not_matter(start in 20_000i32..21_000, days in 0i32..200, anchor in 1u8..=31) {
            let first = Date::from_days_since_epoch(start);
            let mut sub = monthly(first, &[]);
            sub.anchor_day = anchor;
            let mut daily = sub.clone();
            let mut charged_daily = 0;
            for d in 0..=days {
                for step in settle(&daily, rub(1_000_000), first.plus_days(d)) {
                    charged_daily += 1;
                    apply(&mut daily, step);
                }
            }
            let at_once = settle(&sub, rub(1_000_000), first.plus_days(days));
            prop_assert_eq!(at_once.len(), charged_daily);
            for step in at_once { apply(&mut sub, step); }
            prop_assert_eq!(sub, daily);
        }

        #[test]
        fn charges_never_exceed_the_wallet(available in 0i64..2_000_000, late in 0i32..400) {
            let sub = monthly(day(2026, 1, 31), &[]);
            let steps = settle(&sub, Money::from_kopecks(available), sub.paid_through.plus_days(late));
            let charges = steps.iter().filter(|s| !matches!(s, Step::Suspend { .. })).count() as i64;
            prop_assert!(charges * 39_900 <= available);
            let periods: Vec<Period> = steps.iter().filter_map(|s| match s { Step::Renew(p) | Step::Restore(p) => Some(*p), Step::Suspend { .. } => None }).collect();
            for pair in periods.windows(2) { prop_assert_eq!(pair[0].to, pair[1].from); }
        }
    }
}
