//! Money as whole kopecks. Arithmetic is checked: an overflow is an error, never a wrong sum.
//!
//! No floating point enters or leaves. The acquirer's decimal strings and the sums people type are
//! parsed here digit by digit.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A sum in kopecks (1/100 ₽). May be negative as a difference; every place that needs a positive
/// sum checks for it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(i64);

/// A sum left the range of 64-bit kopecks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sum is out of range")]
pub struct Overflow;

/// Why a typed or received sum was not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseMoneyError {
    /// Nothing but spaces.
    #[error("no sum given")]
    Empty,
    /// Something other than digits, one decimal separator and spaces.
    #[error("not a sum")]
    Malformed,
    /// More digits than a sum of money can have.
    #[error("sum is out of range")]
    TooLarge,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From kopecks.
    pub const fn from_kopecks(kopecks: i64) -> Self {
        Self(kopecks)
    }

    /// From whole roubles; for constants and tests.
    pub const fn from_roubles(roubles: i32) -> Self {
        Self(roubles as i64 * 100)
    }

    /// In kopecks.
    pub const fn kopecks(self) -> i64 {
        self.0
    }

    /// Is it more than nothing?
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Is it nothing?
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Sum of both.
    ///
    /// # Errors
    /// [`Overflow`] outside 64-bit kopecks.
    pub fn checked_add(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_add(other.0).map(Self).ok_or(Overflow)
    }

    /// Difference of both.
    ///
    /// # Errors
    /// [`Overflow`] outside 64-bit kopecks.
    pub fn checked_sub(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(Overflow)
    }

    /// Whole multiple.
    ///
    /// # Errors
    /// [`Overflow`] outside 64-bit kopecks.
    pub fn checked_mul(self, times: i64) -> Result<Self, Overflow> {
        self.0.checked_mul(times).map(Self).ok_or(Overflow)
    }

    /// What is missing to reach `goal`: zero when there is enough.
    pub fn missing_to(self, goal: Self) -> Self {
        Self(goal.0.saturating_sub(self.0).max(0))
    }

    /// The share of `numerator/denominator`, rounded half away from zero.
    ///
    /// # Errors
    /// [`Overflow`] when the denominator is not positive or the result does not fit.
    pub fn fraction(self, numerator: i64, denominator: i64) -> Result<Self, Overflow> {
        if denominator <= 0 {
            return Err(Overflow);
        }
        let product = i128::from(self.0) * i128::from(numerator);
        let half = i128::from(denominator) / 2;
        let rounded = if product >= 0 {
            (product + half) / i128::from(denominator)
        } else {
            (product - half) / i128::from(denominator)
        };
        i64::try_from(rounded).map(Self).map_err(|_| Overflow)
    }

    /// Splits into `parts` shares by largest remainder, ties to the earlier part; the shares add
    /// up to the whole exactly.
    pub fn split(self, parts: u32) -> Vec<Self> {
        let n = i64::from(parts);
        if n == 0 {
            return Vec::new();
        }
        let share = self.0.div_euclid(n);
        let rest = self.0.rem_euclid(n);
        (0..n).map(|i| Self(share + i64::from(i < rest))).collect()
    }

    /// Reads what a person typed: `390`, `390,5`, `390.50`, `1 000`, with any spaces and an
    /// optional rouble sign.
    ///
    /// # Errors
    /// [`ParseMoneyError`] says what is wrong with it.
    pub fn parse_input(text: &str) -> Result<Self, ParseMoneyError> {
        let compact: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '₽'))
            .collect();
        if compact.is_empty() {
            return Err(ParseMoneyError::Empty);
        }
        let (negative, digits) = match compact.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, compact.as_str()),
        };
        let sum = parse_decimal(&digits.replace(',', "."), 0..=2)?;
        Ok(if negative { Self(-sum.0) } else { sum })
    }

    /// Reads the acquirer's decimal string: digits, a point and exactly two decimals.
    ///
    /// # Errors
    /// [`ParseMoneyError::Malformed`] for any other shape.
    pub fn parse_gateway(text: &str) -> Result<Self, ParseMoneyError> {
        parse_decimal(text, 2..=2)
    }

    /// The acquirer's decimal string, `500.00`.
    pub fn to_gateway(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let absolute = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", absolute / 100, absolute % 100)
    }
}

