//! Sums of money in whole kopecks: the gateway's decimal strings in, decimal strings and Russian text out.
//! It may not use floating point and may not know what a payment is.

use serde::{Deserialize, Serialize};

/// A sum in kopecks, never negative when it comes from [`Kopecks::parse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Kopecks(i64);

/// What the stand-in keeps of each payment, in hundredths of a percent.
const FEE_BASIS_POINTS: i64 = 350;

/// Twelve digits of roubles are far above any real payment and far below an overflow.
const MAX_ROUBLE_DIGITS: usize = 12;

impl Kopecks {
    pub(crate) const fn from_roubles(roubles: i64) -> Self {
        Self(roubles * 100)
    }

    /// Reads digits, a dot, exactly two digits; anything else is `None`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (roubles, kopecks) = text.split_once('.')?;
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(roubles) || !digits(kopecks) {
            return None;
        }
        if roubles.len() > MAX_ROUBLE_DIGITS || kopecks.len() != 2 {
            return None;
        }
        let roubles: i64 = roubles.parse().ok()?;
        let kopecks: i64 = kopecks.parse().ok()?;
        Some(Self(roubles * 100 + kopecks))
    }

    pub(crate) fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The gateway's form: `1234.50`.
    pub(crate) fn decimal(self) -> String {
        format!("{}.{:02}", self.0 / 100, self.0 % 100)
    }

    /// The form for people: `1 234,50 ₽`, kopecks only where there are any.
    pub(crate) fn human(self) -> String {
        let digits = (self.0 / 100).to_string();
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push('\u{a0}');
            }
            grouped.push(digit);
        }
        match self.0 % 100 {
            0 => format!("{grouped}\u{a0}₽"),
            kopecks => format!("{grouped},{kopecks:02}\u{a0}₽"),
        }
    }

    /// What the merchant receives.
    pub(crate) fn less_fee(self) -> Self {
        let fee = (i128::from(self.0) * i128::from(FEE_BASIS_POINTS) + 5_000) / 10_000;
        Self(self.0 - i64::try_from(fee).unwrap_or(0))
    }

    /// The price times a quantity given in thousandths, rounded half up; `None` on overflow.
    pub(crate) fn times_thousandths(self, thousandths: i64) -> Option<Self> {
        let product = (i128::from(self.0) * i128::from(thousandths) + 500) / 1_000;
        i64::try_from(product).ok().map(Self)
    }

    /// The difference; `None` below zero.
    pub(crate) fn less(self, other: Self) -> Option<Self> {
        self.0
            .checked_sub(other.0)
            .filter(|left| *left >= 0)
            .map(Self)
    }

    pub(crate) fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::Kopecks;

    #[test]
    fn reads_only_two_decimals() {
        assert_eq!(Kopecks::parse("500.00"), Some(Kopecks(50_000)));
        assert_eq!(Kopecks::parse("0.01"), Some(Kopecks(1)));
        for bad in [
            "500",
            "500.0",
            "500.000",
            "-1.00",
            "+1.00",
            ".50",
            "5,00",
            "1e2.00",
            "",
            "9999999999999.00",
        ] {
            assert_eq!(Kopecks::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn prints_both_forms() {
        assert_eq!(Kopecks(123_450).decimal(), "1234.50");
        assert_eq!(Kopecks(123_450).human(), "1\u{a0}234,50\u{a0}₽");
        assert_eq!(Kopecks(50_000).human(), "500\u{a0}₽");
        assert_eq!(Kopecks(100_000_000).human(), "1\u{a0}000\u{a0}000\u{a0}₽");
    }

    #[test]
    fn fee_and_quantity_round_half_up() {
        assert_eq!(Kopecks(50_000).less_fee(), Kopecks(48_250));
        assert_eq!(Kopecks(333).times_thousandths(1_500), Some(Kopecks(500)));
    }
}
