//! What the pages of autopay show.

use super::{DayOfMonth, RunState};
use crate::ids::MethodId;
use crate::payment::CancelReason;
use crate::saved_card::SavedCard;
use crate::{ContractNumber, Date, Lang, LocalTime, Money};

/// The page of autopay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutopayPage {
    /// Today, there.
    pub today: Date,
    /// Of which contract.
    pub contract: ContractNumber,
    /// How it stands.
    pub standing: Standing,
    /// What it took before, newest first.
    pub history: Vec<Past>,
    /// Days before the first notice.
    pub first_notice_days: i64,
    /// Hours before the last notice.
    pub last_notice_hours: i64,
    /// Was it switched off a moment ago? Then it can be switched on again as it was.
    pub undo: Option<(DayOfMonth, MethodId)>,
    /// A payment that was begun before it was switched off.
    pub under_way: Option<Money>,
}

/// How autopay stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is off. `cards`: is there a card to take money from?
    Off {
        /// Is there one?
        cards: bool,
    },
    /// It is on.
    On(On),
    /// The bank refused for good.
    Paused {
        /// Its day.
        day: DayOfMonth,
        /// Its card.
        card: SavedCard,
        /// Why.
        reason: CancelReason,
    },
}

/// Autopay that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct On {
    /// Since when.
    pub since: LocalTime,
    /// Its day.
    pub day: DayOfMonth,
    /// Its card.
    pub card: SavedCard,
    /// When money is taken next.
    pub next: LocalTime,
    /// How much: announced, or what it would be as things stand now.
    pub sum: Money,
    /// Is the sum announced?
    pub announced: bool,
    /// How the month's run stands.
    pub run: Option<RunState>,
    /// When it is tried again after a refusal.
    pub retry: Option<LocalTime>,
}

/// One that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: LocalTime,
    /// How it ended.
    pub state: RunState,
    /// How much was taken, or announced.
    pub sum: Money,
    /// Why the bank refused.
    pub reason: Option<CancelReason>,
    /// Its payment.
    pub payment: Option<crate::ids::PaymentId>,
}

/// The form that switches it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupPage {
    /// Today, there.
    pub today: Date,
    /// Of which contract.
    pub contract: ContractNumber,
    /// Cards to choose from.
    pub cards: Vec<SavedCard>,
    /// The chosen one.
    pub card: Option<MethodId>,
    /// The chosen day.
    pub day: DayOfMonth,
    /// When money is first taken with that day.
    pub first: LocalTime,
    /// The price of what runs on the wallet, for one period of each.
    pub price: Money,
    /// Where receipts go; without it the form asks.
    pub receipt_email: Option<String>,
    /// Days before the first notice.
    pub first_notice_days: i64,
    /// Hours before the last notice.
    pub last_notice_hours: i64,
    /// Is it on already, and only changed?
    pub change: bool,
}

/// What is agreed to when autopay is switched on; [`super::MANDATE_VERSION`] names its wording. Whoever
/// changes a word changes the version.
pub fn mandate(
    lang: Lang,
    day: DayOfMonth,
    first_notice_days: i64,
    last_notice_hours: i64,
) -> String {
    let day = day.get();
    match lang {
        Lang::Ru => format!(
            "Поручаю «Орион Экспресс» каждый месяц {day}-го числа списывать с выбранной карты сумму, которой не хватает на балансе для оплаты моих тарифов до следующего такого дня включительно, вместе с долгом по счёту, если он есть; не меньше наименьшей суммы пополнения. Сумму сообщают заранее: обычно за {first_notice_days} дн. и ещё раз за {last_notice_hours} ч, но не позже чем за {last_notice_hours} ч до списания; больше сообщённого списать нельзя. Отключить автоплатёж и удалить карту можно в любой момент, это действует сразу."
        ),
        Lang::En => format!(
            "I ask Orion Express to charge the chosen card on day {day} of each month with what the balance lacks to pay my tariffs through the next such day, and with a debt of the account if there is one; no less than the smallest top-up. I am told the sum beforehand, usually {first_notice_days} days and again {last_notice_hours} hours before, never later than {last_notice_hours} hours before the charge; no more than that may be charged. I may switch autopay off and remove the card at any time, with effect at once."
        ),
    }
}
