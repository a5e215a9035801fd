//! The number on the smart card: the subscriber's login.
//!
//! Two conditional-access systems are in the field. Eleven digits belong to Irdeto, the last one is
//! a Luhn digit and is checked; twelve belong to the Conax kind, whose check digit is not public, so
//! only the length is checked. Spaces and dashes are tolerated and never stored.

use serde::{Deserialize, Serialize};

/// A card number as digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CardNumber(String);

/// The conditional-access system a card belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cas {
    /// Eleven digits with a Luhn digit.
    Irdeto,
    /// Twelve digits.
    Conax,
}

/// What is wrong with a typed card number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseCardError {
    /// Nothing typed.
    #[error("no card number given")]
    Empty,
    /// Something besides digits, spaces and dashes.
    #[error("only digits are expected")]
    NotDigits,
    /// A wrong count of digits.
    #[error("11 or 12 digits are expected, got {0}")]
    Length(usize),
    /// The check digit does not fit: a slip of the finger.
    #[error("check digit does not match")]
    CheckDigit,
}

impl CardNumber {
    /// Reads a number as typed.
    ///
    /// # Errors
    /// [`ParseCardError`] for the message beside the field.
    pub fn parse(text: &str) -> Result<Self, ParseCardError> {
        let digits: String = text.chars().filter(|c| !is_separator(*c)).collect();
        if digits.is_empty() {
            return Err(ParseCardError::Empty);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseCardError::NotDigits);
        }
        match digits.len() {
            11 if !luhn(&digits) => Err(ParseCardError::CheckDigit),
            11 | 12 => Ok(Self(digits)),
            other => Err(ParseCardError::Length(other)),
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The system it belongs to.
    pub fn cas(&self) -> Cas {
        if self.0.len() == 11 {
            Cas::Irdeto
        } else {
            Cas::Conax
        }
    }

    /// For people: groups of four, `0207 2340 6967`.
    pub fn grouped(&self) -> String {
        group(&self.0, 4)
    }

    /// The last four digits, to tell cards apart.
    pub fn last4(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
}

/// Spaces of any width and any dash are only decoration in numbers.
pub fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{a0}' | '\u{202f}' | '\u{2010}'..='\u{2015}' | '\u{2212}'
        )
}

/// Digits in groups from the left, separated by no-break spaces.
pub fn group(digits: &str, size: usize) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / size * 2);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % size == 0 {
            out.push('\u{a0}');
        }
        out.push(c);
    }
    out
}

pub(crate) fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0');
            match (i % 2 == 1, digit * 2) {
                (true, doubled @ 10..) => doubled - 9,
                (true, doubled) => doubled,
                (false, _) => digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The Luhn digit that belongs behind some digits.
pub(crate) fn luhn_digit(digits: &str) -> char {
    ('0'..='9')
        .find(|last| luhn(&format!("{digits}{last}")))
        .unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tolerates_spaces_and_dashes() {
        for text in [
            "020723406967",
            "0207 2340 6967",
            " 0207-2340\u{2013}6967\u{a0}",
        ] {
            assert_eq!(CardNumber::parse(text).unwrap().as_str(), "020723406967");
        }
        assert_eq!(
            CardNumber::parse("020723406967").unwrap().grouped(),
            "0207\u{a0}2340\u{a0}6967"
        );
    }

    #[test]
    fn names_what_is_wrong() {
        assert_eq!(CardNumber::parse("  "), Err(ParseCardError::Empty));
        assert_eq!(
            CardNumber::parse("02072340696O"),
            Err(ParseCardError::NotDigits)
        );
        assert_eq!(
            CardNumber::parse("0207234069"),
            Err(ParseCardError::Length(10))
        );
        assert_eq!(
            CardNumber::parse("79927398710"),
            Err(ParseCardError::CheckDigit)
        );
        assert_eq!(CardNumber::parse("79927398713").unwrap().cas(), Cas::Irdeto);
        assert_eq!(
            CardNumber::parse("٠٢٠٧٢٣٤٠٦٩٦٧"),
            Err(ParseCardError::NotDigits)
        );
    }

    proptest! {
        #[test]
        fn never_panics_and_keeps_only_digits(text in ".{0,40}") {
            if let Ok(card) = CardNumber::parse(&text) {
                prop_assert!(card.as_str().bytes().all(|b| b.is_ascii_digit()));
                prop_assert_eq!(card.last4().len(), 4);
            }
        }

        #[test]
        fn one_wrong_digit_is_always_noticed_on_irdeto(body in "[0-9]{10}", place in 0usize..11, shift in 1u8..10) {
            let valid = (0..10).map(|d| format!("{body}{d}")).find(|n| luhn(n)).unwrap();
            let mut bytes = valid.into_bytes();
            bytes[place] = b'0' + (bytes[place] - b'0' + shift) % 10;
            let wrong = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(CardNumber::parse(&wrong), Err(ParseCardError::CheckDigit));
        }
    }
}
