//! The number of a partner: what it looks like. It tells the subscriber's door that somebody stands at
//! the wrong one.

use serde::{Deserialize, Serialize};

/// A partner's number, `XX.XXXX.XX`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartnerNumber(String);

/// Not of the shape `XX.XXXX.XX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a partner's number looks like 12.3456.78")]
pub struct ParsePartnerError;

impl PartnerNumber {
    /// Reads a number. The dots are what tells it from a card's number, so they must be there;
    /// commas pass for dots, spaces do not matter.
    ///
    /// # Errors
    /// [`ParsePartnerError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ParsePartnerError> {
        let compact: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| if c == ',' { '.' } else { c })
            .collect();
        let groups: Vec<&str> = compact.split('.').collect();
        let fits = groups.iter().map(|group| group.len()).eq([2, 4, 2])
            && groups
                .iter()
                .all(|group| group.bytes().all(|b| b.is_ascii_digit()));
        if fits {
            Ok(Self(compact))
        } else {
            Err(ParsePartnerError)
        }
    }

    /// Reads a number where nothing else is expected: spaces, dashes or nothing pass for the dots too.
    ///
    /// # Errors
    /// [`ParsePartnerError`] for anything but eight digits in this order.
    pub fn parse_at_door(text: &str) -> Result<Self, ParsePartnerError> {
        let digits: String = text
            .chars()
            .filter(|c| !crate::card::is_separator(*c) && !matches!(c, '.' | ','))
            .collect();
        if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParsePartnerError);
        }
        Self::parse(&format!(
            "{}.{}.{}",
            &digits[..2],
            &digits[2..6],
            &digits[6..]
        ))
    }

    /// `12.3456.78`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn at_their_door_dots_are_not_needed() {
        for spelled in [
            "12.3456.78",
            "12 3456 78",
            "12-3456-78",
            "12345678",
            " 12,3456 78 ",
        ] {
            let number = PartnerNumber::parse_at_door(spelled);
            assert_eq!(
                number.map(|number| number.0),
                Ok("12.3456.78".into()),
                "{spelled}"
            );
        }
        for wrong in ["", "1234567", "123456789", "12.3456.7x", "١٢٣٤٥٦٧٨"] {
            assert_eq!(
                PartnerNumber::parse_at_door(wrong),
                Err(ParsePartnerError),
                "{wrong}"
            );
        }
    }

    #[test]
    fn dots_make_a_partners_number() {
        assert_eq!(
            PartnerNumber::parse(" 12,3456.78 ")
                .as_ref()
                .map(PartnerNumber::as_str),
            Ok("12.3456.78")
        );
        for other in [
            "12345678",
            "1.23456.78",
            "12.3456.78.",
            "12.34a6.78",
            "",
            "020723406967",
        ] {
            assert!(PartnerNumber::parse(other).is_err(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in ".{0,40}") {
            if let Ok(number) = PartnerNumber::parse(&text) {
                prop_assert_eq!(PartnerNumber::parse(number.as_str()), Ok(number));
            }
        }
    }
}
