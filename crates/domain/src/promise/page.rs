//! What the page of promised payments shows: the rules' answers in local days.

use super::{PromiseState, Refusal};
use crate::billing::Hold;
use crate::{CardNumber, ContractNumber, Date, LocalTime, Money, Timestamp};
use serde::{Deserialize, Serialize};

/// What the page of promised payments shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromisePage {
    /// Today, there.
    pub today: Date,
    /// The contract it is for.
    pub contract: ContractNumber,
    /// Can one be taken, or is one open?
    pub standing: Standing,
    /// Is all of it owed when it is not back in time? Otherwise the days that were used.
    pub all_owed: bool,
    /// What was taken before, newest first.
    pub history: Vec<Past>,
}

/// Can a promised payment be taken?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Yes, on these terms.
    Offered(Offer),
    /// One is open.
    Open(Open),
    /// No, and why.
    Refused(Reason),
}

/// The terms of one that can be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What is lent, with the fee.
    pub amount: Money,
    /// What it costs; nothing for most operators.
    pub fee: Money,
    /// When it has to be back if it is taken now.
    pub due: LocalTime,
    /// Until when television is paid anyhow: taken later, it would last longer.
    pub paid_through: Option<Date>,
    /// The tariff it is for.
    pub tariff: String,
    /// The card, when the contract has several.
    pub card: Option<CardNumber>,
}

/// One that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Still owed.
    pub owed: Money,
    /// When it has or had to be back.
    pub due: LocalTime,
    /// Seconds left; negative when it has run out.
    pub seconds_left: i64,
    /// Is its time over, and was what is left of the period given back?
    pub overdue: bool,
}

/// One that was taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// What was lent.
    pub amount: Money,
    /// When.
    pub granted: LocalTime,
    /// How it ended.
    pub state: PromiseState,
    /// Was it not back in time?
    pub late: bool,
}

/// A [`Refusal`] as the page words it: with local days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants of Refusal, documented there")]
pub enum Reason {
    NoTariff,
    Stopped(Hold),
    NotNeeded(Date),
    LongPeriod,
    OtherDebt,
    GivingBack,
    TooEarly(Date),
    TakenLately(Date),
    WasLate(Option<Date>),
    OffTooLong,
    TooMuch(Money),
}

impl Refusal {
    /// In local days: a moment within a day counts from the day after it.
    pub fn in_days(self, first_day: impl Fn(Timestamp) -> Date) -> Reason {
        match self {
            Self::NoTariff => Reason::NoTariff,
            Self::Stopped(hold) => Reason::Stopped(hold),
            Self::NotNeeded(day) => Reason::NotNeeded(day),
            Self::LongPeriod => Reason::LongPeriod,
            Self::OtherDebt => Reason::OtherDebt,
            Self::GivingBack => Reason::GivingBack,
            Self::TooEarly(at) => Reason::TooEarly(first_day(at)),
            Self::TakenLately(at) => Reason::TakenLately(first_day(at)),
            Self::WasLate(at) => Reason::WasLate(at.map(first_day)),
            Self::OffTooLong => Reason::OffTooLong,
            Self::TooMuch(most) => Reason::TooMuch(most),
        }
    }
}
