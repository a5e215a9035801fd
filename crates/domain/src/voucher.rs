//! Prepaid cards (карты предоплаты): a printed serial that may be read aloud, and a PIN under a scratch
//! field that is the money.
//!
//! Sixteen digits, the last one a Luhn digit. It is an aid for fingers and no security: the fifteen
//! before it are random, 10^15 of them. Only a keyed digest of a PIN is ever stored.

use crate::card::{group, is_separator, luhn, luhn_digit};
use crate::ids::SubscriberId;
use crate::{ContractNumber, Date, Money};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Digits of a PIN.
pub const DIGITS: usize = 16;

/// A PIN as typed or made. Whoever has it has the money, so it never prints itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

/// What is wrong with a typed PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParsePinError {
    /// Nothing typed.
    #[error("no number given")]
    Empty,
    /// Something besides digits, spaces and dashes.
    #[error("only digits are expected")]
    NotDigits,
    /// A wrong count of digits.
    #[error("{DIGITS} digits are expected, got {0}")]
    Length(usize),
    /// The check digit does not fit: a slip of the finger.
    #[error("check digit does not match")]
    CheckDigit,
}

impl Pin {
    /// Reads a PIN as typed.
    ///
    /// # Errors
    /// [`ParsePinError`] for the message beside the field.
    pub fn parse(text: &str) -> Result<Self, ParsePinError> {
        let digits: String = text.chars().filter(|c| !is_separator(*c)).collect();
        if digits.is_empty() {
            return Err(ParsePinError::Empty);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParsePinError::NotDigits);
        }
        if digits.len() != DIGITS {
            return Err(ParsePinError::Length(digits.len()));
        }
        if !luhn(&digits) {
            return Err(ParsePinError::CheckDigit);
        }
        Ok(Self(digits))
    }

    /// Makes a PIN. `random` gives random numbers from the system's generator; those that would make
    /// some PINs likelier than others are drawn again.
    pub fn generate(mut random: impl FnMut() -> u64) -> Self {
        const RANGE: u64 = 10u64.pow(DIGITS as u32 - 1);
        const FAIR: u64 = u64::MAX - u64::MAX % RANGE;
        loop {
            let drawn = random();
            if drawn < FAIR {
                let mut digits = format!("{:0width$}", drawn % RANGE, width = DIGITS - 1);
                digits.push(luhn_digit(&digits));
                return Self(digits);
            }
        }
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is printed: in groups of four.
    pub fn grouped(&self) -> String {
        group(&self.0, 4)
    }
}

/// Where a prepaid card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoucherState {
    /// Printed, and worth nothing until its batch is activated.
    Printed,
    /// Worth its face.
    Active,
    /// Its face is on somebody's wallet.
    Redeemed,
    /// Taken out of use.
    Blocked,
}

impl VoucherState {
    const ALL: [Self; 4] = [Self::Printed, Self::Active, Self::Redeemed, Self::Blocked];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::Active => "active",
            Self::Redeemed => "redeemed",
            Self::Blocked => "blocked",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What decides what a PIN is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Where the card stands.
    pub state: VoucherState,
    /// The last day on which it is taken.
    pub valid_until: Date,
    /// Who has redeemed it, and on which day, where they live.
    pub redeemed: Option<(SubscriberId, Date)>,
}

/// What a PIN is worth to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its face.
    Worth,
    /// Nothing, and no more is told than of a card that does not exist: somebody else has used it, or it is
    /// blocked.
    Nothing,
    /// The same person has redeemed it, on this day.
    Yours(Date),
    /// Its time is over.
    Expired,
    /// Its batch is not sold yet.
    NotActive,
}

