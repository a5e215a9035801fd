//! How much to pay: sums that mean something, and what each of them leads to.

use crate::billing::{Outlook, PeriodUnit, Subscription, outlook};
use crate::ids::MethodId;
use crate::ledger::Wallet;
use crate::settings::TopUpLimits;
use crate::{ContractNumber, Date, Money};
use serde::{Deserialize, Serialize};

/// Everything the preview needs; computed by the server, evaluated on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUpForm {
    /// The contract whose wallet is topped up.
    pub contract: ContractNumber,
    /// The wallet's spendable sum.
    pub available: Money,
    /// Borrowed by a promised payment.
    pub promised_debt: Money,
    /// Other debt.
    pub other_debt: Money,
    /// Has a promised payment run out?
    pub promise_overdue: bool,
    /// What runs on the wallet.
    pub subscriptions: Vec<Subscription>,
    /// Smallest and largest sum.
    pub limits: TopUpLimits,
    /// Where the receipt goes; without it the form asks.
    pub receipt_email: Option<String>,
    /// Saved cards to pay with.
    pub cards: Vec<CardChoice>,
    /// Can a card be kept for later payments?
    pub saves_cards: bool,
    /// The natural key of this form: the same form posted twice is one payment.
    pub key: String,
    /// Today, there.
    pub today: Date,
    /// Sums offered.
    pub suggestions: Vec<Suggestion>,
}

/// What somebody who has not signed in sees of a card: no name, no contract, no balance but what is short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestForm {
    /// The card's number, grouped, as it was typed.
    pub card: String,
    /// Is television on?
    pub served: bool,
    /// Until when it is paid.
    pub paid_through: Option<Date>,
    /// Sums offered.
    pub suggestions: Vec<Suggestion>,
    /// Smallest and largest sum.
    pub limits: TopUpLimits,
    /// The natural key of this form.
    pub key: String,
    /// Today, there.
    pub today: Date,
}

/// A saved card to pay with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardChoice {
    /// Its id.
    pub id: MethodId,
    /// What it is called.
    pub name: String,
}

/// Why a sum is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Exactly what is missing for television to go on.
    Missing,
    /// That many months at today's price.
    Months(u16),
    /// A year at the yearly price.
    Year,
    /// A round sum, when nothing runs on the wallet.
    Round,
}

/// A sum offered for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// How much.
    pub amount: Money,
    /// Why.
    pub meaning: Meaning,
}

impl TopUpForm {
    fn wallet(&self) -> Wallet {
        Wallet {
            available: self.available,
            promised_debt: self.promised_debt,
            other_debt: self.other_debt,
            version: 0,
        }
    }

    /// What paying a sum leads to.
    pub fn preview(&self, amount: Money) -> Outlook {
        outlook(
            &self.subscriptions,
            &self.wallet(),
            self.promise_overdue,
            amount,
            self.today,
        )
    }
}

/// What is missing for television to go on: debts, and the price of what is stopped by debt or ends
/// within `horizon_days` beyond what the wallet holds.
pub fn missing(
    subscriptions: &[Subscription],
    wallet: &Wallet,
    today: Date,
    horizon_days: i32,
) -> Money {
    let due: Money = subscriptions
        .iter()
        .filter(|s| s.needs_money(today, horizon_days))
        .map(|s| s.price.amount)
        .sum();
    let debts = [wallet.promised_debt, wallet.other_debt]
        .into_iter()
        .sum::<Money>();
    let goal: Money = [due, debts].into_iter().sum();
    wallet.available.missing_to(goal)
}

/// The sums to offer, without repetitions, within the limits, smallest meaning first.
pub fn suggest(
    subscriptions: &[Subscription],
    wallet: &Wallet,
    today: Date,
    limits: TopUpLimits,
) -> Vec<Suggestion> {
    let mut out: Vec<Suggestion> = Vec::new();
    let mut offer = |amount: Money, meaning| {
        let amount = amount.max(limits.min);
        if amount <= limits.max && !out.iter().any(|s: &Suggestion| s.amount == amount) {
            out.push(Suggestion { amount, meaning });
        }
    };
    let missing = missing(subscriptions, wallet, today, 3);
    if missing.is_positive() {
        offer(missing, Meaning::Missing);
    }
    let total: Money = subscriptions.iter().map(|s| s.price.amount).sum();
    // Debts are repaid first: a sum that is called a month has to be one beyond them.
    let debts: Money = [wallet.promised_debt, wallet.other_debt].into_iter().sum();
    let beyond = |sum: Money| sum.checked_add(debts).unwrap_or(sum);
    let yearly = subscriptions
        .iter()
        .any(|s| s.price.unit == PeriodUnit::Month && s.price.count >= 12);
    if total.is_zero() {
        for roubles in [200, 500, 1_000] {
            offer(Money::from_roubles(roubles), Meaning::Round);
        }
    } else if yearly {
        offer(beyond(total), Meaning::Year);
    } else {
        for months in [1u16, 3] {
            if let Ok(sum) = total.checked_mul(i64::from(months)) {
                offer(beyond(sum), Meaning::Months(months));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{Hold, Price};

    fn rub(roubles: i32) -> Money {
        Money::from_roubles(roubles)
    }

    fn sub(days_left: i32, holds: &[Hold]) -> (Subscription, Date) {
        let today = Date::new(2026, 11, 22).unwrap();
        let price = Price {
            amount: rub(399),
            unit: PeriodUnit::Month,
            count: 1,
        };
        let paid_through = today.plus_days(days_left);
        (
            Subscription {
                price,
                anchor_day: paid_through.day(),
                paid_through,
                holds: holds.to_vec(),
            },
            today,
        )
    }

    #[test]
    fn suspended_asks_for_exactly_the_missing_sum() {
        let (sub, today) = sub(-1, &[Hold::Debt]);
        let wallet = Wallet {
            available: rub(259),
            ..Wallet::default()
        };
        let sums = suggest(&[sub], &wallet, today, TopUpLimits::default());
        assert_eq!(
            sums,
            vec![
                Suggestion {
                    amount: rub(140),
                    meaning: Meaning::Missing
                },
                Suggestion {
                    amount: rub(399),
                    meaning: Meaning::Months(1)
                },
                Suggestion {
                    amount: rub(1_197),
                    meaning: Meaning::Months(3)
                },
            ]
        );
    }

    #[test]
    fn a_missing_sum_below_the_smallest_is_raised_to_it() {
        let (sub, today) = sub(-1, &[Hold::Debt]);
        let wallet = Wallet {
            available: rub(398),
            ..Wallet::default()
        };
        assert_eq!(
            suggest(&[sub], &wallet, today, TopUpLimits::default())[0].amount,
            rub(10)
        );
    }

    #[test]
    fn a_paid_subscriber_is_asked_for_nothing() {
        let (sub, today) = sub(20, &[]);
        assert_eq!(missing(&[sub], &Wallet::default(), today, 3), Money::ZERO);
    }

    #[test]
    fn the_promise_is_part_of_what_is_missing() {
        let (sub, today) = sub(20, &[]);
        let wallet = Wallet {
            promised_debt: rub(140),
            ..Wallet::default()
        };
        assert_eq!(missing(&[sub], &wallet, today, 3), rub(140));
    }
}
