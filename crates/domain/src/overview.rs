//! The home page's answer: does television work, until when is it paid, how much to pay.

use crate::billing::{Hold, Price, Subscription};
use crate::ids::{CardId, PaymentId};
use crate::ledger::Wallet;
use crate::notice::Message;
use crate::operation::Operation;
use crate::top_up::missing;
use crate::{CardNumber, ContractNumber, Date, LocalTime, Money};
use serde::{Deserialize, Serialize};

/// Days before the end that are worth a warning.
pub const SOON_DAYS: i32 = 3;

/// The one state the balance card shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomeState {
    /// Works, and is paid for longer than a few days or the wallet holds the next charge.
    Active {
        /// Paid until this day.
        paid_through: Date,
        /// Days left.
        days_left: i32,
        /// Share of the period that is left, in per cent.
        left_percent: u8,
    },
    /// Works, ends in a few days, and the wallet does not hold the next charge.
    Soon {
        /// Paid until this day.
        paid_through: Date,
        /// Days left.
        days_left: i32,
        /// Share of the period that is left, in per cent.
        left_percent: u8,
        /// How much to pay.
        pay: Money,
    },
    /// A promised payment is open.
    Promise {
        /// How much to repay.
        owed: Money,
        /// By when.
        due: LocalTime,
        /// Seconds left; negative when it has run out.
        seconds_left: i64,
        /// Share of the term that is left, in per cent.
        left_percent: u8,
    },
    /// The payer came back and the bank has not answered yet.
    Pending {
        /// How much.
        amount: Money,
        /// Its page.
        payment: PaymentId,
    },
    /// Off for want of money.
    Suspended {
        /// How much to pay.
        missing: Money,
        /// The price it is for.
        price: Price,
        /// Share of the price the wallet holds, in per cent.
        held_percent: u8,
    },
    /// Off for another reason.
    Stopped {
        /// The reason.
        hold: Hold,
    },
    /// No tariff on the card.
    NoTariff,
}

/// What decides the state.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Today, there.
    pub today: Date,
    /// The subscription of the card in view.
    pub subscription: Option<&'a Subscription>,
    /// The first day of the paid period.
    pub period_from: Option<Date>,
    /// The wallet.
    pub wallet: &'a Wallet,
    /// An open promised payment.
    pub promise: Option<OpenPromise>,
    /// A payment whose payer has come back.
    pub pending: Option<(PaymentId, Money)>,
}

/// An open promised payment.
#[derive(Debug, Clone, Copy)]
pub struct OpenPromise {
    /// Not repaid yet.
    pub owed: Money,
    /// By when.
    pub due: LocalTime,
    /// Seconds left.
    pub seconds_left: i64,
    /// Seconds of the whole term.
    pub term_seconds: i64,
}

/// Chooses the state: what the person must know first.
pub fn home_state(facts: &Facts<'_>) -> HomeState {
    let Some(subscription) = facts.subscription else {
        return HomeState::NoTariff;
    };
    if let Some((payment, amount)) = facts.pending {
        return HomeState::Pending { amount, payment };
    }
    let own = std::slice::from_ref(subscription);
    if let Some(hold) = subscription
        .holds
        .iter()
        .find(|hold| !matches!(hold, Hold::Debt | Hold::PromiseOverdue))
    {
        return HomeState::Stopped { hold: *hold };
    }
    if !subscription.is_served() {
        let price = subscription.price;
        return HomeState::Suspended {
            missing: missing(own, facts.wallet, facts.today, 0),
            price,
            held_percent: percent(facts.wallet.available.kopecks(), price.amount.kopecks()),
        };
    }
    if let Some(promise) = facts.promise {
        return HomeState::Promise {
            owed: promise.owed,
            due: promise.due,
            seconds_left: promise.seconds_left,
            left_percent: percent(promise.seconds_left, promise.term_seconds),
        };
    }
    let paid_through = subscription.paid_through;
    let days_left = paid_through.days_since(facts.today).max(0);
    let whole = facts
        .period_from
        .map_or(30, |from| paid_through.days_since(from));
    let left_percent = percent(i64::from(days_left), i64::from(whole));
    let pay = missing(own, facts.wallet, facts.today, SOON_DAYS);
    if days_left <= SOON_DAYS && pay.is_positive() {
        HomeState::Soon {
            paid_through,
            days_left,
            left_percent,
            pay,
        }
    } else {
        HomeState::Active {
            paid_through,
            days_left,
            left_percent,
        }
    }
}

