//! Fiscal receipts (54-ФЗ): what is decided at the moment of the money. Sending and registering is
//! the fiscal provider's side.

use crate::{Date, Money};
use serde::{Deserialize, Serialize};

/// Where a receipt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    /// Written down with the money.
    Needed,
    /// The provider has it and registers it.
    Pending,
    /// Registered by the tax service.
    Registered,
    /// People must look at it.
    Manual,
}

impl ReceiptState {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Needed => "needed",
            Self::Pending => "pending",
            Self::Registered => "registered",
            Self::Manual => "manual",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Needed, Self::Pending, Self::Registered, Self::Manual]
            .into_iter()
            .find(|state| state.code() == code)
    }
}

/// The VAT of an advance: the calculated rate `rate/(100+rate)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdvanceVat {
    /// The full rate, in per cent.
    pub percent: i64,
    /// Code of the calculated rate in the fiscal format.
    pub code: i16,
}

/// The rate in force on a day: 22 % from 2026-01-01 (425-ФЗ), 20 % before.
pub fn advance_vat(day: Date) -> AdvanceVat {
    if day.year() >= 2026 {
        AdvanceVat {
            percent: 22,
            code: 12,
        }
    } else {
        AdvanceVat {
            percent: 20,
            code: 6,
        }
    }
}

impl AdvanceVat {
    /// The tax inside a sum, half a kopeck away from zero.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn inside(&self, gross: Money) -> Result<Money, crate::money::Overflow> {
        gross.fraction(self.percent, 100 + self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_changes_with_the_year() {
        let old = advance_vat(Date::new(2025, 12, 31).unwrap());
        let new = advance_vat(Date::new(2026, 1, 1).unwrap());
        assert_eq!((old.percent, old.code), (20, 6));
        assert_eq!((new.percent, new.code), (22, 12));
        assert_eq!(
            new.inside(Money::from_roubles(500)),
            Ok(Money::from_kopecks(9_016))
        );
        assert_eq!(
            old.inside(Money::from_roubles(120)),
            Ok(Money::from_roubles(20))
        );
    }
}
