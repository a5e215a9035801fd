//! The promised payment (обещанный платёж): the operator lends exactly what is missing for one
//! period, for three days. Who may take it, how much it is, when it has to be back, and what is left
//! of it when it is not.
//!
//! Rules, all of them our choice and settings ([`PromiseTerms`]):
//! - It is for the first subscription that money is missing for: one that is off for want of money, or
//!   one whose paid days end within the term.
//! - A top-up repays it before anything else ([`crate::ledger::split_top_up`]).
//! - When it is not back in time, the days that have not been used are given back and repay it; what is
//!   still owed is at most the price of the days that were used.

mod page;

pub use page::{Offer, Open, Past, PromisePage, Reason, Standing};

use crate::billing::{Hold, Period, Subscription, rest};
use crate::ledger::Wallet;
use crate::settings::PromiseTerms;
use crate::{Date, Money, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a promised payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseState {
    /// Lent, and the time is not over.
    Active,
    /// The time is over and something is still owed.
    Overdue,
    /// Paid back.
    Repaid,
    /// Given up by the operator.
    WrittenOff,
}

impl PromiseState {
    const ALL: [Self; 4] = [Self::Active, Self::Overdue, Self::Repaid, Self::WrittenOff];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Overdue => "overdue",
            Self::Repaid => "repaid",
            Self::WrittenOff => "written_off",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A promised payment that was taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Where it stands.
    pub state: PromiseState,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// When it had to be back.
    pub due_at: Timestamp,
    /// When it was paid back or given up.
    pub closed_at: Option<Timestamp>,
    /// Was it not back in time?
    pub late: bool,
}

/// A subscription and since when it has been off for want of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The part that the rules look at.
    pub rules: Subscription,
    /// Since when the hold for debt stands.
    pub suspended_since: Option<Timestamp>,
    /// Is its card in use? Nothing is lent for a blocked or lost one.
    pub card_usable: bool,
}

impl Candidate {
    fn is_off_for_longer(&self, seconds: i64, now: Timestamp) -> bool {
        self.suspended_since
            .is_some_and(|since| now.seconds_since(since) > seconds)
    }
}

/// What decides whether a promised payment may be taken.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Now.
    pub now: Timestamp,
    /// Today, where the subscriber lives.
    pub today: Date,
    /// Since when the contract has been served.
    pub client_since: Timestamp,
    /// What runs on the contract, in the order in which the common wallet pays.
    pub candidates: &'a [Candidate],
    /// The wallet.
    pub wallet: &'a Wallet,
    /// What was taken before, newest first; nothing of it open.
    pub history: &'a [Taken],
    /// Is money of the wallet on its way back to where it came from?
    pub giving_back: bool,
}

/// Why there is no promised payment now. Moments and days say from when there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No tariff runs on the contract.
    NoTariff,
    /// Something other than money keeps television off.
    Stopped(Hold),
    /// Television is paid, or the wallet holds what is needed. Paid until this day.
    NotNeeded(Date),
    /// The tariff is paid for longer than a quarter: so much is not lent.
    LongPeriod,
    /// A payment was taken back by the bank and is still owed.
    OtherDebt,
    /// Money is on its way back to where it came from: it could pay instead.
    GivingBack,
    /// The contract is too young.
    TooEarly(Timestamp),
    /// One was taken a short while ago.
    TakenLately(Timestamp),
    /// The last one was not back in time. No moment when television will have been off for too long by
    /// then.
    WasLate(Option<Timestamp>),
    /// Television has been off for too long.
    OffTooLong,
    /// More is missing than is lent.
    TooMuch(Money),
}

/// What would be lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loan {
    /// Which of the candidates it is for.
    pub candidate: usize,
    /// What is lent: what is missing for the period, and the fee.
    pub amount: Money,
    /// What it costs.
    pub fee: Money,
}

const DAY: i64 = 24 * 3600;