/// Judges a card that was found by its PIN, on a day where `who` lives.
pub fn judge(card: Facts, who: SubscriberId, today: Date) -> Verdict {
    match (card.state, card.redeemed) {
        (VoucherState::Redeemed, Some((owner, day))) if owner == who => Verdict::Yours(day),
        (VoucherState::Redeemed | VoucherState::Blocked, _) => Verdict::Nothing,
        (VoucherState::Printed, _) => Verdict::NotActive,
        (VoucherState::Active, _) if card.valid_until < today => Verdict::Expired,
        (VoucherState::Active, _) => Verdict::Worth,
    }
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherPage {
    /// Today, there.
    pub today: Date,
    /// The contract that the money comes to.
    pub contract: ContractNumber,
    /// The wallet.
    pub balance: Money,
    /// The card that was just redeemed.
    pub done: Option<Redeemed>,
}

/// A card that was just redeemed, and what it led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeemed {
    /// What it was worth.
    pub face: Money,
    /// Is television on?
    pub served: bool,
    /// Until when it is paid.
    pub paid_through: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn typed_pins_are_read() {
        let pin = Pin::generate(|| 123_456_789_012_345);
        assert_eq!(pin.as_str(), "1234567890123452");
        assert_eq!(pin.grouped(), "1234\u{a0}5678\u{a0}9012\u{a0}3452");
        for text in [
            "1234 5678 9012 3452",
            " 1234-5678-9012-3452 ",
            "1234567890123452",
        ] {
            assert_eq!(Pin::parse(text), Ok(pin.clone()));
        }
        assert_eq!(Pin::parse(" "), Err(ParsePinError::Empty));
        assert_eq!(Pin::parse("1234"), Err(ParsePinError::Length(4)));
        assert_eq!(
            Pin::parse("1234 5678 9012 345o"),
            Err(ParsePinError::NotDigits)
        );
        assert_eq!(
            Pin::parse("1234 5678 9012 3462"),
            Err(ParsePinError::CheckDigit)
        );
        assert_eq!(format!("{pin:?}"), "Pin");
    }

    #[test]
    fn an_unfair_number_is_drawn_again() {
        let mut numbers = [u64::MAX, 7].into_iter();
        let pin = Pin::generate(|| numbers.next().unwrap_or_default());
        assert_eq!(&pin.as_str()[..15], "000000000000007");
    }

    #[test]
    fn a_card_is_worth_its_face_once_and_in_time() {
        let (me, other) = (
            SubscriberId(Uuid::from_u128(1)),
            SubscriberId(Uuid::from_u128(2)),
        );
        let today = Date::new(2026, 11, 27).unwrap();
        let card = |state, ends_in, redeemed| {
            let valid_until = today.plus_days(ends_in);
            let facts = Facts {
                state,
                valid_until,
                redeemed,
            };
            judge(facts, me, today)
        };
        assert_eq!(card(VoucherState::Active, 0, None), Verdict::Worth);
        assert_eq!(card(VoucherState::Active, -1, None), Verdict::Expired);
        assert_eq!(card(VoucherState::Printed, 9, None), Verdict::NotActive);
        assert_eq!(card(VoucherState::Blocked, 9, None), Verdict::Nothing);
        let used = |by| card(VoucherState::Redeemed, 9, Some((by, today)));
        assert_eq!(used(me), Verdict::Yours(today));
        assert_eq!(used(other), Verdict::Nothing);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in ".{0,40}") {
            if let Ok(pin) = Pin::parse(&text) {
                prop_assert_eq!(Pin::parse(&pin.grouped()), Ok(pin));
            }
        }

        /// One wrong digit is always noticed.
        #[test]
        fn a_slip_of_the_finger_is_noticed(seed in any::<u64>(), place in 0usize..DIGITS, other in 1u8..10) {
            let pin = Pin::generate(|| seed / 2);
            let mut digits = pin.as_str().as_bytes().to_vec();
            digits[place] = b'0' + (digits[place] - b'0' + other) % 10;
            let typed = String::from_utf8(digits).unwrap();
            prop_assert_eq!(Pin::parse(&typed), Err(ParsePinError::CheckDigit));
        }
    }
}
