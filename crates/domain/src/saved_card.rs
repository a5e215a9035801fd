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

/// The last day of a month: until then a card works that expires in it.
pub fn last_day(month: u8, year: u16) -> Option<Date> {
    let first = Date::new(i16::try_from(year).ok()?, month, 1)?;
    Some(first.plus_months(1, 1).plus_days(-1))
}

impl Expiry {
    /// How a card that works to the end of a month stands on a day.
    pub fn of(expires: Option<(u8, u16)>, today: Date) -> Self {
        let last = expires.and_then(|(month, year)| last_day(month, year));
        match last.map(|last| last.days_since(today)) {
            Some(..=-1) => Self::Over,
            Some(0..=30) => Self::Soon,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_works_to_the_end_of_its_month() {
        let day = |month, day| Date::new(2026, month, day).unwrap();
        let on = |today| Expiry::of(Some((2, 2026)), today);
        assert_eq!(on(day(1, 28)), Expiry::Fine);
        assert_eq!(on(day(1, 29)), Expiry::Soon);
        assert_eq!(on(day(2, 28)), Expiry::Soon);
        assert_eq!(on(day(3, 1)), Expiry::Over);
        assert_eq!(Expiry::of(None, day(3, 1)), Expiry::Fine);
        assert_eq!(last_day(2, 2028), Date::new(2028, 2, 29));
        assert_eq!(last_day(13, 2028), None);
    }
}
