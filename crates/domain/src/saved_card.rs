//! Saved bank cards as pages show them. A card's number is never here: the acquirer keeps it, and we keep
//! the acquirer's token, sealed, and the last digits.

use crate::ids::MethodId;
use crate::{ContractNumber, Date, Money};

/// A saved bank card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCard {
    /// Its id.
    pub id: MethodId,
    /// Payment system, as the acquirer names it.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Month and year after which it does not work; not every bank tells.
    pub expires: Option<(u8, u16)>,
    /// Does the autopay take money from it?
    pub autopay: bool,
}

impl SavedCard {
    /// What people call it: the payment system and the last digits.
    pub fn name(&self) -> String {
        let brand = if self.brand.eq_ignore_ascii_case("mir") {
            "Мир"
        } else {
            &self.brand
        };
        format!("{brand} •• {}", self.last4).trim_start().to_owned()
    }

    /// How it stands on a day.
    pub fn expiry(&self, today: Date) -> Expiry {
        Expiry::of(self.expires, today)
    }

    /// Can money be taken from it on a day?
    pub fn works(&self, today: Date) -> bool {
        self.expiry(today) != Expiry::Over
    }
}

/// How a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// It works.
    Fine,
    /// It works for at most a month.
    Soon,
    /// It does not work any more.
    Over,
}

impl Expiry {
    /// How a card that works to the end of a month stands on a day.
    pub fn of(expires: Option<(u8, u16)>, today: Date) -> Self {
        let first = expires.and_then(|(month, year)| {
            let year = i16::try_from(year).ok()?;
            Date::new(year, month, 1)
        });
        let Some(first) = first else {
            return Self::Fine;
        };
        match first.plus_months(1, 1).days_since(today) {
            ..=0 => Self::Over,
            1..=31 => Self::Soon,
            _ => Self::Fine,
        }
    }
}

/// The page of saved cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardsPage {
    /// Today, there.
    pub today: Date,
    /// Of which contract.
    pub contract: ContractNumber,
    /// Newest first.
    pub cards: Vec<SavedCard>,
    /// A payment by autopay that was begun before it was switched off.
    pub under_way: Option<Money>,
}
