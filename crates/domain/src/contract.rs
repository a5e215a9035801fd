//! The contract number: ten digits on the first page of the contract. It is also the number of the
//! personal account, the contract's one wallet.

use crate::card::{group, is_separator};
use serde::{Deserialize, Serialize};

/// A contract number as digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContractNumber(String);

/// What is wrong with a typed contract number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseContractError {
    /// Nothing typed.
    #[error("no contract number given")]
    Empty,
    /// Something besides digits, spaces and dashes.
    #[error("only digits are expected")]
    NotDigits,
    /// A wrong count of digits.
    #[error("10 digits are expected, got {0}")]
    Length(usize),
}

impl ContractNumber {
    /// Reads a number as typed.
    ///
    /// # Errors
    /// [`ParseContractError`] for the message beside the field.
    pub fn parse(text: &str) -> Result<Self, ParseContractError> {
        let digits: String = text
            .chars()
            .filter(|c| !is_separator(*c) && *c != '№')
            .collect();
        if digits.is_empty() {
            return Err(ParseContractError::Empty);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseContractError::NotDigits);
        }
        if digits.len() != 10 {
            return Err(ParseContractError::Length(digits.len()));
        }
        Ok(Self(digits))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For people: `2041 0087 55`.
    pub fn grouped(&self) -> String {
        group(&self.0, 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ten_digits() {
        assert_eq!(
            ContractNumber::parse("№ 2041 0087 55").unwrap().as_str(),
            "2041008755"
        );
        assert_eq!(
            ContractNumber::parse("204 100 875"),
            Err(ParseContractError::Length(9))
        );
        assert_eq!(
            ContractNumber::parse("20410O8755"),
            Err(ParseContractError::NotDigits)
        );
        assert_eq!(ContractNumber::parse(""), Err(ParseContractError::Empty));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in ".{0,40}") {
            if let Ok(number) = ContractNumber::parse(&text) {
                proptest::prop_assert_eq!(number.as_str().len(), 10);
                proptest::prop_assert_eq!(ContractNumber::parse(&number.grouped()), Ok(number));
            }
        }
    }
}