/// Decides. The preview and the grant both ask here, so they never disagree.
///
/// Walks through what falls due within the term in the order in which settling pays: what the wallet
/// covers is set aside, the first that it does not cover is lent for. One that nothing is lent for stays
/// unpaid; could the wallet with the loan pay it, it would take the money first, so then none is given.
///
/// # Errors
/// [`Refusal`] with the first reason, in the order in which people can do something about it.
pub fn consider(facts: &Facts<'_>, terms: &PromiseTerms) -> Result<Loan, Refusal> {
    let order = pay_order(facts)?;
    let horizon = facts.today.plus_days(days_of(terms.term));
    let earliest = order.iter().map(|(_, one)| one.rules.paid_through).min();
    let mut left = facts.wallet.available;
    let (mut refused, mut unpaid) = (None, Vec::new());
    for (index, candidate) in order {
        let (rules, price) = (&candidate.rules, candidate.rules.price.amount);
        if !rules.is_due(facts.today) && rules.paid_through > horizon {
            break;
        }
        if left >= price {
            left = Money::from_kopecks(left.kopecks() - price.kopecks());
            continue;
        }
        match missing(candidate, left, facts, terms) {
            // The loan comes on top of what is set aside.
            Ok(missing)
                if unpaid
                    .iter()
                    .all(|other| *other > with(facts.wallet, missing)) =>
            {
                may_borrow(candidate, facts, terms)?;
                let amount = missing.checked_add(terms.fee);
                return Ok(Loan {
                    candidate: index,
                    amount: amount.map_err(|_| Refusal::TooMuch(price))?,
                    fee: terms.fee,
                });
            }
            Ok(_) => {}
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
        unpaid.push(price);
    }
    let not_needed = earliest.map_or(Refusal::NoTariff, Refusal::NotNeeded);
    Err(refused.unwrap_or(not_needed))
}

/// What the wallet can pay with a loan.
fn with(wallet: &Wallet, loan: Money) -> Money {
    [wallet.available, loan].into_iter().sum()
}

fn days_of(seconds: i64) -> i32 {
    i32::try_from(seconds / DAY).unwrap_or(i32::MAX)
}

fn seconds_of(days: u32) -> i64 {
    i64::from(days) * DAY
}

/// What runs and could be paid, in the order in which settling would: what is due in the order of the
/// list, then day by day.
fn pay_order<'a>(facts: &Facts<'a>) -> Result<Vec<(usize, &'a Candidate)>, Refusal> {
    let mut stopped = None;
    let mut running = Vec::new();
    for (index, candidate) in facts.candidates.iter().enumerate() {
        let mut holds = candidate.rules.holds.iter();
        match holds.find(|hold| **hold != Hold::Debt) {
            Some(hold) => stopped = stopped.or(Some(*hold)),
            None => running.push((index, candidate)),
        }
    }
    if running.is_empty() {
        return Err(stopped.map_or(Refusal::NoTariff, Refusal::Stopped));
    }
    running.sort_by_key(|(_, one)| {
        let due = one.rules.is_due(facts.today);
        (!due).then_some(one.rules.paid_through)
    });
    Ok(running)
}

/// What is missing for one subscription, if it is one to lend for.
fn missing(
    candidate: &Candidate,
    left: Money,
    facts: &Facts<'_>,
    terms: &PromiseTerms,
) -> Result<Money, Refusal> {
    let price = candidate.rules.price;
    if !candidate.card_usable {
        return Err(Refusal::Stopped(Hold::CardLost));
    }
    let period = price.period_from(facts.today, facts.today.day());
    if period.to.days_since(period.from) > LONGEST_PERIOD {
        return Err(Refusal::LongPeriod);
    }
    if candidate.is_off_for_longer(seconds_of(terms.max_suspended_days), facts.now) {
        return Err(Refusal::OffTooLong);
    }
    let missing = left.missing_to(price.amount);
    let most = terms.cap.map_or(price.amount, |cap| cap.min(price.amount));
    if missing > most {
        Err(Refusal::TooMuch(most))
    } else {
        Ok(missing)
    }
}

/// Longest period that is lent, in days: a quarter, and not a year.
const LONGEST_PERIOD: i32 = 92;