fn percent(part: i64, whole: i64) -> u8 {
    if whole <= 0 {
        return 0;
    }
    u8::try_from(part.clamp(0, whole).saturating_mul(100) / whole).unwrap_or(100)
}

/// A card in the switcher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardSummary {
    /// Its id.
    pub id: CardId,
    /// The contract it belongs to.
    pub contract: ContractNumber,
    /// Its number.
    pub number: CardNumber,
    /// The name its owner gave it.
    pub name: Option<String>,
    /// Is television on?
    pub served: bool,
    /// Is it the one in view?
    pub current: bool,
}

/// The tariff's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffSummary {
    /// Its name.
    pub name: String,
    /// Its price.
    pub price: Price,
    /// How many channels.
    pub channels: i32,
    /// When the next charge falls, while service runs.
    pub next_charge: Option<Date>,
}

/// Everything around the page: who, which card, how many unread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The contract.
    pub contract: ContractNumber,
    /// Its cards.
    pub cards: Vec<CardSummary>,
    /// Unread messages.
    pub unread: i64,
}

/// The home page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// Today, there.
    pub today: Date,
    /// The contract.
    pub contract: ContractNumber,
    /// The card in view.
    pub card: Option<CardSummary>,
    /// The wallet.
    pub balance: Money,
    /// The state.
    pub state: HomeState,
    /// The tariff.
    pub tariff: Option<TariffSummary>,
    /// The last operations.
    pub operations: Vec<Operation>,
    /// The last message.
    pub message: Option<Message>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::billing::PeriodUnit;

    fn rub(roubles: i32) -> Money {
        Money::from_roubles(roubles)
    }

    fn today() -> Date {
        Date::new(2026, 11, 22).unwrap()
    }

    fn sub(days_left: i32, holds: &[Hold]) -> Subscription {
        let paid_through = today().plus_days(days_left);
        let price = Price {
            amount: rub(399),
            unit: PeriodUnit::Month,
            count: 1,
        };
        Subscription {
            price,
            anchor_day: paid_through.day(),
            paid_through,
            holds: holds.to_vec(),
        }
    }

    fn state(
        sub: &Subscription,
        wallet: Wallet,
        promise: Option<OpenPromise>,
        pending: bool,
    ) -> HomeState {
        home_state(&Facts {
            today: today(),
            subscription: Some(sub),
            period_from: Some(sub.paid_through.plus_days(-30)),
            wallet: &wallet,
            promise,
            pending: pending.then_some((PaymentId(uuid::Uuid::nil()), rub(500))),
        })
    }

    fn wallet(roubles: i32) -> Wallet {
        Wallet {
            available: rub(roubles),
            ..Wallet::default()
        }
    }

    #[test]
    fn each_state_has_its_facts() {
        assert!(matches!(
            state(&sub(23, &[]), wallet(1_250), None, false),
            HomeState::Active {
                days_left: 23,
                left_percent: 76,
                ..
            }
        ));
        assert!(
            matches!(state(&sub(2, &[]), wallet(9), None, false), HomeState::Soon { days_left: 2, pay, .. } if pay == rub(390))
        );
        assert!(
            matches!(
                state(&sub(2, &[]), wallet(399), None, false),
                HomeState::Active { .. }
            ),
            "the next charge is covered"
        );
        assert!(
            matches!(state(&sub(-3, &[Hold::Debt]), wallet(259), None, false), HomeState::Suspended { missing, held_percent: 64, .. } if missing == rub(140))
        );
        assert!(matches!(
            state(&sub(-3, &[Hold::Debt]), wallet(259), None, true),
            HomeState::Pending { .. }
        ));
        assert!(matches!(
            state(&sub(3, &[Hold::UserPause]), wallet(0), None, false),
            HomeState::Stopped {
                hold: Hold::UserPause
            }
        ));
    }

    #[test]
    fn an_open_promise_is_told_before_the_date() {
        let due = LocalTime {
            at: Timestamp::from_micros(0),
            date: today().plus_days(3),
            hour: 12,
            minute: 5,
            hours_from_moscow: 0,
        };
        let promise = OpenPromise {
            owed: rub(140),
            due,
            seconds_left: 3600 * 71,
            term_seconds: 3600 * 72,
        };
        let wallet = Wallet {
            promised_debt: rub(140),
            ..Wallet::default()
        };
        assert!(matches!(
            state(&sub(30, &[]), wallet, Some(promise), false),
            HomeState::Promise {
                left_percent: 98,
                ..
            }
        ));
    }
}