fn parse_decimal(
    text: &str,
    decimals: std::ops::RangeInclusive<usize>,
) -> Result<Money, ParseMoneyError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(ParseMoneyError::Malformed);
    }
    if !decimals.contains(&fraction.len()) || (text.contains('.') && fraction.is_empty()) {
        return Err(ParseMoneyError::Malformed);
    }
    let roubles: i64 = whole.parse().map_err(|_| ParseMoneyError::TooLarge)?;
    let mut kopecks: i64 = 0;
    for place in 0..2 {
        let digit = fraction
            .as_bytes()
            .get(place)
            .map_or(0, |b| i64::from(b - b'0'));
        kopecks = kopecks * 10 + digit;
    }
    roubles
        .checked_mul(100)
        .and_then(|sum| sum.checked_add(kopecks))
        .map(Money)
        .ok_or(ParseMoneyError::TooLarge)
}

impl std::iter::Sum for Money {
    /// Saturates instead of wrapping: sums of a wallet are far below the limit, and a saturated
    /// total can never look like a small one.
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |a, b| Self(a.0.saturating_add(b.0)))
    }
}

impl fmt::Display for Money {
    /// For logs: `500.00`. People see [`crate::format::money`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_gateway())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_type() {
        for (text, kopecks) in [
            ("390", 39_000),
            ("390,5", 39_050),
            ("390.50", 39_050),
            (" 1\u{a0}000 ₽", 100_000),
            ("1 234,50", 123_450),
            ("0", 0),
            ("-5", -500),
            ("\u{2212}5,01", -501),
        ] {
            assert_eq!(Money::parse_input(text), Ok(Money(kopecks)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_sum() {
        for (text, error) in [
            ("", ParseMoneyError::Empty),
            ("  ", ParseMoneyError::Empty),
            ("сто", ParseMoneyError::Malformed),
            ("1,2,3", ParseMoneyError::Malformed),
            ("1.234", ParseMoneyError::Malformed),
            ("1e3", ParseMoneyError::Malformed),
            ("5.", ParseMoneyError::Malformed),
            (",5", ParseMoneyError::Malformed),
            ("99999999999999999999", ParseMoneyError::TooLarge),
            ("99999999999999999", ParseMoneyError::TooLarge),
        ] {
            assert_eq!(Money::parse_input(text), Err(error), "{text}");
        }
    }

    #[test]
    fn gateway_strings_have_exactly_two_decimals() {
        assert_eq!(Money::parse_gateway("500.00"), Ok(Money(50_000)));
        for bad in ["500", "500.0", "500.000", "-1.00", "5,00", " 5.00", ""] {
            assert!(Money::parse_gateway(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn gateway_strings_round_trip(kopecks in 0i64..=i64::MAX) {
            let money = Money(kopecks);
            prop_assert_eq!(Money::parse_gateway(&money.to_gateway()), Ok(money));
        }

        #[test]
        fn split_loses_and_makes_nothing(kopecks in -1_000_000_000i64..1_000_000_000, parts in 1u32..400) {
            let shares = Money(kopecks).split(parts);
            prop_assert_eq!(shares.len(), parts as usize);
            prop_assert_eq!(shares.iter().map(|m| m.0).sum::<i64>(), kopecks);
            let (min, max) = (shares.iter().min(), shares.iter().max());
            prop_assert!(max.map_or(0, |m| m.0) - min.map_or(0, |m| m.0) <= 1);
        }

        #[test]
        fn fraction_is_within_half_a_kopeck(kopecks in -1_000_000_000i64..1_000_000_000, n in 0i64..1000, d in 1i64..1000) {
            let exact = i128::from(kopecks) * i128::from(n);
            let got = i128::from(Money(kopecks).fraction(n, d).unwrap().0) * i128::from(d);
            prop_assert!((exact - got).abs() * 2 <= i128::from(d));
        }
    }
}