/// May this contract borrow at all?
fn may_borrow(
    candidate: &Candidate,
    facts: &Facts<'_>,
    terms: &PromiseTerms,
) -> Result<(), Refusal> {
    if facts.wallet.other_debt.is_positive() {
        return Err(Refusal::OtherDebt);
    }
    if facts.giving_back {
        return Err(Refusal::GivingBack);
    }
    for taken in facts.history {
        if taken.late {
            // From the day on which it was paid back: before, the debt itself stands in the way.
            let closed = taken.closed_at.unwrap_or(taken.due_at);
            let over = closed.plus_seconds(seconds_of(terms.lock_after_default_days));
            if over > facts.now {
                let too_long = seconds_of(terms.max_suspended_days);
                let in_vain = candidate.is_off_for_longer(too_long, over);
                return Err(Refusal::WasLate((!in_vain).then_some(over)));
            }
        }
        let again = taken.granted_at.plus_seconds(seconds_of(terms.window_days));
        if again > facts.now {
            return Err(Refusal::TakenLately(again));
        }
    }
    let old_enough = facts
        .client_since
        .plus_seconds(seconds_of(terms.min_tenure_days));
    if old_enough > facts.now {
        return Err(Refusal::TooEarly(old_enough));
    }
    Ok(())
}

/// A payment that was made in time may arrive so many seconds after the end: it is waited for, and whoever
/// made it is not late.
pub const GRACE: i64 = 15 * 60;

/// When something has to be done next about one that is open: a reminder, or its end.
pub fn next_step(due_at: Timestamp, now: Timestamp, terms: &PromiseTerms) -> Timestamp {
    [terms.remind_first, terms.remind_last]
        .into_iter()
        .map(|before| due_at.plus_seconds(-before))
        .filter(|at| *at > now)
        .min()
        .unwrap_or(due_at)
}

/// What is done with a period that was charged from a promised payment when that one is not back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The first day that is no longer paid.
    pub until: Date,
    /// The price of the days after it.
    pub returned: Money,
}

