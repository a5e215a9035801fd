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