/// Cuts a period at the day on which the promised payment had to be back. A day that had begun by
/// then is free, but for the first: service was on.
///
/// # Errors
/// [`crate::money::Overflow`] for sums beyond all prices.
pub fn cut(period: Period, price: Money, due: Date) -> Result<Cut, crate::money::Overflow> {
    let until = due.max(period.from.plus_days(1)).min(period.to);
    Ok(Cut {
        until,
        returned: rest(period, price, until)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{PeriodUnit, Price};
    use proptest::prelude::*;

    fn rub(roubles: i32) -> Money {
        Money::from_roubles(roubles)
    }

    fn today() -> Date {
        Date::new(2026, 11, 22).unwrap()
    }

    fn at(days: i64) -> Timestamp {
        Timestamp::from_micros(i64::from(today().days_since_epoch()) * DAY * 1_000_000)
            .plus_seconds(days * DAY + 12 * 3600)
    }

    fn monthly(ends_in: i32, holds: &[Hold]) -> Candidate {
        Candidate {
            rules: Subscription {
                price: Price {
                    amount: rub(399),
                    unit: PeriodUnit::Month,
                    count: 1,
                },
                anchor_day: 22,
                paid_through: today().plus_days(ends_in),
                holds: holds.to_vec(),
            },
            suspended_since: holds.contains(&Hold::Debt).then(|| at(i64::from(ends_in))),
            card_usable: true,
        }
    }

    fn ask(candidates: &[Candidate], roubles: i32, history: &[Taken]) -> Result<Loan, Refusal> {
        let wallet = Wallet {
            available: rub(roubles),
            ..Wallet::default()
        };
        let facts = Facts {
            now: at(0),
            today: today(),
            client_since: at(-400),
            candidates,
            wallet: &wallet,
            history,
            giving_back: false,
        };
        consider(&facts, &PromiseTerms::default())
    }

    fn taken(days_ago: i64, state: PromiseState, closed_after: Option<i64>) -> Taken {
        Taken {
            state,
            granted_at: at(-days_ago),
            due_at: at(-days_ago + 3),
            closed_at: closed_after.map(|days| at(-days_ago + days)),
            late: closed_after.is_some_and(|days| days >= 3),
        }
    }

    #[test]
    fn exactly_what_is_missing_is_lent() {
        let loan = |candidate, amount| {
            Ok(Loan {
                candidate,
                amount,
                fee: Money::ZERO,
            })
        };
        let off = monthly(-1, &[Hold::Debt]);
        assert_eq!(ask(std::slice::from_ref(&off), 259, &[]), loan(0, rub(140)));
        assert_eq!(ask(&[monthly(2, &[])], 9, &[]), loan(0, rub(390)));
        // The first one that is off, although another ends before: that is how settling pays.
        let soon = monthly(1, &[]);
        assert_eq!(ask(&[soon.clone(), off], 259, &[]), loan(1, rub(140)));
        assert_eq!(ask(&[monthly(3, &[]), soon], 259, &[]), loan(1, rub(140)));
    }

    #[test]
    fn each_refusal_has_its_reason() {
        let off = || monthly(-1, &[Hold::Debt]);
        assert_eq!(ask(&[], 0, &[]), Err(Refusal::NoTariff));
        assert_eq!(
            ask(&[monthly(3, &[Hold::UserPause])], 0, &[]),
            Err(Refusal::Stopped(Hold::UserPause))
        );
        assert_eq!(
            ask(&[monthly(4, &[])], 0, &[]),
            Err(Refusal::NotNeeded(today().plus_days(4)))
        );
        assert_eq!(
            ask(&[monthly(2, &[])], 399, &[]),
            Err(Refusal::NotNeeded(today().plus_days(2)))
        );
        assert_eq!(
            ask(&[monthly(-31, &[Hold::Debt])], 0, &[]),
            Err(Refusal::OffTooLong)
        );
        assert!(ask(&[monthly(-30, &[Hold::Debt])], 0, &[]).is_ok());
        let mut yearly = off();
        yearly.rules.price.count = 12;
        assert_eq!(ask(&[yearly], 0, &[]), Err(Refusal::LongPeriod));
        let repaid = taken(29, PromiseState::Repaid, Some(2));
        assert_eq!(
            ask(&[off()], 0, &[repaid]),
            Err(Refusal::TakenLately(at(1)))
        );
        assert!(ask(&[off()], 0, &[taken(30, PromiseState::Repaid, Some(2))]).is_ok());
        let late = taken(50, PromiseState::Repaid, Some(21));
        assert_eq!(
            ask(&[off()], 0, &[late]),
            Err(Refusal::WasLate(Some(at(1))))
        );
        // When the lock ends it would have been off for too long: no day is named.
        let late = taken(50, PromiseState::Repaid, Some(50));
        assert_eq!(ask(&[off()], 0, &[late]), Err(Refusal::WasLate(None)));
        let mut blocked = off();
        blocked.card_usable = false;
        assert_eq!(
            ask(&[blocked], 0, &[]),
            Err(Refusal::Stopped(Hold::CardLost))
        );
        assert!(ask(&[off()], 0, &[taken(50, PromiseState::Repaid, Some(20))]).is_ok());
    }

    #[test]
    fn one_that_nothing_is_lent_for_is_not_in_the_way_of_another() {
        let loan = |candidate, roubles| {
            Ok(Loan {
                candidate,
                amount: rub(roubles),
                fee: Money::ZERO,
            })
        };
        let priced = |ends_in, holds: &[Hold], roubles| {
            let mut one = monthly(ends_in, holds);
            one.rules.price.amount = rub(roubles);
            one
        };
        let abandoned = monthly(-60, &[Hold::Debt]);
        let off = priced(-1, &[Hold::Debt], 170);
        assert_eq!(ask(&[abandoned.clone(), off.clone()], 0, &[]), loan(1, 170));
        // The abandoned one is cheaper: settling would give it the loan.
        let cheap = priced(-60, &[Hold::Debt], 150);
        assert_eq!(ask(&[cheap, off], 0, &[]), Err(Refusal::OffTooLong));
        // Two that end tomorrow are covered; with the loan for the third the wallet could pay the
        // abandoned one, so there is none.
        let tomorrow = || priced(1, &[], 149);
        let order = [abandoned, tomorrow(), tomorrow(), priced(2, &[], 170)];
        assert_eq!(ask(&order, 298, &[]), Err(Refusal::OffTooLong));
        // What the wallet covers is set aside: the second is short.
        let soon = || monthly(2, &[]);
        assert_eq!(ask(&[soon(), soon()], 399, &[]), loan(1, 399));
        assert_eq!(ask(&[soon(), soon()], 500, &[]), loan(1, 298));
        assert!(matches!(
            ask(&[soon(), soon()], 798, &[]),
            Err(Refusal::NotNeeded(_))
        ));
    }

    #[test]
    fn debts_youth_and_the_cap_are_in_the_way() {
        let candidates = [monthly(-1, &[Hold::Debt])];
        let owes = Wallet {
            other_debt: rub(1),
            ..Wallet::default()
        };
        let wallet = Wallet::default();
        let mut facts = Facts {
            now: at(0),
            today: today(),
            client_since: at(-30),
            candidates: &candidates,
            wallet: &owes,
            history: &[],
            giving_back: false,
        };
        let terms = PromiseTerms::default();
        assert_eq!(consider(&facts, &terms), Err(Refusal::OtherDebt));
        facts.wallet = &wallet;
        facts.giving_back = true;
        assert_eq!(consider(&facts, &terms), Err(Refusal::GivingBack));
        facts.giving_back = false;
        assert!(consider(&facts, &terms).is_ok());
        facts.client_since = at(-29);
        assert_eq!(consider(&facts, &terms), Err(Refusal::TooEarly(at(1))));
        facts.client_since = at(-30);
        let capped = PromiseTerms {
            cap: Some(rub(300)),
            ..terms
        };
        assert_eq!(consider(&facts, &capped), Err(Refusal::TooMuch(rub(300))));
        let paid = PromiseTerms {
            fee: rub(10),
            ..terms
        };
        let loan = consider(&facts, &paid).unwrap();
        assert_eq!((loan.amount, loan.fee), (rub(409), rub(10)));
    }

    #[test]
    fn reminders_come_before_the_end() {
        let terms = PromiseTerms::default();
        let due = at(3);
        let hour = 3600;
        for (now, next) in [
            (due.plus_seconds(-72 * hour), due.plus_seconds(-24 * hour)),
            (due.plus_seconds(-24 * hour), due.plus_seconds(-2 * hour)),
            (due.plus_seconds(-2 * hour), due),
            (due.plus_seconds(5), due),
        ] {
            assert_eq!(next_step(due, now, &terms), next);
        }
    }

    #[test]
    fn three_days_of_thirty_cost_a_tenth() {
        let period = Period {
            from: today(),
            to: today().plus_days(30),
        };
        let part = cut(period, rub(399), today().plus_days(3)).unwrap();
        assert_eq!(part.until, today().plus_days(3));
        assert_eq!(part.returned, Money::from_kopecks(35_910));
        // Charged on the very day: that day was used.
        assert_eq!(
            cut(period, rub(300), today()).unwrap(),
            Cut {
                until: today().plus_days(1),
                returned: rub(290)
            }
        );
    }

    proptest! {
        #[test]
        fn what_is_given_back_is_never_more_than_was_paid(price in 1i64..10_000_000, days in 1i32..366, due in -10i32..400) {
            let period = Period { from: today(), to: today().plus_days(days) };
            let part = cut(period, Money::from_kopecks(price), today().plus_days(due)).unwrap();
            prop_assert!(part.returned.kopecks() >= 0 && part.returned.kopecks() <= price);
            prop_assert!(part.until > period.from && part.until <= period.to);
            // Rounded for the subscriber: the used days cost no more than their share.
            let used = i64::from(part.until.days_since(period.from));
            prop_assert!((price - part.returned.kopecks()) * i64::from(days) <= price * used);
        }
    }
}
